"""Tasks that last as long as their hub."""

import asyncio
import logging

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1  # between the end of a task that should last, and its next start


async def keep_going(task):
    """Run a coroutine function without arguments; again if it fails."""
    while True:
        try:
            await task()
            return
        except Exception:
            logger.exception("%s failed; it is started again", task.__qualname__)
            await asyncio.sleep(RETRY_SECONDS)
