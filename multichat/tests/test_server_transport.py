"""The extension `multichat.transport`: frames that are ready, straight to the kernel."""

import asyncio
import socket
import struct

import pytest

from multichat.server.transport import NAME, Transport

from .serving import HANDSHAKE, frame, read_frame, serving

TEXT, CLOSE = 1, 8
MUCH = 2_000_000  # bytes: more than the kernel takes for a client that does not read


def text(number, size=10):
    """A frame as a server writes it."""
    return frame(str(number).ljust(size).encode(), mask=b"")


class Writer:
    """An application that lets a test write; `transport` is there when it has accepted."""

    def __init__(self):
        self.accepted, self.ended = asyncio.Event(), asyncio.Event()
        self.events = []

    async def __call__(self, scope, receive, send):
        self.transport, self.send = scope["extensions"][NAME], send
        assert self.transport.write(text(0)) is False  # nothing of this may arrive
        await send({"type": "websocket.accept"})
        self.accepted.set()
        while not self.events or self.events[-1]["type"] != "websocket.disconnect":
            self.events.append(await receive())
        self.ended.set()


@pytest.fixture
async def writer():
    return Writer()


async def test_frames_arrive_in_order_however_they_were_written(writer):
    async with serving(writer) as served:
        reader, _ = await served.open()
        await writer.accepted.wait()
        write, send = writer.transport.write, writer.send
        assert write(text(1)) is True
        await send({"type": "websocket.send", "text": "2"})
        assert write(text(3) + text(4)) is True
        large = asyncio.create_task(send({"type": "websocket.send", "text": "5" * 8_000_000}))
        await asyncio.sleep(0)
        assert write(text(6)) is False  # behind the large one
        await send({"type": "websocket.close", "code": 4000})
        assert write(text(7)) is False
        got = [await read_frame(reader) for _ in range(7)]
        await large
    assert [(opcode, payload[:2].rstrip()) for opcode, payload in got] == [
        (TEXT, b"1"),
        (TEXT, b"2"),
        (TEXT, b"3"),
        (TEXT, b"4"),
        (TEXT, b"55"),
        (TEXT, b"6"),
        (CLOSE, b"\x0f\xa0"),
    ]


async def test_what_waits_is_not_overtaken_when_there_is_room_again(writer):
    async with serving(writer) as served:
        with await connected(served) as client:
            await writer.accepted.wait()
            count = 0
            while writer.transport.write(text(count, 100_000)):
                count += 1
            client.setblocking(True)
            got = client.recv(1_000_000, socket.MSG_WAITALL)  # before the loop's next turn
            assert writer.transport.write(text(count + 1)) is False
            client.setblocking(False)
            loop = asyncio.get_running_loop()
            while not got.endswith(text(count + 1)):
                got += await loop.sock_recv(client, 1_000_000)
    assert got == b"".join(text(number, 100_000) for number in range(count + 1)) + text(count + 1)


async def test_a_connection_that_was_just_reset_raises_nothing(writer):
    async with serving(writer) as served:
        client = await connected(served)
        await writer.accepted.wait()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        assert writer.transport.write(text(1)) is False  # before the loop's next turn
        await writer.ended.wait()


async def connected(served):
    """Open a WebSocket on a plain socket, which can be read while the loop stands still."""
    client = socket.socket()
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, ("127.0.0.1", served.port))
    await loop.sock_sendall(client, HANDSHAKE)
    assert (await loop.sock_recv(client, 4096)).endswith(b"\r\n\r\n")
    return client


async def test_a_websocket_that_was_closed_is_written_to_no_more(writer):
    async with serving(writer) as served:
        reader, client = await served.open()
        await writer.accepted.wait()
        await writer.send({"type": "websocket.close", "code": 4000})
        assert writer.transport.write(text(1)) is False
        assert await read_frame(reader) == (CLOSE, b"\x0f\xa0")
        client.write(frame(b"\x0f\xa0", CLOSE))
        assert await reader.read() == b""


async def test_who_reads_slowly_is_written_to_when_ready(writer):
    calls = []
    async with serving(writer) as served:
        reader, _ = await served.open()
        await writer.accepted.wait()
        writer.transport.ready = lambda: calls.append(writer.transport.write(text(number)))
        number = 0
        while writer.transport.write(text(number, 100_000)):
            number += 1
            assert number < 1000
        await asyncio.sleep(0.05)
        assert calls == []
        number += 1  # the one that did not fit waits, and is not to be written again
        for expected in range(number):
            opcode, payload = await read_frame(reader)
            assert (opcode, int(payload)) == (TEXT, expected)
        opcode, payload = await read_frame(reader)
        assert (int(payload), len(payload)) == (number, 10)
        assert calls == [True]


async def test_nothing_is_raised_when_the_client_goes(writer):
    async with serving(writer) as served:
        _, client = await served.open()
        await writer.accepted.wait()
        ready = []
        writer.transport.ready = lambda: ready.append(1)
        while writer.transport.write(text(0, 100_000)):
            pass
        client.transport.abort()
        await asyncio.sleep(0)
        for _ in range(3):
            assert writer.transport.write(text(0, MUCH)) is False
        await writer.ended.wait()
        assert writer.transport.write(text(0)) is False
        assert writer.events[-1] == {"type": "websocket.disconnect", "code": 1006}
        assert ready == [1]  # who waits to write would wait for ever
        assert writer.transport.closed
        assert writer.transport.ready is None
        await served.until(lambda: not served.server.open)


async def test_a_closing_client_is_written_to_no_more(writer):
    async with serving(writer) as served:
        reader, client = await served.open()
        await writer.accepted.wait()
        client.write(frame(b"\x03\xe8", CLOSE))
        assert await read_frame(reader) == (CLOSE, b"\x03\xe8")
        assert writer.transport.write(text(1)) is False
        assert await reader.read() == b""


def test_a_transport_of_nothing_takes_nothing():
    transport = Transport()
    assert transport.write(b"x") is False
    transport.drained()
    transport.close()
    assert transport.write(b"x") is False
