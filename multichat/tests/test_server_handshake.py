"""The opening handshake: what is one, and what the application makes of it."""

import pytest
from websockets.exceptions import InvalidStatus

from multichat.server import server, websocket

from .serving import HANDSHAKE, closed, echo, frame, read_frame, serving


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


async def deny(scope, receive, send):
    await send({"type": "websocket.close"})
    assert await receive() == {"type": "websocket.connect"}
    assert (await receive())["type"] == "websocket.disconnect"


async def fail(scope, receive, send):
    raise RuntimeError("failed before it accepted")


async def forget(scope, receive, send):
    pass


@pytest.mark.parametrize(("application", "status"), [(deny, 403), (fail, 500), (forget, 500)])
async def test_who_is_not_accepted_gets_an_http_status(application, status, caplog):
    async with serving(application) as served:
        with pytest.raises(InvalidStatus) as caught:
            await served.connect()
        assert caught.value.response.status_code == status
    assert ("failed before it accepted" in caplog.text) == (application is fail)


async def test_an_application_may_deny_with_a_status_and_headers():
    async def deny(scope, receive, send):
        assert "websocket.http.response" in scope["extensions"]
        headers = [(b"retry-after", b"7"), (b"Content-Length", b"3")]
        start = {"type": "websocket.http.response.start", "status": 429, "headers": headers}
        await send(start)
        await send({"type": "websocket.http.response.body", "body": b"why"})
        assert await receive() == {"type": "websocket.connect"}
        assert (await receive())["type"] == "websocket.disconnect"

    async with serving(deny) as served:
        answer = await served.ask(HANDSHAKE)
    assert answer == (
        b"HTTP/1.1 429 Too Many Requests\r\n"
        b"Content-Length: 0\r\nretry-after: 7\r\nConnection: close\r\n\r\n"
    )


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
    "a body": (b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\nhello"),
    "a body in chunks": (b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
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
