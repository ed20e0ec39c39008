"""The load client's sockets: those that receive, and what some of them send."""

import socket
import time
from collections import deque

from . import websocket
from .stream import Receiver

READ_BYTES = 65536
TIMER_SECONDS = 0.002  # what epoll's own rounding may make a send late
SENTENCES = (
    "The kettle is on, who would like a cup?",
    "I have moved the meeting to ten o'clock.",
    "Could somebody look at the second page?",
    "That is fixed now, thanks for the hint!",
    "Lunch at the usual place, or elsewhere?",
)


class Connection:
    """One socket: entering its rooms first, then receiving what is said in the first of them."""

    def __init__(self, load, cookie, rooms):
        self.load, self.room = load, rooms[0]
        self.steps = deque(load.dialect.entering(rooms))
        self.socket = socket.create_connection(("127.0.0.1", load.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.recv = self.socket.recv
        self.take = self._upgrade
        self.rest = b""
        self.receiver = None  # until it has entered
        self.reads = []  # (time, offset in the stream) of each, when load.timed
        headers = load.dialect.headers(load.port, cookie)
        self._write(websocket.handshake(load.port, load.dialect.path, headers))

    def read(self):
        """Read what there is; return whether there was anything."""
        try:
            chunk = self.recv(READ_BYTES)
        except BlockingIOError:
            return False
        if not chunk:
            raise ConnectionError("the server closed a socket")
        self.take(chunk)
        if self.load.timed:
            self.reads.append((time.perf_counter(), self.receiver.offset))
        return True

    def send(self, text):
        self._write(websocket.frame(text.encode()))

    def _write(self, data):
        if self.socket.send(data) != len(data):
            raise ConnectionError("the server does not read")

    def _upgrade(self, chunk):
        self.rest += chunk
        head, found, rest = self.rest.partition(websocket.HEAD_END)
        if found:
            if b" 101 " not in head.partition(b"\r\n")[0]:
                raise ConnectionError(f"no WebSocket: {head[:200]!r}")
            self.rest, self.take = b"", self._enter
            self._step()
            self._enter(rest)

    def _step(self):
        """Say what the next step says, or be in."""
        if self.steps:
            text, _ = self.steps[0]
            if text is not None:
                self.send(text)
        else:
            self.receiver = Receiver(self.load.streams[self.room], self.aside)
            self.take = self.receiver.receive
            self.load.entering -= 1

    def _enter(self, chunk):
        data, start = self.rest + chunk, 0
        for opcode, body, end in websocket.split(data):
            payload, start = data[body:end], end
            if opcode == websocket.TEXT and self.steps[0][1] in payload:
                self.steps.popleft()
                self._step()
                if self.receiver:
                    if data[start:]:
                        self.receiver.receive(data[start:])
                    return
            else:
                self.aside(opcode, payload)
        self.rest = data[start:]

    def aside(self, opcode, payload):
        """Answer a frame that is no message, where it asks for an answer."""
        if opcode == websocket.PING:
            self._write(websocket.frame(payload, websocket.PONG))
        elif opcode == websocket.CLOSE:
            raise ConnectionError(f"the server closed a socket: {payload!r}")
        elif b'"error"' in payload:
            raise ConnectionError(f"the server refused: {payload[:300]!r}")
        elif answer := self.load.dialect.answer(payload):
            self.send(answer)


class Sender:
    """What a connection sends: messages with consecutive numbers."""

    def __init__(self, connection, number):
        self.connection, self.number = connection, number
        self.begun = []  # when each was sent

    def send(self, due=None):
        """Send the next message. due: when it should have been sent, from which it is timed."""
        count = len(self.begun)
        now = time.perf_counter()
        self.begun.append(now if due is None or now - due < TIMER_SECONDS else due)
        load, room = self.connection.load, self.connection.room
        text = f"{SENTENCES[count % len(SENTENCES)]} ~{self.number}-{count}~"
        ref = f"{load.name}-{self.number}-{count}"
        self.connection.send(load.dialect.message(room, text, ref))

    def on_message(self, sender, number):
        """Send one more for each echo."""
        if sender == self.number and self.connection.load.sending:
            self.send()
