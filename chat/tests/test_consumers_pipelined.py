"""A client that sends on before it is answered."""

import json
import threading

import pytest

from chat import actions, consumers
from chat.factories import RoomFactory
from chat.frames import Ready
from chat.models import Message

from .client import Client
from .fakes import Transport
from .threads import in_thread, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(hub):
    return RoomFactory(title="Tea")


@pytest.fixture
def store(monkeypatch):
    """Stands in for what stores sends: notes how many share a commit, and waits while it is not
    `open`."""

    class Store:
        def __init__(self):
            self.open, self.batches = threading.Event(), []

        def __call__(self, sends, *args):
            self.batches.append(len(sends))
            assert self.open.wait(10)
            return store(sends, *args)

    store, held = actions.send_all, Store()
    monkeypatch.setattr(actions, "send_all", held)
    yield held
    held.open.set()


async def say_many(client, room, texts):
    for text in texts:
        await client.say("send", room=room.pk, message=text, ref=f"ref of {text}")


async def take(client, number):
    return [await client.next() for _ in range(number)]


async def test_what_is_sent_during_a_commit_shares_the_next_in_the_same_order(
    anna, room, connect, store
):
    client = await connect(anna, room)
    texts = [f"line {number}" for number in range(10)]
    await say_many(client, room, texts[:1])
    await until(lambda: store.batches)
    await say_many(client, room, texts[1:])
    store.open.set()
    frames = await take(client, 20)
    acks = [frame for frame in frames if frame["type"] == "ack"]
    said = [frame for frame in frames if frame["type"] == "message"]
    assert [ack["ref"] for ack in acks] == [f"ref of {text}" for text in texts]
    assert [ack["version"] for ack in acks] == list(range(1, 11))
    assert [(message["message"], message["version"]) for message in said] == [
        (text, version) for version, text in enumerate(texts, 1)
    ]
    assert sum(store.batches) == 10
    assert len(store.batches) < 5
    for ack in acks:  # each before its message
        [message] = [frame for frame in said if frame["id"] == ack["id"]]
        assert frames.index(ack) < frames.index(message)


async def test_a_later_command_waits_for_the_sends_before_it(anna, room, connect, store):
    client = await connect(anna, room)
    await say_many(client, room, "ab")
    await client.say("leave", room=room.pk, ref="r")
    await client.say("join", room=room.pk)
    assert await client.wire.receive_nothing(timeout=0.05)
    store.open.set()
    answers = [frame for frame in await take(client, 6) if frame["type"] != "message"]
    assert [frame["type"] for frame in answers] == ["ack", "ack", "leave", "join"]
    assert [said["message"] for said in answers[3]["messages"]] == ["a", "b"]


async def test_each_is_refused_for_itself(anna, room, connect, store):
    client = await connect(anna, room)
    await say_many(client, room, ["a", "", "b"])
    await client.say("send", room=room.pk + 1000, message="c", ref="elsewhere")
    await client.say("send", room=room.pk, ref="without a message")
    store.open.set()
    frames = await take(client, 7)
    refused = {frame["ref"]: frame["error"] for frame in frames if frame["type"] == "error"}
    assert refused == {
        "ref of ": "MESSAGE_INVALID",
        "elsewhere": "ROOM_ACCESS_DENIED",
        "without a message": "COMMAND_INVALID",
    }
    acks = {frame["ref"]: frame["version"] for frame in frames if frame["type"] == "ack"}
    assert acks == {"ref of a": 1, "ref of b": 2}


async def test_so_many_sends_of_one_socket_are_under_way_at_the_most(
    anna, room, connect, hub, store, monkeypatch
):
    monkeypatch.setattr(consumers, "SENDS_AT_ONCE", 3)
    client = await connect(anna, room)
    taken, submit = [], hub.sending.submit

    def counted(socket, send):
        taken.append(send.message)
        return submit(socket, send)

    monkeypatch.setattr(hub.sending, "submit", counted)
    await say_many(client, room, "abcde")
    assert await client.wire.receive_nothing(timeout=0.05)
    assert taken == ["a", "b", "c"]
    store.open.set()
    frames = await take(client, 10)
    assert [frame["ref"] for frame in frames if frame["type"] == "ack"] == [
        f"ref of {text}" for text in "abcde"
    ]


async def test_what_is_answered_at_the_end_is_written_before_the_end(anna, log_in, hub):
    """Where the server lets a socket write by itself: it closes when the consumer has ended."""
    client, transport = Client(await in_thread(log_in, anna)), Transport()
    client.wire.scope["extensions"] = {"multichat.transport": transport}
    assert await client.connect()
    await until(lambda: transport.written)
    transport.written.clear()
    ping = {"type": "websocket.receive", "text": '{"command": "ping"}'}
    for event in (ping, {"type": "websocket.disconnect", "code": 1012}):
        client.wire.input_queue.put_nowait(event)  # both before the consumer's next turn
    await client.wire.wait(timeout=10)
    assert transport.written == [Ready('{"type":"pong"}').wire]


async def test_what_is_under_way_when_the_client_goes_is_stored_and_acked(
    anna, room, connect, hub, store
):
    """As when the server ends: it tells of the end first, and closes the connection after."""
    client = await connect(anna, room)
    await say_many(client, room, "ab")
    await until(lambda: store.batches)
    await client.wire.send_input({"type": "websocket.disconnect", "code": 1012})
    assert await client.wire.receive_nothing(timeout=0.05)
    assert hub.sockets
    store.open.set()
    events = [await client.wire.receive_output(timeout=10) for _ in range(4)]
    frames = [json.loads(event["text"]) for event in events]
    assert {frame["ref"] for frame in frames if frame["type"] == "ack"} == {"ref of a", "ref of b"}
    assert await in_thread(Message.objects.count) == 2
    await until(lambda: not hub.sockets)
