"""The server: daphne's, that ends in order and is hard to hold up."""

import asyncio
import logging
import os
import signal
import threading
from functools import partial
from itertools import count

import daphne.server
from daphne.http_protocol import HTTPFactory
from twisted.logger import (
    FilteringLogObserver,
    LogLevel,
    LogLevelFilterPredicate,
    STDLibLogObserver,
    globalLogBeginner,
)

from .connection import Connection, Listener
from .deadlines import Deadlines
from .http import Channel, Refusal
from .lifespan import Lifespan
from .websocket import LOOK_SECONDS

logger = logging.getLogger(__name__)

SIGNALS = (signal.SIGTERM, signal.SIGINT)
# Seconds, of the ten that ending may take. GRACE: for requests that are on their way; FINISH, with
# it: for the applications to finish what they have begun; CANCEL: for those that are cancelled
# then; LIFESPAN: for its end; CLOSE: for clients to take their close frame. At END the process is
# left whatever still runs, such as a thread that waits for a database.
GRACE, FINISH, CANCEL, LIFESPAN, CLOSE, END = 0.2, 7, 0.2, 2, 0.3, 9.7
REFUSED_MAX = 100  # clients being told that the server is full; more are just dropped
WATCH_SECONDS = 1
LOOK_BATCH = 200  # sockets that are looked at in one turn of the loop


