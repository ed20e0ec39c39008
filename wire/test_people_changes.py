"""People who change from outside the server: it notices by itself, within one second."""

import pytest

from wire.test_room_changes import ONE_SECOND, taken_out, told

ENDED = 4401


@pytest.mark.parametrize(
    "end",
    [
        lambda outside, ada: outside.change("user", ada, is_active=False),
        lambda outside, ada: outside.end_session(ada.cookie),
        lambda outside, ada: outside.change_password(ada),
        lambda outside, ada: outside.end_sessions(ada),
        lambda outside, ada: outside.change("user", ada, sessions_ended=7),
        lambda outside, ada: outside.remove("user", ada),
    ],
    ids=["deactivated", "logged out", "new password", "all ended", "ended by update", "deleted"],
)
async def test_the_end_of_a_session_closes_its_sockets(chat, end):
    ada, bob = chat.people("ada", "bob")
    room = chat.room()
    one, two = await chat.enter(ada, room), await chat.connect(ada)
    other = await chat.enter(bob, room)
    await other.send(room.id, "hello")
    await one.seen(room.id, 1)
    end(chat.outside, ada)
    for client in (one, two):
        assert await client.close_code(ONE_SECOND) == ENDED
    await other.send(room.id, "still here")  # who is not meant, stays


async def test_an_expired_session_closes_its_sockets(chat):
    ada = chat.person()
    client = await chat.connect(ada)
    assert (await client.command("ping"))["type"] == "pong"
    chat.outside.expire_session(ada.cookie)
    assert await client.close_code(ONE_SECOND) == ENDED


async def test_logging_out_ends_one_session_of_two(chat):
    ada, room = chat.person(), chat.room()
    phone = await chat.enter(ada, room, cookie=chat.outside.session(ada))
    desk = await chat.enter(ada, room)
    chat.outside.end_session(ada.cookie)
    assert await desk.close_code(ONE_SECOND) == ENDED
    await phone.send(room.id, "still here")


@pytest.mark.parametrize(
    "end",
    [
        lambda outside, ada: outside.change("user", ada, is_active=False),
        lambda outside, ada: outside.end_session(ada.cookie),
        lambda outside, ada: outside.change_password(ada),
        lambda outside, ada: outside.end_sessions(ada),
    ],
    ids=["deactivated", "logged out", "new password", "all ended"],
)
async def test_an_ended_session_stores_nothing_even_at_once(chat, end):
    """Nor is a repeated send answered: the session must stand."""
    ada, room = chat.person(), chat.room()
    client = await chat.enter(ada, room)
    await client.send(room.id, "before", ref="one")
    end(chat.outside, ada)
    await client.tell("send", room=room.id, message="before", ref="one")
    await client.tell("send", room=room.id, message="after", ref="two")
    assert await client.close_code(ONE_SECOND) == ENDED
    assert client.waiting("ack") == []
    assert [row["message"] for row in chat.outside.messages(room)] == ["before"]


async def test_a_demoted_person_is_taken_out_of_the_staff_s_rooms(chat):
    eve, root = chat.person("eve", is_staff=True), chat.person("root", is_superuser=True)
    room, open_room = chat.room("Staff", access="staff"), chat.room()
    staff, other = await chat.enter(eve, room, open_room), await chat.enter(root, room)
    await other.send(room.id, "among us")
    await staff.seen(room.id, 1)
    chat.outside.change("user", eve, is_staff=False)
    await taken_out(staff, room, "ROOM_ACCESS_DENIED")
    await other.send(room.id, "without her")
    await other.seen(room.id, 2)
    staff.forget()
    await staff.quiet(0.3, room=room.id)
    await staff.send(open_room.id, "still here")


async def test_a_demoted_person_is_refused_at_once(chat):
    eve = chat.person("eve", is_staff=True)
    room, locked = chat.room("Staff", access="staff"), chat.room(locked=True)
    staff = await chat.enter(eve, room, locked)
    await staff.send(room.id, "hello")
    await staff.send(locked.id, "hello")
    chat.outside.change("user", eve, is_staff=False)
    assert await staff.refused("send", room=room.id, message="hi") == "ROOM_ACCESS_DENIED"
    assert await staff.refused("send", room=locked.id, message="hi") == "ROOM_LOCKED"


async def test_a_promoted_person_sees_the_staff_s_rooms(chat):
    ada, room = chat.person(), chat.room("Staff", access="staff")
    client = await chat.connect(ada)
    assert await client.refused("join", room=room.id) == "ROOM_ACCESS_DENIED"
    chat.outside.change("user", ada, is_staff=True)
    assert (await told(client, "room", room=room.id))["title"] == room.title
    await client.join(room.id)
    await client.send(room.id, "attention", msg_type=2)


async def test_a_superuser_who_is_one_no_longer_loses_their_rooms(chat):
    root = chat.person("root", is_superuser=True, is_staff=True)
    top, staff = chat.room("Top", access="superusers"), chat.room("Staff", access="staff")
    client = await chat.enter(root, top, staff)
    chat.outside.change("user", root, is_superuser=False)
    await taken_out(client, top, "ROOM_ACCESS_DENIED")
    await client.send(staff.id, "still here")
