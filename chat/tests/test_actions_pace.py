"""Slow mode."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.factories import UserFactory
from chat import actions
from chat.actions import Moment, Send, pace, send_all
from chat.exceptions import ClientError
from chat.factories import MemberFactory, MessageFactory, RoomFactory
from chat.models import Member, Message, Room

from .client import error
from .threads import at_once, in_thread

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return RoomFactory(slow=10)


def wait_of(user, room):
    """Send a message; return how many seconds one is told to wait, or None."""
    try:
        actions.send(user.pk, room.pk, "hi")
    except ClientError as refusal:
        return refusal.retry_after
    return None


def said(user, room, seconds, **more):
    """A message that somebody sent so long ago."""
    return MessageFactory(
        user=user, room=room, sent_at=timezone.now() - timedelta(seconds=seconds), **more
    )


def test_a_second_message_waits_and_is_told_how_long(anna, room):
    said(anna, room, 4)
    with pytest.raises(ClientError) as caught:
        actions.send(anna.pk, room.pk, "hi")
    refusal = caught.value
    assert refusal.code == "RATE_LIMITED"
    assert refusal.detail == "Slow mode: here one waits 10 seconds between two messages."
    assert 3 < refusal.retry_after <= 6
    assert Message.objects.count() == 1


def test_who_has_waited_writes(anna, room):
    said(anna, room, 10)
    assert wait_of(anna, room) is None
    assert 7 < wait_of(anna, room) <= 10


def test_each_waits_for_themselves_and_in_each_room_for_itself(anna, berta, room):
    said(anna, room, 1)
    said(anna, RoomFactory(), 0)
    other = RoomFactory(slow=10)
    assert wait_of(berta, room) is None
    assert wait_of(anna, other) is None


def test_who_moderates_does_not_wait(stella, room):
    moderator = MemberFactory(room=room, moderator=True).user
    for user in (moderator, stella):
        for _ in range(3):
            assert wait_of(user, room) is None


def test_nobody_waits_where_there_is_no_slow_mode(anna):
    room = RoomFactory(slow=0)
    assert [wait_of(anna, room) for _ in range(3)] == [None] * 3


def test_a_deleted_message_counts(anna, room):
    message = said(anna, room, 1)
    actions.delete(anna.pk, room.pk, message.pk)
    assert 6 < wait_of(anna, room) <= 9


def test_editing_and_deleting_do_not_wait(anna, room):
    message = said(anna, room, 1)
    actions.edit(anna.pk, room.pk, message.pk, "ho")
    actions.delete(anna.pk, room.pk, message.pk)


def test_a_repeated_send_is_answered_and_does_not_wait(anna, room):
    first = actions.send(anna.pk, room.pk, "hi", key="k")
    assert actions.send(anna.pk, room.pk, "hi", key="k") == first


def test_what_was_refused_does_not_begin_another_wait(anna, room):
    said(anna, room, 5)
    assert wait_of(anna, room) is not None
    Message.objects.update(sent_at=timezone.now() - timedelta(seconds=10))
    assert wait_of(anna, room) is None


def test_a_clock_that_was_set_back_makes_nobody_wait_longer(anna, room):
    said(anna, room, -3600)
    assert wait_of(anna, room) == 10


def test_a_longer_pause_counts_from_the_message_that_is_there(anna, room):
    said(anna, room, 15)
    Room.objects.update(slow=20)
    with pytest.raises(ClientError) as caught:
        actions.send(anna.pk, room.pk, "hi")
    assert 2 < caught.value.retry_after <= 5


@pytest.mark.parametrize("others", [3, 4, 5, 9])
def test_ones_last_message_is_found_behind_those_of_others(anna, room, others, monkeypatch):
    monkeypatch.setattr(pace, "PAGE", 4)
    said(anna, room, 5)
    for _ in range(others):
        said(None, room, 1)
    assert 2 < wait_of(anna, room) <= 5


def test_no_more_is_read_than_the_time_asks_for(anna, room, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(pace, "PAGE", 4)
    for _ in range(20):
        said(None, room, 11)
    since = timezone.now() - timedelta(seconds=10)
    with django_assert_num_queries(1):
        assert pace._last_stored(room.pk, anna.pk, since) is None


# --- many at once -------------------------------------------------------------------------------


def test_of_many_in_one_batch_the_first_of_each_is_stored(anna, berta, room):
    users = {"a": anna, "b": berta}
    sends = [Send(who, room.pk, f"line {at}") for at, who in enumerate("aabab")]

    def moment_at(rights):
        return Moment(Room.objects.in_bulk(), users, Member.objects.places([anna.pk, berta.pk]))

    answers = send_all(sends, moment_at)
    waits = [getattr(answer, "retry_after", None) for answer in answers]
    assert waits == [None, 10, None, 10, 10]
    assert list(Message.objects.order_by("pk").values_list("text", flat=True)) == [
        "line 0",
        "line 2",
    ]


@pytest.mark.django_db(transaction=True)
def test_of_many_processes_at_once_one_is_let_through():
    room, anna = RoomFactory(slow=10), UserFactory()
    MessageFactory(room=room)
    waits = at_once(lambda _: wait_of(anna, room), *range(4))
    assert waits.count(None) == 1
    assert Message.objects.filter(user=anna).count() == 1


@pytest.mark.django_db(transaction=True)
async def test_all_sockets_of_a_person_wait_together(connect):
    room, anna = await in_thread(RoomFactory, slow=10), await in_thread(UserFactory)
    one, other = await connect(anna, room), await connect(anna, room)
    assert (await one.ask("send", room=room.pk, message="hi"))["type"] == "ack"
    assert (await other.next())["type"] == "message"
    await other.say("send", room=room.pk, message="ho", ref="another")
    frame = await other.next()
    assert error(frame) == ("RATE_LIMITED", "send", room.pk)
    assert 7 < frame["retry_after"] <= 10
    assert round(frame["retry_after"], 2) == frame["retry_after"]


@pytest.mark.django_db(transaction=True)
async def test_a_join_says_how_slow_the_room_is(connect):
    room = await in_thread(RoomFactory, slow=10)
    for person, slow in (({}, 10), ({"staff": True}, 0)):
        client = await connect(await in_thread(UserFactory, **person))
        frame = await client.ask("join", room=room.pk)
        assert (frame["slow"], frame["can_send"], frame["moderator"]) == (slow, True, slow == 0)
