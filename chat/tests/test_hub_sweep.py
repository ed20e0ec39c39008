"""What the sweep finds in the database when nobody rang."""

import asyncio
import json

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.sessions import Login
from chat import actions, frames
from chat.factories import MessageFactory, RoomFactory
from chat.hub import sweep as sweep_module
from chat.hub.sweep import compare
from chat.models import Personal, Room
from chat.snapshot import Snapshot

from .threads import in_thread, until

pytestmark = pytest.mark.django_db(transaction=True)

MODERATES = Personal(None, 0, moderates=True)  # what every room is to staff


@pytest.fixture
def room(transactional_db):
    return RoomFactory(title="Tea")


@pytest.fixture
async def sweep(hub):
    """A function that sweeps once, and waits for the repairs that follow."""

    async def sweep():
        await hub.sweep.once()
        while running := hub._tasks - set(hub._lasting):
            await asyncio.gather(*running)

    return sweep


def kinds(socket):
    return [frame["type"] for frame in socket.take()]


async def test_what_was_stored_unheard_is_delivered(anna, room, come, sweep):
    socket = await come(anna, room)
    await in_thread(MessageFactory.create_batch, 3, room=room)
    await sweep()
    assert [(kind, version) for kind, _, version in socket.heard()] == [
        ("message", 1),
        ("message", 2),
        ("message", 3),
    ]
    await sweep()
    assert socket.heard() == []


async def test_a_room_without_news_is_not_read(anna, room, come, sweep, hub, monkeypatch):
    await come(anna, room)
    monkeypatch.setattr(hub.delivery, "repair", None)
    await sweep()


async def test_who_logged_out_is_put_out(anna, berta, room, come, sweep, hub):
    gone, stays = await come(anna, room), await come(berta, room)
    await in_thread(Session.objects.filter(session_key=gone.session_key).delete)
    await sweep()
    assert (gone.closed, stays.closed) == ([4401], [])
    assert hub.sockets == {stays}
    assert list(hub.rooms[room.pk].memberships) == [stays]


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "!"}])
async def test_who_may_not_be_here_any_more_is_put_out(anna, room, come, sweep, change):
    sockets = [await come(anna, room), await come(anna)]
    await in_thread(User.objects.filter(pk=anna.pk).update, **change)
    await sweep()
    assert [socket.closed for socket in sockets] == [[4401], [4401]]


async def test_a_room_that_is_narrowed_puts_out_who_may_not_stay(
    anna, stella, room, come, sweep, hub
):
    inside, outside, staff = await come(anna, room), await come(anna), await come(stella, room)
    inside.take()
    await in_thread(Room.objects.filter(pk=room.pk).update, access="staff")
    await sweep()
    assert inside.take() == [
        {"type": "leave", "leave": room.pk, "reason": "ROOM_ACCESS_DENIED"},
        {"type": "room_gone", "room": room.pk},
    ]
    assert outside.take() == [{"type": "room_gone", "room": room.pk}]
    assert sorted(kinds(staff)) == ["exit", "room"]
    assert list(hub.rooms[room.pk].memberships) == [staff]
    assert inside.memberships == {}


async def test_who_is_demoted_is_put_out_of_the_staffs_rooms(stella, come, sweep):
    staff_room = await in_thread(RoomFactory, staff=True)
    socket = await come(stella, staff_room)
    await in_thread(User.objects.filter(pk=stella.pk).update, is_staff=False)
    await sweep()
    assert kinds(socket) == ["leave", "room_gone"]
    assert socket.memberships == {}


async def test_a_room_that_came_and_went_unseen_puts_out_who_slipped_in(stella, come, sweep, hub):
    """The person entered a room that no sweep had told them of."""
    user = User.objects.filter(pk=stella.pk)
    staff_room = await in_thread(RoomFactory, staff=True)
    await in_thread(user.update, is_staff=False)
    socket = await come(stella)
    await in_thread(user.update, is_staff=True)
    await hub.join(socket, staff_room.pk)
    await in_thread(user.update, is_staff=False)
    assert kinds(socket) == ["join"]
    await sweep()
    assert kinds(socket) == ["leave", "room_gone"]
    assert socket.memberships == {}


async def test_a_deleted_room_is_said_to_be_none(anna, by, room, come, sweep):
    socket, number = await come(anna, room), room.pk
    await in_thread(actions.delete_room, by, room)
    await sweep()
    assert socket.take() == [
        {"type": "leave", "leave": number, "reason": "ROOM_INVALID"},
        {"type": "room_gone", "room": number},
    ]


async def test_a_room_that_is_being_deleted_is_none_either(anna, room, come, sweep):
    socket = await come(anna, room)
    await in_thread(Room.objects.filter(pk=room.pk).update, deleting=True)
    await sweep()
    assert socket.take()[0]["reason"] == "ROOM_INVALID"


async def test_who_may_see_a_new_room_is_told_of_it(anna, ruth, come, sweep):
    member, admin = await come(anna), await come(ruth)
    made = await in_thread(RoomFactory, superusers=True)
    await sweep()
    assert admin.take() == [json.loads(frames.room(made, 0, MODERATES))]
    assert member.take() == []


