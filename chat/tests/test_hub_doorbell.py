"""How a hub hears other processes, and lives when it cannot."""

import asyncio

import pytest

from chat import actions, events
from chat.changes import Change
from chat.factories import MessageFactory, RoomFactory
from chat.hub import doorbell as doorbell_module

from .layers import Layer
from .threads import in_thread, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def layer(monkeypatch, transactional_db):
    layer = Layer()
    for module in (events, doorbell_module):
        monkeypatch.setattr(module, "get_channel_layer", lambda: layer)
    monkeypatch.setattr(doorbell_module, "RETRY_SECONDS", 0.01)
    return layer


@pytest.fixture
def broken(layer):
    """To be asked for before `come`, whose hub goes to the layer at once."""
    layer.broken = True


@pytest.fixture
def forgetful(layer, monkeypatch):
    monkeypatch.setattr(doorbell_module, "REJOIN_SECONDS", 0.01)


@pytest.fixture
def room(transactional_db):
    return RoomFactory()


@pytest.fixture
async def ring(layer):
    """A function that announces the room's next message as another process does."""

    async def ring(room, **more):
        message = await in_thread(MessageFactory, room=room)
        changes = [Change.of(message, 0).as_event()]
        event = {"kind": "changes", "room": room.pk, "changes": changes, **more}
        await layer.group_send(events.room_group(room.pk), {"type": "hub.event", **event})

    return ring


def groups_of(layer):
    return {group for group, channels in layer.groups.items() if channels}


async def test_what_another_process_stored_is_heard(layer, anna, room, come, ring):
    socket = await come(anna, room)
    await until(lambda: events.room_group(room.pk) in groups_of(layer))
    await ring(room, **{"from": "another"})
    await until(lambda: socket.frames)
    assert [version for _, _, version in socket.heard()] == [1]


async def test_what_the_hub_rang_itself_is_not_heard_again(
    layer, anna, room, hub, come, ring, monkeypatch
):
    await come(anna, room)
    await until(lambda: events.room_group(room.pk) in groups_of(layer))
    heard = []
    monkeypatch.setattr(hub.delivery, "hear", lambda room, changes: heard.extend(changes))
    await ring(room, **{"from": hub.name})
    await ring(room, **{"from": "another"})
    await until(lambda: heard)
    assert [change.version for change in heard] == [2]


async def test_a_hub_is_in_the_groups_of_its_rooms(layer, anna, room, hub, come):
    site, group = events.SITE_GROUP, events.room_group(room.pk)
    socket = await come(anna)
    await until(lambda: groups_of(layer) == {site})
    await hub.join(socket, room.pk)
    await until(lambda: groups_of(layer) == {site, group})
    hub.leave(socket, room.pk)
    await until(lambda: groups_of(layer) == {site})


async def test_a_hub_that_ends_is_in_no_group(layer, anna, room, hub, come):
    await come(anna, room)
    await until(lambda: len(groups_of(layer)) == 2)
    await hub.stop()
    assert groups_of(layer) == set()


async def test_a_hub_ends_also_when_the_layer_is_out_of_reach(
    layer, anna, room, hub, come, monkeypatch
):
    monkeypatch.setattr(events, "SEND_SECONDS", 0.01)
    await come(anna, room)
    await until(lambda: len(groups_of(layer)) == 2)
    layer.broken = True
    await hub.stop()
    assert hub.threads._readers._shutdown


async def test_a_hub_ends_also_when_the_layer_hangs(layer, anna, room, hub, come, monkeypatch):
    monkeypatch.setattr(events, "SEND_SECONDS", 0.01)
    await come(anna, room)
    await until(lambda: len(groups_of(layer)) == 2)
    layer.hangs = True
    await hub.stop()
    assert hub.threads._readers._shutdown


async def test_groups_that_the_layer_forgot_are_joined_again(forgetful, layer, anna, room, come):
    await come(anna, room)
    await until(lambda: len(groups_of(layer)) == 2)
    layer.groups.clear()
    await until(lambda: len(groups_of(layer)) == 2)


async def test_a_hub_that_starts_without_its_layer_hears_as_soon_as_it_is_there(
    broken, layer, anna, room, come, ring, caplog
):
    socket = await come(anna, room)
    await asyncio.sleep(3 * doorbell_module.RETRY_SECONDS)
    layer.broken = False
    await until(lambda: len(groups_of(layer)) == 2)
    await ring(room)
    await until(lambda: socket.frames)
    records = caplog.get_records("setup") + caplog.get_records("call")
    # Said once, not with each try.
    assert [record.name for record in records].count(doorbell_module.__name__) == 1


async def test_a_layer_that_breaks_is_listened_to_again(layer, anna, room, come, ring, caplog):
    socket = await come(anna, room)
    await until(lambda: len(groups_of(layer)) == 2)
    layer.broken = True
    await layer.end_receive(events.SITE_GROUP)
    await until(lambda: caplog.records)
    layer.groups.clear()
    layer.broken = False
    await until(lambda: len(groups_of(layer)) == 2)
    await ring(room)
    await until(lambda: socket.frames)


