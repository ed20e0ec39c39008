"""One client's socket as the hub sees it: whose it is, where it is, and what waits to go out."""

import asyncio
import logging
from collections import deque

from django.conf import settings

from chat.exceptions import Close

logger = logging.getLogger(__name__)


class Socket:
    """A connection of a logged-in person.

    Frames are put, never awaited: a task of its own writes them, so that a client that reads slowly
    holds up nobody else. `send` is the ASGI send of the connection.
    """

    def __init__(self, send, session_key):
        self.session_key = session_key
        self.person = None  # set when the hub has let it in
        self.memberships = {}  # room id -> Membership
        self.open = True
        self._close_code = None
        self._send = send
        self._frames = deque()
        self._waiting = 0  # bytes
        self._changed = asyncio.Event()  # something to write, or to wait for less of, has happened
        self._room = asyncio.Event()
        self._room.set()
        self._task = asyncio.create_task(self._write())

    def put(self, frame):
        """Let the client have the frame, a JSON text, after all that were put before it."""
        if not self.open:
            return
        self._frames.append(frame)
        self._waiting += len(frame.encode())
        if self._waiting > settings.CHAT_OUTBOX_MAX_BYTES:
            self._frames.clear()
            self._room.set()
            self.close(Close.TOO_SLOW)
            return
        if self._waiting > settings.CHAT_OUTBOX_MAX_BYTES / 4:
            self._room.clear()
        self._changed.set()

    def close(self, code):
        """Close the connection, after what was put before; `code` None is a plain close."""
        if self.open:
            self.open = False
            self._close_code = code
            self._changed.set()

    async def room_to_answer(self):
        """Wait until little enough waits for the client: one that asks but does not read is not
        answered further."""
        await self._room.wait()

    def end(self):
        """Give up what was not written: the connection is gone."""
        self.open = False
        self._frames.clear()
        self._room.set()
        self._task.cancel()

    async def _write(self):
        try:
            while True:
                while self._frames:
                    frame = self._frames.popleft()
                    await self._send({"type": "websocket.send", "text": frame})
                    self._waiting -= len(frame.encode())
                    if self._waiting <= settings.CHAT_OUTBOX_MAX_BYTES / 4:
                        self._room.set()
                if not self.open:
                    await self._send({"type": "websocket.close", "code": self._close_code or 1000})
                    return
                self._changed.clear()
                await self._changed.wait()
        except Exception as error:
            # The client went while we wrote; its disconnect is on the way, behind the commands that
            # came before it, none of which may wait for a client that reads no more.
            logger.debug("A socket could not be written to: %r", error)
            self.open = False
            self._frames.clear()
            self._room.set()
