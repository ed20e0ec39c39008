"""HTTP connections, and that nobody can hold one for ever."""

import asyncio

import pytest
from twisted.web import http as twisted_http

from multichat.server import http, server

from .serving import HANDSHAKE, echo, serving

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world"


async def spell(scope, receive, send):
    """Say what was asked: method, path, root_path and body."""
    body, more = b"", True
    while more:
        event = await receive()
        body, more = body + event["body"], event["more_body"]
    said = f"{scope['method']} {scope['path']} [{scope['root_path']}] ".encode() + body
    length = str(len(said)).encode()
    start = {"type": "http.response.start", "status": 200}
    await send({**start, "headers": [(b"content-length", length)]})
    await send({"type": "http.response.body", "body": said})


@pytest.fixture
def quick(monkeypatch):
    """A function that sets a limit to a tenth of a second, and the others far away."""

    def quick(name):
        monkeypatch.setattr(server, "WATCH_SECONDS", 0.01)
        for each in ("HEAD", "BODY", "IDLE", "DRAIN"):
            monkeypatch.setattr(http, each, 0.1 if each == name else 1000)

    return quick


async def test_requests_follow_each_other_on_one_connection():
    async with serving(spell) as served:
        reader, writer = await served.dial(GET)
        assert (await reader.readuntil(b"GET / [] ")).startswith(b"HTTP/1.1 200 OK\r\n")
        writer.write(POST + b"0123456789" + GET)
        await reader.readuntil(b"POST / [] 0123456789")
        await reader.readuntil(b"GET / [] ")


async def test_a_client_does_not_say_where_the_site_is_mounted():
    async with serving(spell) as served:
        request = GET.replace(
            b"\r\n\r\n", b"\r\nDaphne-Root-Path: /evil\r\nConnection: close\r\n\r\n"
        )
        assert (await served.ask(request)).endswith(b"GET / [] ")


SILENT = {
    "nothing": b"",
    "half a line": b"GET / HT",
    "half the headers": GET[:-2],
    "half the headers of a WebSocket": HANDSHAKE[:-2],
}


@pytest.mark.parametrize("data", SILENT.values(), ids=SILENT)
async def test_who_sends_no_whole_request_is_dropped(quick, data):
    quick("HEAD")
    async with serving(echo) as served:
        assert await served.ask(data) == b""


async def test_time_is_not_won_by_sending_a_byte_now_and_then(quick):
    quick("HEAD")
    async with serving(echo) as served:
        reader, writer = await served.dial(GET[:-2])
        for _ in range(100):
            writer.write(b"a: b\r\n")
            await asyncio.sleep(0.02)
            if reader.at_eof():
                break
        else:
            pytest.fail("The connection lives on.")


async def test_the_next_request_has_its_own_time(quick):
    quick("HEAD")
    async with serving(echo) as served:
        reader, writer = await served.dial(GET)
        assert await reader.readexactly(len(OK)) == OK
        await asyncio.sleep(0.3)  # longer than a head may take
        writer.write(GET)
        assert await reader.readexactly(len(OK)) == OK
        writer.write(GET[:-2])
        assert await reader.read() == b""


async def test_a_body_has_its_time(quick):
    quick("BODY")
    async with serving(spell) as served:
        assert await served.ask(POST + b"01234") == b""
        reader, _ = await served.dial(POST + b"0123456789")
        await reader.readuntil(b"0123456789")


async def test_an_idle_connection_is_closed(quick):
    quick("IDLE")
    async with serving(echo) as served:
        assert await served.ask(GET) == OK


async def test_an_application_may_take_its_time(quick):
    quick("HEAD")

    async def slow(scope, receive, send):
        await asyncio.sleep(0.4)
        await echo(scope, receive, send)

    async with serving(slow) as served:
        reader, _ = await served.dial(GET)
        assert await reader.readexactly(len(OK)) == OK


async def test_who_does_not_take_the_answer_is_dropped(quick):
    quick("DRAIN")

    async def pour(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": bytes(30_000_000)})

    async with serving(pour) as served:
        await served.dial(GET[:-2] + b"Connection: close\r\n\r\n")
        await served.until(lambda: served.server.open)
        await served.until(lambda: not served.server.open)


@pytest.mark.parametrize(
    "headers", [b"a: " + b"b" * 20_000 + b"\r\n", b"a: bcdefgh\r\n" * 2000, b"a:b\r\n" * 600]
)
async def test_headers_are_bounded(headers):
    async with serving(echo) as served:
        answer = await served.ask(GET[:-2] + headers + b"\r\n")
        assert answer in (b"", b"HTTP/1.1 400 Bad Request\r\n\r\n")


async def fail_early(scope, receive, send):
    raise RuntimeError("failed")


async def fail_late(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"abc", "more_body": True})
    raise RuntimeError("failed")


