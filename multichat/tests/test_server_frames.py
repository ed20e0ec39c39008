"""Frames without a network: what goes in, which messages come out, and what is answered."""

import random
import struct

import pytest

from multichat.server import frames
from multichat.server.frames import Frames, unmask

from .serving import frame

LIMIT = 1000
CLOSE, PING, PONG = 8, 9, 10


class Wire:
    """Stands for a connection: keeps what is written."""

    def __init__(self):
        self.written, self.half_closed, self.lost = b"", False, False

    def write(self, data):
        self.written += data

    def loseWriteConnection(self):
        self.half_closed = True

    def loseConnection(self):
        self.lost = True

    def abortConnection(self):
        self.lost = True


class Deadlines(dict):
    """What is due; `made` counts how often one was set."""

    made = 0

    def set(self, thing, seconds, call):
        self[thing] = call
        self.made += 1

    def clear(self, thing):
        self.pop(thing, None)


class Open(Frames):
    """An open WebSocket that keeps what it receives."""

    def __init__(self):
        super().__init__(Deadlines(), LIMIT)
        self.transport = Wire()
        self.state = self.STATE_OPEN
        self.messages = []

    def received(self, event):
        assert event.pop("type") == "websocket.receive"
        self.messages += event.values()

    @property
    def close_code(self):
        """The code of the close frame that was written, the only thing that was."""
        written = self.transport.written
        if not written:
            return None
        assert written[0] == 0x80 | CLOSE
        assert written[1] == len(written) - 2
        return struct.unpack("!H", written[2:4])[0]


class Slow(Open):
    """The same by autobahn alone."""

    def take_texts(self, data):
        return data


@pytest.fixture(params=[Open, Slow], ids=["with the quick way", "by autobahn"])
def socket(request):
    return request.param()


def test_masks_are_taken_off():
    mask = b"\x01\x80\xff\x00"
    for size in (0, 1, 3, 4, 5, 1000):
        payload = bytes(number * 7 % 256 for number in range(size))
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))
        assert unmask(masked, mask) == payload


TEXTS = ["", "a", "é", "x" * 125, "x" * 126, "x" * LIMIT, "\U0001f600", "\0"]


def test_messages_come_whole_and_in_order(socket):
    socket.dataReceived(b"".join(frame(text.encode()) for text in TEXTS))
    assert (socket.messages, socket.transport.written) == (TEXTS, b"")


def test_messages_come_byte_by_byte(socket):
    for byte in b"".join(frame(text.encode()) for text in TEXTS):
        socket.dataReceived(bytes([byte]))
    assert (socket.messages, socket.transport.written) == (TEXTS, b"")


def test_parts_are_one_message_and_a_ping_between_them_is_answered(socket):
    parts = [frame(b"\xc3", fin=False), frame(b"who", PING), frame(b"\xa9", 0), frame(b"next")]
    socket.dataReceived(b"".join(parts))
    assert socket.messages == ["é", "next"]
    assert socket.transport.written == frame(b"who", PONG, mask=b"")


def test_bytes_are_a_message_too(socket):
    socket.dataReceived(frame(b"\xff", 2) + frame(b"text"))
    assert socket.messages == [b"\xff", "text"]


FAULTS = {
    "too long": (1009, frame(b"x" * (LIMIT + 1))),
    "too long by its head alone": (1009, frame(b"x" * 70000)[:14]),
    "too long in parts": (1009, frame(b"x" * LIMIT, fin=False) + frame(b"x", 0)),
    "bytes too long": (1009, frame(b"\xff" * (LIMIT + 1), 2)),
    "no UTF-8": (1007, frame(b"abc\xff")),
    "half a letter": (1007, frame(b"\xc3")),
    "a surrogate": (1007, frame(b"\xed\xa0\x80")),
    "no UTF-8 in parts": (1007, frame(b"\xc3", fin=False) + frame(b"a", 0)),
    "not masked": (1002, frame(b"abcdefgh", mask=b"")),
    "an unknown opcode": (1002, frame(b"a", 3)),
    "an unknown control opcode": (1002, frame(b"a", 11)),
    "a reserved bit": (1002, b"\xc1" + frame(b"a")[1:]),
    "a part of nothing": (1002, frame(b"a", 0)),
    "a message within another": (1002, frame(b"a", fin=False) + frame(b"b")),
    "a long ping": (1002, frame(b"a" * 126, PING)),
    "a ping in parts": (1002, frame(b"a", PING, fin=False)),
    "a length longer than need be": (1002, b"\x81\xfe\x00\x01" + frame(b"a")[2:]),
    "a length far longer than need be": (1002, b"\x81\xff" + bytes(7) + b"\x01" + frame(b"a")[2:]),
    "a close of one byte": (1002, frame(b"a", CLOSE)),
    "a close with an impossible code": (1002, frame(struct.pack("!H", 1005), CLOSE)),
}


@pytest.mark.parametrize(("code", "data"), FAULTS.values(), ids=FAULTS)
def test_a_fault_closes_and_nothing_is_heard_after_it(socket, code, data):
    socket.dataReceived(frame(b"before") + data + frame(b"after") + frame(b"", PING))
    socket.dataReceived(frame(b"later") + frame(struct.pack("!H", 1000), CLOSE))
    assert (socket.messages, socket.close_code) == (["before"], code)
    assert socket.transport.half_closed
    assert not socket.transport.lost  # there is time to read why
    socket.deadlines.pop(socket)()
    assert socket.transport.lost


