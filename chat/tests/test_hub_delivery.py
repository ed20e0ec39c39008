"""How changes come to the sockets of a process, whatever the doorbell does."""

import pytest

from chat import actions
from chat.changes import Change
from chat.exceptions import ClientError
from chat.factories import MessageFactory, RoomFactory
from chat.hub import delivery
from chat.models import Message, Rights, Room

from .presence import unavailable
from .threads import in_thread, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(transactional_db):
    return RoomFactory(title="Tea")


def kinds(socket):
    return [frame["type"] for frame in socket.take()]


def announce(hub, *messages, rights=0):
    """Let the hub hear of messages of one room, as from another process."""
    changes = [Change.of(message, rights) for message in messages]
    hub.hear({"kind": "changes", "room": messages[0].room_id, "changes": changes})


async def test_an_event_is_heard_by_everybody_in_the_room_and_by_nobody_else(
    anna, berta, room, come, hub
):
    inside, outside = [await come(anna, room), await come(berta, room)], await come(anna)
    inside[0].take()
    ack = await in_thread(actions.send, anna.pk, room.pk, "hi")
    await until(lambda: all(socket.frames for socket in inside))
    for socket in inside:
        assert socket.heard() == [("message", ack.id, 1)]
    assert outside.frames == []


@pytest.mark.parametrize("event", [{}, {"kind": "party"}, {"kind": "party", "room": 1}])
async def test_events_of_an_unknown_kind_are_ignored(anna, room, come, hub, event):
    socket = await come(anna, room)
    hub.hear({"type": "hub.event", **event})
    assert socket.frames == []


async def test_a_change_of_a_room_where_nobody_is_is_ignored(anna, come, hub):
    await come(anna)
    message = await in_thread(MessageFactory)
    announce(hub, message)
    assert hub.rooms == {}


async def test_a_gap_is_filled_from_the_feed(anna, room, come, hub):
    socket = await come(anna, room)
    await in_thread(MessageFactory.create_batch, 3, room=room)
    last = await in_thread(Message.objects.select_related("user").get, version=3)
    announce(hub, last)
    await until(lambda: len(socket.frames) == 3)
    assert [version for _, _, version in socket.heard()] == [1, 2, 3]
    await until(lambda: not hub.rooms[room.pk].repairing)


async def test_a_gap_that_closes_by_itself_asks_nothing_of_the_feed(
    anna, room, come, hub, monkeypatch
):
    socket = await come(anna, room)
    messages = await in_thread(MessageFactory.create_batch, 2, room=room)
    monkeypatch.setattr(delivery, "changes_since", None)
    for message in reversed(messages):
        announce(hub, message)
    assert [version for _, _, version in socket.heard()] == [1, 2]
    await until(lambda: not hub.rooms[room.pk].repairing)


async def test_a_change_of_rooms_is_swept_at_once(anna, by, room, come, hub):
    socket = await come(anna)
    await in_thread(actions.lock, by, Room.objects.all())
    await until(lambda: socket.frames)
    assert [(frame["type"], frame["locked"]) for frame in socket.take()] == [("room", True)]


async def test_a_gap_that_the_feed_cannot_close_is_left_to_the_sweep(anna, room, come, hub):
    """As when an event is of a transaction that a restored backup does not have."""
    socket = await come(anna, room)
    ghost = await in_thread(MessageFactory, room=room)
    ghost.version = 9
    announce(hub, ghost)
    await until(lambda: hub.rooms[room.pk].seen == 1 and not hub.rooms[room.pk].repairing)
    assert [version for _, _, version in socket.heard()] == [1]


# --- who has missed too much --------------------------------------------------------------------


