"""One client's socket as the hub sees it: whose it is, where it is, and what waits to go out."""

import asyncio
import logging
from collections import deque

from django.conf import settings

from chat.exceptions import Close
from chat.frames import Ready

logger = logging.getLogger(__name__)

AT_ONCE_BYTES = 64 * 1024  # given to the transport in one piece: what is there cannot be taken back
CLOSE_SECONDS = 2  # for a client to read what was put before its connection is closed
SOCKETS_AT_ONCE = 200  # written to before the loop gets to do something else


class Flush:
    """The sockets of a loop that have something to write, all written to in its next turn: what is
    put to a socket within one turn goes out in one piece."""

    def __init__(self, loop):
        self._loop = loop
        self._sockets = deque()
        self.outbox_bytes = settings.CHAT_OUTBOX_MAX_BYTES  # asked for with each frame of each

    def soon(self, socket):
        if not self._sockets:
            self._loop.call_soon(self._write)
        self._sockets.append(socket)

    def _write(self):
        for _ in range(min(SOCKETS_AT_ONCE, len(self._sockets))):
            try:
                self._sockets.popleft().flush()
            except Exception:
                logger.exception("A socket could not be written to")
        if self._sockets:
            self._loop.call_soon(self._write)


class Socket:
    """A connection of a logged-in person.

    Frames are put, never awaited, so that a client that reads slowly holds up nobody else.
    `send` is the ASGI send of the connection. `transport` is the server's own way out where it
    offers one (multichat/server/transport.py): bytes of ready-made frames go straight to the
    kernel. Without it a task sends each frame.
    """

    __slots__ = (
        "__weakref__",
        "_close_code",
        "_flush",
        "_in_transport",
        "_queue",
        "_room",
        "_send",
        "_task",
        "_transport",
        "_waiting",
        "memberships",
        "open",
        "person",
        "session_key",
    )

    def __init__(self, send, session_key, flush, transport=None):
        self.session_key = session_key
        self.person = None  # set when the hub has let it in
        self.memberships = {}  # room id -> Membership
        self.open = True
        self._close_code = None
        self._send = send
        self._flush = flush
        self._transport = transport
        self._queue = deque()  # of Ready
        self._waiting = 0  # bytes, in the queue and in the transport
        self._in_transport = 0  # bytes that the kernel has not taken yet
        self._room = None  # an Event, once somebody waits for room
        self._task = None  # it writes what the transport cannot

    # --- in -------------------------------------------------------------------------------------

    def put(self, frame):
        """Let the client have the frame, a JSON text, after all that were put before it."""
        self.put_ready(Ready(frame))

    def put_ready(self, ready):
        """Let the client have frames that are Ready."""
        if not self.open:
            return
        self._waiting += len(ready.wire)
        self._queue.append(ready)
        if len(self._queue) == 1 and not self._in_transport and not self._task:
            self._flush.soon(self)
        if self._waiting > self._flush.outbox_bytes:
            self._too_much()

    def _too_much(self):
        """Close the connection, if it is the client that is slow, and not this loop."""
        if self._transport and not self._in_transport:
            self.flush()
        if self._waiting > self._flush.outbox_bytes:
            self._drop()
            self.close(Close.TOO_SLOW)

    def close(self, code):
        """Close the connection, after what was put before; `code` None is a plain close.

        A client that does not read then gets no more of it.
        """
        if self.open:
            self.open = False
            self._close_code = code or 1000
            if self._in_transport:
                patience = CLOSE_SECONDS if self._queue else 0
                asyncio.get_running_loop().call_later(patience, self._close_anyway)
            elif not self._task:
                self._flush.soon(self)

    def _close_anyway(self):
        if self._close_code:
            self._drop()
            self._start_writing()

    async def room_to_answer(self):
        """Wait until little enough waits for the client: one that asks but does not read is not
        answered further."""
        while self.open and self._waiting > self._flush.outbox_bytes / 4:
            self._room = self._room or asyncio.Event()
            self._room.clear()
            await self._room.wait()

    def end(self):
        """Give up what was not written: the connection is gone."""
        self.open = False
        self._close_code = None
        self._drop()
        if self._transport:
            self._transport.ready = None
        if self._task:
            self._task.cancel()

    def _drop(self):
        self._queue.clear()
        self._waiting = self._in_transport
        self._tell_room()

    def _tell_room(self):
        if self._room and (not self.open or self._waiting <= self._flush.outbox_bytes / 4):
            self._room.set()

    # --- out ------------------------------------------------------------------------------------

    def flush(self):
        """Write what can be written now."""
        if self._transport is None:
            self._start_writing()
            return
        if self._transport.closed:
            self.end()  # its disconnect is on the way, behind commands: none of them is to wait
            return
        while self._queue and not self._in_transport:
            data = self._piece()
            if self._transport.write(data):
                self._waiting -= len(data)
            else:
                self._in_transport = len(data)
                self._transport.ready = self._go_on
        if self._room:
            self._tell_room()
        if not self.open and not self._in_transport:
            self._start_writing()

    def _piece(self):
        """Take what may be given to the transport in one piece, bytes."""
        queue = self._queue
        data = queue.popleft().wire
        if queue and len(data) < AT_ONCE_BYTES:
            parts, size = [data], len(data)
            while queue and size < AT_ONCE_BYTES:
                parts.append(queue.popleft().wire)
                size += len(parts[-1])
            data = b"".join(parts)
        return data

    def _go_on(self):
        """The transport has written what waited in it."""
        self._transport.ready = None
        self._waiting -= self._in_transport
        self._in_transport = 0
        self.flush()

    def _start_writing(self):
        if self._task is None and (self._queue or self._close_code):
            self._task = asyncio.create_task(self._write())

    async def _write(self):
        """Send what waits, and at last the close."""
        try:
            while self._queue:
                ready = self._queue.popleft()
                for text in ready.texts:
                    await self._send({"type": "websocket.send", "text": text})
                self._waiting = max(0, self._waiting - len(ready.wire))  # it may have been dropped
                self._tell_room()
            if self._close_code:
                code, self._close_code = self._close_code, None
                await self._send({"type": "websocket.close", "code": code})
        except Exception as error:
            # The client went while we wrote; its disconnect is on the way, behind the commands that
            # came before it, none of which may wait for a client that reads no more.
            logger.debug("A socket could not be written to: %r", error)
            self.open = False
            self._drop()
        finally:
            self._task = None
        if self._queue or self._close_code:
            self._start_writing()
