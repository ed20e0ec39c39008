"""The server in this process, for tests of it: any ASGI application on a free port."""

import asyncio
import struct
import threading
from contextlib import asynccontextmanager

from websockets.asyncio.client import connect

from multichat.server import listen
from multichat.server.server import Server

PATIENCE = 10  # seconds: long enough for a slow machine, and no promise
HANDSHAKE = (
    b"GET /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


class Served:
    """A server that runs; `server` is it, `port` where.

    `server.tasks` and the like may be read: all is in one process and one thread.
    """

    def __init__(self, server):
        self.server = server
        self.port = server.endpoints[0].getsockname()[1]
        self.end = asyncio.Event()
        self.writers = []

    def connect(self, path="/", **options):
        """Open a WebSocket by the library websockets, with nothing done by itself."""
        options = {"ping_interval": None, "proxy": None, "max_size": None, **options}
        return connect(f"ws://127.0.0.1:{self.port}{path}", **options)

    async def dial(self, data=b""):
        """Open a TCP connection and write; return its reader and writer, which closes at the end
        of the test."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers.append(writer)
        writer.write(data)
        return reader, writer

    async def ask(self, data):
        """Return all that is answered, until the server closes."""
        reader, _ = await self.dial(data)
        async with asyncio.timeout(PATIENCE):
            return await reader.read()

    async def open(self):
        """Open a WebSocket byte by byte; return its reader and writer."""
        reader, writer = await self.dial(HANDSHAKE)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 101 ")
        return reader, writer

    async def until(self, condition):
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
                await asyncio.sleep(0.01)


def without_lifespan(application):
    """An application that knows nothing of lifespans, from one that does not expect any."""

    async def known(scope, receive, send):
        if scope["type"] == "lifespan":
            raise ValueError("lifespan is unknown")
        await application(scope, receive, send)

    return known


@asynccontextmanager
async def serving(application, *, lifespan=False, frame_max_bytes=65536, max_connections=1000):
    """Serve an application, and end as SIGTERM would end it. Nothing in it may take for ever."""
    server = Server(
        application if lifespan else without_lifespan(application),
        listen("127.0.0.1", 0),
        frame_max_bytes=frame_max_bytes,
        max_connections=max_connections,
    )
    served = Served(server)
    ready = threading.Event()
    task = asyncio.create_task(server.live(ready.set, served.end.wait))
    try:
        await served.until(lambda: ready.is_set() or task.done())
        if not task.done():
            async with asyncio.timeout(3 * PATIENCE):
                yield served
    finally:
        served.end.set()
        try:
            await task
        finally:
            for thing in (*served.writers, *server.endpoints):
                thing.close()


async def echo(scope, receive, send):
    """An application that says back what it hears, and `hello world` over HTTP."""
    if scope["type"] == "http":
        start = {"type": "http.response.start", "status": 200}
        await send({**start, "headers": [(b"content-length", b"11")]})
        await send({"type": "http.response.body", "body": b"hello world"})
        return
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] != "websocket.disconnect":
        if event["type"] == "websocket.receive":
            await send({**event, "type": "websocket.send"})


def frame(payload, opcode=1, *, fin=True, mask=b"\x11\x22\x33\x44"):
    """Return a frame as a client writes it; without a mask, as a server does."""
    size = len(payload)
    marked = 0x80 if mask else 0
    head = bytes([(0x80 if fin else 0) | opcode])
    if size < 126:
        head += bytes([marked | size])
    elif size < 65536:
        head += bytes([marked | 126]) + struct.pack("!H", size)
    else:
        head += bytes([marked | 127]) + struct.pack("!Q", size)
    if mask:
        payload = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))
    return head + mask + payload


async def closed(client):
    """Return the code and the reason that a client of `Served.connect` was closed with."""
    async with asyncio.timeout(PATIENCE):
        await client.wait_closed()
    return client.close_code, client.close_reason


async def read_frame(reader):
    """Return the opcode and the payload of the server's next frame."""
    async with asyncio.timeout(PATIENCE):
        first, size = await reader.readexactly(2)
        if size == 126:
            [size] = struct.unpack("!H", await reader.readexactly(2))
        elif size == 127:
            [size] = struct.unpack("!Q", await reader.readexactly(8))
        return first & 0x0F, await reader.readexactly(size)
