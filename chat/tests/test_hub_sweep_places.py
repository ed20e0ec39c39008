"""What open sockets are told of their people's places in rooms."""

import asyncio
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat import actions
from chat.factories import MemberFactory, RoomFactory
from chat.hub.sweep import compare
from chat.models import Member, Rights, Room
from chat.snapshot import Snapshot
from multichat.audit import By

from .threads import in_thread, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(transactional_db):
    return RoomFactory(title="Tea")


@pytest.fixture
async def sweep(hub):
    """A function that sweeps once."""
    return hub.sweep.once


def standing(frame):
    return {name: frame[name] for name in ("room", "can_send", "why_not", "slow", "moderator")}


async def test_a_silence_that_is_over_is_told_though_nothing_was_written(
    anna, berta, room, come, sweep, hub, monkeypatch
):
    end = timezone.now() + timedelta(hours=1)
    await in_thread(MemberFactory, room=room, user=anna, silenced=True, silenced_until=end)
    socket, other = await come(anna, room), await come(berta, room)
    socket.take()
    await sweep()
    assert socket.take() == []
    number = await in_thread(Rights.current)
    monkeypatch.setattr(timezone, "now", lambda: end)
    await sweep()
    [frame] = socket.take()
    said = {"room": room.pk, "can_send": True, "why_not": None, "slow": 0, "moderator": False}
    assert (frame["type"], standing(frame)) == ("room", said)
    await sweep()
    assert socket.take() == other.take() == []
    assert await in_thread(Rights.current) == number


async def test_a_silence_that_is_over_is_told_by_the_sweep_that_goes_by_itself(
    anna, room, come, hub, settings
):
    settings.CHAT_SWEEP_SECONDS = 0.05
    end = timezone.now() + timedelta(seconds=1)
    await in_thread(MemberFactory, room=room, user=anna, silenced=True, silenced_until=end)
    socket = await come(anna, room)
    hub.sweep.soon()
    async with asyncio.timeout(3):
        [frame] = await until(socket.take)
    assert frame["can_send"]
    assert timezone.now() - end < timedelta(seconds=1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"silenced": True}, {"can_send": False, "why_not": "SILENCED"}),
        ({"role": "moderator"}, {"moderator": True, "slow": 0}),
    ],
)
async def test_what_a_place_has_become_is_told_to_its_person_alone(
    anna, berta, room, come, sweep, change, said
):
    await in_thread(Room.objects.update, slow=5)
    place = await in_thread(MemberFactory, room=room, user=anna)
    sockets, other = [await come(anna, room), await come(anna)], await come(berta, room)
    for socket in sockets:
        socket.take()
    await in_thread(Member.objects.filter(pk=place.pk).update, **change)
    await sweep()
    for socket in sockets:
        [frame] = socket.take()
        assert said.items() <= standing(frame).items()
    assert other.take() == []


async def test_who_is_banned_is_put_out_and_told_why_and_comes_back(anna, room, come, sweep, hub):
    socket = await come(anna, room)
    place = await in_thread(MemberFactory, room=room, user=anna, guest=True, banned=True)
    await sweep()
    assert socket.take() == [
        {"type": "leave", "leave": room.pk, "reason": "ROOM_ACCESS_DENIED"},
        {"type": "room_gone", "room": room.pk},
    ]
    assert room.pk not in hub.rooms
    await in_thread(place.delete)
    await sweep()
    [frame] = socket.take()
    assert (frame["type"], frame["room"], frame["can_send"]) == ("room", room.pk, True)


async def test_a_room_of_members_comes_into_sight_and_out_of_it(anna, berta, come, sweep):
    room = await in_thread(RoomFactory, of_members=True)
    socket, other = await come(anna), await come(berta)
    place = await in_thread(MemberFactory, room=room, user=anna)
    await sweep()
    [frame] = socket.take()
    assert (frame["type"], frame["room"], frame["access"]) == ("room", room.pk, "members")
    await in_thread(place.delete)
    await sweep()
    assert socket.take() == [{"type": "room_gone", "room": room.pk}]
    assert other.take() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"posting": "moderators"}, {"why_not": "ROOM_READ_ONLY", "can_send": False}),
        ({"slow": 5}, {"slow": 5, "can_send": True}),
        ({"locked": True}, {"why_not": "ROOM_LOCKED", "can_send": False}),
    ],
)
async def test_what_a_room_has_become_is_told_to_each_as_it_is_for_them(
    anna, berta, stella, room, come, sweep, change, said
):
    await in_thread(MemberFactory, room=room, user=berta, moderator=True)
    person, moderator, staff = [await come(user, room) for user in (anna, berta, stella)]
    for socket in (person, moderator, staff):
        socket.take()
    await in_thread(Room.objects.filter(pk=room.pk).update, **change)
    await sweep()
    [frame] = person.take()
    assert said.items() <= standing(frame).items()
    if change.get("locked"):
        moderator.take()
    else:
        # To those who moderate nothing but the slow mode's or posting's value is new.
        assert all(frame["can_send"] and frame["slow"] == 0 for frame in moderator.take())
    assert all(frame["can_send"] and frame["slow"] == 0 for frame in staff.take())


async def test_what_is_done_by_an_action_is_felt_without_a_sweep_of_its_own(
    anna, stella, room, come, hub
):
    socket = await come(anna, room)
    await in_thread(actions.silence, By(stella), room.pk, anna.pk)
    [frame] = await until(socket.take)
    assert frame["why_not"] == "SILENCED"


async def test_places_are_read_with_one_question_however_many_there_are(anna, berta, come, hub):
    def questions():
        with CaptureQueriesContext(connection) as queries:
            compare(Snapshot(), True, hub.snapshot.logins.keys(), [])
        return len(queries)

    for user in (anna, berta):
        await come(user)
    few = await in_thread(questions)
    for user in (anna, berta):
        for _ in range(5):
            await in_thread(MemberFactory, user=user)
    assert await in_thread(questions) == few
