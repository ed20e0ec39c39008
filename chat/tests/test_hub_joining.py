"""Coming into a room and leaving it, while other things happen."""

import asyncio
import threading

import pytest
from django.contrib.sessions.models import Session

from chat import actions, entrance
from chat.exceptions import ClientError, LoggedOut
from chat.factories import MessageFactory, RoomFactory
from chat.hub import presence as presence_module

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
    monkeypatch.setattr(entrance, "entries", None)
    with pytest.raises(TypeError):
        await hub.join(socket, room.pk)
    await in_thread(actions.send, anna.pk, room.pk, "hi")
    await until(lambda: socket.frames)
    assert kinds(socket) == ["message"]


async def test_what_is_stored_while_a_page_is_read_follows_the_join(
    anna, berta, room, come, hub, monkeypatch
):
    read = entrance.entries

    def overtaken(*args, **kwargs):
        answers = read(*args, **kwargs)
        actions.send(berta.pk, room.pk, "meanwhile")
        return answers

    await come(berta, room)
    socket = await come(anna)
    monkeypatch.setattr(entrance, "entries", overtaken)
    await hub.join(socket, room.pk)
    join, message = await until(lambda: len(socket.frames) == 2 and socket.frames)
    assert (join["type"], join["version"], join["messages"]) == ("join", 0, [])
    assert (message["type"], message["version"]) == ("message", 1)


async def test_who_is_put_out_while_joining_is_not_in(anna, room, come, hub, monkeypatch):
    read = entrance.entries

    def narrowed(*args, **kwargs):
        answers = read(*args, **kwargs)
        hub.loop.call_soon_threadsafe(hub.leave, socket, room.pk)
        return answers

    socket = await come(anna)
    monkeypatch.setattr(entrance, "entries", narrowed)
    with pytest.raises(ClientError) as caught:
        await hub.join(socket, room.pk)
    assert caught.value.code == "ROOM_ACCESS_DENIED"
    assert socket.frames == []
    assert hub.rooms == {}


async def test_of_two_who_enter_an_empty_room_at_once_neither_misses_anything(
    anna, berta, room, come, hub, monkeypatch
):
    """What is stored between the two readings is on the second's page, and follows the first's."""
    go_on, reads, read = threading.Event(), [], entrance.entries

    def slow_first(asks, *args):
        answers = read(asks, *args)
        reads.append(len(asks))
        if len(reads) == 1:
            go_on.wait(10)
        return answers

    first, second = await come(anna), await come(berta)
    monkeypatch.setattr(entrance, "entries", slow_first)
    joining = [asyncio.create_task(hub.join(first, room.pk))]
    await until(lambda: reads)
    joining.append(asyncio.create_task(hub.join(second, room.pk)))
    await in_thread(actions.send, anna.pk, room.pk, "meanwhile")
    go_on.set()
    await asyncio.gather(*joining)
    assert reads == [1, 1]
    await until(lambda: "message" in [frame["type"] for frame in first.frames])
    told, other = first.take(), second.take()
    assert [f["version"] for f in told if f["type"] in ("join", "message")] == [0, 1]
    assert [f["version"] for f in other if f["type"] in ("join", "message")] == [1]


async def test_those_who_come_at_once_share_a_read(anna, berta, room, come, hub, monkeypatch):
    tea, milk = room, await in_thread(RoomFactory)
    sockets, reads, read = [await come(user) for user in (anna, berta, anna)], [], entrance.entries
    await in_thread(MessageFactory, room=tea)

    def counted(asks, *args):
        reads.append(len(asks))
        return read(asks, *args)

    monkeypatch.setattr(entrance, "entries", counted)
    await asyncio.gather(*(hub.join(socket, room.pk) for socket in sockets for room in (tea, milk)))
    assert reads == [6]
    for socket in sockets:
        joins = [frame for frame in socket.take() if frame["type"] == "join"]
        assert [(join["join"], join["version"]) for join in joins] == [(tea.pk, 1), (milk.pk, 0)]


async def test_who_may_not_enter_spoils_it_for_nobody_who_comes_at_the_same_moment(
    anna, stella, come, hub
):
    closed = await in_thread(RoomFactory, staff=True)
    stranger, gone, member = await come(anna), await come(anna), await come(stella)
    await in_thread(Session.objects.filter(session_key=gone.session_key).delete)
    answers = await asyncio.gather(
        *(hub.join(socket, closed.pk) for socket in (stranger, gone, member)),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers] == [ClientError, LoggedOut, type(None)]
    assert list(hub.rooms[closed.pk].memberships) == [member]


async def test_leaving_is_heard_at_once_and_losing_a_socket_later(
    anna, berta, room, come, hub, monkeypatch
):
    monkeypatch.setattr(presence_module, "LINGER_SECONDS", 0.01)
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
