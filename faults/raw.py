"""A socket written byte by byte, for clients that no library would be."""

import socket
import struct

from wire.raw import CLOSE, handshake


class RawSocket:
    """A WebSocket of a person: what is sent goes out as it is. A context manager, and blocking."""

    def __init__(self, site, cookie, seconds=20):
        self._connection = socket.create_connection(("127.0.0.1", site.port), timeout=seconds)
        self.send(handshake(site, cookie))
        self._file = self._connection.makefile("rb")
        assert self._file.readline().split()[1] == b"101"
        while self._file.readline() != b"\r\n":
            pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._file.close()
        self._connection.close()

    def send(self, data):
        """Write bytes; raises TimeoutError when the server takes none of them for `seconds`."""
        self._connection.sendall(data)

    def close_code(self):
        """Read until the server closes the socket; return the code, None if it gave none."""
        try:
            while head := self._file.read(2):
                opcode, length = head[0] & 0xF, head[1]
                if length == 126:
                    length = struct.unpack(">H", self._file.read(2))[0]
                elif length == 127:
                    length = struct.unpack(">Q", self._file.read(8))[0]
                payload = self._file.read(length)
                if opcode == CLOSE:
                    return struct.unpack(">H", payload[:2])[0]
        except ConnectionResetError:
            pass
        return None
