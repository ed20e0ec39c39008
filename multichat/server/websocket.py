"""One WebSocket and its application."""

import asyncio
from http import HTTPStatus

from autobahn.util import encode_truncate

from .frames import Frames
from .handshake import acceptance, denial
from .inbox import Inbox
from .transport import NAME, Transport

ACCEPTING = 20  # seconds for the application to accept the WebSocket or not
LEAVING = 10  # seconds for the application to end when its client is gone
DENIAL = "websocket.http.response"  # ASGI's extension by which an application denies with a status
NO_STATUS, ABNORMAL, INTERNAL_ERROR, RESTART = 1005, 1006, 1011, 1012
# A peer is pinged after 15 to 20 s of silence and given up after 35 to 40. Counted in looks of
# the server, not by the clock: a machine that slept finds its peers as they were.
LOOK_SECONDS, PING_LOOK, LAST_LOOK = 5, 4, 8


class WebSocket(Frames):
    """A WebSocket, from its handshake on, as ASGI has it."""

    told = False  # the application knows that the client is gone, or is being left
    owed = None  # what to answer the client's latest ping with
    room = None  # a future: the kernel has taken what was written

    def __init__(self, server, scope, key):
        super().__init__(server.deadlines, server.frame_max_bytes)
        self.server, self.scope, self.key = server, scope, key
        self.inbox = Inbox(self.read_on)
        self.outlet = Transport()

    def connectionMade(self):
        """Start the application."""
        scope, self.scope = self.scope, None
        scope["extensions"] = {NAME: self.outlet, DENIAL: {}}
        self.server.sockets.add(self)
        self.deadlines.set(self, ACCEPTING, self.time_out)
        self.inbox.put({"type": "websocket.connect"})
        self.task = self.server.start(scope, self.inbox.get, self.send, self.application_ended)

    # --- from the application ---------------------------------------------------------------------

    async def send(self, event):
        """Do what the application says. This is its ASGI `send`. On a closed WebSocket it does
        nothing; behind a client that reads slowly it waits."""
        if event["type"] == "websocket.send":
            self.send_message(event)
            await self.wait_for_room()
        elif event["type"] == "websocket.accept":
            self.accept(event)
        elif event["type"] == "websocket.close":
            self.close(event.get("code") or 1000, event.get("reason") or "")
        elif event["type"] == f"{DENIAL}.start":
            self.deny(event["status"], event.get("headers", ()))
        elif event["type"] == f"{DENIAL}.body":
            pass  # without one: whoever reads it is a program
        else:
            raise ValueError(f"{event['type']} is no event for a WebSocket.")

    def send_message(self, event):
        if self.state == self.STATE_CONNECTING:
            raise ValueError("The WebSocket has not been accepted yet.")
        if self.state != self.STATE_OPEN:
            return
        if (text := event.get("text")) is not None:
            self.sendFrame(1, text.encode())
        else:
            self.sendFrame(2, event["bytes"])

    async def wait_for_room(self):
        if self.transport.waiting and self.state == self.STATE_OPEN:
            self.room = self.room or asyncio.get_running_loop().create_future()
            await asyncio.shield(self.room)  # others may wait for it too

    def make_room(self):
        if self.room:
            self.room.set_result(None)
            self.room = None

    def accept(self, event):
        if self.state != self.STATE_CONNECTING:
            return
        answer = acceptance(self.key, event.get("subprotocol"), event.get("headers", ()))
        self.key = None
        self.deadlines.clear(self)
        self.transport.write(answer)
        self.state = self.STATE_OPEN
        self.outlet.open(self.transport)
        self.transport.on_drained = self.drained
        if self.data:
            early, self.data = self.data, b""
            self.dataReceived(early)

    def close(self, code, reason):
        if self.state == self.STATE_CONNECTING:
            self.deny(HTTPStatus.FORBIDDEN)
        else:
            self.sendCloseFrame(code, encode_truncate(reason, 123))

    def deny(self, status, headers=()):
        """End the handshake with an HTTP status."""
        if self.state == self.STATE_CONNECTING:
            self.state = self.STATE_CLOSED
            self.transport.write(denial(status, headers))
            self.transport.loseConnection()
            self.deadlines.set(self, ACCEPTING, self.transport.abortConnection)

    def time_out(self):
        self.deny(HTTPStatus.SERVICE_UNAVAILABLE)

    def leave(self, code):
        """Close, unless that is under way."""
        if self.state == self.STATE_OPEN:
            self.end(code)

    def application_ended(self, failed):
        """Called when the application has returned, or raised (`failed`)."""
        if self.server.retiring and not failed:
            self.finish()
        else:
            self.deny(HTTPStatus.INTERNAL_SERVER_ERROR)
            self.leave(INTERNAL_ERROR)

    # --- from the client --------------------------------------------------------------------------

    def processHandshake(self):
        """Let what comes before the handshake is answered wait for that."""
        if len(self.data) > self.maxMessagePayloadSize:
            self.transport.abortConnection()

    def received(self, event):
        self.inbox.put(event)
        if self.inbox.full:
            self.transport.pauseProducing()

    def read_on(self):
        self.transport.resumeProducing()

    def onPing(self, payload):
        if self.transport.waiting:  # one that pings and does not read piles up nothing here
            self.owed = payload
        else:
            self.sendPong(payload)

    def drained(self):
        if self.owed is not None:
            self.sendPong(self.owed)
            self.owed = None
        self.make_room()
        self.outlet.drained()

    def sendCloseFrame(self, code=None, reasonUtf8=None, isReply=False):
        super().sendCloseFrame(code, reasonUtf8, isReply)
        self.outlet.close()

    def connectionLost(self, reason):
        self.state = self.STATE_CLOSED
        self.outlet.close()
        self.make_room()
        self.deadlines.clear(self)
        self.server.sockets.discard(self)
        if self.wasClean:
            self.tell_the_end(self.remoteCloseCode or NO_STATUS)
        else:
            self.tell_the_end(self.localCloseCode or ABNORMAL)
        self.server.expect_end(self.task, LEAVING)

    def tell_the_end(self, code):
        """Let the application know that it is over, behind what it still has to receive."""
        if not self.told:
            self.told = True
            self.inbox.put({"type": "websocket.disconnect", "code": code})

    # --- from the server --------------------------------------------------------------------------

    def look(self):
        """See whether the peer is there; called every LOOK_SECONDS."""
        connection = self.transport
        if self.inbox.full and not connection.waiting:
            return  # it is us who do not read
        connection.silence += 1
        if connection.silence >= LAST_LOOK:
            connection.abortConnection()
        elif connection.silence == PING_LOOK and not connection.waiting:
            self.sendPing()

    def retire(self):
        """Take nothing more from the client, and let the application come to its end: then the
        WebSocket closes with 1012."""
        if self.state != self.STATE_CLOSING:  # whose answer is still to come
            self.deaf = True
        self.tell_the_end(RESTART)

    def finish(self):
        """Close because the server ends."""
        self.deny(HTTPStatus.SERVICE_UNAVAILABLE)
        self.leave(RESTART)