async def return_late(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})


@pytest.mark.parametrize("application", [fail_early, fail_late, return_late])
async def test_an_application_that_fails_leaves_nobody_waiting(application, caplog):
    async with serving(application) as served:
        request = GET[:-2] + b"Connection: close\r\n\r\n"
        if application is fail_early:
            assert (await served.ask(request)).startswith(b"HTTP/1.1 500 ")
        else:
            with pytest.raises(ConnectionError):
                await served.ask(request)
        assert not served.server.connections
    assert len(caplog.records) == (application is not return_late)


async def test_more_connections_than_allowed_are_answered_with_503():
    async with serving(echo, max_connections=2) as served:
        async with served.connect() as one, served.connect() as two:
            for request in (GET, HANDSHAKE, b""):
                answer = await served.ask(request)
                assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
                assert b"\r\nRetry-After: 5\r\n" in answer
                assert b"\r\nConnection: close\r\n" in answer
            for client in (one, two):
                await client.send("not disturbed")
                assert await client.recv() == "not disturbed"
        await served.until(lambda: not served.server.open)
        reader, _ = await served.dial(GET)
        assert await reader.readexactly(len(OK)) == OK


async def test_those_who_do_not_take_their_refusal_are_dropped(monkeypatch):
    monkeypatch.setattr(server, "WATCH_SECONDS", 0.01)
    monkeypatch.setattr(server, "REFUSED_MAX", 2)
    monkeypatch.setattr(http, "REFUSED", 0.3)
    async with serving(echo, max_connections=1) as served, served.connect():
        await served.dial(GET)
        await served.dial(GET)
        await served.until(lambda: len(served.server.refused) == 2)
        try:
            assert await served.ask(GET) == b""
        except ConnectionError:
            pass  # reset is as good
        await served.until(lambda: not served.server.refused)


# --- how large a body may be --------------------------------------------------------------------

CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\n"


async def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes(monkeypatch):
    monkeypatch.setattr(http, "BODY_BYTES", 100)
    async with serving(spell) as served:
        length = POST.replace(b"10\r\n", b"%d\r\n")
        assert (await served.ask(length % 101 + bytes(50))).startswith(TOO_LARGE)
        reader, _ = await served.dial(length % 100 + b"x" * 100)
        await reader.readuntil(b"POST / [] " + b"x" * 100)


async def test_a_body_in_pieces_is_refused_when_it_becomes_too_large(monkeypatch):
    monkeypatch.setattr(http, "BODY_BYTES", 100)
    async with serving(spell) as served:
        piece = b"32\r\n" + b"x" * 50 + b"\r\n"
        assert (await served.ask(CHUNKED + 3 * piece)).startswith(TOO_LARGE)
        reader, _ = await served.dial(CHUNKED + 2 * piece + b"0\r\n\r\n")
        await reader.readuntil(b"POST / [] " + b"x" * 100)


@pytest.mark.parametrize(
    "request_",
    [
        POST.replace(b"10\r\n", b"101\r\n") + b"x" * 101 + GET,
        CHUNKED + b"65\r\n" + b"x" * 101 + b"\r\n0\r\n\r\n" + GET,
    ],
    ids=["with its length", "in pieces"],
)
async def test_what_is_refused_is_not_answered_twice_when_it_came_whole(monkeypatch, request_):
    monkeypatch.setattr(http, "BODY_BYTES", 100)
    async with serving(spell) as served:
        answer = await served.ask(request_)
        assert answer.startswith(TOO_LARGE)
        assert answer.endswith(b"\r\n\r\n")
        assert answer.count(b"HTTP/1.1 ") == 1


async def test_forms_are_not_taken_apart_in_the_loop(monkeypatch):
    """Nobody asks for what Twisted finds in them, and everybody would wait for it."""
    monkeypatch.setattr(twisted_http, "parse_qs", None)
    async with serving(spell) as served:
        kind = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length"
        reader, _ = await served.dial(POST.replace(b"Content-Length", kind) + b"a=1&b=2&c=")
        await reader.readuntil(b"POST / [] a=1&b=2&c=")


async def test_who_pours_on_after_that_is_cut_off(monkeypatch):
    monkeypatch.setattr(http, "BODY_BYTES", 100)
    monkeypatch.setattr(http, "REFUSED", 0.1)
    monkeypatch.setattr(server, "WATCH_SECONDS", 0.01)
    async with serving(spell) as served:
        reader, writer = await served.dial(POST.replace(b"10\r\n", b"1000000000\r\n"))
        assert (await reader.readuntil(b"\r\n")).startswith(TOO_LARGE[:12])
        with pytest.raises(ConnectionError):
            await pour(writer)


async def pour(writer):
    for _ in range(1000):
        writer.write(bytes(100_000))
        await writer.drain()
        await asyncio.sleep(0.01)
