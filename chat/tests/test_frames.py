"""Every field of every frame: what docs/protocol.md promises to clients."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from chat import frames
from chat.entrance import Entry
from chat.exceptions import ClientError
from chat.factories import MessageFactory, RoomFactory
from chat.models import Personal, Sight
from chat.pages import Page

pytestmark = pytest.mark.django_db

LOCKED = Personal("ROOM_LOCKED", 5, moderates=False)
MODERATES = Personal(None, 0, moderates=True)


@pytest.fixture
def room():
    return RoomFactory(title="Tea", staff=True, locked=True)


def summary_of(room):
    return {
        "room": room.pk,
        "title": "Tea",
        "url": "/rooms/tea/",
        "access": "staff",
        "locked": True,
        "posting": "everyone",
        "can_send": False,
        "why_not": "ROOM_LOCKED",
        "slow": 5,
        "moderator": False,
        "version": 2,
    }


# --- objects ------------------------------------------------------------------------------------


def test_a_message_object_has_all_its_fields(anna, room):
    MessageFactory.create_batch(2, room=room)
    sent_at = datetime(2026, 1, 2, 3, 4, 5, 600, tzinfo=UTC)
    message = MessageFactory(
        user=anna, room=room, text='"ü"', html="<p>ü</p>", key="k", sent_at=sent_at, msg_type=3
    )
    assert json.loads(frames.message_object(message)) == {
        "id": message.pk,
        "room": room.pk,
        "version": 3,
        "msg_type": 3,
        "user": anna.pk,
        "username": "anna",
        "message": '"ü"',
        "html": "<p>ü</p>",
        "key": "k",
        "sent_at": "2026-01-02T03:04:05.000600Z",
        "edited_at": None,
        "deleted": False,
        "reply_to": None,
        "reactions": {},
        "mentions": [],
    }


def test_an_edited_answer_says_when_and_to_what(room):
    first = MessageFactory(room=room)
    edited_at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    message = MessageFactory(room=room, edited=True, edited_at=edited_at, reply_to=first)
    found = json.loads(frames.message_object(message))
    assert (found["edited_at"], found["reply_to"]) == ("2026-01-02T03:04:05Z", first.pk)


def test_a_tombstone_says_nothing(room):
    found = json.loads(frames.message_object(MessageFactory(room=room, deleted=True)))
    assert (found["deleted"], found["message"], found["html"]) == (True, "", "")


def test_a_message_of_a_deleted_person_is_nobodys(room):
    message = MessageFactory(room=room)
    message.user.delete()
    message.refresh_from_db()
    found = json.loads(frames.message_object(message))
    assert (found["user"], found["username"]) == (None, "deleted user")


def test_json_is_compact_and_says_letters_as_they_are():
    assert frames.encode({"a": [1, "ü😀"]}) == '{"a":[1,"ü😀"]}'


def test_a_summary_has_what_everybody_is_told_of_a_room(room):
    assert json.loads(f"{{{frames.summary(room, 2, LOCKED)}}}") == summary_of(room)


def test_a_summary_says_what_the_room_is_to_its_reader(room):
    frames.summary(room, 2, LOCKED)
    assert json.loads(f"{{{frames.summary(room, 2, MODERATES)}}}") == {
        **summary_of(room),
        "can_send": True,
        "why_not": None,
        "slow": 0,
        "moderator": True,
    }


def test_a_summary_follows_its_room(room):
    """What is remembered of a room is how it looks, not that it is the same."""
    frames.summary(room, 2, LOCKED)
    room.title, room.locked = 'Tea "&" cake', False
    assert json.loads(f"{{{frames.summary(room, 3, LOCKED)}}}") == {
        **summary_of(room),
        "title": 'Tea "&" cake',
        "locked": False,
        "version": 3,
    }


# --- frames -------------------------------------------------------------------------------------


def test_hello(anna, room, settings):
    settings.CHAT_MESSAGE_MAX_LENGTH = 1
    settings.CHAT_FRAME_MAX_BYTES = 2
    settings.CHAT_ROOMS_PER_SOCKET = 3
    empty = RoomFactory(title="Coffee")
    rooms = {room.pk: room, empty.pk: empty}
    sight = Sight(rooms, {room.pk: LOCKED, empty.pk: MODERATES}, None)
    hello = json.loads(frames.hello(anna, "e", sight, {room.pk: 2}, {room.pk: 7}))
    assert hello == {
        "type": "hello",
        "user": {"id": anna.pk, "username": "anna", "is_staff": False},
        "epoch": "e",
        "rooms": [
            {**summary_of(room), "unread": 0, "mentions": 0, "online": 7},
            {
                "room": empty.pk,
                "title": "Coffee",
                "url": "/rooms/coffee/",
                "access": "open",
                "locked": False,
                "posting": "everyone",
                "can_send": True,
                "why_not": None,
                "slow": 0,
                "moderator": True,
                "version": 0,
                "unread": 0,
                "mentions": 0,
                "online": 0,
            },
        ],
        "limits": {
            "message_max_length": 1,
            "frame_max_bytes": 2,
            "rooms_per_socket": 3,
            "typing_seconds": 6,
        },
    }


def test_join(room):
    page = Page(['{"id":1}', '{"id":2}'], ['{"id":0}'], version=2, more=True, reset=True)
    entry = Entry(room, page, "e", LOCKED, rights=1)
    assert json.loads(frames.join(entry, ["anna", "berta"], 2, "r")) == {
        "type": "join",
        "ref": "r",
        "join": room.pk,
        "title": "Tea",
        "version": 2,
        "epoch": "e",
        "locked": True,
        "can_send": False,
        "why_not": "ROOM_LOCKED",
        "slow": 5,
        "moderator": False,
        "members": ["anna", "berta"],
        "present": 2,
        "messages": [{"id": 1}, {"id": 2}],
        "quoted": [{"id": 0}],
        "more": True,
        "reset": True,
    }


def test_join_of_who_may_write(room):
    entry = Entry(room, Page([], [], version=2, reset=False), "e", MODERATES, rights=1)
    frame = json.loads(frames.join(entry, [], 0))
    assert "ref" not in frame
    assert (frame["can_send"], frame["why_not"], frame["reset"]) == (True, None, False)
    assert (frame["slow"], frame["moderator"]) == (0, True)
    assert (frame["messages"], frame["quoted"], frame["members"]) == ([], [], [])


@pytest.mark.parametrize(
    ("made", "frame"),
    [
        (frames.leave(1), {"type": "leave", "leave": 1}),
        (frames.leave(1, "r"), {"type": "leave", "leave": 1, "ref": "r"}),
        (
            frames.leave(1, reason="ROOM_INVALID"),
            {"type": "leave", "leave": 1, "reason": "ROOM_INVALID"},
        ),
        (frames.message('{"id":1}'), {"type": "message", "id": 1}),
        (frames.update(1, '{"id":2}'), {"type": "update", "room": 1, "messages": [{"id": 2}]}),
        (
            frames.enter(1, 2, "anna"),
            {"type": "enter", "msg_type": 4, "room": 1, "user": 2, "username": "anna"},
        ),
        (
            frames.exit(1, 2, "anna"),
            {"type": "exit", "msg_type": 5, "room": 1, "user": 2, "username": "anna"},
        ),
        (frames.room_gone(1), {"type": "room_gone", "room": 1}),
        (
            frames.online([(1, 2), (3, 0)]),
            {"type": "online", "rooms": [{"room": 1, "online": 2}, {"room": 3, "online": 0}]},
        ),
        (frames.pong(), {"type": "pong"}),
        (frames.pong("r"), {"type": "pong", "ref": "r"}),
        (
            frames.ack("r", 1, 2, 3),
            {"type": "ack", "ref": "r", "room": 1, "id": 2, "version": 3},
        ),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_small_frames(made, frame):
    assert json.loads(made) == frame


@pytest.mark.parametrize("more", [{"more": True}, {"more_before": False, "more_after": True}])
def test_history(more):
    page = Page(['{"id":1}'], [], more=more)
    assert json.loads(frames.history(1, page, "r")) == {
        "type": "history",
        "ref": "r",
        "room": 1,
        "messages": [{"id": 1}],
        "quoted": [],
        **more,
    }


def test_room(room):
    assert json.loads(frames.room(room, 2, LOCKED)) == {"type": "room", **summary_of(room)}


def test_an_error_says_what_it_was_about_as_far_as_that_is_known():
    error = ClientError("MESSAGE_TOO_LONG")
    assert json.loads(frames.error(error)) == {
        "type": "error",
        "error": "MESSAGE_TOO_LONG",
        "detail": "This message is too long.",
    }
    frame = json.loads(frames.error(error, "r", "send", 0))
    assert (frame["ref"], frame["command"], frame["room"]) == ("r", "send", 0)


def test_nothing_in_a_text_breaks_out_of_a_frame():
    hostile = '"}],"type":"hello\u2028</script>\\'
    message = SimpleNamespace(
        pk=1,
        room_id=1,
        version=1,
        msg_type=0,
        user_id=1,
        user=SimpleNamespace(username=hostile),
        text=hostile,
        html=hostile,
        key=hostile,
        sent_at=None,
        edited_at=None,
        deleted=False,
        reply_to_id=None,
    )
    text = frames.message_object(message)
    for frame in (frames.message(text), frames.update(1, text)):
        assert json.loads(frame)["type"] in ("message", "update")
    found = json.loads(frames.message(text))
    assert found["message"] == found["username"] == found["key"] == hostile
