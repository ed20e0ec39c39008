"""Threads that keep a database connection.

Channels' own `database_sync_to_async` runs every query of every socket in one thread, and opens
and closes connections around each: one slow query would stall the site.
"""

import asyncio
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connection, connections

from chat.exceptions import ClientError

logger = logging.getLogger(__name__)

READERS = 4
WRITERS = 6  # on PostgreSQL, each in another room: so many locked rooms would stall the others
IDLE_SECONDS = 1  # after which a connection may have been cut unnoticed
WAIT_SECONDS = 6  # just over SQLite's own wait for a lock: over it a client is told UNAVAILABLE


class DatabaseThreads:
    """Two small pools, so that reading never waits for writing."""

    def __init__(self):
        # SQLite has one writer at a time, and several would only wait for each other.
        writers = 1 if connection.vendor == "sqlite" else WRITERS
        self._connections = set()
        self._used = threading.local()
        self._readers = ThreadPoolExecutor(READERS, "chat-read", self._begin)
        self._writers = ThreadPoolExecutor(writers, "chat-write", self._begin)

    def _begin(self):
        """Let a thread have a connection of its own, beside PostgreSQL's pool: that waits between
        tries, and pages may have exhausted it."""
        mine = connections[DEFAULT_DB_ALIAS]
        options = dict(mine.settings_dict["OPTIONS"])
        options.pop("pool", None)
        mine.settings_dict = {**mine.settings_dict, "OPTIONS": options}
        self._connections.add(mine)

    async def read(self, function, *args, **kwargs):
        """Call the function in a reading thread and return what it returns.

        Raises what it raises; a database that is out of reach, or that answers too late, becomes
        ClientError("UNAVAILABLE").
        """
        return await self._run(self._readers, function, args, kwargs)

    async def write(self, function, *args, **kwargs):
        """The same in a writing thread. What came too late may have been stored all the same."""
        return await self._run(self._writers, function, args, kwargs)

    async def _run(self, pool, function, args, kwargs):
        work = asyncio.get_running_loop().run_in_executor(pool, self._call, function, args, kwargs)
        try:
            # Not wait_for, which in Python 3.11 can swallow a cancellation that comes with the
            # result: who is told to end would go on.
            async with asyncio.timeout(WAIT_SECONDS):
                return await work
        except TimeoutError:
            logger.warning("The database took longer than %s s", WAIT_SECONDS)
        except (DatabaseError, InterfaceError) as error:
            logger.warning("The database failed: %s", type(error).__name__)
        raise ClientError("UNAVAILABLE")

    def _call(self, function, args, kwargs):
        idle = time.monotonic() - getattr(self._used, "at", 0) > IDLE_SECONDS
        if idle and connection.connection is not None and not connection.is_usable():
            connection.close()  # a restarted database is felt here, and not by a message
        try:
            return function(*args, **kwargs)
        except (DatabaseError, InterfaceError):
            connection.close()  # it may be broken: the next call opens another
            raise
        finally:
            self._used.at = time.monotonic()

    def close(self):
        """Wait for what runs and close the connections. It blocks: to be called in a thread."""
        self._readers.shutdown()
        self._writers.shutdown()
        for kept in self._connections:
            kept.inc_thread_sharing()  # it was opened in a thread that has ended
            kept.close()
