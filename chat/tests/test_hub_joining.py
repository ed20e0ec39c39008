"""Coming into a room and leaving it, while other things happen."""

import asyncio
import threading

import pytest
from django.contrib.sessions.models import Session

from chat import actions, pages
from chat.exceptions import ClientError, LoggedOut
from chat.factories import MessageFactory, RoomFactory
from chat.hub import hub as hub_module

from .threads import in_thread, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(transactional_db):
    return RoomFactory(title="Tea")


def kinds(socket):
    return [frame["type"] for frame in socket.take()]


@pytest.mark.parametrize(
    ("room_is", "code"),
    [({"staff": True}, "ROOM_ACCESS_DENIED"), ({"deleting": True}, "ROOM_INVALID")],
)
async def test_who_may_not_enter_is_not_in(anna, come, hub, room_is, code):
    closed = await in_thread(RoomFactory, **room_is)
    socket = await come(anna)
    with pytest.raises(ClientError) as caught:
        await hub.join(socket, closed.pk)
    assert caught.value.code == code
    assert socket.memberships == hub.rooms == {}
    assert socket.frames == []


async def test_who_logged_out_joins_nothing(anna, room, come, hub):
    socket = await come(anna)
    await in_thread(Session.objects.all().delete)
    with pytest.raises(LoggedOut):
        await hub.join(socket, room.pk)
    assert socket.memberships == hub.rooms == {}


async def test_one_socket_is_in_so_many_rooms_at_the_most(anna, room, come, hub, settings):
    settings.CHAT_ROOMS_PER_SOCKET = 1
    socket = await come(anna, room)
    with pytest.raises(ClientError) as caught:
        await hub.join(socket, (await in_thread(RoomFactory)).pk)
    assert caught.value.code == "TOO_MANY_ROOMS"
    await hub.join(socket, room.pk)  # it is in already
    hub.leave(socket, room.pk)
    await hub.join(socket, room.pk)


async def test_joining_again_announces_nothing(anna, berta, room, come, hub):
    socket, other = await come(anna, room), await come(berta, room)
    socket.take()
    await hub.join(socket, room.pk, after=0)
    assert kinds(socket) == ["join"]
    assert other.take() == []


async def test_a_failed_second_join_leaves_one_in(anna, room, come, hub, monkeypatch):
    socket = await come(anna, room)
    monkeypatch.setattr(pages, "entry", None)
    with pytest.raises(TypeError):
        await hub.join(socket, room.pk)
    await in_thread(actions.send, anna.pk, room.pk, "hi")
    await until(lambda: socket.frames)
    assert kinds(socket) == ["message"]


async def test_what_is_stored_while_a_page_is_read_follows_the_join(
    anna, berta, room, come, hub, monkeypatch
):
    read = pages.entry

    def overtaken(*args, **kwargs):
        entry = read(*args, **kwargs)
        actions.send(berta.pk, room.pk, "meanwhile")
        return entry

    await come(berta, room)
    socket = await come(anna)
    monkeypatch.setattr(pages, "entry", overtaken)
    await hub.join(socket, room.pk)
    join, message = await until(lambda: len(socket.frames) == 2 and socket.frames)
    assert (join["type"], join["version"], join["messages"]) == ("join", 0, [])
    assert (message["type"], message["version"]) == ("message", 1)


async def test_who_is_put_out_while_joining_is_not_in(anna, room, come, hub, monkeypatch):
    read = pages.entry

    def narrowed(*args, **kwargs):
        entry = read(*args, **kwargs)
        hub.loop.call_soon_threadsafe(hub.leave, socket, room.pk)
        return entry

    socket = await come(anna)
    monkeypatch.setattr(pages, "entry", narrowed)
    with pytest.raises(ClientError) as caught:
        await hub.join(socket, room.pk)
    assert caught.value.code == "ROOM_ACCESS_DENIED"
    assert socket.frames == []
    assert hub.rooms == {}


async def test_of_two_who_enter_an_empty_room_at_once_neither_misses_anything(
    anna, berta, room, come, hub, monkeypatch
):
    """The first to be answered has the newer page; the other's is read anew."""
    read, first_read, second_done, count = pages.entry, threading.Event(), threading.Event(), []

    def slow_first(user_id, *args, **kwargs):
        count.append(user_id)
        entry = read(user_id, *args, **kwargs)
        if len(count) == 1:
            first_read.set()
            second_done.wait(10)
        return entry

    slow, fast = await come(anna), await come(berta)
    monkeypatch.setattr(pages, "entry", slow_first)
    joining = asyncio.create_task(hub.join(slow, room.pk))
    await asyncio.to_thread(first_read.wait, 10)
    await in_thread(MessageFactory, room=room)
    await hub.join(fast, room.pk)
    second_done.set()
    await joining
    assert count == [anna.pk, berta.pk, anna.pk]
    assert [frame["version"] for frame in slow.take() if frame["type"] == "join"] == [1]


async def test_leaving_is_heard_at_once_and_losing_a_socket_later(
    anna, berta, room, come, hub, monkeypatch
):
    monkeypatch.setattr(hub_module, "LINGER_SECONDS", 0.01)
    stays, leaves = await come(anna, room), await come(berta, room)
    stays.take()
    hub.leave(leaves, room.pk)
    assert kinds(stays) == ["exit"]
    hub.leave(leaves, room.pk)  # it is out already
    await hub.join(leaves, room.pk)
    assert kinds(stays) == ["enter"]
    hub.lose(leaves)
    assert stays.take() == []
    await until(lambda: stays.frames)
    assert kinds(stays) == ["exit"]
