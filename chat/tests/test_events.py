import asyncio
import logging

import msgpack
import pytest
from channels.layers import InMemoryChannelLayer
from django.db import transaction

from accounts.factories import UserFactory
from chat import actions, events
from chat.changes import Change
from chat.exceptions import ClientError
from chat.factories import MessageFactory, RoomFactory
from chat.models import Message, Rights, Room

pytestmark = pytest.mark.django_db

# Every action that changes something, and the kind of event that it is announced with.
ACTIONS = {
    "send": ("changes", lambda user, message: actions.send(user.pk, message.room_id, "new")),
    "edit": (
        "changes",
        lambda user, message: actions.edit(user.pk, message.room_id, message.pk, "new"),
    ),
    "delete": (
        "changes",
        lambda user, message: actions.delete(user.pk, message.room_id, message.pk),
    ),
    "save_room": ("rooms", lambda user, message: actions.save_room(message.room)),
    "new room": ("rooms", lambda user, message: actions.save_room(Room(title="New"))),
    "lock": ("rooms", lambda user, message: actions.lock(Room.objects.all())),
    "unlock": ("rooms", lambda user, message: actions.unlock(Room.objects.all())),
    "delete_room": ("rooms", lambda user, message: actions.delete_room(message.room)),
}


@pytest.fixture
def message(anna):
    return MessageFactory(user=anna, text="hi", key="k")


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Makes what a test does count as committed at the end of the block."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_announces_what_it_did_after_the_commit(name, message, rung, committed):
    kind, act = ACTIONS[name]
    with committed():
        act(message.user, message)
        assert rung == []
    [(group, event)] = rung
    assert event["kind"] == kind
    assert group == (events.SITE_GROUP if kind == "rooms" else f"room.{message.room_id}")


@pytest.mark.parametrize("name", ACTIONS)
def test_what_was_rolled_back_is_not_announced(name, message, rung, committed):
    with committed(), transaction.atomic():
        ACTIONS[name][1](message.user, message)
        transaction.set_rollback(True)
    assert rung == []


def test_what_changes_nothing_is_not_announced(anna, message, rung, committed):
    room_id = message.room_id
    with committed():
        actions.edit(anna.pk, room_id, message.pk, "hi")
    assert rung == []
    with committed():
        actions.delete(anna.pk, room_id, message.pk)
        actions.delete(anna.pk, room_id, message.pk)
    assert len(rung) == 1


def test_a_repeated_send_is_not_announced(anna, message, rung, committed):
    with committed():
        actions.send(anna.pk, message.room_id, "hi", key="another")
        actions.send(anna.pk, message.room_id, "hi", key="another")
    assert len(rung) == 1


def test_what_was_refused_is_not_announced(berta, message, rung, committed):
    with committed(), pytest.raises(ClientError):
        actions.edit(berta.pk, message.room_id, message.pk, "ho")
    assert rung == []


def test_an_announced_change_is_what_the_feed_says(message, rung, committed):
    with committed():
        actions.edit(message.user_id, message.room_id, message.pk, "ho")
    [(_, event)] = rung
    stored = Message.objects.get()
    [change] = event["changes"]
    assert change == Change.of(stored, Rights.current())
    assert (change.version, change.first, change.key) == (2, 1, "k")


@pytest.mark.django_db(transaction=True)
def test_a_delete_is_announced_before_the_first_message_goes(message, rung, monkeypatch):
    seen = []
    delete = type(Message.objects.all()).delete

    def note(queryset):
        seen.append(len(rung))
        return delete(queryset)

    monkeypatch.setattr(type(Message.objects.all()), "delete", note)
    actions.delete_room(message.room)
    assert seen == [1]


# --- without a hub in the process, as in a command ----------------------------------------------


class RecordingLayer:
    def __init__(self, trouble=None):
        self.sent, self.trouble = [], trouble

    async def group_send(self, group, event):
        if self.trouble:
            await self.trouble()
        self.sent.append((group, event))


@pytest.fixture
def use_layer(monkeypatch):
    def use(layer):
        monkeypatch.setattr(events, "get_channel_layer", lambda: layer)
        return layer

    return use


