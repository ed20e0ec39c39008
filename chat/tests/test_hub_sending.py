"""Sends of many sockets: what shares a commit, and who is told what."""

import asyncio
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, OperationalError

from chat import actions
from chat.actions import Send
from chat.factories import RoomFactory
from chat.hub import sending as sending_module
from chat.hub.sending import Sending, weigh
from chat.models import Message
from chat.snapshot import Snapshot

from .fakes import turns
from .threads import in_thread, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(transactional_db):
    return RoomFactory(title="Tea")


def a_send(socket, room, text, **more):
    return Send(socket.session_key, room.pk, text, **more)


def told(socket):
    """Return what came of sends, as (type, what it is about)."""
    about = {"ack": "ref", "error": "ref", "message": "message"}
    return [(f["type"], f.get(about[f["type"]])) for f in socket.take() if f["type"] in about]


async def test_sends_of_many_sockets_are_stored_together_and_each_is_answered(
    anna, berta, room, come, hub, monkeypatch
):
    first, second, third = [await come(user, room) for user in (anna, berta, anna)]
    batches, store = [], actions.send_all

    def counted(sends, *args):
        batches.append(len(sends))
        return store(sends, *args)

    monkeypatch.setattr(actions, "send_all", counted)
    for socket in (first, second, third):
        socket.take()
    sends = [
        (first, a_send(first, room, "a", key="1")),
        (second, a_send(second, room, "b", key="2")),
        (third, a_send(third, room, "", key="3")),
        (third, a_send(third, room, "c")),
    ]
    stored = [hub.sending.submit(*each) for each in sends]
    await asyncio.wait(stored)
    await until(lambda: hub.rooms[room.pk].seen == 3)
    assert batches == [4]
    everybody = [("message", "a"), ("message", "b"), ("message", "c")]
    assert told(first) == [("ack", "1"), *everybody]
    assert sorted(told(second)) == [("ack", "2"), *everybody]
    assert sorted(told(third)) == [("error", "3"), *everybody]


async def test_an_ack_comes_before_the_message_whatever_is_faster(anna, room, come, hub):
    socket = await come(anna, room)
    socket.take()
    await hub.sending.submit(socket, a_send(socket, room, "hi", key="k"))
    await until(lambda: len(socket.frames) == 2)
    ack, message = socket.take()
    assert (ack["type"], message["type"]) == ("ack", "message")
    assert (ack["id"], ack["version"]) == (message["id"], message["version"])


async def test_an_error_says_what_it_is_about(anna, room, come, hub):
    socket = await come(anna, room)
    socket.take()
    await asyncio.wait([hub.sending.submit(socket, a_send(socket, room, "", key="k"))])
    [error] = [frame for frame in socket.take() if frame["type"] == "error"]
    del error["detail"]
    assert error == {
        "type": "error",
        "error": "MESSAGE_INVALID",
        "ref": "k",
        "command": "send",
        "room": room.pk,
    }


async def test_who_logged_out_is_closed_and_the_others_messages_are_stored(
    anna, berta, room, come, hub
):
    goes, stays = await come(anna, room), await come(berta, room)
    sends = [a_send(goes, room, "a", key="1"), a_send(stays, room, "b", key="2")]
    await in_thread(anna.delete)
    await asyncio.wait([hub.sending.submit(goes, sends[0]), hub.sending.submit(stays, sends[1])])
    assert (set(goes.closed), stays.closed) == ({4401}, [])
    assert await in_thread(lambda: Message.objects.get().text) == "b"
    assert goes not in hub.sockets


