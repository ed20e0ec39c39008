"""What goes over the wire to a client: one function per type of frame, returning its JSON text.

A message is encoded once, as `message_object`, when it is stored or read; the frames around it are
put together as text, however many sockets and pages it goes to.
"""

import json
import math
from functools import lru_cache

from django.conf import settings
from django.urls import reverse

from .models import is_staff

# A client that is told somebody types may show it for this long.
TYPING_SECONDS = 6
# Presence names at most so many people: more is a crowd, which is counted.
MEMBERS_NAMED = 100


quote = json.encoder.encode_basestring  # a str as a JSON string
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


def encode(value):
    """Return the value as compact JSON text."""
    return _encode(value)


class Ready:
    """One frame or several, ready to go out to any number of sockets.

    `texts` are their JSON texts, `wire` the same as the bytes of WebSocket text frames (RFC 6455,
    section 5.2: from a server unmasked, so alike for everybody).
    """

    __slots__ = ("texts", "wire")

    def __init__(self, text):
        payload = text.encode()
        size = len(payload)
        if size < 126:
            head = bytes((0x81, size))
        elif size < 65536:
            head = b"\x81\x7e" + size.to_bytes(2, "big")
        else:
            head = b"\x81\x7f" + size.to_bytes(8, "big")
        self.texts = (text,)
        self.wire = head + payload

    @classmethod
    def joined(cls, several):
        """Return several as one."""
        if len(several) == 1:
            return several[0]
        one = cls.__new__(cls)
        one.texts = tuple(text for ready in several for text in ready.texts)
        one.wire = b"".join(ready.wire for ready in several)
        return one


def _timestamp(moment):
    """Return a moment as a JSON value; in UTC, as Django keeps them."""
    return "null" if moment is None else f'"{moment.isoformat().replace("+00:00", "Z")}"'


def _number(value):
    return "null" if value is None else value


def _string(value):
    return "null" if value is None else quote(value)


def message_object(message):
    """Return a Message, its user at hand, as JSON text. Nothing in it depends on the reader.

    Put together by hand: json's encoder takes five times as long, for each message of the site.
    """
    username = quote(message.user.username) if message.user else '"deleted user"'
    return (
        f'{{"id":{message.pk},"room":{message.room_id},"version":{message.version},'
        f'"msg_type":{message.msg_type},"user":{_number(message.user_id)},"username":{username},'
        f'"message":{quote(message.text)},"html":{quote(message.html)},'
        f'"key":{_string(message.key)},"sent_at":{_timestamp(message.sent_at)},'
        f'"edited_at":{_timestamp(message.edited_at)},'
        f'"deleted":{"true" if message.deleted else "false"},'
        f'"reply_to":{_number(message.reply_to_id)},"reactions":{{}},"mentions":[]}}'
    )


def _with_ref(frame, ref):
    if ref is not None:
        frame["ref"] = ref
    return frame


def _with_objects(frame, **lists):
    """Return the frame's text with lists of objects that are JSON text already."""
    parts = [f'"{name}":[{",".join(objects)}]' for name, objects in lists.items()]
    return f"{encode(frame)[:-1]},{','.join(parts)}}}"


@lru_cache(10_000)  # rooms, as each looks to most people
def _described(pk, title, slug, access, locked, posting, personal):
    """Return what is told of a room, as JSON text that is still open."""
    about = {
        "room": pk,
        "title": title,
        "url": reverse("room", args=[slug]),
        "access": access,
        "locked": locked,
        "posting": posting,
        **_personal(personal),
    }
    return encode(about)[1:-1]


def _personal(personal):
    """Return what a room is to one person, a Personal, by the names of the wire."""
    return {
        "can_send": personal.why_not is None,
        "why_not": personal.why_not,
        "slow": personal.slow,
        "moderator": personal.moderates,
    }


