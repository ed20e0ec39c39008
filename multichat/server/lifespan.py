"""Tells the application that the server starts and ends: the lifespan protocol of ASGI."""

import asyncio
import logging

logger = logging.getLogger(__name__)


class StartError(Exception):
    """The application says that it cannot start; the text is its own."""


class Lifespan:
    """An application's lifespan. One that does not know the protocol is served without it.

    https://asgi.readthedocs.io/en/stable/specs/lifespan.html
    """

    def __init__(self, application):
        self._application = application
        self._events = asyncio.Queue()
        self._answer = None  # a future of the answer's type and message
        self._task = None
        self._started = False

    async def startup(self):
        """Return when the application is ready. Raises StartError."""
        self._task = asyncio.create_task(self._run())
        kind, message = await self._ask("startup")
        if kind == "lifespan.startup.failed":
            raise StartError(message or "The application could not start.")
        self._started = True

    async def shutdown(self, seconds):
        """Let the application clear up, for this many seconds at most."""
        if self._task.done():
            return
        try:
            kind, message = await asyncio.wait_for(self._ask("shutdown"), seconds)
        except TimeoutError:
            logger.warning("The application did not end its work in %s s.", seconds)
            self._task.cancel()
        else:
            if kind == "lifespan.shutdown.failed":
                logger.warning("The application could not end its work: %s", message)

    async def _ask(self, what):
        self._answer = asyncio.get_running_loop().create_future()
        self._events.put_nowait({"type": f"lifespan.{what}"})
        return await self._answer

    async def _run(self):
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}}
        try:
            await self._application(scope, self._events.get, self._send)
        except Exception as error:
            if self._started:
                logger.exception("The application's lifespan failed")
            else:  # it does not know the protocol, as uvicorn takes it
                logger.debug("The application has no lifespan: %r", error)
        finally:
            self._settle(None, "")

    async def _send(self, message):
        self._settle(message["type"], message.get("message", ""))

    def _settle(self, kind, message):
        if self._answer and not self._answer.done():
            self._answer.set_result((kind, message))