@pytest.mark.parametrize(
    ("trouble", "logged"),
    [(OperationalError("a secret"), "WARNING"), (ValueError("a secret"), "ERROR")],
)
async def test_trouble_fails_all_who_share_it_and_the_same_refs_are_stored_later(
    anna, room, come, hub, monkeypatch, caplog, trouble, logged
):
    socket = await come(anna, room)
    socket.take()

    def fail(*args):
        raise trouble

    sends = [a_send(socket, room, text, key=text) for text in "ab"]
    with monkeypatch.context() as patch:
        patch.setattr(actions, "send_all", fail)
        await asyncio.wait([hub.sending.submit(socket, send) for send in sends])
    assert [frame["error"] for frame in socket.take()] == ["UNAVAILABLE"] * 2
    assert {record.levelname for record in caplog.records} == {logged}
    await asyncio.wait([hub.sending.submit(socket, send) for send in sends])
    await until(lambda: hub.rooms[room.pk].seen == 2)
    assert await in_thread(Message.objects.count) == 2
    assert [kind for kind, _ in told(socket)] == ["ack", "ack", "message", "message"]


@pytest.mark.parametrize(("length", "worth"), [(1, 1), (511, 1), (512, 2), (4000, 8), (None, 1)])
def test_a_long_message_is_worth_many_short_ones(length, worth):
    assert weigh(Send("s", 1, length and "a" * length)) == worth


# --- without a database -------------------------------------------------------------------------


class FakeThreads:
    """Takes what is to be written, and answers it when told to."""

    def __init__(self):
        self.batches = []

    async def write(self, function, sends, snapshot):
        done = asyncio.get_running_loop().create_future()
        self.batches.append(([send.message for send in sends], done))
        return await done

    async def end(self, number, answers):
        done = self.batches[number][1]
        if isinstance(answers, Exception):
            done.set_exception(answers)
        else:
            done.set_result(answers)
        await turns()

    @property
    def texts(self):
        return [texts for texts, _ in self.batches]


@pytest.fixture
async def fake_hub():
    return SimpleNamespace(threads=FakeThreads(), snapshot=Snapshot(), spawn=asyncio.create_task)


def lanes(monkeypatch, vendor):
    monkeypatch.setattr(sending_module, "connection", SimpleNamespace(vendor=vendor))


@pytest.mark.parametrize(
    ("vendor", "at_once", "then"),
    [
        ("sqlite", [["a"]], [["a"], ["b", "c"]]),
        ("postgresql", [["a"], ["b"]], [["a"], ["b"], ["c"]]),
    ],
)
async def test_what_shares_a_commit_is_of_one_room_where_rooms_do_not_wait_for_each_other(
    fake_hub, monkeypatch, vendor, at_once, then, room, anna, come
):
    lanes(monkeypatch, vendor)
    sending, threads, socket = Sending(fake_hub), fake_hub.threads, await come(anna)
    milk = await in_thread(RoomFactory)
    sending.submit(socket, a_send(socket, room, "a"))
    await turns()
    futures = [
        sending.submit(socket, a_send(socket, milk, "b")),
        sending.submit(socket, a_send(socket, room, "c")),
    ]
    await turns()
    assert threads.texts == at_once
    await threads.end(0, [actions.Ack(1, 1)])
    assert threads.texts == then
    for number in range(1, len(then)):
        await threads.end(number, [actions.Ack(1, 1)] * len(then[number]))
    assert all(future.done() for future in futures)


async def test_what_was_acked_is_not_refused_after_it(fake_hub, room, anna, come):
    """As when the database answers too late, and the sweep has found what it stored."""
    sending, socket = Sending(fake_hub), await come(anna)
    send = a_send(socket, room, "a", key="k")
    sending.submit(socket, send)
    await turns()
    change = SimpleNamespace(room=room.pk, user=anna.pk, key="k", digest=send.digest, id=5, first=1)
    sending.acks.confirm(change)
    await fake_hub.threads.end(0, IntegrityError())
    assert told(socket) == [("ack", "k")]


async def test_nothing_is_kept_of_rooms_where_nobody_sends_any_more(
    fake_hub, room, anna, come, monkeypatch
):
    lanes(monkeypatch, "postgresql")
    sending, socket = Sending(fake_hub), await come(anna)
    sending.submit(socket, a_send(socket, room, "a"))
    await turns()
    sending.submit(socket, a_send(socket, room, "b"))
    await fake_hub.threads.end(0, [actions.Ack(1, 1)])
    assert len(sending._batchers) == 1
    await fake_hub.threads.end(1, [actions.Ack(2, 2)])
    assert not sending._batchers
