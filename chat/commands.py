"""What a client may send: frames, read strictly, and the fields of each command.

Everything that is wrong with a frame is found here, before anything is asked of the database.
"""

import json
import math
import re
from dataclasses import dataclass

from .exceptions import ClientError

LARGEST_ID = 2**63 - 1  # of a database's integer; a larger one names nothing
ESCAPED_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
REF_LENGTH = 64  # characters
LIMITS = range(1, 101)  # messages a history may ask for
MSG_TYPES = range(1, 4)


@dataclass
class Command:
    """A command with its fields, each of the right type. `room` is an id, or None."""

    name: str
    ref: str | None
    room: int | None
    fields: dict


def read_frame(text):
    """Return the object in a text frame, a dict; raise ClientError("FRAME_INVALID").

    Stricter than JSON is: no key twice, nothing that is no Unicode text (a lone surrogate), and no
    NUL, which PostgreSQL does not store.
    """
    try:
        frame = json.loads(
            text, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_unique
        )
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


# --- the fields' types: each returns the value, or raises ValueError ------------------------------


def integer(value):
    if type(value) is not int:  # True is an int to Python
        raise ValueError(value)
    return value if abs(value) <= LARGEST_ID else -1


def room_id(value):
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value) if len(value) < 20 and int(value) <= LARGEST_ID else -1
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
    "join": ({"room": room_id}, {"after": integer, "epoch": string}),
    "leave": ({"room": room_id}, {}),
    "send": (
        {"room": room_id, "message": anything},
        {"reply_to": integer, "msg_type": one_of(MSG_TYPES)},
    ),
    "history": (
        {"room": room_id},
        {"before": integer, "from": integer, "around": integer, "limit": one_of(LIMITS)},
    ),
    "edit": ({"room": room_id, "id": integer, "message": anything}, {}),
    "delete": ({"room": room_id, "id": integer}, {}),
    "ping": ({}, {}),
}


def read_command(frame):
    """Return the Command in a frame; raise ClientError("COMMAND_INVALID").

    The error has `ref`, `command` and `room` of the frame as far as they are right, so that the
    client knows what it was about.
    """
    name = frame.get("command")
    command = Command(name if isinstance(name, str) and name in COMMANDS else None, None, None, {})
    wrong = ClientError("COMMAND_INVALID")
    wrong.about = command
    if "ref" in frame:
        command.ref = _read(frame, "ref", ref, wrong)
    if command.name is None:
        raise wrong
    needed, optional = COMMANDS[command.name]
    if "room" in needed:
        command.room = _read(frame, "room", room_id, wrong)
    for name, read in (needed | optional).items():
        if name != "room" and (name in needed or name in frame):
            command.fields[name] = _read(frame, name, read, wrong)
    return command


def _read(frame, name, read, wrong):
    try:
        return read(frame[name])
    except (KeyError, ValueError):
        raise wrong from None