def test_a_close_is_answered_with_its_code(socket):
    socket.dataReceived(frame(struct.pack("!H", 4321) + b"bye", CLOSE) + frame(b"after"))
    assert (socket.messages, socket.close_code) == ([], 4321)
    assert socket.transport.lost
    assert (socket.wasClean, socket.remoteCloseCode) == (True, 4321)


def test_a_close_of_ours_ends_with_its_answer(socket):
    socket.sendCloseFrame(4401)
    assert (socket.close_code, socket.transport.lost) == (4401, False)
    socket.dataReceived(frame(b"too late") + frame(struct.pack("!H", 4401), CLOSE))
    assert (socket.messages, socket.transport.lost, socket.wasClean) == ([], True, True)


EXTRAS = {
    "pings": frame(b"", PING),
    "pongs": frame(b"x", PONG),
    "parts": frame(b"", fin=False) + frame(b"", 0),
}


@pytest.mark.parametrize("extra", EXTRAS.values(), ids=EXTRAS)
def test_what_no_application_sees_is_counted(socket, extra, monkeypatch):
    time = [100.0]
    monkeypatch.setattr(frames, "monotonic", lambda: time[0])
    for _ in range(3):
        socket.dataReceived(extra * 120)
        time[0] += 1.1
    assert socket.localCloseCode is None
    socket.dataReceived(extra * 300 + frame(b"after"))
    assert socket.localCloseCode == frames.FLOODING
    assert "after" not in socket.messages


def test_much_that_comes_behind_a_close_is_not_read(socket):
    socket.sendCloseFrame(4401)
    for _ in range(10):
        socket.dataReceived(frame(b"x" * 500))
    assert socket.transport.half_closed
    socket.dataReceived(frame(struct.pack("!H", 4401), CLOSE))
    assert not socket.transport.lost
    socket.deadlines.pop(socket)()
    assert socket.transport.lost


UNFINISHED = {
    "a part": frame(b"a", fin=False),
    "half a head": frame(b"a")[:1],
    "half a frame": frame(b"abcdef")[:-1],
    "half a frame behind a whole one": frame(b"abc") + frame(b"abcdef")[:-1],
}


@pytest.mark.parametrize("data", UNFINISHED.values(), ids=UNFINISHED)
def test_a_message_that_does_not_end_is_given_up(socket, data):
    socket.dataReceived(data)
    socket.dataReceived(b"")
    socket.deadlines.pop(socket)()
    assert socket.close_code == frames.PROTOCOL_ERROR


@pytest.mark.parametrize(
    ("first", "rest"),
    [
        (frame(b"a", fin=False), frame(b"b", 0)),
        (frame(b"abc")[:4], frame(b"abc")[4:]),
        (frame(b"abc", PING)[:4], frame(b"abc", PING)[4:]),
    ],
)
def test_a_message_that_ends_is_watched_no_more(socket, first, rest):
    for _ in range(2):
        socket.dataReceived(first)
        assert socket in socket.deadlines
        socket.dataReceived(rest)
        assert socket not in socket.deadlines


def test_each_message_has_its_own_time(socket):
    first, rest = frame(b"abc")[:4], frame(b"abc")[4:]
    for data in (first, rest + first, rest + first, rest[:1], rest[1:]):
        socket.dataReceived(data)
    assert socket.messages == ["abc"] * 3
    assert socket.deadlines.made == 3


def any_frame(dice):
    """A frame, mostly right."""
    size = dice.choice([0, 1, 5, 124, 125, 126, 127, 300, LIMIT, LIMIT + dice.randint(0, 1)])
    letter = dice.choice(["a", "é", "€", "\U0001f600", "\0"])
    payload = (letter * size).encode()[:size]
    if dice.random() < 0.7:
        payload = payload.decode(errors="ignore").encode()
    opcode = dice.choices([1, 0, 2, PING, PONG, CLOSE, 3], [60, 4, 4, 4, 2, 1, 1])[0]
    mask = dice.randbytes(4) if dice.random() < 0.99 else b""
    made = bytearray(frame(payload, opcode, fin=dice.random() < 0.93, mask=mask))
    if dice.random() < 0.02:
        made[dice.randrange(min(len(made), 4))] ^= 1 << dice.randrange(8)
    return bytes(made)


def test_the_quick_way_takes_what_autobahn_takes():
    dice = random.Random(4)  # noqa: S311
    codes = set()
    for _ in range(1500):
        quick, slow = Open(), Slow()
        stream = b"".join(any_frame(dice) for _ in range(dice.randint(1, 12)))
        while stream:
            size = dice.choice([1, 7, 8, 50, 2000, 65536])
            chunk, stream = stream[:size], stream[size:]
            for socket in (quick, slow):
                socket.dataReceived(chunk)
        assert quick.messages == slow.messages
        assert quick.transport.__dict__ == slow.transport.__dict__
        assert (quick.state, bool(quick.deadlines)) == (slow.state, bool(slow.deadlines))
        codes.add(slow.localCloseCode)
    assert codes >= {None, 1002, 1007, 1009}
