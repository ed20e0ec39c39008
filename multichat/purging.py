"""What is over is deleted, hourly, by the running site, by one of its processes at a time.

What there is to purge is said by settings.PURGES: functions without parameters, by their dotted
names, each a generator that deletes a batch, in a short transaction, each time it is asked on: so
nobody else waits, and a process that ends stops between two of them.
"""

import asyncio
import logging
import random
from datetime import timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, connections
from django.utils.module_loading import import_string

from .models import Chore

logger = logging.getLogger(__name__)

UNAVAILABLE = (OperationalError, InterfaceError)

EVERY = timedelta(hours=1)
# Seconds. The first look is at a random moment up to FIRST, so that processes that were started
# together do not all ask at once; then each looks every LOOK, and the first for which it is due
# purges.
FIRST, LOOK = 180, 300


def purge(going_on=lambda: True):
    """Purge all, as long as `going_on()`. What fails is logged, and the others come all the same;
    return whether nothing failed."""
    good = True
    for name in settings.PURGES:
        try:
            for _batch in import_string(name)():
                if not going_on():
                    return good
        except Exception as error:
            tell(error, name)
            good = False
    return good


def purge_if_due(going_on):
    """Purge, if no process has within EVERY. For a thread of its own: it keeps no connection."""
    try:
        if Chore.objects.take("purge", EVERY):
            purge(going_on)
    except Exception as error:
        tell(error, "not begun")
    finally:
        connections.close_all()


def tell(error, what):
    """Log what went wrong; of a database that is away or busy, no more than that."""
    if isinstance(error, UNAVAILABLE):
        logger.warning("Purging failed, for want of the database: %s: %s", what, error)
    else:
        logger.error("Purging failed: %s", what, exc_info=error)


class Purging:
    """The task that does it, from `start()` to `end()`, in the running event loop."""

    def __init__(self):
        self.ending = False

    def start(self):
        self.task = asyncio.create_task(self.look())

    async def look(self):
        """Look from time to time, for ever."""
        await asyncio.sleep(random.uniform(0, FIRST))  # noqa: S311 - no secret
        while True:
            await asyncio.to_thread(purge_if_due, lambda: not self.ending)
            await asyncio.sleep(LOOK)

    async def end(self):
        """End. A batch that is under way is finished, by its thread."""
        self.ending = True
        self.task.cancel()
        await asyncio.wait([self.task])
