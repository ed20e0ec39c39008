"""The proof that each receiver got each message once and in order, at little cost.

All receivers of a room get the same frames in the same order. So one stream of bytes is kept for a
room, and parsed; what a receiver reads is compared with it at the receiver's place, by a memcmp.
Only where that differs is it parsed: a reply, a ping or a presence frame is put aside, and the
messages around it go on being compared. Whoever is ahead of all others appends to the stream.

A message is known by the mark in its text, `~3-17~`: the 17th of sender 3, counted from 0.
"""

import re
from bisect import bisect_right
from collections import Counter

from .websocket import TEXT, split

MARK = re.compile(rb"~(\d+)-(\d+)~")


class WrongDelivery(Exception):
    """A receiver got a message twice, not at all, or out of order."""


class Stream:
    """What everybody in one room receives, as the frames of its messages one after another."""

    def __init__(self):
        self.data = bytearray()
        self.ends = []  # of each message's frame, offsets into data
        self.marks = []  # (sender, number) of each message
        self.counts = Counter()  # sender: how many of its messages have come

    def append(self, frame, sender, number):
        """Add the frame of a message; raise WrongDelivery when it is not its sender's next."""
        due = self.counts[sender]
        if number != due:
            kind = "again" if number < due else f"before {due}"
            raise WrongDelivery(f"message {number} of sender {sender} came {kind}")
        self.counts[sender] += 1
        self.data += frame
        self.ends.append(len(self.data))
        self.marks.append((sender, number))

    def messages(self, offset):
        """Return how many whole messages stand before an offset."""
        return bisect_right(self.ends, offset)


class Receiver:
    """One socket's place in its room's stream.

    on_message(sender, number) and on_aside(opcode, payload) are called for what is parsed; with
    `parses` that is every frame, as a sender needs it to hear its own echo.
    """

    def __init__(self, stream, on_aside, on_message=None):
        self.stream, self.on_aside, self.on_message = stream, on_aside, on_message
        self.offset = len(stream.data)
        self.rest = b""  # the beginning of a frame, when it is being parsed

    def receive(self, chunk):
        """Take the bytes that were read; raise WrongDelivery."""
        if (
            not self.rest
            and self.on_message is None
            and self.stream.data.startswith(chunk, self.offset)
        ):
            self.offset += len(chunk)
        else:
            self._parse(chunk)

    def _parse(self, chunk):
        if not self.rest:  # comparing may have stopped amid a frame: back to its beginning
            data, here = self.stream.data, self.offset
            count = self.stream.messages(here)
            self.offset = self.stream.ends[count - 1] if count else 0
            chunk = bytes(data[self.offset : here]) + chunk
        data = self.rest + chunk
        start = 0
        for opcode, body, end in split(data):
            mark = MARK.search(data, body, end) if opcode == TEXT else None
            if mark:
                self._message(data[start:end], int(mark[1]), int(mark[2]))
            else:
                self.on_aside(opcode, data[body:end])
            start = end
        self.rest = data[start:]

    def _message(self, frame, sender, number):
        if self.offset == len(self.stream.data):
            self.stream.append(frame, sender, number)
        elif not self.stream.data.startswith(frame, self.offset):
            due_sender, due = self.stream.marks[self.stream.messages(self.offset)]
            raise WrongDelivery(
                f"message {number} of sender {sender} came where {due} of {due_sender} was due"
            )
        self.offset += len(frame)
        if self.on_message:
            self.on_message(sender, number)

    @property
    def received(self):
        """How many messages have come."""
        return self.stream.messages(self.offset)
