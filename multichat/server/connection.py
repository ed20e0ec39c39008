"""TCP connections: accepted, read, written to, ended."""

import asyncio
import errno
import logging

import daphne.server  # noqa: F401 - it chooses Twisted's reactor, before Twisted does
from twisted.internet import main, reactor, tcp
from twisted.internet.error import ConnectionAborted
from twisted.python.failure import Failure

logger = logging.getLogger(__name__)

READ_BYTES = 65536
EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
EXHAUSTED_SECONDS = 1  # before the next try, when the machine has no descriptor left


class Listener:
    """Accepts connections on a listening socket, for `connect(socket, address)`.

    One at a time: several processes may share the socket, and each takes the next when it has
    done its work with the last.
    """

    def __init__(self, listening, connect):
        listening.setblocking(False)
        self._socket, self._connect = listening, connect
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(listening, self._accept)

    def _accept(self):
        try:
            accepted, address = self._socket.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # another process took it, or the client went
        except OSError as error:
            if error.errno not in EXHAUSTED:
                raise
            logger.warning("A connection could not be accepted: %s.", error.strerror)
            self._loop.remove_reader(self._socket)
            self._loop.call_later(EXHAUSTED_SECONDS, self._resume)
            return
        self._connect(accepted, address)

    def _resume(self):
        if self._socket.fileno() != -1:
            self._loop.add_reader(self._socket, self._accept)

    def close(self):
        self._loop.remove_reader(self._socket)
        self._socket.close()


class Connection(tcp.Server):
    """One TCP connection: Twisted's, watched by the asyncio loop without the reactor in between.

    `waiting` is whether something written waits for the kernel to take it. `silence` is for who
    looks for dead peers: it is set to 0 whenever the peer was heard of. `on_drained()` is called
    when nothing waits any more, `on_lost(connection)` when the connection is gone.
    """

    waiting = reading = aborting = False
    silence = 0
    on_drained = None

    def __init__(self, accepted, address, on_lost):
        # Past tcp.Server, which makes texts for logs that nobody reads.
        tcp.Connection.__init__(self, accepted, None, reactor)
        self.client = address
        self._addressType = tcp.address.IPv6Address if len(address) > 2 else tcp.address.IPv4Address
        self.on_lost = on_lost
        self.loop = asyncio.get_running_loop()
        self.connected = 1
        self.setTcpNoDelay(True)

    def __repr__(self):
        return f"<Connection from {self.client[0]}>"

    def serve(self, protocol):
        """Let a Twisted protocol, a new one, have what comes."""
        self.protocol = protocol
        protocol.makeConnection(self)
        self.startReading()

    def write(self, data):
        """Write behind all that was written before; return whether the kernel has taken all of it.

        Twisted's own `write` always waits for the loop's next turn. A connection that is dying
        raises nothing: `connectionLost` is on its way.
        """
        if not self.waiting:
            if not self.connected:
                return False
            try:
                sent = self.socket.send(data)
            except OSError:  # full, or dying: the loop finds out which
                sent = 0
            if sent == len(data):
                return True
            data = data[sent:]
        super().write(data)
        return False

    # --- what Twisted asks of its reactor ---------------------------------------------------------

    def startReading(self):
        if not self.reading and not self.aborting:
            self.reading = True
            self.loop.add_reader(self.fileno(), self._readable)

    def stopReading(self):
        if self.reading:
            self.reading = False
            self.loop.remove_reader(self.fileno())

    def startWriting(self):
        if not self.waiting and not self.aborting:
            self.waiting = True
            self.loop.add_writer(self.fileno(), self._writable)

    def stopWriting(self):
        if self.waiting:
            self.waiting = False
            self.loop.remove_writer(self.fileno())

    def _readable(self):
        self.silence = 0
        try:
            data = self.socket.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.connectionLost(Failure(main.CONNECTION_LOST))
            return
        if not data:
            self.connectionLost(Failure(main.CONNECTION_DONE))
            return
        try:
            self.protocol.dataReceived(data)
        except Exception:
            logger.exception("What came on a connection could not be handled")
            self.abortConnection()

    def _writable(self):
        self.silence = 0
        if why := self.doWrite():
            self.connectionLost(Failure(why))
        elif not self.waiting and self.on_drained:
            self.on_drained()

    def abortConnection(self):
        """End the connection, whatever waits to be written."""
        if self.connected and not self.aborting:
            self.stopReading()
            self.stopWriting()
            self.aborting = True
            self.loop.call_soon(self.connectionLost, Failure(ConnectionAborted()))

    def connectionLost(self, reason):
        if not self.connected:
            return
        self.on_drained = None
        super().connectionLost(reason)
        self.on_lost(self)
