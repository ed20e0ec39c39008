"""Handshakes that are wrong, forged, silent, or far too many. Origins are in test_connecting.py."""

import asyncio
import json

import pytest

from wire.cast import ATTACKED
from wire.raw import dial, frame, handshake, websocket

pytestmark = ATTACKED
HEAD_SECONDS = 10  # within so long a request's headers have to be there
EVIL = "evil.example.com"


async def status(site, data):
    """Return the status that these bytes are answered with, None for a connection that is ended."""
    async with dial(site, data) as raw:
        return await raw.status()


# What is beside the usual lines of a good handshake (or instead of some), and what comes of it.
HEADERS = {
    "nothing": ((), (), 101),
    "another host": (["Host: " + EVIL], (), 400),
    "the same host twice": (["Host: 127.0.0.1:{port}"], (), 400),
    "no host": ((), ["Host"], 400),
    "the origin twice": (["Origin: {origin}"], (), 403),
    "another origin behind it": (["Origin: http://" + EVIL], (), 403),
    "two origins in a line": (["Origin: {origin}, http://" + EVIL], ["Origin"], 403),
    "an origin with an underscore": (["Ori_gin: {origin}"], ["Origin"], 403),
    "a key with underscores": (
        ["Sec_WebSocket_Key: dGhlIHNhbXBsZSBub25jZQ=="],
        ["Sec-WebSocket-Key"],
        400,
    ),
    "a blank before the colon": (["Origin : {origin}"], ["Origin"], 400),
    "a host from a forwarder": (
        ["X-Forwarded-Host: " + EVIL, "Origin: http://" + EVIL],
        ["Origin"],
        403,
    ),
    "a scheme from a forwarder": (
        ["X-Forwarded-Proto: https", "Origin: https://127.0.0.1:{port}"],
        ["Origin"],
        403,
    ),
    "a scheme by an underscore": (
        ["X_Forwarded_Proto: https", "Origin: https://127.0.0.1:{port}"],
        ["Origin"],
        403,
    ),
    "Forwarded": (
        [f"Forwarded: host={EVIL};proto=https", f"Origin: https://{EVIL}"],
        ["Origin"],
        403,
    ),
    "a key too short": (["Sec-WebSocket-Key: c2hvcnQ="], ["Sec-WebSocket-Key"], 400),
    "a key that is none": (["Sec-WebSocket-Key: ???"], ["Sec-WebSocket-Key"], 400),
    "two keys": (["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="], (), 400),
    "a mount point": (["Daphne-Root-Path: /chat", "Script-Name: /chat"], (), 101),
    "a line that goes on": (["X-A: b\r\n\tOrigin: http://" + EVIL], (), 101),
    "a session in a line that goes on": (["X-A: b\r\n Cookie: sessionid=x"], ["Cookie"], 101),
    "NUL in a value": (["X-A: b\0"], (), 400),
    "NUL in a name": (["X\0A: b"], (), 400),
    "a bare carriage return": (["X-A: b\rOrigin: http://" + EVIL], (), 400),
    "bytes that are no text": (["X-A: \xff\xfe", "Cookie: \xff=\xfe"], (), 101),
    "a large header": (["X-A: " + "b" * 15_000], (), 101),
    "a header too large": (["X-A: " + "b" * 20_000], (), None),
    "headers too many": ([f"X-{number}: b" for number in range(600)], (), 400),
    "a body": (["Content-Length: 5"], (), 400),
    "a body in chunks": (["Transfer-Encoding: chunked"], (), 400),
    "two lengths": (["Content-Length: 0", "Content-Length: 5"], (), 400),
    "a length and chunks": (["Content-Length: 5", "Transfer-Encoding: chunked"], (), 400),
    "Upgrade twice": (["Upgrade: websocket"], (), 101),
    "an old version": (["Sec-WebSocket-Version: 8"], ["Sec-WebSocket-Version"], 400),
    "an extension and subprotocols": (
        ["Sec-WebSocket-Extensions: permessage-deflate; x", "Sec-WebSocket-Protocol: a, b"],
        (),
        101,
    ),
}


@pytest.mark.parametrize(("more", "without", "expected"), HEADERS.values(), ids=HEADERS)
async def test_headers_mean_what_they_say_or_nothing(chat, more, without, expected):
    site = chat.site
    more = [
        line.replace("{port}", str(site.port)).replace("{origin}", site.origin) for line in more
    ]
    request = handshake(site, chat.person().cookie, more=more, without=without)
    if "Length" in str(more) or "chunked" in str(more):
        request += b"0\r\n\r\n"  # a whole body, whichever of them is believed
    assert await status(site, request) == expected


async def test_nobody_names_the_mount_point_of_the_pages(chat):
    lines = ["GET / HTTP/1.1", "Host: 127.0.0.1:{port}", "Daphne-Root-Path: //" + EVIL, "", ""]
    request = "\r\n".join(lines).format(port=chat.site.port).encode()
    async with dial(chat.site, request) as raw:
        head = await raw.reader.readuntil(b"\r\n\r\n")
    assert b"\r\nLocation: /accounts/login/" in head


