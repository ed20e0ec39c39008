"""WebSocket frames: autobahn's, with the usual case in front and no byte kept for nothing."""

from functools import cached_property
from time import monotonic

import daphne.server  # noqa: F401 - it chooses Twisted's reactor, before autobahn does
from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from autobahn.util import encode_truncate
from autobahn.websocket.protocol import TrafficStats
from autobahn.websocket.utf8validator import Utf8Validator

PROTOCOL_ERROR, INVALID_PAYLOAD, TOO_BIG, FLOODING = 1002, 1007, 1009, 4429
UNFINISHED = 20  # seconds that a message may take from its first byte to its last
CLOSING = 5  # seconds for the other side to answer a close, and to take what was written before
FINAL_TEXT = 0x81
# Pings, pongs and parts of messages that a client may send in a second: no application counts them,
# and each costs more than a message.
EXTRAS = 256
LATE_BYTES = 4096  # read behind our close, in search of its answer; a flood may not have one


class Frames(WebSocketServerProtocol):
    """The frames of one WebSocket, in both directions.

    `limit`: the bytes that a message from the client may have; for one above it the WebSocket is
    closed with 1009, for other faults with 1002 and 1007. A subclass has `received(event)`, which
    gets every message as an ASGI event.
    """

    deaf = False  # what comes does not matter any more
    begun = False  # a part of a message has come, not yet all of it
    extras = extras_since = 0  # how many, since when
    late = 0  # bytes read behind our close

    # What autobahn keeps on each instance, 4 KB of it. Here it is kept once for all, until a value
    # changes.
    state = WebSocketServerProtocol.STATE_CONNECTING
    data = b""
    current_frame = None
    inside_message = False
    trafficStats = TrafficStats()  # counts, and nobody looks
    trackedTimings = _perMessageCompress = None
    closeHandshakeTimeoutCall = autoPingTimeoutCall = autoPingPending = None
    failedByMe = wasClean = False
    localCloseCode = remoteCloseCode = None
    websocket_version = 13
    utf8validator = cached_property(lambda self: Utf8Validator())

    def __init__(self, deadlines, limit):
        # Past autobahn's own, which makes futures that nobody waits for.
        self.deadlines, self.maxMessagePayloadSize = deadlines, limit

    # --- from the client --------------------------------------------------------------------------

    def dataReceived(self, data):
        if self.deaf or (self.state == self.STATE_CLOSING and self.too_late(data)):
            return
        usual = self.current_frame is None and not self.data and not self.inside_message
        if usual and self.state == self.STATE_OPEN:
            data = self.take_texts(data)
            if not data:
                return
        self.data += data
        self.consumeData()
        self.watch_the_unfinished()

    def too_late(self, data):
        """Whether so much comes behind our close that it is not worth reading."""
        self.late += len(data)
        if self.late > LATE_BYTES:
            self.turn_deaf()
            self.transport.loseWriteConnection()
        return self.deaf

    def onFrameBegin(self):
        whole = self.current_frame.fin and self.current_frame.opcode in (1, 2)
        if not whole and self.too_many_extras():
            self.end(FLOODING, "Too many pings, or parts of messages.")
        super().onFrameBegin()

    def too_many_extras(self):
        now = monotonic()
        if now - self.extras_since > 1:
            self.extras, self.extras_since = 0, now
        self.extras += 1
        return self.extras > EXTRAS

    def take_texts(self, data):
        """Take the whole text messages that the data begins with; return the rest.

        What is anything else (a part, a control frame, too long, no UTF-8) is left to autobahn,
        with all that follows.
        """
        start, size = 0, len(data)
        while size - start >= 8 and data[start] == FINAL_TEXT:
            length, mask = data[start + 1] - 0x80, start + 2  # below 0: not masked
            if length >= 126:
                if length == 127 or (data[mask] == 0 and data[mask + 1] < 126):
                    break
                length, mask = int.from_bytes(data[mask : mask + 2], "big"), start + 4
            payload = mask + 4
            end = payload + length
            if not 0 <= length <= self.maxMessagePayloadSize or end > size:
                break
            try:
                text = unmask(data[payload:end], data[mask:payload]).decode()
            except UnicodeDecodeError:
                break
            self.received({"type": "websocket.receive", "text": text})
            start = end
        return data[start:]

    def onMessage(self, payload, isBinary):
        if self.begun:
            self.begun = False
            self.deadlines.clear(self)
        if self.state == self.STATE_OPEN:
            content = {"bytes": payload} if isBinary else {"text": payload.decode()}
            self.received({"type": "websocket.receive", **content})

    def onMessageEnd(self):
        if not self.failedByMe:
            self.onMessage(b"".join(self.message_data), self.message_is_binary)
        self.message_data = None

    def watch_the_unfinished(self):
        """See that a message that has begun ends some time."""
        if self.state != self.STATE_OPEN:
            return
        unfinished = self.data or self.inside_message or self.current_frame
        if unfinished and not self.begun:
            self.begun = True
            self.deadlines.set(self, UNFINISHED, self.give_up)
        elif self.begun and not unfinished:
            self.begun = False
            self.deadlines.clear(self)

    def give_up(self):
        self.end(PROTOCOL_ERROR, "The message has no end.")

    def _protocol_violation(self, reason):
        self.end(PROTOCOL_ERROR, reason)
        return True  # read no further

    def _invalid_payload(self, reason):
        self.end(INVALID_PAYLOAD, reason)
        return True

    def _max_message_size_exceeded(self, msg_size, max_msg_size, reason):
        self.end(TOO_BIG, reason)

    # --- to the client ----------------------------------------------------------------------------

    def sendData(self, data, sync=False, chopsize=None):
        self.transport.write(data)

    def sendCloseFrame(self, code=None, reasonUtf8=None, isReply=False):
        if self.state == self.STATE_OPEN:
            super().sendCloseFrame(code, reasonUtf8, isReply)
            self.deadlines.set(self, CLOSING, self.transport.abortConnection)

    def end(self, code, reason=""):
        """Close, and hear no more of the client.

        The connection stays for a moment: closed at once, with something unread, TCP would reset
        it, and the close frame might be lost (RFC 9112, section 9.6, tells the same of HTTP).
        """
        self.failedByMe = True
        self.turn_deaf()
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code, encode_truncate(reason, 123))
            self.transport.loseWriteConnection()

    def turn_deaf(self):
        self.deaf = True
        self.data = b""

    def dropConnection(self, abort=False):
        """Called by autobahn when both sides have closed."""
        if not self.deaf:
            self.state = self.STATE_CLOSED
            self.transport.loseConnection()


# Closing has a deadline here, opening in websocket.py; pings are sent by server.py.
factory = WebSocketServerFactory()
factory.setProtocolOptions(
    openHandshakeTimeout=0, closeHandshakeTimeout=0, echoCloseCodeReason=True
)
Frames.factory = factory
for option in WebSocketServerProtocol.CONFIG_ATTRS:
    setattr(Frames, option, getattr(factory, option))


def unmask(payload, mask):
    """Return what a client has masked with these four bytes (RFC 6455, section 5.3).

    As one large number: a loop over the bytes takes a hundred times as long.
    """
    size = len(payload)
    key = (mask * (size // 4 + 1))[:size]
    number = int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")
    return number.to_bytes(size, "big")
