"""How a hub hears other processes, and lives when it cannot."""

import asyncio

import pytest
from channels.layers import InMemoryChannelLayer

from chat import events, pages
from chat.factories import MessageFactory, RoomFactory
from chat.hub import doorbell as doorbell_module

from .threads import in_thread, until

pytestmark = pytest.mark.django_db(transaction=True)


class Layer(InMemoryChannelLayer):
    """A layer that can be out of reach, or hang."""

    broken = hangs = False

    async def _trouble(self):
        if self.broken:
            raise ConnectionError("no Redis")
        if self.hangs:
            await asyncio.sleep(3600)

    async def new_channel(self, prefix="specific."):
        await self._trouble()
        return await super().new_channel(prefix)

    async def group_add(self, group, channel):
        await self._trouble()
        await super().group_add(group, channel)

    async def group_discard(self, group, channel):
        await self._trouble()
        await super().group_discard(group, channel)

    async def receive(self, channel):
        await self._trouble()
        return await super().receive(channel)


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
        event = {"kind": "change", **pages.Change.of(message).as_event(), **more}
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
    monkeypatch.setattr(hub, "hear", heard.append)
    await ring(room, **{"from": hub.name})
    await ring(room, **{"from": "another"})
    await until(lambda: heard)
    assert [event["version"] for event in heard] == [2]


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
    # Said once, not with each try.
    assert len(caplog.get_records("setup") + caplog.get_records("call")) == 1


async def test_a_layer_that_breaks_is_listened_to_again(layer, anna, room, come, ring, caplog):
    socket = await come(anna, room)
    await until(lambda: len(groups_of(layer)) == 2)
    layer.broken = True
    await layer.group_send(events.SITE_GROUP, {"type": "hub.event"})  # ends the receive under way
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
    await layer.group_send(events.room_group(room.pk), {"kind": "change", "room": room.pk})
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