class Server(daphne.server.Server):
    """Serves an ASGI application on listening sockets.

    `frame_max_bytes`: what a message from a client may have; `max_connections`: more are answered
    with 503.
    """

    def __init__(self, application, listening, *, frame_max_bytes, max_connections):
        super().__init__(application, endpoints=listening, server_name="", verbosity=0)
        self.frame_max_bytes, self.max_connections = frame_max_bytes, max_connections
        self.http_factory = HTTPFactory(self)
        self.deadlines = Deadlines()
        self.retiring = False
        self.connections = {}  # of requests, as daphne keeps them: a dict of each one's details
        self.open, self.refused = set(), set()  # of TCP connections
        self.channels, self.sockets = set(), set()  # of HTTP connections and WebSockets
        self.tasks = set()  # of applications
        self.none_open = asyncio.Event()

    def run(self, on_ready, line=None):
        """Serve until SIGTERM or SIGINT, or until the other end of `line`, a socket, is closed.

        `on_ready()` is called, in a thread, before the first request. Raises StartError.
        """
        quiet = FilteringLogObserver(
            STDLibLogObserver(__name__), [LogLevelFilterPredicate(LogLevel.error)]
        )
        globalLogBeginner.beginLoggingTo([quiet], redirectStandardIO=False, discardBuffer=True)
        asyncio.run(self.main(on_ready, line))

    async def main(self, on_ready, line):
        loop = asyncio.get_running_loop()
        self.told_to_end = asyncio.Event()
        for number in SIGNALS:
            loop.add_signal_handler(number, self.signalled)
        if line:
            loop.add_reader(line, self.left_alone, line)
        await self.live(on_ready, self.told_to_end.wait)

    async def live(self, on_ready, end):
        """Serve until `end()`, a coroutine function, returns."""
        lifespan = Lifespan(self.application)
        await lifespan.startup()
        await asyncio.to_thread(on_ready)
        listeners = [Listener(listening, self.connect) for listening in self.endpoints]
        watch = asyncio.create_task(self.watch())
        await end()
        for listener in listeners:
            listener.close()
        await self.retire()
        await lifespan.shutdown(LIFESPAN)
        await self.close_connections()
        watch.cancel()

    # --- connections ------------------------------------------------------------------------------

    def connect(self, accepted, address):
        """Serve a connection that was accepted, or refuse it."""
        if len(self.open) < self.max_connections:
            kind, protocol = self.open, Channel(self)
        elif len(self.refused) < REFUSED_MAX:
            kind, protocol = self.refused, Refusal(self.deadlines)
        else:
            accepted.close()
            return
        connection = Connection(accepted, address, self.lost)
        kind.add(connection)
        connection.serve(protocol)

    def lost(self, connection):
        self.open.discard(connection)
        self.refused.discard(connection)
        if not self.open:
            self.none_open.set()

    async def watch(self):
        """Look after the connections, for ever: one timer for all costs less than one for each."""
        for second in count(1):
            await asyncio.sleep(WATCH_SECONDS)
            try:
                self.deadlines.look()
                if second % LOOK_SECONDS == 0:
                    await self.look_for_dead_peers()
            except Exception:
                logger.exception("A look after the connections failed")

    async def look_for_dead_peers(self):
        for number, socket in enumerate(list(self.sockets), 1):
            socket.look()
            if number % LOOK_BATCH == 0:
                await asyncio.sleep(0)

    # --- applications -----------------------------------------------------------------------------

    def start(self, scope, receive, send, on_end):
        """Start the application for a scope, and return its task; `on_end(failed)` is called when
        it has ended."""
        task = asyncio.create_task(self.application(scope, receive, send))
        self.tasks.add(task)
        task.add_done_callback(partial(self.ended, on_end))
        return task

    def ended(self, on_end, task):
        self.tasks.discard(task)
        self.deadlines.clear(task)
        error = None if task.cancelled() else task.exception()
        if error:
            logger.error("Exception inside application: %s", error, exc_info=error)
        on_end(bool(error))

    def expect_end(self, task, seconds):
        """Cancel the task of an application whose client is gone when it has not ended by then."""
        if not task.done():
            self.deadlines.set(task, seconds, partial(self.cancel, task))

    def cancel(self, task):
        logger.warning("An application went on without its client, and was cancelled: %r", task)
        task.cancel()

    # --- what daphne's requests ask of their server -----------------------------------------------

    def create_application(self, request, scope):
        scope["asgi"] = {"version": "3.0", "spec_version": "2.3"}
        events = asyncio.Queue()
        self.connections[request]["task"] = self.start(
            scope,
            events.get,
            partial(self.handle_reply, request),
            partial(self.request_ended, request),
        )
        return events

    def request_ended(self, request, failed):
        """Called when the application has returned, which it may have done without an answer."""
        details = self.connections.pop(request, None)
        if details is None or "disconnected" in details:
            return
        if request._response_started:
            request.channel.transport.abortConnection()
        else:
            request.handle_exception(None)

    def protocol_disconnected(self, request):
        details = self.connections.get(request)
        if details is None or "disconnected" in details:
            return
        super().protocol_disconnected(request)
        task = details.get("task")
        if task is None or task.done():
            del self.connections[request]
        else:
            self.expect_end(task, self.application_close_timeout)

    # --- the end ----------------------------------------------------------------------------------

    def signalled(self):
        """Begin to end; a second signal ends the process at once, as if nobody caught it."""
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        self.end()

    def left_alone(self, line):
        """Begin to end: who started this process has ended it, or is gone."""
        asyncio.get_running_loop().remove_reader(line)
        self.end()

    def end(self):
        last = threading.Timer(END, os._exit, [0])
        last.daemon = True
        last.start()
        self.told_to_end.set()

    async def retire(self):
        """Let everything come to its end: requests, applications, WebSockets."""
        self.retiring = True
        for channel in list(self.channels):
            channel.retire(patient=True)
        for socket in list(self.sockets):
            socket.retire()
        if self.channels:
            await asyncio.sleep(GRACE)
        for channel in list(self.channels):
            channel.retire(patient=False)
        await self.applications(FINISH - GRACE)
        for socket in list(self.sockets):
            socket.finish()
        for task in self.tasks:
            task.cancel()
        await self.applications(CANCEL)

    async def applications(self, seconds):
        """Wait for all applications to end, for this many seconds at most."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while self.tasks and loop.time() < end:  # a request that was half here may start one more
            await asyncio.wait(self.tasks, timeout=end - loop.time())

    async def close_connections(self):
        """Give the clients a moment to take what was written, and drop those who do not."""
        self.none_open.clear()
        if self.open:
            try:
                await asyncio.wait_for(self.none_open.wait(), CLOSE)
            except TimeoutError:
                pass  # and those are dropped
        for connection in self.open | self.refused:
            connection.abortConnection()
        await asyncio.sleep(0)
