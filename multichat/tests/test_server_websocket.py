"""WebSockets over real connections."""

import asyncio
import json

import pytest

from multichat.server import frames, server

from .serving import closed, echo, frame, read_frame, serving

CLOSE = 8


async def test_messages_of_every_size_go_both_ways():
    async with serving(echo) as served, served.connect() as client:
        for message in ("", "a", b"b", "x" * 125, "x" * 126, "x" * 65535, "é" * 32768):
            await client.send(message)
            assert await client.recv() == message
        await (await client.ping())


async def test_the_limit_is_for_what_comes_in_alone():
    async def greet(scope, receive, send):
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "x" * 1_000_000})
        while (await receive())["type"] != "websocket.disconnect":
            pass

    async with serving(greet, frame_max_bytes=1024) as served:
        client = await served.connect()
        assert len(await client.recv()) == 1_000_000
        await client.send("x" * 1024)
        await client.send("x" * 1025)
        assert (await closed(client))[0] == 1009


async def test_a_message_far_above_the_limit_is_closed_cleanly():
    async with serving(echo) as served:
        client = await served.connect()
        await client.send(b"\xff" * 20_000_000)
        assert (await closed(client))[0] == 1009


async def test_a_close_is_over_with_its_answer(monkeypatch):
    """Also when the application has ended meanwhile."""
    monkeypatch.setattr(frames, "CLOSING", 1000)

    async def close(scope, receive, send):
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": 4001})

    async with serving(close) as served:
        reader, writer = await served.open()
        assert await read_frame(reader) == (CLOSE, b"\x0f\xa1")
        writer.write(frame(b"\x0f\xa1", CLOSE))
        assert await reader.read() == b""
        await served.until(lambda: not served.server.open)


async def test_a_close_that_is_not_answered_is_over_some_time(monkeypatch):
    monkeypatch.setattr(server, "WATCH_SECONDS", 0.01)
    monkeypatch.setattr(frames, "CLOSING", 0.2)

    async def close(scope, receive, send):
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": 4001})
        await receive()
        assert await receive() == {"type": "websocket.disconnect", "code": 4001}

    async with serving(close) as served:
        reader, _ = await served.open()
        assert await read_frame(reader) == (CLOSE, b"\x0f\xa1")
        with pytest.raises(ConnectionError):
            await reader.read()


async def test_an_application_that_ends_leaves_no_open_websocket(caplog):
    async def end(scope, receive, send):
        await send({"type": "websocket.accept"})
        await receive()
        if (await receive())["text"] == "raise":
            raise RuntimeError("failed in the middle")

    async with serving(end) as served:
        for message in ("return", "raise"):
            client = await served.connect()
            await client.send(message)
            assert (await closed(client))[0] == 1011
    [record] = caplog.records
    assert record.getMessage() == "Exception inside application: failed in the middle"


async def test_what_an_application_does_too_late_or_too_early_breaks_nothing(caplog):
    done = asyncio.Event()

    async def blunder(scope, receive, send):
        with pytest.raises(ValueError, match="accepted"):
            await send({"type": "websocket.send", "text": "too early"})
        with pytest.raises(ValueError, match="no event"):
            await send({"type": "websocket.unknown"})
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": 4000})
        await send({"type": "websocket.send", "text": "too late"})
        await send({"type": "websocket.close", "code": 4001})
        while (await receive())["type"] != "websocket.disconnect":
            pass
        await send({"type": "websocket.send", "text": "far too late"})
        await send({"type": "websocket.close"})
        done.set()

    async with serving(blunder) as served:
        client = await served.connect()
        assert await closed(client) == (4000, "")
        await done.wait()
    assert caplog.text == ""


DISCONNECTS = [
    (frame(b"\x10\xe1bye", CLOSE), 4321),
    (frame(b"", CLOSE), 1005),
    (b"", 1006),
    (frame(b"\xff"), 1007),
]


@pytest.mark.parametrize(("last", "code"), DISCONNECTS, ids=str)
async def test_the_application_hears_how_it_ended(last, code):
    events = []

    async def hear(scope, receive, send):
        await send({"type": "websocket.accept"})
        while not events or events[-1]["type"] != "websocket.disconnect":
            events.append(await receive())

    async with serving(hear) as served:
        _, writer = await served.open()
        writer.write(frame(b"hello") + last)
        writer.close()
        await served.until(lambda: not served.server.tasks)
    assert events == [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": "hello"},
        {"type": "websocket.disconnect", "code": code},
    ]


async def test_nothing_is_left_of_a_websocket_that_is_gone():
    async with serving(echo) as served:
        for _ in range(3):
            async with served.connect() as client:
                await client.send(json.dumps({}))
                await client.recv()
        running = served.server
        await served.until(lambda: not (running.open or running.sockets or running.tasks))
        assert not running.deadlines._due
        assert not running.connections
        assert not running.channels