async def test_a_request_behind_a_handshake_is_no_request(chat):
    """By whatever length or chunks a proxy may have taken it for a part of the handshake."""
    smuggled = f"GET /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1:{chat.site.port}\r\n\r\n".encode()
    for more in ([], [f"Content-Length: {len(smuggled)}"], ["Transfer-Encoding: chunked"]):
        request = handshake(chat.site, chat.person().cookie, more=more) + smuggled
        async with dial(chat.site, request) as raw:
            raw.send(b"0\r\n\r\n")
            answer = await asyncio.wait_for(raw.reader.read(), 10)
            assert answer.count(b"HTTP/1.1 ") == 1


TARGETS = {
    "another site's": b"http://evil.example.com/chat/stream/",
    "another host's": b"//evil.example.com/chat/stream/",
    "a path upwards": b"/chat/../chat/stream/",
    "an asterisk": b"*",
    "a NUL in disguise": b"/chat/stream/%00",
    "long": b"/chat/stream/" + b"a" * 10_000,
    "no text": b"/chat/stream/%ff%fe",
}


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
async def test_another_target_is_no_way_in(chat, target):
    request = handshake(chat.site, chat.person().cookie)
    assert await status(chat.site, request) == 101
    assert await status(chat.site, request.replace(b"/chat/stream/", target, 1)) == 403


COOKIES = {
    "none": None,
    "empty": "sessionid=",
    "nobody's": "sessionid=" + "a" * 32,
    "no key": "sessionid='; DROP TABLE django_session; --",
    "long": "sessionid=" + "a" * 10_000,
    "bytes": "sessionid=\xff\xfe\x80",
    "quoted": 'sessionid="\\054\\000"',
    "another's name": "Sessionid={cookie}",
    "a prefix": "x-sessionid={cookie}",
    "many": "; ".join(f"c{number}=x" for number in range(1000)),
}


@pytest.mark.parametrize("cookie", COOKIES.values(), ids=COOKIES)
async def test_without_a_session_that_holds_nobody_is_let_in(chat, cookie):
    line = cookie and "Cookie: " + cookie.format(cookie=chat.person().cookie)
    request = handshake(chat.site, without=["Cookie"], more=[line] if line else [])
    async with dial(chat.site, request) as raw:
        assert await raw.status() == 101
        assert await raw.close_code() == 4401


async def test_of_two_cookies_one_says_who_it_is(chat):
    ada, bob = chat.people("ada", "bob")
    request = handshake(chat.site, ada.cookie, more=[f"Cookie: sessionid={bob.cookie}"])
    async with dial(chat.site, request) as raw:
        await raw.status()
        assert json.loads((await raw.read())[1])["user"]["id"] in (ada.id, bob.id)


GARBAGE = {
    "every byte": bytes(range(256)) * 100,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0" * 100,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500,
    "a frame": frame(b'{"command": "ping"}') * 100,
    "no end of the first line": b"GET /" + b"a" * 100_000,
    "line breaks": b"\r\n" * 10_000,
    "another method": b"BREW /chat/stream/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "another protocol": b"GET /chat/stream/ COFFEE/1.0\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("data", GARBAGE.values(), ids=GARBAGE)
async def test_what_is_no_request_ends_the_connection(chat, data):
    async with dial(chat.site, data) as raw:
        try:
            raw.writer.write_eof()
        except OSError:
            pass  # the server was quicker
        await raw.gone(within=HEAD_SECONDS + 5)


async def test_who_says_nothing_or_not_enough_is_dropped(chat, bystanders):
    """All at once, as they take their time."""
    whole = handshake(chat.site, chat.person().cookie)

    async def drip(raw):
        """Send a byte now and then, which wins no time."""
        for byte in whole[10:-1]:
            raw.send(bytes([byte]))
            await asyncio.sleep(0.2)

    async def hold(data, more=None):
        async with dial(chat.site, data) as raw:
            dripping = more and asyncio.create_task(more(raw))
            await raw.gone(within=HEAD_SECONDS + 5)
            if dripping:
                dripping.cancel()

    async def look():
        for _ in range(20):
            await asyncio.sleep(0.5)
            await asyncio.to_thread(bystanders.undisturbed)

    held = [hold(data) for data in (b"", b"GET", whole[:40], whole[:-2]) for _ in range(50)]
    await asyncio.gather(look(), hold(whole[:10], drip), *held)


async def test_a_flood_of_handshakes_disturbs_nobody(chat, bystanders):
    """Of strangers and of somebody who has an account, as fast as this machine makes them."""
    ada = chat.person()

    async def come(number):
        for _ in range(40):
            cookie = ada.cookie if number % 2 else f"guess{number}"
            async with dial(chat.site, handshake(chat.site, cookie)) as raw:
                assert await raw.status() in (101, 403)

    flood = asyncio.gather(*(come(number) for number in range(20)))
    while not flood.done():
        await asyncio.to_thread(bystanders.undisturbed)
        await asyncio.sleep(0.02)
    await flood


async def test_a_flood_of_refused_handshakes_disturbs_nobody(chat, bystanders):
    request = handshake(chat.site, "x", without=["Origin"])

    async def come():
        for _ in range(50):
            assert await status(chat.site, request) == 403

    flood = asyncio.gather(*(come() for _ in range(20)))
    while not flood.done():
        await asyncio.to_thread(bystanders.undisturbed)
        await asyncio.sleep(0.02)
    await flood


async def test_a_socket_that_says_nothing_is_no_trouble(chat):
    async with websocket(chat.site, chat.person().cookie) as raw:
        raw.writer.write_eof()
        await raw.gone()
