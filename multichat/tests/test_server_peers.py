"""Clients that do not read, do not stop, or are not there any more."""

import asyncio

import pytest

from multichat.server import server, websocket

from .serving import echo, frame, read_frame, serving

PING, PONG = 9, 10


async def test_who_writes_more_than_the_application_takes_is_not_read():
    go = asyncio.Event()
    texts = []

    async def slow(scope, receive, send):
        await send({"type": "websocket.accept"})
        await go.wait()
        while (event := await receive())["type"] != "websocket.disconnect":
            if text := event.get("text"):
                texts.append(text)

    async with serving(slow) as served:
        _, writer = await served.open()
        message = "x" * 10_000
        writer.write(frame(message.encode()) * 2000)
        await asyncio.sleep(0.3)
        [socket] = served.server.sockets
        assert socket.inbox.full
        assert len(socket.inbox._events) < 50
        assert writer.transport.get_write_buffer_size() > 1_000_000
        go.set()
        await served.until(lambda: len(texts) == 2000)
        assert set(texts) == {message}


async def test_an_application_waits_for_a_client_that_reads_slowly():
    sent = []

    async def pour(scope, receive, send):
        await send({"type": "websocket.accept"})
        for number in range(300):
            await send({"type": "websocket.send", "bytes": bytes(100_000)})
            sent.append(number)
        await receive()
        await receive()

    async with serving(pour) as served:
        reader, _ = await served.open()
        await asyncio.sleep(0.3)
        assert len(sent) < 250
        for _ in range(300):
            await read_frame(reader)
        assert len(sent) == 300


async def test_an_application_that_waits_for_its_client_hears_that_it_went():
    ended = asyncio.Event()

    async def pour(scope, receive, send):
        await send({"type": "websocket.accept"})
        await receive()
        for _ in range(300):
            await send({"type": "websocket.send", "bytes": bytes(100_000)})
        assert (await receive())["type"] == "websocket.disconnect"
        ended.set()

    async with serving(pour) as served:
        _, writer = await served.open()
        await asyncio.sleep(0.1)
        writer.transport.abort()
        await asyncio.wait_for(ended.wait(), 10)


async def test_who_pings_and_does_not_read_piles_up_nothing():
    async def pour(scope, receive, send):
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "bytes": bytes(20_000_000)})
        await receive()
        await receive()

    async with serving(pour) as served:
        reader, writer = await served.open()
        for number in range(100, 300):  # more in a second are a flood
            writer.write(frame(str(number).encode() * 20, PING))
        await writer.drain()
        [socket] = served.server.sockets
        await served.until(lambda: socket.owed == b"299" * 20)
        assert len(await read_frame(reader)) == 2
        assert await read_frame(reader) == (PONG, b"299" * 20)  # the latest alone
        writer.write(frame(b"now", PING))
        assert await read_frame(reader) == (PONG, b"now")


async def test_dead_peers_are_found_and_those_that_live_are_kept(monkeypatch):
    monkeypatch.setattr(server, "WATCH_SECONDS", 0.01)
    async with serving(echo) as served:
        answering = await served.connect()  # which the library does
        _, talking = await served.open()
        dead_reader, _ = await served.open()
        assert len(served.server.sockets) == 3
        assert await read_frame(dead_reader) == (PING, b"")
        for _ in range(60):
            talking.write(frame(b"I am here"))  # and answers no ping
            await asyncio.sleep(0.02)
        await served.until(lambda: len(served.server.sockets) == 2)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await dead_reader.readexactly(1)
        await answering.send("a")
        assert await answering.recv() == "a"


def test_a_peer_is_dead_after_at_most_45_seconds():
    longest = websocket.LAST_LOOK * websocket.LOOK_SECONDS * server.WATCH_SECONDS
    assert websocket.PING_LOOK < websocket.LAST_LOOK
    assert longest + websocket.LOOK_SECONDS <= 45


async def test_an_application_that_outlives_its_client_is_cancelled(monkeypatch, caplog):
    monkeypatch.setattr(server, "WATCH_SECONDS", 0.01)
    monkeypatch.setattr(websocket, "LEAVING", 0.1)

    async def linger(scope, receive, send):
        await send({"type": "websocket.accept"})
        await asyncio.Event().wait()

    async with serving(linger) as served:
        _, writer = await served.open()
        writer.close()
        await served.until(lambda: not served.server.tasks)
    assert "went on without its client" in caplog.text
