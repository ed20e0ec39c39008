"""Sending, and the rules that all changes of a room share."""

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.factories import UserFactory
from chat import actions
from chat.exceptions import ClientError, LoggedOut
from chat.factories import MessageFactory, RoomFactory
from chat.markdown import RENDERER_VERSION, render
from chat.models import Feed, Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(db):
    return RoomFactory()


def refused(code, action, *args, **kwargs):
    """Assert that the action is refused with the code, and stores nothing."""
    before = stored()
    with pytest.raises(ClientError) as caught:
        action(*args, **kwargs)
    assert caught.value.code == code
    assert stored() == before


def stored():
    """Return all messages, and the versions of the rooms that have had changes."""
    feeds = Feed.objects.exclude(version=0).order_by("pk")
    return list(Message.objects.order_by("pk").values()), list(feeds.values())


def test_a_message_is_stored_as_it_was_sent(anna, room):
    before = timezone.now()
    ack = actions.send(anna.pk, room.pk, " **hi**\n", key="k")
    message = Message.objects.get()
    assert (ack.id, ack.version) == (message.pk, 1)
    assert (message.room, message.user, message.msg_type) == (room, anna, 0)
    assert (message.text, message.html) == (" **hi**\n", render(" **hi**\n"))
    assert (message.version, message.first_version, message.key) == (1, 1, "k")
    assert message.renderer == RENDERER_VERSION
    assert before <= message.sent_at <= timezone.now()
    assert (message.edited_at, message.deleted, message.reply_to) == (None, False, None)


def test_each_message_takes_the_next_version(anna, berta, room):
    acks = [actions.send(user.pk, room.pk, "hi") for user in (anna, berta, anna)]
    assert [ack.version for ack in acks] == [1, 2, 3]
    assert [ack.id for ack in acks] == sorted(ack.id for ack in acks)


# Every change of a room asks the same: (name, what it is asked to do with one's own message).
CHANGES = {
    "send": lambda user, message: actions.send(user.pk, message.room_id, "new"),
    "edit": lambda user, message: actions.edit(user.pk, message.room_id, message.pk, "new"),
    "delete": lambda user, message: actions.delete(user.pk, message.room_id, message.pk),
}


@pytest.fixture(params=CHANGES)
def change(request):
    return CHANGES[request.param]


@pytest.mark.parametrize(
    ("person", "room_is", "code"),
    [
        ({}, {}, None),
        ({}, {"locked": True}, "ROOM_LOCKED"),
        ({}, {"staff": True}, "ROOM_ACCESS_DENIED"),
        ({}, {"superusers": True}, "ROOM_ACCESS_DENIED"),
        ({}, {"staff": True, "locked": True}, "ROOM_ACCESS_DENIED"),
        ({}, {"deleting": True}, "ROOM_INVALID"),
        ({"inactive": True}, {}, "ROOM_ACCESS_DENIED"),
        ({"staff": True}, {"locked": True}, None),
        ({"staff": True}, {"staff": True}, None),
        ({"staff": True}, {"superusers": True}, "ROOM_ACCESS_DENIED"),
        ({"staff": True, "inactive": True}, {"staff": True}, "ROOM_ACCESS_DENIED"),
        ({"superuser": True}, {"superusers": True, "locked": True}, None),
        ({"is_superuser": True}, {"superusers": True, "locked": True}, None),
        ({"superuser": True}, {"deleting": True}, "ROOM_INVALID"),
    ],
)
def test_who_may_change_what_is_in_a_room(change, person, room_is, code):
    user = UserFactory(**person)
    message = MessageFactory(user=user, room=RoomFactory(**room_is))
    if code:
        refused(code, change, user, message)
    else:
        assert change(user, message).version == 2


def test_nobody_changes_anything_in_a_room_that_does_not_exist(change, ruth):
    message = MessageFactory(user=ruth)
    message.room_id += 1000
    refused("ROOM_INVALID", change, ruth, message)
    message.room_id = -1
    refused("ROOM_INVALID", change, ruth, message)


