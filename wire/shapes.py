"""What frames and objects look like: the tables of PROTOCOL.md as code.

A shape is a dict of keys to predicates. Keys beyond it are allowed: the protocol may grow.
"""

from datetime import datetime, timedelta

ERROR_CODES = {
    "ROOM_INVALID",
    "ROOM_ACCESS_DENIED",
    "ROOM_LOCKED",
    "ROOM_READ_ONLY",
    "SILENCED",
    "REF_CONFLICT",
    "MESSAGE_INVALID",
    "MESSAGE_TOO_LONG",
    "MESSAGE_ACCESS_DENIED",
    "COMMAND_INVALID",
    "FRAME_INVALID",
    "TOO_MANY_ROOMS",
    "RATE_LIMITED",
    "UNAVAILABLE",
}


def whole(value):
    return type(value) is int and value >= 0  # a bool is no number here


def number(value):
    return type(value) in (int, float) and value >= 0


def truth(value):
    return type(value) is bool


def text(value):
    return type(value) is str


def words(value):
    return text(value) and value.strip() != ""


def moment(value):
    """Whether this is ISO 8601 in UTC."""
    return text(value) and datetime.fromisoformat(value).utcoffset() == timedelta(0)


def maybe(predicate):
    return lambda value: value is None or predicate(value)


def one_of(*choices):
    return lambda value: any(value == choice and type(value) is type(choice) for choice in choices)


def list_of(predicate):
    return lambda value: type(value) is list and all(map(predicate, value))


def shaped(shape):
    return lambda value: not faults(value, shape)


def tally(value):
    return type(value) is dict and all(text(key) and list_of(text)(value[key]) for key in value)


def faults(value, shape):
    """Return what is wrong with an object, a list of sentences; empty when it has the shape."""
    if type(value) is not dict:
        return [f"no object: {value!r}"]
    missing = [f"{key} is missing" for key in shape if key not in value]
    return missing + [
        f"{key} is {value[key]!r}"
        for key, fits in shape.items()
        if key in value and not fits(value[key])
    ]


MESSAGE = {
    "id": whole,
    "room": whole,
    "version": whole,
    "msg_type": one_of(0, 1, 2, 3),
    "user": maybe(whole),
    "username": text,
    "message": text,
    "html": text,
    "key": maybe(text),
    "sent_at": moment,
    "edited_at": maybe(moment),
    "deleted": truth,
    "reply_to": maybe(whole),
    "reactions": tally,
    "mentions": list_of(text),
}
STANDING = {
    "can_send": truth,
    "why_not": maybe(one_of("ROOM_LOCKED", "ROOM_READ_ONLY", "SILENCED")),
    "slow": whole,
    "moderator": truth,
}
ROOM = {
    "room": whole,
    "title": text,
    "url": text,
    "access": one_of("open", "members", "staff", "superusers"),
    "locked": truth,
    "posting": one_of("everyone", "moderators"),
    "version": whole,
    **STANDING,
}
SUMMARY = {**ROOM, "unread": whole, "mentions": whole, "online": whole}
MESSAGES = list_of(shaped(MESSAGE))
PERSON = {"id": whole, "username": words, "is_staff": truth}
LIMITS = {
    "message_max_length": whole,
    "frame_max_bytes": whole,
    "rooms_per_socket": whole,
    "typing_seconds": number,
}
PASSING = {"room": whole, "user": whole, "username": words}
UNREAD = {"room": whole, "unread": whole, "mentions": whole}

FRAMES = {
    "hello": {
        "user": shaped(PERSON),
        "epoch": words,
        "rooms": list_of(shaped(SUMMARY)),
        "limits": shaped(LIMITS),
    },
    "join": {
        "join": whole,
        "title": text,
        "version": whole,
        "epoch": words,
        "locked": truth,
        **STANDING,
        "members": list_of(text),
        "present": whole,
        "messages": MESSAGES,
        "quoted": MESSAGES,
        "more": truth,
        "reset": truth,
    },
    "leave": {"leave": whole},
    "message": MESSAGE,
    "update": {"room": whole, "messages": MESSAGES},
    "history": {"room": whole, "messages": MESSAGES, "quoted": MESSAGES},
    "enter": {**PASSING, "msg_type": one_of(4)},
    "exit": {**PASSING, "msg_type": one_of(5)},
    "typing": PASSING,
    "read": {**UNREAD, "id": whole},
    "room": ROOM,
    "room_gone": {"room": whole},
    "online": {"rooms": list_of(shaped({"room": whole, "online": whole}))},
    "unread": {"rooms": list_of(shaped(UNREAD))},
    "pong": {},
    "ack": {"ref": text, "room": whole},
    "error": {"error": one_of(*sorted(ERROR_CODES)), "detail": words},
}


def check(frame):
    """Raise AssertionError when a frame from the server is not one of PROTOCOL.md's."""
    kind = frame.get("type")
    assert kind in FRAMES, f"a frame of an unknown type: {frame}"
    wrong = faults(frame, FRAMES[kind])
    assert not wrong, f"{kind}: {'; '.join(wrong)} in {frame}"
    if kind == "join":
        assert frame["can_send"] == (frame["why_not"] is None), frame
        assert frame["members"] == sorted(frame["members"])[:100], frame
        assert frame["present"] >= len(frame["members"]), frame
    for message in messages_of(frame):
        check_message(message)


def check_message(message):
    """Raise AssertionError when a message object contradicts itself."""
    if message["deleted"]:
        assert message["message"] == message["html"] == "", message
    else:
        assert "" not in (message["message"], message["html"]), message


def messages_of(frame):
    """Return every message object that a frame carries."""
    if frame["type"] == "message":
        return [frame]
    return [*frame.get("messages", []), *frame.get("quoted", [])]
