"""Reading and coming in while the rights change."""

import asyncio
import threading

import pytest
from django.contrib.sessions.models import Session

from accounts.models import User
from chat import entrance, pages
from chat.exceptions import ClientError, LoggedOut
from chat.factories import MessageFactory, RoomFactory
from chat.hub import entering
from chat.models import Epoch, Rights, Room

from .threads import in_thread, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(transactional_db):
    return RoomFactory(title="Tea")


def narrow(room, access="staff"):
    Room.objects.filter(pk=room.pk).update(access=access)


def kinds(socket):
    return [frame["type"] for frame in socket.take()]


async def refused(code, work):
    with pytest.raises(ClientError) as caught:
        await work
    assert caught.value.code == code


@pytest.fixture
def during(monkeypatch):
    """A function that has something done while a page is being read: it was found out before that
    who may read it."""

    def during(do):
        read = pages.latest

        def overtaken(room_id):
            do()
            return read(room_id)

        monkeypatch.setattr(entrance, "latest", overtaken)

    return during


async def test_who_loses_a_room_while_its_page_is_read_does_not_get_the_page(
    anna, room, come, hub, during
):
    def lose():
        narrow(room)
        MessageFactory(room=room, text="a secret")

    during(lose)
    socket = await come(anna)
    await refused("ROOM_ACCESS_DENIED", hub.join(socket, room.pk))
    assert "join" not in kinds(socket)
    assert socket.memberships == hub.rooms == {}


async def test_a_page_is_read_again_when_rights_have_changed_meanwhile(
    anna, berta, room, come, hub, during
):
    once = iter([lambda: User.objects.filter(pk=berta.pk).update(username="another")])
    during(lambda: next(once, lambda: None)())
    await in_thread(MessageFactory, room=room, user=berta)
    socket = await come(anna, room, greeted=False)
    [join] = [frame for frame in socket.take() if frame["type"] == "join"]
    assert [said["username"] for said in join["messages"]] == ["another"]
    assert socket.memberships[room.pk].rights == await in_thread(Rights.current)


async def test_where_rights_change_all_the_time_one_is_asked_to_come_later(
    anna, room, come, hub, during
):
    during(lambda: Room.objects.filter(pk=room.pk).update(title=f"Tea {next(titles)}"))
    titles = iter(range(100))
    socket = await come(anna)
    await refused("UNAVAILABLE", hub.join(socket, room.pk))
    assert next(titles) == entrance.TRIES
    assert socket.memberships == hub.rooms == {}


async def test_who_loses_a_room_while_its_history_is_read_does_not_get_it(anna, room, come, hub):
    def read(user_id):
        found = list(Room.objects.visible_to(User.objects.get(pk=user_id)))
        tries.append(len(found))
        if len(tries) == 1:
            narrow(room)
        return found

    tries, socket = [], await come(anna, room)
    assert await hub.read(socket, read) == []
    assert tries == [1, 0]


async def test_who_logs_out_while_something_is_read_does_not_get_it(anna, room, come, hub):
    socket = await come(anna, room)
    with pytest.raises(LoggedOut):
        await hub.read(socket, lambda user_id: Session.objects.all().delete())


async def test_what_is_read_while_rights_change_all_the_time_is_unavailable(anna, room, come, hub):
    def read(user_id):
        tries.append(user_id)
        Room.objects.filter(pk=room.pk).update(title=f"Tea {len(tries)}")

    tries, socket = [], await come(anna, room)
    await refused("UNAVAILABLE", hub.read(socket, read))
    assert len(tries) == 3


async def test_who_loses_a_room_after_its_page_was_read_does_not_get_the_page(
    anna, stella, room, come, hub, monkeypatch
):
    """The sweep finds them on the way in, and leaves it to the join."""
    entries, go_on, read = entrance.entries, threading.Event(), []

    def slow(*args):
        found = entries(*args)
        read.append(found)
        assert go_on.wait(10)
        return found

    await come(stella, room)
    socket = await come(anna)
    monkeypatch.setattr(entrance, "entries", slow)
    joining = asyncio.create_task(hub.join(socket, room.pk))
    await until(lambda: read)
    await in_thread(narrow, room)
    await in_thread(MessageFactory, room=room, text="a secret")
    await hub.sweep.once()
    go_on.set()
    await refused("ROOM_ACCESS_DENIED", joining)
    assert kinds(socket) == ["room_gone"]
    assert socket.memberships == {}


# --- several at once, by different numbers ------------------------------------------------------


async def test_who_was_looked_up_before_what_is_in_force_is_looked_up_again(
    anna, stella, room, come, hub, log_in, monkeypatch
):
    """Or hello would list a room that the person has lost meanwhile, and nobody would tell."""
    await come(stella)
    look_up, go_on, found = entering.look_up, threading.Event(), []

    def slow_first(*args):
        answer = look_up(*args)
        found.append(answer)
        if len(found) == 1:
            assert go_on.wait(10)
        return answer

    monkeypatch.setattr(entering, "look_up", slow_first)
    coming = asyncio.create_task(come(anna, greeted=False))
    await until(lambda: found)
    await in_thread(narrow, room)
    await hub.sweep.once()
    go_on.set()
    [hello, *_] = (await coming).take()
    assert hello["rooms"] == []
    assert len(found) == 2


async def test_who_came_in_by_newer_rights_than_are_in_force_is_not_told_of_them_again(
    anna, stella, room, come, hub
):
    first = await come(stella)
    await in_thread(narrow, room, "superusers")
    second = await come(anna, greeted=False)
    [hello, *more] = second.take()
    assert hello["rooms"] == more == []
    await until(lambda: first.frames)
    assert (kinds(first), kinds(second)) == (["room_gone"], [])


async def test_nobody_stays_who_came_in_between_two_changes_of_rights(anna, room, come, hub):
    """They saw the room by a number that was never in force here; the next sweep finds it gone."""
    socket = await come(anna)
    await in_thread(narrow, room, "open")
    await hub.join(socket, room.pk)
    await in_thread(narrow, room)
    await hub.sweep.once()
    assert kinds(socket)[-2:] == ["leave", "room_gone"]
    assert socket.memberships == {}


# --- a backup is restored -----------------------------------------------------------------------


@pytest.mark.parametrize("how", ["another epoch", "a lower number"])
async def test_after_a_backup_was_restored_everybody_comes_again(anna, berta, room, come, hub, how):
    sockets = [await come(anna, room), await come(berta)]
    await hub.sweep.once()
    if how == "another epoch":
        await in_thread(Epoch.renew)
    else:
        hub.snapshot.number += 10**9
        for person in hub.people:
            person.rights = hub.snapshot.number
    await hub.sweep.once()
    assert [socket.closed for socket in sockets] == [[4408], [4408]]
    assert hub.sockets == set()
    [hello] = (await come(anna, greeted=False)).take()
    assert hello["epoch"] == await in_thread(Epoch.current)
    assert hub.snapshot.number == await in_thread(Rights.current)