def summary(room, version, personal):
    """Return what somebody to whom it is this Personal is told of a Room and its version, as the
    inside of a JSON object."""
    about = _described(
        room.pk, room.title, room.slug, room.access, room.locked, room.posting, personal
    )
    return f'{about},"version":{version}'


def hello(user, epoch, sight, versions, online):
    """Return the first frame; `sight` is what the user sees, a Sight, `versions` are the rooms' and
    `online` is how many people are present, both by room id."""
    frame = {
        "type": "hello",
        "user": {"id": user.pk, "username": user.username, "is_staff": is_staff(user)},
        "epoch": epoch,
        "limits": {
            "message_max_length": settings.CHAT_MESSAGE_MAX_LENGTH,
            "frame_max_bytes": settings.CHAT_FRAME_MAX_BYTES,
            "rooms_per_socket": settings.CHAT_ROOMS_PER_SOCKET,
            "typing_seconds": TYPING_SECONDS,
        },
    }
    summaries = [
        f"{{{summary(room, versions.get(pk, 0), sight.personal[pk])}"
        f',"unread":0,"mentions":0,"online":{online.get(pk, 0)}}}'
        for pk, room in sight.rooms.items()
    ]
    return _with_objects(frame, rooms=summaries)


def join(entry, members, present, ref=None):
    """Return the answer to a join; `entry` is an entrance.Entry, `members` the first names present,
    in order, and `present` how many there are."""
    page, room = entry.page, entry.room
    frame = {
        "type": "join",
        "join": room.pk,
        "title": room.title,
        "version": page.version,
        "epoch": entry.epoch,
        "locked": room.locked,
        **_personal(entry.personal),
        "members": members,
        "present": present,
        "more": page.more,
        "reset": page.reset,
    }
    return _with_objects(_with_ref(frame, ref), messages=page.messages, quoted=page.quoted)


def leave(room_id, ref=None, reason=None):
    frame = {"type": "leave", "leave": room_id}
    if reason:
        frame["reason"] = reason
    return encode(_with_ref(frame, ref))


def message(message_object):
    return '{"type":"message",' + message_object[1:]


def update(room_id, message_object):
    return _with_objects({"type": "update", "room": room_id}, messages=[message_object])


def history(room_id, page, ref=None):
    """Return the answer to a history command; `page.more` is a dict of its `more` keys."""
    frame = _with_ref({"type": "history", "room": room_id, **page.more}, ref)
    return _with_objects(frame, messages=page.messages, quoted=page.quoted)


def enter(room_id, user_id, username):
    return _presence("enter", 4, room_id, user_id, username)


def exit(room_id, user_id, username):
    return _presence("exit", 5, room_id, user_id, username)


def _presence(kind, msg_type, room_id, user_id, username):
    return encode(
        {
            "type": kind,
            "msg_type": msg_type,
            "room": room_id,
            "user": user_id,
            "username": username,
        }
    )


def room(a_room, version, personal):
    return f'{{"type":"room",{summary(a_room, version, personal)}}}'


def room_gone(room_id):
    return encode({"type": "room_gone", "room": room_id})


def online(counts):
    """Return how many people are present, by room id."""
    rooms = [{"room": room_id, "online": count} for room_id, count in counts]
    return encode({"type": "online", "rooms": rooms})


def pong(ref=None):
    return encode(_with_ref({"type": "pong"}, ref))


def ack(ref, room_id, message_id, version):
    return (
        f'{{"type":"ack","ref":{quote(ref)},"room":{room_id},'
        f'"id":{message_id},"version":{version}}}'
    )


def error(client_error, ref=None, command=None, room_id=None):
    frame = {"type": "error", "error": client_error.code, "detail": str(client_error.detail)}
    if command is not None:
        frame["command"] = command
    if room_id is not None:
        frame["room"] = room_id
    if client_error.retry_after is not None:
        # Rounded up: who comes back to the millisecond is not to be too early.
        frame["retry_after"] = math.ceil(client_error.retry_after * 100) / 100
    return encode(_with_ref(frame, ref))
