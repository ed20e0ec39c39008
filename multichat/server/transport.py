"""The ASGI extension `multichat.transport`: WebSocket frames that are ready, straight to the
kernel.

`websocket.send` encodes a text anew for each receiver. Who writes the same frame to many encodes
it once, and writes it here.
"""

NAME = "multichat.transport"


class Transport:
    """One open WebSocket's way out; in `scope["extensions"]["multichat.transport"]`.

    `ready`, None or a callable without arguments, is called on the loop when all that waited has
    been taken by the kernel: who writes no more while `write` has returned False, until then, keeps
    its own queue and leaves none here. It is called for the last time when the WebSocket closes, as
    nothing that waits is taken after that.
    """

    __slots__ = ("_connection", "ready")

    def __init__(self):
        self._connection = None  # until the WebSocket is open, and when it closes
        self.ready = None

    def open(self, connection):
        self._connection = connection

    def close(self):
        self._connection = None
        self.drained()
        self.ready = None

    @property
    def closed(self):
        """Whether what is written goes nowhere: the WebSocket is closing, or was never open."""
        return self._connection is None

    def write(self, data):
        """Write frames as the wire has them: bytes of one or several, unmasked, each complete.

        They follow all that was written before, here or by `websocket.send`. Returns whether the
        kernel has taken all of it; False also when the WebSocket is not open. Raises nothing.
        """
        connection = self._connection
        return connection is not None and connection.write(data)

    def drained(self):
        if self.ready:
            self.ready()
