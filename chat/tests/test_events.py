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
from multichat.audit import By

from .layers import Layer

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
    "save_room": ("rooms", lambda user, message: actions.save_room(By(user), message.room)),
    "new room": ("rooms", lambda user, message: actions.save_room(By(user), Room(title="New"))),
    "lock": ("rooms", lambda user, message: actions.lock(By(user), Room.objects.all())),
    "unlock": ("rooms", lambda user, message: actions.unlock(By(user), Room.objects.all())),
    "delete_room": ("rooms", lambda user, message: actions.delete_room(By(user), message.room)),
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
    actions.delete_room(By(message.user), message.room)
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
        actions.lock(By(message.user), Room.objects.all())
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
    """A hub that is its own loop and doorbell."""

    def __init__(self, name="one"):
        self.name, self.heard, self.rung = name, [], []
        self.loop = self.doorbell = self

    def call_soon_threadsafe(self, function, argument):
        function(argument)

    def hear_all(self, events):
        self.heard += events

    def ring(self, pairs):
        self.rung += pairs


def test_the_hubs_of_this_process_hear_without_the_layer_and_one_rings_for_the_others(
    message, use_layer, committed, monkeypatch
):
    layer, hubs = use_layer(RecordingLayer()), [FakeHub("one"), FakeHub("two")]
    monkeypatch.setattr(events, "hubs", hubs)
    with committed():
        actions.send(message.user_id, message.room_id, "new")
    [event] = hubs[0].heard
    assert hubs[1].heard == [event]
    assert hubs[0].rung == [(events.room_group(message.room_id), event)]
    assert (hubs[1].rung, layer.sent) == ([], [])


def test_changes_of_several_rooms_ring_once(anna, use_layer, committed, monkeypatch):
    use_layer(RecordingLayer())
    hub = FakeHub()
    monkeypatch.setattr(events, "hubs", {hub})
    rooms = RoomFactory.create_batch(2)
    sends = [actions.Send(anna, room.pk, "hi") for room in [*rooms, *rooms]]
    with committed():
        actions.send_all(
            sends, lambda rights: actions.Moment(Room.objects.in_bulk(), {anna: anna}, {})
        )
    assert [event["room"] for event in hub.heard] == [room.pk for room in rooms]
    assert [[c.version for c in event["changes"]] for event in hub.heard] == [[1, 2], [1, 2]]


def test_a_layer_that_reaches_nobody_else_is_not_asked(message, use_layer, committed, monkeypatch):
    layer = use_layer(InMemoryChannelLayer())
    monkeypatch.setattr(layer, "group_send", None)
    hub = FakeHub()
    monkeypatch.setattr(events, "hubs", {hub})
    with committed():
        actions.send(message.user_id, message.room_id, "new")
    assert (len(hub.heard), hub.rung) == (1, [])


@pytest.mark.django_db(transaction=True)
def test_a_layer_that_was_never_reached_before_carries_events(use_layer):
    layer = use_layer(Layer())
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
    assert (event["kind"], event["room"]) == ("changes", room.pk)
    assert [change["version"] for change in event["changes"]] == [1]


@pytest.mark.parametrize("trouble", ["broken", "hangs"])
async def test_who_sends_is_told_whether_the_layer_took_it(use_layer, monkeypatch, trouble, caplog):
    layer = use_layer(Layer())
    monkeypatch.setattr(events, "SEND_SECONDS", 0.01)
    assert await events.send("g", {"kind": "rooms"}, "one") is True
    setattr(layer, trouble, True)
    assert await events.send("g", {"kind": "rooms"}, "one") is False
    assert len(caplog.records) == 1


async def test_an_event_says_which_hub_has_it_already(use_layer):
    layer = use_layer(RecordingLayer())
    await events.send("g", {"kind": "presence", "process": "p"}, "one")
    assert layer.sent == [
        ("g", {"type": "hub.event", "from": "one", "kind": "presence", "process": "p"})
    ]


def test_presence_rings_for_the_whole_site(rung):
    events.announce_presence({"process": "p", "version": 2})
    assert rung == [(events.SITE_GROUP, {"kind": "presence", "process": "p", "version": 2})]