def test_somebody_who_was_deleted_changes_nothing(change):
    message = MessageFactory()
    ghost, before = UserFactory.build(pk=message.user_id + 1000), stored()
    with pytest.raises((ClientError, LoggedOut)) as caught:
        change(ghost, message)
    assert getattr(caught.value, "code", "ROOM_ACCESS_DENIED") == "ROOM_ACCESS_DENIED"
    assert stored() == before


@pytest.mark.parametrize("text", ["", " \n\t ", None, 5, ["hi"], {"a": 1}, True])
def test_a_text_that_says_nothing_is_refused(anna, room, text):
    refused("MESSAGE_INVALID", actions.send, anna.pk, room.pk, text)
    message = MessageFactory(user=anna, room=room)
    refused("MESSAGE_INVALID", actions.edit, anna.pk, room.pk, message.pk, text)


def test_a_text_may_be_as_long_as_the_setting_says_in_characters(anna, room, settings):
    settings.CHAT_MESSAGE_MAX_LENGTH = 10
    ack = actions.send(anna.pk, room.pk, "😀" * 10)
    refused("MESSAGE_TOO_LONG", actions.send, anna.pk, room.pk, "a" * 11)
    refused("MESSAGE_TOO_LONG", actions.edit, anna.pk, room.pk, ack.id, "a" * 11)


def test_who_is_not_present_cannot_send(anna, room):
    refused("ROOM_ACCESS_DENIED", actions.send, anna.pk, room.pk, "hi", present=False)


@pytest.mark.parametrize("person", [{"staff": True}, {"is_superuser": True}])
def test_staff_choose_the_kind_of_a_message(person, room):
    ack = actions.send(UserFactory(**person).pk, room.pk, "mind the gap", msg_type=2)
    assert Message.objects.get(pk=ack.id).msg_type == 2


def test_others_do_not_choose_the_kind_of_a_message(anna, room):
    refused("MESSAGE_ACCESS_DENIED", actions.send, anna.pk, room.pk, "mind the gap", msg_type=1)


def test_a_message_answers_another_of_its_room(anna, room):
    question = MessageFactory(room=room)
    ack = actions.send(anna.pk, room.pk, "yes", reply_to=question.pk)
    assert Message.objects.get(pk=ack.id).reply_to == question


def test_a_deleted_message_may_be_answered(anna, room):
    question = MessageFactory(room=room, deleted=True)
    assert actions.send(anna.pk, room.pk, "what?", reply_to=question.pk).version == 3


@pytest.mark.parametrize("where", ["nowhere", "in another room", -1])
def test_a_message_answers_none_that_is_not_of_its_room(anna, room, where):
    elsewhere = MessageFactory().pk
    number = {"nowhere": elsewhere + 1000, "in another room": elsewhere}.get(where, where)
    refused("MESSAGE_INVALID", actions.send, anna.pk, room.pk, "yes", reply_to=number)


def test_a_text_is_rendered_before_the_room_is_locked(anna, room, monkeypatch):
    """Rendering takes a while, which nobody else is to wait for."""
    inside = []

    def note(text):
        inside.append(len(transaction.get_connection().savepoint_ids))
        return render(text)

    monkeypatch.setattr("chat.actions.messages.render", note)
    monkeypatch.setattr("chat.actions.sending.render", note)
    outside = len(transaction.get_connection().savepoint_ids)
    ack = actions.send(anna.pk, room.pk, "hi")
    actions.edit(anna.pk, room.pk, ack.id, "ho")
    assert inside == [outside, outside]


def test_a_send_takes_few_statements_however_full_the_room_is(
    anna, room, django_assert_max_num_queries
):
    MessageFactory.create_batch(30, room=room)
    with django_assert_max_num_queries(10):  # two are the transaction's
        actions.send(anna.pk, room.pk, "hi", key="k")
