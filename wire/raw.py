"""A client written byte by byte, for what no library would send."""

import asyncio
import socket
import struct
from contextlib import asynccontextmanager

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
MASK = b"\x0f\x1e\x2d\x3c"
PATIENCE = 10  # seconds


def frame(payload=b"", opcode=TEXT, *, final=True, bits=0, masked=True, length=None):
    """Return a frame as a client writes it; `bits` are the reserved ones (0x70), `length` is what
    it says of the payload's length instead of the truth."""
    size = len(payload)
    said, mark = size if length is None else length, 0x80 if masked else 0
    if said < 126:
        head = bytes([mark | said])
    elif said < 65536:
        head = struct.pack(">BH", mark | 126, said)
    else:
        head = struct.pack(">BQ", mark | 127, said)
    if masked:
        mask = (MASK * (size // 4 + 1))[:size]
        number = int.from_bytes(payload, "big") ^ int.from_bytes(mask, "big")
        head, payload = head + MASK, number.to_bytes(size, "big")
    return bytes([(0x80 if final else 0) | bits | opcode]) + head + payload


def handshake(site, cookie=None, *, path="/chat/stream/", more=(), without=()):
    """Return the request for a WebSocket, as bytes: `more` are lines of header beside the usual
    ones, `without` names of those that are left out."""
    usual = {
        "Host": f"127.0.0.1:{site.port}",
        "Origin": site.origin,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Cookie": f"sessionid={cookie}",
    }
    lines = [f"{name}: {value}" for name, value in usual.items() if name not in without]
    return "\r\n".join([f"GET {path} HTTP/1.1", *lines, *more, "", ""]).encode("latin-1")


class Raw:
    """A TCP connection to a site."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    def send(self, data):
        self.writer.write(data)

    async def status(self):
        """Return the status of an HTTP answer, whose headers are read as well; None when the
        connection is closed without one."""
        try:
            async with asyncio.timeout(PATIENCE):
                head = await self.reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        return int(head.split()[1])

    async def read(self):
        """Return the opcode and the payload of the server's next frame; (None, b"") when the
        connection is closed without one."""
        try:
            async with asyncio.timeout(PATIENCE):
                first, size = await self.reader.readexactly(2)
                if size == 126:
                    [size] = struct.unpack(">H", await self.reader.readexactly(2))
                elif size == 127:
                    [size] = struct.unpack(">Q", await self.reader.readexactly(8))
                return first & 0xF, await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None, b""

    async def close_code(self):
        """Read until the server closes; return the code, None when it gave none."""
        opcode = TEXT
        while opcode not in (CLOSE, None):
            opcode, payload = await self.read()
        return struct.unpack(">H", payload[:2])[0] if payload else None

    async def gone(self, within=PATIENCE):
        """Wait until the server has ended the connection, whatever it says before."""
        async with asyncio.timeout(within):
            try:
                while await self.reader.read(65536):
                    pass
            except ConnectionError:
                pass

    def reset(self):
        """End the connection as a crash does: what is under way is lost."""
        end = self.writer.get_extra_info("socket")
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@asynccontextmanager
async def dial(site, data=b""):
    """Open a TCP connection, write bytes, and give a Raw."""
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(data)
    try:
        yield Raw(reader, writer)
    finally:
        writer.transport.abort()


@asynccontextmanager
async def websocket(site, cookie):
    """Open a WebSocket of a session, and give a Raw that the hello has come to."""
    async with dial(site, handshake(site, cookie)) as raw:
        assert await raw.status() == 101
        assert b'"type":"hello"' in (await raw.read())[1]
        yield raw
