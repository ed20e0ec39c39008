"""Frames as bytes, read by somebody else's WebSocket decoder."""

import pytest
from websockets.frames import TEXT, Frame
from websockets.streams import StreamReader

from chat.frames import Ready


def decoded(wire):
    """Return what a client reads: (opcode, final, text) of each frame, and that nothing is left."""
    reader, found = StreamReader(), []
    reader.feed_data(wire)
    reader.feed_eof()
    while not at_end(reader):
        parse = Frame.parse(reader.read_exact, mask=False)
        try:
            next(parse)
        except StopIteration as done:
            frame = done.value
        found.append((frame.opcode, frame.fin, frame.data.decode()))
    return found


def at_end(reader):
    try:
        next(reader.at_eof())
    except StopIteration as done:
        return done.value
    raise AssertionError("the reader waits for more")


@pytest.mark.parametrize(
    ("size", "head"),
    [(2, 2), (125, 2), (126, 4), (127, 4), (65535, 4), (65536, 10), (300_000, 10)],
)
def test_a_frame_of_any_length_is_read_as_it_was_meant(size, head):
    text = "a" * size
    ready = Ready(text)
    assert decoded(ready.wire) == [(TEXT, True, text)]
    assert len(ready.wire) == head + size  # the shortest head, as RFC 6455 has it
    assert ready.texts == (text,)


def test_the_length_is_that_of_the_bytes():
    text = "ü" * 63  # 126 bytes
    assert decoded(Ready(text).wire) == [(TEXT, True, text)]


def test_several_are_one_after_the_other():
    texts = ["one", "a" * 200, "ü"]
    ready = Ready.joined([Ready.joined([Ready(texts[0]), Ready(texts[1])]), Ready(texts[2])])
    assert decoded(ready.wire) == [(TEXT, True, text) for text in texts]
    assert ready.texts == tuple(texts)


def test_one_alone_is_not_copied():
    ready = Ready("one")
    assert Ready.joined([ready]) is ready
