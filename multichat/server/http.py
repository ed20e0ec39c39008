"""HTTP: daphne's requests, on connections that nobody can hold for ever."""

from http import HTTPStatus

from daphne.http_protocol import WebRequest
from twisted.internet.protocol import Protocol
from twisted.web.http import HTTPChannel

from .handshake import HandshakeError, denial, read_handshake
from .websocket import WebSocket

# In seconds: for a request's line and headers, from the connection or its first byte on; for its
# body; between two requests; for what was written to be taken before the connection is dropped.
HEAD, BODY, IDLE, DRAIN = 10, 60, 60, 60
REFUSED = 2  # for one that was refused to read why
BODY_BYTES = 1024 * 1024  # of a request: the largest that the site asks for is a form of texts

TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
TOO_MANY = (
    b"HTTP/1.1 503 Service Unavailable\r\n"
    b"Content-Length: 0\r\nRetry-After: 5\r\nConnection: close\r\n\r\n"
)


class Request(WebRequest):
    """One request; one for a WebSocket takes its connection over."""

    def __init__(self, *args, **kwargs):
        # Twisted would take the forms apart, here in the loop, for nobody.
        super().__init__(*args, parsePOSTFormSubmission=False, **kwargs)

    def gotLength(self, length):
        super().gotLength(min(length or 0, BODY_BYTES))  # where it is kept: nothing larger is
        self.body_bytes = 0
        if length and length > BODY_BYTES:
            self.refuse_body()

    def handleContentChunk(self, data):
        self.body_bytes += len(data)
        if self.body_bytes > BODY_BYTES:
            self.refuse_body()
        else:
            super().handleContentChunk(data)

    def refuse_body(self):
        """Answer that the body is too large, before it has come, and read no more of it."""
        if not self.channel.refused:
            self.channel.refuse(TOO_LARGE)

    def process(self):
        self.requestHeaders.removeHeader(b"Daphne-Root-Path")  # daphne believes it, from anybody
        upgrade = self.requestHeaders.getRawHeaders(b"Upgrade", [b""])[0]
        if upgrade.lower() == b"websocket":
            self.upgrade()
        else:
            super().process()

    def upgrade(self):
        try:
            handshake = read_handshake(self)
        except HandshakeError as error:
            self.refuse(error)
            return
        del self.server.connections[self]
        connection = self.channel.leave()
        if self.server.retiring:
            connection.write(denial(HTTPStatus.SERVICE_UNAVAILABLE))
            connection.loseConnection()
        else:
            connection.serve(WebSocket(self.server, *handshake))

    def refuse(self, error):
        """Answer a handshake that is none."""
        self.setResponseCode(400)
        self.responseHeaders.setRawHeaders(b"Connection", [b"close"])
        self.responseHeaders.setRawHeaders(b"Content-Type", [b"text/plain; charset=utf-8"])
        self.responseHeaders.setRawHeaders(b"Sec-WebSocket-Version", [b"13"])
        self.channel.persistent = False
        self.write(f"{error}\n".encode())
        self.finish()


class Channel(HTTPChannel):
    """An HTTP connection. Twisted resets its timeout with every byte, and so waits for ever for
    one that sends its headers slowly; here each part of a request has its time."""

    requestFactory = Request

    def __init__(self, server):
        super().__init__()
        self.server, self.factory = server, server.http_factory
        self.timeOut = HEAD
        self.idle = False
        self.left = self.refused = False

    def connectionMade(self):
        self.server.channels.add(self)
        super().connectionMade()

    def setTimeout(self, period):
        if self.refused:
            return period  # its time is running out already
        previous, self.timeOut = self.timeOut, period
        if period is None:
            self.server.deadlines.clear(self)
        else:
            self.server.deadlines.set(self, period, self.loseConnection)
        return previous

    def resetTimeout(self):
        """Time is not won by sending some."""

    def refuse(self, answer):
        """Answer the request that is coming in, and let the client read that: closed at once, with
        something unread, TCP would reset the connection and the answer."""
        self.refused = True
        self.transport.write(answer)
        self.transport.loseWriteConnection()
        self.server.deadlines.set(self, REFUSED, self.transport.abortConnection)

    def dataReceived(self, data):
        if self.refused:
            return
        if self.idle:
            self.idle = False
            self.setTimeout(HEAD)
        super().dataReceived(data)

    def rawDataReceived(self, data):
        if self.left:  # what came in one piece with the handshake
            self.left.protocol.dataReceived(data)
        else:
            super().rawDataReceived(data)

    def checkPersistence(self, request, version):
        if not self.server.retiring:
            return super().checkPersistence(request, version)
        request.responseHeaders.setRawHeaders(b"Connection", [b"close"])
        return False

    def allHeadersReceived(self):
        super().allHeadersReceived()
        self.setTimeout(BODY)

    def allContentReceived(self):
        if not self.refused:  # its end may have come in one piece with what was too much
            super().allContentReceived()

    def requestDone(self, request):
        self.idle = True
        self._savedTimeOut = IDLE
        super().requestDone(request)

    def loseConnection(self):
        super().loseConnection()
        if self.transport.connected:
            self.server.deadlines.set(self, DRAIN, self.transport.abortConnection)

    def retire(self, *, patient):
        """Finish the request that is under way, if there is one, and end; with patience, let one
        come that may be on its way."""
        if self.requests:
            self.persistent = False
            for request in self.requests:
                request.responseHeaders.setRawHeaders(b"Connection", [b"close"])
        elif not patient:
            self.loseConnection()

    def leave(self):
        """Return the connection, for another protocol."""
        self.left = self.transport
        self.left.unregisterProducer()
        self.requests.clear()
        self.server.channels.discard(self)
        return self.left

    def connectionLost(self, reason):
        super().connectionLost(reason)
        self.server.channels.discard(self)


class Refusal(Protocol):
    """Tells a client that the server is full, and lets it read that."""

    def __init__(self, deadlines):
        self.deadlines = deadlines

    def connectionMade(self):
        self.transport.write(TOO_MANY)
        # Closed at once, with the request unread, TCP would reset the connection and the answer.
        self.transport.loseWriteConnection()
        self.deadlines.set(self, REFUSED, self.transport.abortConnection)

    def dataReceived(self, data):
        """What it asks for does not matter."""

    def connectionLost(self, reason):
        self.deadlines.clear(self)
