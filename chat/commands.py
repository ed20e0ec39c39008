"""What a client may send: frames, read strictly, and the fields of each command.

Everything that is wrong with a frame is found here, before anything is asked of the database.
"""

import json
import math
import re
from dataclasses import dataclass, field

from .exceptions import ClientError

LARGEST_ID = 2**63 - 1  # of a database's integer; a larger one names nothing
ESCAPED_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
REF_LENGTH = 64  # characters
LIMITS = range(1, 101)  # messages a history may ask for
MSG_TYPES = range(1, 4)


def read_frame(text):
    """Return the object in a text frame, a dict; raise ClientError("FRAME_INVALID").

    Stricter than JSON is: no key twice, nothing that is no Unicode text (a lone surrogate), and no
    NUL, which PostgreSQL does not store.
    """
    try:
        frame = _decode(text)
        if "\\u" in text:
            json.dumps(frame, ensure_ascii=False).encode()  # fails on a lone surrogate
    except (ValueError, RecursionError):
        raise ClientError("FRAME_INVALID") from None
    if not isinstance(frame, dict) or ESCAPED_NUL.search(text):
        raise ClientError("FRAME_INVALID")
    return frame


def _refuse(constant):
    raise ValueError(constant)


def _finite(digits):
    if not math.isfinite(number := float(digits)):
        raise ValueError(digits)
    return number


def _unique(pairs):
    if len(keys := dict(pairs)) != len(pairs):
        raise ValueError("a key stands twice")
    return keys


_decode = json.JSONDecoder(
    parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_unique
).decode


# --- the fields' types: each returns the value, or raises ValueError ------------------------------


def integer(value):
    if type(value) is not int:  # True is an int to Python
        raise ValueError(value)
    return value


def message_id(value):
    """Return the id, or one that no message has for one that none can have; versions likewise."""
    return value if abs(integer(value)) <= LARGEST_ID else -1


def room_id(value):
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return integer(value)


def string(value):
    if not isinstance(value, str):
        raise ValueError(value)
    return value


def ref(value):
    if not 1 <= len(string(value)) <= REF_LENGTH:
        raise ValueError(value)
    return value


def anything(value):
    return value  # the action says what is wrong with a text


def one_of(numbers):
    def number(value):
        if integer(value) not in numbers:
            raise ValueError(value)
        return value

    return number


# What each command needs, and what it may have beside it.
COMMANDS = {
    "join": ({"room": room_id}, {"after": message_id, "epoch": string}),
    "leave": ({"room": room_id}, {}),
    "send": (
        {"room": room_id, "message": anything},
        {"reply_to": message_id, "msg_type": one_of(MSG_TYPES)},
    ),
    "history": (
        {"room": room_id},
        {"before": message_id, "from": message_id, "around": message_id, "limit": one_of(LIMITS)},
    ),
    "edit": ({"room": room_id, "id": message_id, "message": anything}, {}),
    "delete": ({"room": room_id, "id": message_id}, {}),
    "ping": ({}, {}),
}


@dataclass
class Command:
    """What a client asks for. As much of it is filled in as could be read, so that an error can say
    what it is about: `name` is one of COMMANDS or None, `ref` a string or None, `room` an id or
    None, `fields` the other fields by name, each of the right type."""

    name: str | None = None
    ref: str | None = None
    room: int | None = None
    fields: dict = field(default_factory=dict)

    @classmethod
    def of(cls, frame):
        """Return the command in a frame, its fields still to be read."""
        name = frame.get("command")
        return cls(name if isinstance(name, str) and name in COMMANDS else None)

    def read(self, frame):
        """Read the fields; raise ClientError when one is missing or wrong, or no room can have this
        id."""
        if "ref" in frame:
            self.ref = _read(frame, "ref", ref)
        if self.name is None:
            raise ClientError("COMMAND_INVALID")
        needed, optional = COMMANDS[self.name]
        if "room" in needed:
            self.room = _read(frame, "room", room_id)
        for name, read in (needed | optional).items():
            if name != "room" and (name in needed or name in frame):
                self.fields[name] = _read(frame, name, read)
        if self.room is not None and abs(self.room) > LARGEST_ID and self.name != "leave":
            raise ClientError("ROOM_INVALID" if self.name == "join" else "ROOM_ACCESS_DENIED")


def _read(frame, name, read):
    try:
        return read(frame[name])
    except (KeyError, ValueError):
        raise ClientError("COMMAND_INVALID") from None
