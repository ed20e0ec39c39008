"""WebSockets over real connections."""

import asyncio
import json

import pytest
from websockets.exceptions import InvalidStatus

from multichat.server import frames, server, websocket

from .serving import HANDSHAKE, echo, frame, read_frame, serving

PING, PONG, CLOSE = 9, 10, 8


async def closed(client):
    """Return the code and the reason that a client was closed with."""
    await client.wait_closed()
    return client.close_code, client.close_reason


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


async def test_the_scope_says_who_asks_for_what():
    scopes = []

    async def keep(scope, receive, send):
        scopes.append(scope)
        await echo(scope, receive, send)

    options = {"additional_headers": {"A-B": "c", "A_B": "d"}, "subprotocols": ["x", "y"]}
    async with serving(keep) as served, served.connect("/a%20b/c?d=%20e", **options) as client:
        me = client.local_address
    [scope] = scopes
    headers = dict(scope["headers"])
    assert headers[b"a-b"] == b"c"
    assert b"a_b" not in headers
    assert {**scope, "headers": None, "extensions": None} == {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": "/a b/c",
        "raw_path": b"/a%20b/c",
        "query_string": b"d=%20e",
        "root_path": "",
        "headers": None,
        "client": list(me),
        "server": ["127.0.0.1", served.port],
        "subprotocols": ["x", "y"],
        "extensions": None,
    }


async def test_the_application_names_subprotocol_and_headers():
    async def accept(scope, receive, send):
        await send({"type": "websocket.accept", "subprotocol": "y", "headers": [(b"a", b"\xe9")]})
        await send({"type": "websocket.close", "code": 4001, "reason": "é" * 200})

    async with serving(accept) as served:
        client = await served.connect(subprotocols=["x", "y"])
        assert client.subprotocol == "y"
        assert client.response.headers["a"] == "é"
        assert await closed(client) == (4001, "é" * 61)


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


async def deny(scope, receive, send):
    await send({"type": "websocket.close"})
    assert await receive() == {"type": "websocket.connect"}
    assert (await receive())["type"] == "websocket.disconnect"


async def fail(scope, receive, send):
    raise RuntimeError("failed before it accepted")


async def forget(scope, receive, send):
    pass


@pytest.mark.parametrize(
    ("application", "status"), [(deny, 403), (fail, 500), (forget, 500)], ids=lambda each: str(each)
)
async def test_who_is_not_accepted_gets_an_http_status(application, status, caplog):
    async with serving(application) as served:
        with pytest.raises(InvalidStatus) as caught:
            await served.connect()
        assert caught.value.response.status_code == status
    assert ("failed before it accepted" in caplog.text) == (application is fail)


async def test_an_application_that_never_answers_gets_503_for_its_client(monkeypatch):
    monkeypatch.setattr(server, "WATCH_SECONDS", 0.01)
    monkeypatch.setattr(websocket, "ACCEPTING", 0.1)
    seen = []

    async def wait(scope, receive, send):
        while True:
            seen.append(await receive())

    async with serving(wait) as served:
        answer = await served.ask(HANDSHAKE)
        assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        await served.until(lambda: len(seen) == 2)
        [task] = served.server.tasks
        task.cancel()


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


BAD = {
    "another method": (b"GET", b"POST"),
    "an old HTTP": (b"HTTP/1.1", b"HTTP/1.0"),
    "no Connection": (b"Connection: Upgrade", b"Connection: keep-alive"),
    "another version": (b"Version: 13", b"Version: 8"),
    "no version": (b"Sec-WebSocket-Version: 13\r\n", b""),
    "two versions": (b"Version: 13", b"Version: 13, 8"),
    "no key": (b"Sec-WebSocket-Key", b"Another-Key"),
    "a short key": (b"dGhlIHNhbXBsZSBub25jZQ==", b"dGhlIHNhbXBsZSBub25jZ"),
    "a key that is none": (b"dGhlIHNhbXBsZSBub25jZQ==", b"....IHNhbXBsZSBub25jZQ=="),
    "two keys": (b"\r\n\r\n", b"\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"),
    "two hosts": (b"Host: a", b"Host: a\r\nHost: b"),
    "no host": (b"Host: a\r\n", b""),
    "a path that is not ASCII": (b"/x", b"/\xff"),
}


@pytest.mark.parametrize(("good", "bad"), BAD.values(), ids=BAD)
async def test_a_handshake_that_is_none_is_answered_with_400(good, bad):
    assert HANDSHAKE.count(good) == 1
    async with serving(echo) as served:
        answer = await served.ask(HANDSHAKE.replace(good, bad))
        assert answer.startswith((b"HTTP/1.1 400 Bad Request\r\n", b"HTTP/1.0 400 Bad Request\r\n"))


async def test_a_list_of_connection_words_is_understood():
    async with serving(echo) as served:
        request = HANDSHAKE.replace(b"Connection: Upgrade", b"Connection: keep-alive, UPGRADE")
        reader, _ = await served.dial(request)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in answer  # RFC 6455, 1.3


async def test_what_comes_with_the_handshake_is_not_lost():
    async with serving(echo) as served:
        reader, _ = await served.dial(HANDSHAKE + frame(b"early") + frame(b"bird")[:3])
        await reader.readuntil(b"\r\n\r\n")
        assert await read_frame(reader) == (1, b"early")


async def test_much_that_comes_before_the_answer_drops_the_connection():
    async with serving(deny_slowly) as served:
        reader, writer = await served.dial(HANDSHAKE)
        writer.write(b"x" * 200_000)
        with pytest.raises(ConnectionError):
            await reader.readexactly(1)


async def deny_slowly(scope, receive, send):
    while (await receive())["type"] != "websocket.disconnect":
        pass


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
        for number in range(1000):
            writer.write(frame(str(number).encode() * 20, PING))
        await writer.drain()
        [socket] = served.server.sockets
        await served.until(lambda: socket.owed == b"999" * 20)
        assert len(await read_frame(reader)) == 2
        assert await read_frame(reader) == (PONG, b"999" * 20)  # the latest alone
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