def test_events_go_over_the_channel_layer(message, use_layer, committed):
    layer = use_layer(RecordingLayer())
    with committed():
        actions.send(message.user_id, message.room_id, "new")
        actions.lock(Room.objects.all())
    [(group, change), (site, rooms)] = layer.sent
    assert (group, site) == (events.room_group(message.room_id), events.SITE_GROUP)
    assert change["type"] == rooms["type"] == "hub.event"
    assert (change["kind"], rooms["kind"]) == ("changes", "rooms")


def test_an_event_is_what_a_layer_can_carry(message, use_layer, committed):
    """Redis takes msgpack: nothing but plain values, however long ids and texts are."""
    layer = use_layer(RecordingLayer())
    with committed():
        actions.send(message.user_id, message.room_id, "ü😀", key="another")
    [(_, event)] = layer.sent
    assert msgpack.unpackb(msgpack.packb(event)) == event
    [change] = event["changes"]
    assert Change.of_event(change) == Change.of(Message.objects.get(version=2), Rights.current())


def test_a_layer_that_fails_does_not_fail_the_action(message, use_layer, committed, caplog):
    async def fail():
        raise ConnectionError("no Redis")

    layer = use_layer(RecordingLayer(fail))
    with committed():
        assert actions.send(message.user_id, message.room_id, "new").version == 2
    assert layer.sent == []
    [record] = caplog.records
    assert (record.levelno, "no Redis" in record.getMessage()) == (logging.WARNING, True)


def test_a_layer_that_hangs_does_not_hold_the_action_up(
    message, use_layer, committed, monkeypatch, caplog
):
    monkeypatch.setattr(events, "SEND_SECONDS", 0.01)

    async def hang():
        await asyncio.sleep(3600)

    layer = use_layer(RecordingLayer(hang))
    with committed():
        assert actions.send(message.user_id, message.room_id, "new").version == 2
    assert layer.sent == []
    assert len(caplog.records) == 1


# --- with hubs ----------------------------------------------------------------------------------


class FakeHub:
    def __init__(self, name="one"):
        self.name, self.heard, self.loop = name, [], self

    def call_soon_threadsafe(self, function, argument):
        function(argument)

    def hear(self, event):
        self.heard.append(dict(event))

    def spawn(self, coroutine):
        asyncio.run(coroutine)


def test_the_hubs_of_this_process_hear_without_the_layer(
    message, use_layer, committed, monkeypatch
):
    layer, hubs = use_layer(RecordingLayer()), [FakeHub("one"), FakeHub("two")]
    monkeypatch.setattr(events, "hubs", hubs)
    with committed():
        actions.send(message.user_id, message.room_id, "new")
    assert [len(hub.heard) for hub in hubs] == [1, 1]
    [(_, event)] = layer.sent  # once, for the other processes, and it says who has it already
    assert event == {**hubs[0].heard[0], "from": "one"}


def test_a_layer_that_fails_does_not_keep_the_hub_from_hearing(
    message, use_layer, committed, monkeypatch
):
    async def fail():
        raise ConnectionError("no Redis")

    use_layer(RecordingLayer(fail))
    hub = FakeHub()
    monkeypatch.setattr(events, "hubs", {hub})
    with committed():
        actions.send(message.user_id, message.room_id, "new")
    assert len(hub.heard) == 1


@pytest.mark.django_db(transaction=True)
def test_a_layer_that_was_never_reached_before_carries_events(use_layer):
    layer = use_layer(InMemoryChannelLayer())
    room, anna = RoomFactory(), UserFactory()

    async def listen():
        channel = await layer.new_channel("hub")
        await layer.group_add(events.room_group(room.pk), channel)
        await asyncio.to_thread(send)
        return await layer.receive(channel)

    def send():
        try:
            actions.send(anna.pk, room.pk, "hi")
        finally:
            transaction.get_connection().close()

    event = asyncio.run(listen())
    assert (event["kind"], event["room"], event["version"]) == ("change", room.pk, 1)
