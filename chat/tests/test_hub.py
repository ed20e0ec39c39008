"""The hub whole: who comes and goes, joins, and what it leaves behind."""

import asyncio
import threading

import pytest

from chat import actions, events
from chat.factories import MessageFactory, RoomFactory
from chat.hub import Hub, delivery, lasting
from chat.hub import hub as hub_module
from chat.hub import presence as presence_module
from chat.models import Rights, Room

from .fakes import FakeSocket
from .threads import in_thread, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(transactional_db):
    return RoomFactory(title="Tea")


def kinds(socket):
    return [frame["type"] for frame in socket.take()]


# --- start and stop -----------------------------------------------------------------------------


async def test_a_hub_leaves_nothing_behind(anna, room, log_in, settings):
    settings.CHAT_SWEEP_SECONDS = 0.01
    tasks, before = asyncio.all_tasks(), set(threading.enumerate())
    hub = Hub.of_this_loop()
    socket = FakeSocket(session_key=await in_thread(log_in, anna))
    await hub.let_in(socket)
    await hub.join(socket, room.pk)
    await in_thread(actions.send, anna.pk, room.pk, "hi")
    await until(lambda: "message" in kinds(socket))
    await hub.stop()
    assert asyncio.all_tasks() == tasks
    assert all(kept.connection is None for kept in hub.threads._connections)
    left = {thread.name for thread in set(threading.enumerate()) - before}
    assert not [name for name in left if name.startswith("chat-")]
    assert hub not in events.hubs
    assert Hub.of_this_loop() is not hub


async def test_a_hub_waits_for_what_it_still_has_to_do(hub):
    ringing = hub.spawn(asyncio.sleep(0.05))
    await hub.stop()
    assert ringing.done()
    assert not ringing.cancelled()


async def test_there_is_one_hub_in_a_loop(hub):
    assert Hub.of_this_loop() is hub
    assert events.hubs == {hub}


async def test_a_hub_stops_when_the_last_socket_is_gone_for_a_while(anna, come, hub, monkeypatch):
    monkeypatch.setattr(hub_module, "IDLE_SECONDS", 0.5)
    one, other = await come(anna), await come(anna)
    hub.lose(one)
    assert Hub.of_this_loop() is hub
    hub.lose(other)
    hub.lose(await come(anna))
    assert Hub.of_this_loop() is hub
    await until(lambda: not events.hubs)
    await until(lambda: hub.threads._readers._shutdown)
    assert Hub.of_this_loop() is not hub


async def test_a_hub_stays_while_somebody_may_come_back(anna, room, come, hub, monkeypatch):
    monkeypatch.setattr(presence_module, "LINGER_SECONDS", 0.05)
    monkeypatch.setattr(hub_module, "IDLE_SECONDS", 0.01)
    socket = await come(anna, room)
    hub.lose(socket)
    await asyncio.sleep(0.02)
    assert Hub.of_this_loop() is hub
    assert hub.presence.counts() == {room.pk: 1}
    await until(lambda: not events.hubs)
    assert hub.rooms == {}


async def test_a_repair_under_way_ends_before_the_hub_does(anna, room, come, hub, monkeypatch):
    go_on, read = threading.Event(), delivery.changes_since

    def slowly(*args):
        go_on.wait(10)
        return read(*args)

    monkeypatch.setattr(delivery, "changes_since", slowly)
    socket = await come(anna, room)
    await in_thread(MessageFactory, room=room)
    hub.delivery.repair(hub.rooms[room.pk])
    stopping = asyncio.create_task(hub.stop())
    await asyncio.sleep(0)
    go_on.set()
    await stopping
    assert kinds(socket) == ["message"]
    assert not hub._tasks


# --- coming and going ---------------------------------------------------------------------------


async def test_hello_lists_the_rooms_that_one_sees_by_title(anna, room, come, hub):
    coffee = await in_thread(RoomFactory, title="Coffee")
    await in_thread(RoomFactory, staff=True)
    await come(anna, coffee)
    [hello] = (await come(anna, greeted=False)).take()
    assert hello["type"] == "hello"
    assert [(r["title"], r["online"]) for r in hello["rooms"]] == [("Coffee", 1), ("Tea", 0)]


@pytest.mark.parametrize("key", ["", "0" * 32])
async def test_who_is_not_logged_in_is_closed_at_once(hub, key):
    socket = FakeSocket(session_key=key)
    await hub.let_in(socket)
    assert (socket.closed, socket.frames) == ([4401], [])
    assert list(hub.people) == []


async def test_one_socket_too_many_closes_the_oldest(anna, berta, room, come, hub, settings):
    settings.CHAT_SOCKETS_PER_USER = 2
    others, first = await come(berta), await come(anna, room)
    second, third = await come(anna), await come(anna)
    assert [socket.closed for socket in (others, first, second, third)] == [[], [4409], [], []]
    assert hub.sockets == {others, second, third}
    assert hub.rooms == {}


async def test_who_goes_while_being_let_in_is_not_here(anna, hub, log_in, monkeypatch):
    socket = FakeSocket(session_key=await in_thread(log_in, anna))
    stay = FakeSocket()
    hub.sockets.add(stay)
    coming = asyncio.create_task(hub.let_in(socket))
    await asyncio.sleep(0)
    hub.lose(socket)
    await coming
    assert hub.sockets == {stay}
    assert list(hub.people) == []


async def test_what_was_read_for_the_first_who_comes_is_in_force_at_once(anna, come, hub):
    await come(anna)
    assert hub.snapshot.number == await in_thread(Rights.current)
    assert [login.user for login in hub.snapshot.logins.values()] == [anna]


async def test_what_was_read_for_one_is_in_force_when_the_others_have_been_told(
    anna, berta, room, come, hub
):
    inside = await come(anna, room)
    await in_thread(Room.objects.filter(pk=room.pk).update, access="staff")
    await come(berta)
    assert hub.snapshot.number < await in_thread(Rights.current)
    await until(lambda: "room_gone" in kinds(inside))
    assert hub.snapshot.number == await in_thread(Rights.current)


async def test_another_socket_learns_what_the_newest_was_told(anna, come, hub):
    first = await come(anna)
    await in_thread(RoomFactory)
    await come(anna)
    assert kinds(first) == ["room"]


# --- lasting tasks ------------------------------------------------------------------------------


async def test_a_lasting_task_that_fails_is_started_again_and_that_is_logged(
    anna, by, room, come, hub, monkeypatch, caplog
):
    """Whatever ends the sweep: without it nobody would be put out any more."""
    monkeypatch.setattr(lasting, "RETRY_SECONDS", 0.01)
    socket = await come(anna)
    clear = hub.sweep._now.clear
    troubles = iter([ValueError("a bug")])

    def stumble():
        clear()
        for trouble in troubles:
            raise trouble

    monkeypatch.setattr(hub.sweep._now, "clear", stumble)
    hub.sweep.soon()
    await until(lambda: caplog.records)
    assert "Sweep.go_on" in caplog.text
    await in_thread(actions.lock, by, Room.objects.all())
    await until(lambda: socket.frames)
    assert kinds(socket) == ["room"]