@pytest.mark.parametrize(
    "change", [{"title": "Coffee"}, {"locked": True}, {"access": "staff"}, {"slug": "coffee"}]
)
async def test_changes_of_a_room_are_told_once(stella, room, come, sweep, change):
    socket = await come(stella)
    await in_thread(Room.objects.filter(pk=room.pk).update, **change)
    await sweep()
    [frame] = socket.take()
    assert frame["type"] == "room"
    said = {"url": "/rooms/coffee/"} if "slug" in change else change
    assert said.items() <= frame.items()
    await sweep()
    assert socket.take() == []


async def test_who_is_logged_in_no_longer_by_the_clock_is_put_out(anna, berta, come, sweep, hub):
    """Nothing in the database has changed, and so its number is the same."""
    gone, stays = await come(anna), await come(berta)
    await sweep()
    number = hub.snapshot.number
    hub.snapshot.logins[gone.session_key] = Login(anna, until=timezone.now())
    await sweep()
    assert (gone.closed, stays.closed) == ([4401], [])
    assert hub.snapshot.number == number


async def test_without_changes_a_sweep_asks_two_questions_however_many_there_are(
    anna, come, hub, sweep
):
    def questions():
        with CaptureQueriesContext(connection) as queries:
            found, _ = compare(hub.snapshot, True, hub.snapshot.logins.keys(), list(hub.rooms))
            assert found is None
        return len(queries)

    rooms = await in_thread(RoomFactory.create_batch, 20)
    for _ in range(5):
        await come(anna, *rooms)
    await sweep()
    assert await in_thread(questions) == 2


async def test_a_sweep_asks_as_few_questions_however_many_there_are(anna, come, hub, room):
    def questions():
        keys = {socket.session_key for socket in sockets}
        with CaptureQueriesContext(connection) as queries:
            assert compare(Snapshot(), True, keys, [])[0].logins.keys() == keys
        return len(queries)

    sockets = [await come(anna, room)]
    few = await in_thread(questions)
    await in_thread(RoomFactory.create_batch, 20)
    sockets += [await come(anna) for _ in range(5)]
    assert few == await in_thread(questions) <= 8


async def test_people_are_told_how_many_are_where(anna, berta, room, come, hub, sweep, monkeypatch):
    first = await come(anna, room)
    second = await come(berta, room)
    first.take()
    monkeypatch.setattr(sweep_module, "ONLINE_SECONDS", 0)
    await sweep()
    told = [{"type": "online", "rooms": [{"room": room.pk, "online": 2}]}]
    assert first.take() == second.take() == told
    await sweep()
    assert first.take() == []
    hub.leave(second, room.pk)
    monkeypatch.setattr(sweep_module, "ONLINE_SECONDS", 1e9)
    await sweep()
    assert kinds(first) == ["exit"]  # not twice in that time
    monkeypatch.setattr(sweep_module, "ONLINE_SECONDS", 0)
    await sweep()
    assert first.take() == [{"type": "online", "rooms": [{"room": room.pk, "online": 1}]}]


async def test_who_comes_after_a_change_is_told_when_it_changes_back(
    anna, berta, room, come, hub, sweep, monkeypatch
):
    """Hello said how many there were at that moment; the others had not been told of it."""
    inside = await come(anna, room)
    hub.leave(inside, room.pk)
    monkeypatch.setattr(sweep_module, "ONLINE_SECONDS", 0)
    await sweep()
    monkeypatch.setattr(sweep_module, "ONLINE_SECONDS", 1e9)
    await hub.join(inside, room.pk)
    newcomer = await come(berta, greeted=False)
    assert newcomer.take()[0]["rooms"][0]["online"] == 1
    hub.leave(inside, room.pk)
    monkeypatch.setattr(sweep_module, "ONLINE_SECONDS", 0)
    await sweep()
    assert newcomer.take() == [{"type": "online", "rooms": [{"room": room.pk, "online": 0}]}]


async def test_a_newcomer_is_told_when_what_the_greeting_said_has_changed_back(
    anna, berta, ruth, room, come, hub, sweep, monkeypatch
):
    await come(anna, room)
    monkeypatch.setattr(sweep_module, "ONLINE_SECONDS", 0)
    await sweep()
    second = await come(berta, room)
    newcomer = await come(ruth, greeted=False)
    [greeting] = newcomer.take()
    assert [summary["online"] for summary in greeting["rooms"]] == [2]
    hub.leave(second, room.pk)
    await sweep()
    assert newcomer.take() == [{"type": "online", "rooms": [{"room": room.pk, "online": 1}]}]


async def test_nobody_is_told_how_many_are_in_a_room_that_they_may_not_see(
    anna, ruth, come, sweep, monkeypatch
):
    secret = await in_thread(RoomFactory, superusers=True)
    member, admin = await come(anna), await come(ruth, secret)
    monkeypatch.setattr(sweep_module, "ONLINE_SECONDS", 0)
    await sweep()
    assert kinds(admin) == ["online"]
    assert member.take() == []


async def test_a_sweep_that_fails_is_followed_by_another(
    anna, room, come, hub, monkeypatch, settings, caplog
):
    socket = await come(anna, room)
    troubles = iter([OperationalError("gone"), ValueError("a bug"), None])

    def stumble(*args):
        if trouble := next(troubles, None):
            raise trouble
        return compare(*args)

    monkeypatch.setattr(sweep_module, "compare", stumble)
    settings.CHAT_SWEEP_SECONDS = 0.01
    await in_thread(MessageFactory, room=room)
    hub.sweep.soon()
    await until(lambda: "message" in kinds(socket))
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]
