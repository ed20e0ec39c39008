"""Coming into a room, and going."""

import asyncio


async def test_a_join_is_answered_with_the_room(chat):
    ada, room = chat.person(), chat.room()
    client = await chat.connect(ada)
    frame = await client.join(room.id)
    expected = {
        "title": room.title,
        "version": 0,
        "locked": False,
        "can_send": True,
        "why_not": None,
        "slow": 0,
        "moderator": False,
        "members": [ada.username],
        "present": 1,
        "messages": [],
        "quoted": [],
        "more": False,
        "reset": True,
    }
    assert frame == {**frame, **expected}


async def test_a_room_may_be_named_by_its_id_as_a_decimal_string(chat):
    ada, room = chat.person(), chat.room()
    client = await chat.connect(ada)
    assert (await client.done("join", "join", room=str(room.id)))["join"] == room.id
    ack = await client.done("send", "ack", room=str(room.id), message="hello")
    assert ack["room"] == room.id
    assert (await client.done("leave", "leave", room=str(room.id)))["leave"] == room.id


async def test_a_room_that_does_not_exist_cannot_be_joined(chat):
    client = await chat.connect(chat.person())
    for room in (0, 2**31, 2**63, 2**64, "99999999", "9" * 30, -1):
        assert await client.refused("join", room=room) == "ROOM_INVALID", room


async def test_a_room_of_others_cannot_be_joined(chat):
    ada, eve = chat.person("ada"), chat.person("eve", is_staff=True)
    root = chat.person("root", is_superuser=True)
    staff, superusers = chat.room("S", access="staff"), chat.room("T", access="superusers")
    await chat.enter(root, staff, superusers)
    stranger, helper = await chat.connect(ada), await chat.enter(eve, staff)
    assert await stranger.refused("join", room=staff.id) == "ROOM_ACCESS_DENIED"
    assert await stranger.refused("join", room=superusers.id) == "ROOM_ACCESS_DENIED"
    assert await helper.refused("join", room=superusers.id) == "ROOM_ACCESS_DENIED"


async def test_a_refused_join_lets_nothing_through(chat):
    ada, eve = chat.person("ada"), chat.person("eve", is_staff=True)
    room = chat.room(access="staff")
    stranger, helper = await chat.connect(ada), await chat.enter(eve, room)
    assert await stranger.refused("join", room=room.id) == "ROOM_ACCESS_DENIED"
    await helper.send(room.id, "among us")
    await helper.expect("message", message="among us")
    await stranger.quiet(0.3, room=room.id)
    error = await stranger.command("join", room=room.id)
    assert room.title not in str(error)


async def test_the_error_of_a_room_names_the_room_and_the_command(chat):
    client = await chat.connect(chat.person())
    room = chat.room()
    error = await client.command("send", room=room.id, message="hello", ref="r")
    assert error == {**error, "type": "error", "command": "send", "room": room.id, "ref": "r"}


async def test_a_second_join_is_answered_like_the_first_and_announces_nothing(chat):
    ada, bob = chat.people("ada", "bob")
    room = chat.room()
    one, other = await chat.enter(ada, room), await chat.enter(bob, room)
    await one.expect("enter", user=bob.id)
    await one.send(room.id, "hello")
    frame = await other.join(room.id)
    assert (frame["reset"], frame["version"], frame["present"]) == (True, 1, 2)
    assert [message["message"] for message in frame["messages"]] == ["hello"]
    await one.quiet(0.3, "enter", user=bob.id)
    await one.send(room.id, "again")
    await other.expect("message", message="again")


async def test_a_locked_room_says_who_cannot_write_and_why(chat):
    ada, eve = chat.person("ada"), chat.person("eve", is_staff=True)
    room = chat.room(locked=True)
    for person, can_send, why_not in ((ada, False, "ROOM_LOCKED"), (eve, True, None)):
        frame = await (await chat.connect(person)).join(room.id)
        assert (frame["locked"], frame["can_send"], frame["why_not"]) == (True, can_send, why_not)


async def test_a_room_too_many_is_refused_until_one_is_left(chat):
    most = int(chat.site.settings["CHAT_ROOMS_PER_SOCKET"])
    *rooms, last = chat.rooms(*(f"R{number}" for number in range(most + 1)))
    ada = chat.person()
    client = await chat.enter(ada, *rooms)
    assert await client.refused("join", room=last.id) == "TOO_MANY_ROOMS"
    await client.join(rooms[0].id)  # no new one
    await client.leave(rooms[1].id)
    await client.join(last.id)
    other = await chat.connect(ada)  # the limit is a socket's
    await other.join(rooms[1].id)


async def test_a_left_room_is_no_longer_heard(chat):
    ada, bob = chat.people("ada", "bob")
    room = chat.room()
    one, other = await chat.enter(ada, room), await chat.enter(bob, room)
    await one.send(room.id, "with you")
    await other.expect("message", message="with you")
    frame = await other.leave(room.id)
    assert frame["leave"] == room.id
    assert frame.get("reason") is None
    await one.send(room.id, "without you")
    await one.expect("message", message="without you")
    await other.quiet(0.3, "message", room=room.id)


async def test_leaving_a_room_one_is_not_in_is_answered(chat):
    client = await chat.connect(chat.person())
    room = chat.room()
    assert (await client.leave(room.id))["leave"] == room.id
    await client.join(room.id)
    await client.leave(room.id)
    assert (await client.leave(room.id))["leave"] == room.id


async def test_whoever_is_not_in_the_room_may_only_join_and_leave(chat):
    ada, room = chat.person(), chat.room()
    inside, outside = await chat.enter(ada, room), await chat.connect(ada)
    id = (await inside.send(room.id, "hello"))["id"]
    commands = {
        "send": {"message": "hello"},
        "history": {"before": id},
        "edit": {"id": id, "message": "hi"},
        "delete": {"id": id},
    }
    for command, fields in commands.items():
        error = await outside.refused(command, room=room.id, **fields)
        assert error == "ROOM_ACCESS_DENIED", command
    for command, fields in commands.items():  # which the other socket may
        reply = "history" if command == "history" else "ack"
        await inside.done(command, reply, room=room.id, **fields)


async def test_commands_in_one_burst_are_each_answered(chat):
    """The replies name their commands by `ref`, so many may be on their way at once."""
    client = await chat.connect(chat.person())
    rooms = chat.rooms("A", "B", "C")
    joins = [client.command("join", room=room.id, ref=room.title) for room in rooms]
    frames = await asyncio.gather(*joins, client.command("ping"))
    assert [frame.get("join") for frame in frames] == [*(room.id for room in rooms), None]