async def test_who_missed_more_than_is_told_one_by_one_comes_again(
    anna, berta, room, come, hub, monkeypatch
):
    monkeypatch.setattr(delivery, "REPAIRED_AT_ONCE", 3)
    elsewhere = await in_thread(RoomFactory)
    inside, outside = [await come(anna, room), await come(berta, room)], await come(anna, elsewhere)
    await in_thread(MessageFactory.create_batch, 3, room=room)
    await hub.sweep.once()
    await until(lambda: hub.rooms[room.pk].seen == 3)
    assert [socket.closed for socket in inside] == [[], []]
    await in_thread(MessageFactory.create_batch, 4, room=room)
    await hub.sweep.once()
    await until(lambda: room.pk not in hub.rooms)
    assert [socket.closed for socket in inside] == [[4408], [4408]]
    assert (outside.closed, hub.sockets) == ([], {outside})
    assert max(version for socket in inside for _, _, version in socket.heard()) == 3
    again = await come(anna)
    await hub.join(again, room.pk, after=3)
    [join] = [frame for frame in again.take() if frame["type"] == "join"]
    assert [said["version"] for said in join["messages"]] == [4, 5, 6, 7]


# --- rights -------------------------------------------------------------------------------------


async def test_what_was_stored_under_later_rights_comes_when_those_are_in_force(
    anna, stella, room, come, hub, monkeypatch
):
    """Nobody rang for the change of rights: the change of the room tells of it."""
    monkeypatch.setattr(delivery, "REORDER_SECONDS", 3600)  # the feed need not be asked
    stays, goes = await come(stella, room), await come(anna, room)
    stays.take()
    goes.take()
    await in_thread(Room.objects.filter(pk=room.pk).update, access="staff")
    number = await in_thread(Rights.current)
    assert hub.snapshot.number < number
    message = await in_thread(MessageFactory, room=room, user=stella)
    announce(hub, message, rights=number)
    assert (stays.frames, goes.frames) == ([], [])
    await until(lambda: hub.rooms[room.pk].seen == 1)
    assert hub.snapshot.number == number
    assert kinds(goes) == ["leave", "room_gone"]
    assert [kind for kind in kinds(stays) if kind in ("room", "message")] == ["room", "message"]


async def test_who_lost_the_room_reads_nothing_that_was_stored_after(
    anna, stella, room, come, hub, rung
):
    """Nobody rang at all: the sweep finds both."""
    stays, goes = await come(stella, room), await come(anna, room)
    goes.take()
    await in_thread(MessageFactory, room=room, text="for all")
    await in_thread(Room.objects.filter(pk=room.pk).update, access="staff")
    await in_thread(MessageFactory, room=room, text="a secret")
    await hub.sweep.once()
    await until(lambda: hub.rooms[room.pk].seen == 2)
    assert kinds(goes) == ["leave", "room_gone"]
    assert [version for _, _, version in stays.heard()] == [1, 2]


async def test_a_repair_waits_for_the_rights_that_it_was_read_under(
    anna, stella, room, come, hub, rung
):
    """Rights that change between the sweep's look and the repair's."""
    stays, goes = await come(stella, room), await come(anna, room)
    goes.take()
    await in_thread(Room.objects.filter(pk=room.pk).update, access="staff")
    await in_thread(MessageFactory, room=room, text="a secret")
    hub.delivery.repair(hub.rooms[room.pk])
    await until(lambda: hub.rooms[room.pk].seen == 1)
    assert kinds(goes) == ["leave", "room_gone"]
    assert [version for _, _, version in stays.heard()] == [1]


async def test_without_a_database_what_needs_later_rights_is_kept_back(
    anna, stella, room, come, hub, monkeypatch
):
    stays = await come(stella, room)
    await in_thread(Room.objects.filter(pk=room.pk).update, locked=True)
    number = await in_thread(Rights.current)
    message = await in_thread(MessageFactory, room=room)
    with monkeypatch.context() as patch:
        patch.setattr(hub.threads, "read", unavailable)
        announce(hub, message, rights=number)
        with pytest.raises(ClientError):
            await hub.sweep.once()
        assert "message" not in kinds(stays)
    await hub.sweep.once()
    assert stays.heard() == [("message", message.pk, 1)]