async def test_an_event_that_cannot_be_read_is_passed_over(layer, anna, room, come, ring, caplog):
    """As from a process of another version, while both run."""
    socket = await come(anna, room)
    await until(lambda: len(groups_of(layer)) == 2)
    for event in [
        {"kind": "changes", "room": room.pk},
        {"kind": "changes", "room": room.pk, "changes": [{"id": 1}]},
        {"kind": "changes", "room": room.pk, "changes": 1},
        {"kind": "changes", "changes": []},
        {"kind": "presence"},
        {"kind": "of a later version"},
    ]:
        await layer.group_send(events.room_group(room.pk), event)
    await ring(room)
    await until(lambda: socket.frames)
    assert len(layer.groups[events.room_group(room.pk)]) == 1  # it has not begun anew
    assert not caplog.records


async def test_joining_does_not_wait_for_a_layer_that_hangs(
    layer, anna, room, hub, come, monkeypatch, caplog
):
    monkeypatch.setattr(events, "SEND_SECONDS", 0.01)
    socket = await come(anna)
    await until(lambda: groups_of(layer))
    layer.hangs = True
    await hub.join(socket, room.pk)
    hub.leave(socket, room.pk)
    assert [frame["type"] for frame in socket.take()] == ["join"]
    await until(lambda: caplog.records)


async def test_without_another_process_to_hear_nobody_listens(anna, room, come, hub, monkeypatch):
    """The in-memory layer reaches nobody; this process's own events come without it."""
    monkeypatch.setattr(type(hub.doorbell._layer), "receive", None)
    socket = await come(anna, room)
    await in_thread(actions.send, anna.pk, room.pk, "hi")
    await until(lambda: socket.frames)
    assert hub.doorbell._channel is None


async def test_groups_are_joined_one_after_the_other(layer, anna, hub, come):
    """Each that waits beside another one would open a connection to Redis, which stays."""
    rooms = await in_thread(RoomFactory.create_batch, 20)
    socket = await come(anna)
    await until(lambda: groups_of(layer))
    await asyncio.gather(*(hub.join(socket, room.pk) for room in rooms))
    await until(lambda: len(groups_of(layer)) == 21)
    hub.leave(socket, rooms[0].pk)
    await hub.join(socket, rooms[0].pk)  # left and joined before that was told
    hub.leave(socket, rooms[1].pk)
    await until(lambda: len(groups_of(layer)) == 20)
    assert events.room_group(rooms[0].pk) in groups_of(layer)
    assert layer.most == {"group_add": 1, "group_discard": 1}


async def test_what_could_not_be_joined_is_joined_later(
    forgetful, layer, anna, room, hub, come, monkeypatch, caplog
):
    socket = await come(anna)
    await until(lambda: groups_of(layer))
    layer.broken = True
    await hub.join(socket, room.pk)
    await until(lambda: caplog.records)
    layer.broken = False
    await until(lambda: len(groups_of(layer)) == 2)


# --- ringing ------------------------------------------------------------------------------------


@pytest.fixture
async def peer(layer):
    """A function that returns what another process has heard of the site since the last call."""
    channel = await layer.new_channel("peer")
    await layer.group_add(events.SITE_GROUP, channel)

    async def heard(count):
        async with asyncio.timeout(10):
            return [(await layer.receive(channel))["number"] for _ in range(count)]

    return heard


def numbered(*numbers):
    return [(events.SITE_GROUP, {"kind": "test", "number": number}) for number in numbers]


async def test_events_are_rung_one_after_the_other_in_their_order(layer, hub, peer):
    hub.doorbell.ring(numbered(1, 2))
    hub.doorbell.ring(numbered(3))
    await asyncio.sleep(0)
    hub.doorbell.ring(numbered(4))
    assert await peer(4) == [1, 2, 3, 4]
    hub.doorbell.ring(numbered(5))
    assert await peer(1) == [5]


async def test_what_waits_for_a_layer_that_hangs_is_bounded(layer, hub, peer, monkeypatch):
    monkeypatch.setattr(events, "SEND_SECONDS", 0.05)
    layer.hangs = True
    before = asyncio.all_tasks()
    hub.doorbell.ring(numbered(*range(2 * doorbell_module.RINGS)))
    hub.doorbell.ring(numbered(*range(2 * doorbell_module.RINGS)))
    assert len(asyncio.all_tasks() - before) == 1
    assert len(hub.doorbell._rings) == doorbell_module.RINGS
    await until(lambda: not hub.doorbell._rings)


async def test_what_a_layer_did_not_take_is_not_rung_late(layer, hub, peer, caplog):
    """The sweeps of the others have found it by then."""
    layer.broken = True
    hub.doorbell.ring(numbered(1, 2, 3))
    await until(lambda: not hub.doorbell._rings)
    layer.broken = False
    hub.doorbell.ring(numbered(4))
    assert await peer(1) == [4]


async def test_a_hub_rings_for_what_is_stored_here(layer, anna, room, hub, come):
    channel = await layer.new_channel("peer")
    await layer.group_add(events.room_group(room.pk), channel)
    socket = await come(anna, room)
    await in_thread(actions.send, anna.pk, room.pk, "hi")
    async with asyncio.timeout(10):
        event = await layer.receive(channel)
    assert (event["from"], event["room"]) == (hub.name, room.pk)
    assert [Change.of_event(change).version for change in event["changes"]] == [1]
    await until(lambda: socket.frames)
