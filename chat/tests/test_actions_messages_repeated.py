"""A send with a key is stored once, however often it is sent."""

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from accounts.factories import UserFactory
from chat import actions
from chat.factories import MessageFactory, RoomFactory
from chat.models import Feed, Message
from chat.models.message import MessageQuerySet

from .test_actions_messages import refused
from .threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(db):
    return RoomFactory()


@pytest.fixture
def first(anna, room):
    return actions.send(anna.pk, room.pk, "hi", key="k")


def version_of(room):
    return Feed.objects.get(room=room).version


def test_a_repeated_send_gets_the_ack_of_the_first(anna, room, first):
    actions.send(anna.pk, room.pk, "something else")
    assert actions.send(anna.pk, room.pk, "hi", key="k") == first
    assert Message.objects.count() == 2
    assert version_of(room) == 2


@pytest.mark.parametrize("change", [actions.edit, actions.delete])
def test_it_gets_the_first_version_also_after_a_change(anna, room, first, change):
    change(anna.pk, room.pk, first.id, *(["ho"] if change is actions.edit else []))
    assert actions.send(anna.pk, room.pk, "hi", key="k") == first
    assert version_of(room) == 2


@pytest.mark.parametrize(
    "since",
    [
        {"locked": True},
        {"access": "superusers"},
        {"deleting": True},
    ],
)
def test_it_is_answered_before_rights_are_asked(anna, room, first, since):
    for name, value in since.items():
        setattr(room, name, value)
    room.save()
    assert actions.send(anna.pk, room.pk, "hi", key="k", present=False) == first
    refused_with = {"locked": "ROOM_LOCKED", "access": "ROOM_ACCESS_DENIED"}
    code = refused_with.get(next(iter(since)), "ROOM_INVALID")
    refused(code, actions.send, anna.pk, room.pk, "hi", key="another")


def test_it_is_answered_before_the_text_is_measured(anna, room, first, settings):
    settings.CHAT_MESSAGE_MAX_LENGTH = 1
    assert actions.send(anna.pk, room.pk, "hi", key="k") == first


def test_the_same_key_with_something_else_is_a_conflict(stella, room):
    other = MessageFactory(room=room)
    sent = {"key": "k", "reply_to": other.pk, "msg_type": 1}
    first = actions.send(stella.pk, room.pk, "hi", **sent)
    for text, changed in [
        ("ho", {}),
        ("hi ", {}),
        ("hi", {"reply_to": None}),
        ("hi", {"reply_to": first.id}),
        ("hi", {"msg_type": 0}),
        ("hi", {"msg_type": 2}),
        (["hi"], {}),
    ]:
        refused("REF_CONFLICT", actions.send, stella.pk, room.pk, text, **{**sent, **changed})
    assert actions.send(stella.pk, room.pk, "hi", **sent) == first


def test_a_conflict_is_one_also_after_an_edit_to_that_very_text(anna, room, first):
    actions.edit(anna.pk, room.pk, first.id, "ho")
    refused("REF_CONFLICT", actions.send, anna.pk, room.pk, "ho", key="k")


def test_others_and_other_rooms_have_keys_of_their_own(anna, berta, room, first):
    assert actions.send(berta.pk, room.pk, "hi", key="k").id != first.id
    assert actions.send(anna.pk, RoomFactory().pk, "hi", key="k").id != first.id


def test_without_a_key_every_send_is_another(anna, room):
    acks = [actions.send(anna.pk, room.pk, "hi") for _ in range(2)]
    assert acks[0] != acks[1]


def test_a_refused_send_leaves_its_key_free(anna, room):
    room.locked = True
    room.save()
    refused("ROOM_LOCKED", actions.send, anna.pk, room.pk, "hi", key="k")
    room.locked = False
    room.save()
    assert actions.send(anna.pk, room.pk, "hi", key="k").version == 1


def test_a_key_is_looked_for_under_the_rooms_lock(anna, room):
    """Or two who looked at once would both store it."""
    with CaptureQueriesContext(connection) as queries:
        actions.send(anna.pk, room.pk, "hi", key="k")
    statements = [query["sql"] for query in queries]
    lock = max(at for at, sql in enumerate(statements) if 'FROM "chat_feed"' in sql)
    [look] = [at for at, sql in enumerate(statements) if "(room_id, user_id, key)" in sql]
    assert lock < look


def test_another_trouble_of_the_database_is_not_taken_for_a_repetition(anna, room, monkeypatch):
    def fail(queryset, drafts):
        raise IntegrityError("something else")

    monkeypatch.setattr(MessageQuerySet, "insert", fail)
    for key in ("k", None):
        with pytest.raises(IntegrityError):
            actions.send(anna.pk, room.pk, "hi", key=key)


@pytest.mark.django_db(transaction=True)
def test_the_same_send_at_once_is_stored_once():
    anna, room = UserFactory(), RoomFactory()
    acks = at_once(lambda _: actions.send(anna.pk, room.pk, "hi", key="k"), *range(6))
    message = Message.objects.get()
    assert set(acks) == {actions.Ack(message.pk, 1)}
    assert version_of(room) == 1
