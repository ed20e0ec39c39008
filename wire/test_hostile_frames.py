"""Framing that is wrong, without end or without measure. Bad JSON is in test_bad_frames.py."""

import asyncio
import struct

import pytest

from wire.bystander import GROWTH, peak
from wire.cast import ATTACKED
from wire.raw import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, frame, websocket

pytestmark = ATTACKED
PROTOCOL_ERROR, NOT_UTF8, TOO_BIG, FLOODING = 1002, 1007, 1009, 4429
ORDER = b'{"command": "ping"}'
LIMIT = 65536

FAULTS = {
    "not masked": (PROTOCOL_ERROR, frame(ORDER, masked=False)),
    "not masked, with a mask's length behind it": (
        PROTOCOL_ERROR,
        frame(ORDER, masked=False) + b"mask",
    ),
    "the first reserved bit": (PROTOCOL_ERROR, frame(ORDER, bits=0x40)),
    "the second reserved bit": (PROTOCOL_ERROR, frame(ORDER, bits=0x20)),
    "the third reserved bit": (PROTOCOL_ERROR, frame(ORDER, bits=0x10)),
    "a reserved kind of data": (PROTOCOL_ERROR, frame(ORDER, 3)),
    "a reserved kind of control": (PROTOCOL_ERROR, frame(b"", 11)),
    "a part of nothing": (PROTOCOL_ERROR, frame(ORDER, CONTINUATION)),
    "a message within a message": (PROTOCOL_ERROR, frame(ORDER, final=False) + frame(ORDER)),
    "a ping in parts": (PROTOCOL_ERROR, frame(b"", PING, final=False)),
    "a ping too long": (PROTOCOL_ERROR, frame(b"x" * 126, PING)),
    "a close of one byte": (PROTOCOL_ERROR, frame(b"x", CLOSE)),
    "a close with no code": (PROTOCOL_ERROR, frame(struct.pack(">H", 1005), CLOSE)),
    "a close whose reason is no text": (NOT_UTF8, frame(struct.pack(">H", 1000) + b"\xff", CLOSE)),
    "no text": (NOT_UTF8, frame(b"\xff\xfe")),
    "a text cut within a letter": (NOT_UTF8, frame("é".encode()[:1])),
    "half a surrogate": (NOT_UTF8, frame(b'{"command": "\xed\xa0\x80"}')),
    "no text, in parts": (NOT_UTF8, frame(b"\xc3", final=False) + frame(b"x", CONTINUATION)),
    "too big": (TOO_BIG, frame(b"x" * (LIMIT + 1))),
    "far too big": (TOO_BIG, frame(b"x" * 20 * LIMIT)),
    "far too big, binary": (TOO_BIG, frame(b"x" * 20 * LIMIT, BINARY)),
    "a length of 2^62": (TOO_BIG, frame(b"x", length=2**62)),
    "a length of 2^62, binary": (TOO_BIG, frame(b"x", BINARY, length=2**62)),
    "a length of 2^63": (PROTOCOL_ERROR, frame(b"x", length=2**63)),
    "a length longer than it need be": (PROTOCOL_ERROR, b"\x81\xfe\x00\x01" + b"\0\0\0\0x"),
    "too big in parts": (
        TOO_BIG,
        frame(b"x" * LIMIT, final=False) + frame(b"x", CONTINUATION),
    ),
    "a part of a length of 2^62": (
        TOO_BIG,
        frame(b"x", final=False) + frame(b"x", CONTINUATION, length=2**62),
    ),
    "a page": (PROTOCOL_ERROR, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    "TLS": (PROTOCOL_ERROR, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500),
}


@pytest.mark.parametrize(("code", "data"), FAULTS.values(), ids=FAULTS)
async def test_what_is_no_websocket_is_closed_with_its_code(chat, code, data):
    async with websocket(chat.site, chat.person().cookie) as raw:
        raw.send(data)
        assert await raw.close_code() == code


EMPTY = {
    "a text": frame(b""),
    "a binary": frame(b"", BINARY),
    "parts of nothing": frame(b"", final=False) + frame(b"", CONTINUATION),
}


@pytest.mark.parametrize("data", EMPTY.values(), ids=EMPTY)
async def test_what_is_empty_is_answered_with_an_error(chat, data):
    async with websocket(chat.site, chat.person().cookie) as raw:
        for _ in range(100):
            raw.send(data)
        raw.send(frame(ORDER))
        answers = await read_until(raw, b'"pong"')
        assert sum(b"FRAME_INVALID" in answer for _, answer in answers) == 100


async def test_parts_without_end_are_closed(chat):
    """Those that come slowly are in faults/test_clients.py, which has the time."""
    async with websocket(chat.site, chat.person().cookie) as raw:
        raw.send(frame(b"x", final=False))
        raw.send(frame(b"x" * 1000, CONTINUATION, final=False) * 200)
        assert await raw.close_code() == TOO_BIG


FLOODS = {
    "pings": (b"", frame(b"", PING)),
    "long pings": (b"", frame(b"x" * 125, PING)),
    "pongs": (b"", frame(b"", PONG)),
    "parts of nothing": (frame(b"", final=False), frame(b"", CONTINUATION, final=False)),
    "parts of one letter": (frame(b"x", final=False), frame(b"x", CONTINUATION, final=False)),
}


@pytest.mark.parametrize(("first", "block"), FLOODS.values(), ids=FLOODS)
async def test_a_flood_of_what_no_application_sees_is_closed(chat, bystanders, first, block):
    """And what comes behind the close costs nobody anything."""

    async def pour(raw):
        for _ in range(50):
            raw.send(block * 10_000)
            await asyncio.sleep(0)

    async with websocket(chat.site, chat.person().cookie) as raw:
        raw.send(first)
        pouring = asyncio.create_task(pour(raw))
        for _ in range(5):
            await asyncio.to_thread(bystanders.undisturbed)
        assert await raw.close_code() == FLOODING
        await pouring


async def test_a_hundred_pings_and_parts_are_no_flood(chat):
    async with websocket(chat.site, chat.person().cookie) as raw:
        raw.send(frame(b"x", PING) * 100)
        raw.send(frame(b"{", final=False) + frame(b"", CONTINUATION, final=False) * 100)
        raw.send(frame(ORDER[1:], CONTINUATION))
        answers = await read_until(raw, b'"pong"')
        assert [kind for kind, _ in answers] == [PONG] * 100 + [TEXT]


async def test_a_flood_whose_answers_nobody_reads_costs_no_memory(chat, bystanders):
    ping, before = frame(ORDER), peak(chat.site)
    async with websocket(chat.site, chat.person().cookie) as raw:
        raw.reader._transport.pause_reading()
        for _ in range(10):
            raw.send(ping * 20_000)
            await asyncio.to_thread(bystanders.undisturbed)
        raw.reset()
    assert peak(chat.site) - before < GROWTH


PARTS = {
    "a head": frame(ORDER)[:1],
    "a length": frame(b"x" * 200)[:3],
    "a mask": frame(ORDER)[:4],
    "a payload": frame(ORDER)[:-1],
    "a message": frame(ORDER, final=False),
    "a text": frame("é".encode()[:1], final=False),
    "a send": frame(b'{"command": "send"}')[:-3],
}


@pytest.mark.parametrize("data", PARTS.values(), ids=PARTS)
async def test_a_reset_in_the_middle_is_the_end_of_that_socket_alone(chat, data):
    cookie = chat.person().cookie
    for _ in range(5):
        async with websocket(chat.site, cookie) as raw:
            raw.send(data)
            await asyncio.sleep(0.01)
            raw.reset()
    async with websocket(chat.site, cookie) as raw:
        raw.send(frame(ORDER))
        await read_until(raw, b'"pong"')


async def read_until(raw, words):
    """Return all frames until one has the words in it, that one too."""
    answers = []
    while not answers or words not in answers[-1][1]:
        answers.append(await raw.read())
        assert answers[-1][0] is not None, "it was closed"
    return answers
