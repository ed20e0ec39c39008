"""Rooms that change from outside the server: it notices by itself, within one second.

Everything here is QuerySet.update or delete in another process, which tells no channel layer.
"""

import asyncio

import pytest

# The promise is one second; half a second more is the machine's own, on which tests run besides.
ONE_SECOND = 1.5


@pytest.fixture
async def tea(chat):
    """A room, and in it Ada, Eve of the staff and Root: (room, their clients).

    Each has heard the room, so that silence means something.
    """
    ada, eve = chat.person("ada"), chat.person("eve", is_staff=True)
    room = chat.room()
    root = chat.person("root", is_superuser=True)
    clients = [await chat.enter(person, room) for person in (ada, eve, root)]
    for client in clients:
        await client.send(room.id, "hello")
    for client in clients:
        await client.seen(room.id, 3)
        assert client.waiting("room", room=room.id) == client.waiting("leave") == []
    return room, *clients


async def told(client, kind, **match):
    return await client.expect(kind, within=ONE_SECOND, **match)


async def taken_out(client, room, reason):
    """Assert that the client is told of the room's end, in this order, and hears no more of it."""
    await told(client, "room_gone", room=room.id)
    frame = await client.expect("leave", leave=room.id)
    assert frame["reason"] == reason
    ends = [frame for _, frame in client.transcript if frame["type"] in ("leave", "room_gone")]
    kinds = [end["type"] for end in ends if room.id in (end.get("leave"), end.get("room"))]
    assert kinds == ["leave", "room_gone"]
    for command, fields in (("send", {"message": "hello"}), ("history", {"before": 1})):
        refusal = await client.refused(command, room=room.id, **fields)
        assert refusal in (reason, "ROOM_ACCESS_DENIED")


async def test_a_lock_is_told_and_keeps_people_from_writing(chat, tea):
    room, ada, eve, _ = tea
    chat.outside.change("room", room, locked=True)
    assert await ada.refused("send", room=room.id, message="at once") == "ROOM_LOCKED"
    await eve.send(room.id, "of the staff")
    for client in (ada, eve):
        frame = await told(client, "room", room=room.id)
        assert frame["locked"]
    assert await ada.refused("send", room=room.id, message="later") == "ROOM_LOCKED"
    chat.outside.change("room", room, locked=False)
    frame = await told(ada, "room", room=room.id)
    assert not frame["locked"]
    await ada.send(room.id, "again")


async def test_a_change_is_told_to_everybody_alike_but_for_what_the_room_is_to_them(chat, tea):
    room, ada, eve, _ = tea
    onlooker = await chat.connect(chat.person("onlooker"))  # in no room
    chat.outside.change("room", room, title=f"Coffee {chat.number:04}")
    frames = [await told(client, "room", room=room.id) for client in (ada, eve, onlooker)]
    assert frames[0] == frames[2]
    assert frames[1] == {**frames[0], "moderator": True}  # what it is to staff
    expected = {
        "title": f"Coffee {chat.number:04}",
        "url": room.url,
        "access": "open",
        "locked": False,
        "posting": "everyone",
        "can_send": True,
        "why_not": None,
        "slow": 0,
        "moderator": False,
        "version": 3,
    }
    assert frames[0] == {**frames[0], **expected}
    assert not {"unread", "mentions"} & frames[0].keys()
    await ada.quiet(0.7, "room", room=room.id)  # told once
    frame = await ada.join(room.id)
    assert frame["title"] == expected["title"]


async def test_another_address_is_told(chat, tea):
    room, ada, _, _ = tea
    chat.outside.change("room", room, slug=f"elsewhere-{chat.number}")
    frame = await told(ada, "room", room=room.id)
    assert frame["url"] == room.url.replace(room.slug, f"elsewhere-{chat.number}")


async def test_a_new_room_comes_into_sight(chat):
    ada, eve = chat.person("ada"), chat.person("eve", is_staff=True)
    one, staff = await chat.connect(ada), await chat.connect(eve)
    room, hidden = chat.room(), chat.room("Staff", access="staff")
    for client in (one, staff):
        assert (await told(client, "room", room=room.id))["title"] == room.title
    assert (await told(staff, "room", room=hidden.id))["access"] == "staff"
    await one.quiet(0.3, room=hidden.id)
    await one.join(room.id)


async def test_narrowed_access_takes_people_out(chat, tea):
    room, ada, eve, root = tea
    chat.outside.change("room", room, access="staff")
    await taken_out(ada, room, "ROOM_ACCESS_DENIED")
    assert await ada.refused("join", room=room.id) == "ROOM_ACCESS_DENIED"
    assert (await told(eve, "room", room=room.id))["access"] == "staff"
    await eve.send(room.id, "among us")
    await root.seen(room.id, 4)
    chat.outside.change("room", room, access="superusers")
    await taken_out(eve, room, "ROOM_ACCESS_DENIED")
    await root.send(room.id, "alone")
    await root.seen(room.id, 5)
    ada.forget()
    eve.forget()
    await asyncio.gather(ada.quiet(0.7, room=room.id), eve.quiet(0.7, room=room.id))


async def test_narrowed_access_is_asked_at_once(chat, tea):
    """Before the server has looked around: what a person may do is checked when it is done."""
    room, ada, _, _ = tea
    id = (await ada.send(room.id, "mine"))["id"]
    chat.outside.change("room", room, access="staff")
    for command, fields in {
        "send": {"message": "hello"},
        "edit": {"id": id, "message": "hi"},
        "delete": {"id": id},
        "history": {"before": id},
        "join": {},
    }.items():
        refusal = await ada.refused(command, room=room.id, **fields)
        assert refusal == "ROOM_ACCESS_DENIED", command


async def test_whoever_is_taken_out_is_no_longer_present(chat, tea):
    room, ada, eve, _ = tea
    chat.outside.change("room", room, access="staff")
    frame = await eve.expect("exit", room=room.id, within=ONE_SECOND)
    assert frame["user"] == ada.hello["user"]["id"]
    assert ada.hello["user"]["username"] not in (await eve.join(room.id))["members"]


async def test_widened_access_brings_a_room_into_sight(chat):
    room = chat.room(access="superusers")
    ada, eve = chat.person("ada"), chat.person("eve", is_staff=True)
    one, staff = await chat.connect(ada), await chat.connect(eve)
    chat.outside.change("room", room, access="staff")
    assert (await told(staff, "room", room=room.id))["title"] == room.title
    await one.quiet(0.3, room=room.id)
    chat.outside.change("room", room, access="open")
    await told(one, "room", room=room.id)
    await one.join(room.id)


@pytest.mark.parametrize("way", ["the row", "the mark"])
async def test_a_deleted_room_is_gone(chat, tea, way):
    """A delete begins with the mark `deleting`; the row may go much later."""
    room, ada, eve, root = tea
    onlooker = await chat.connect(chat.person("onlooker"))
    if way == "the row":
        chat.outside.remove("room", room)
    else:
        chat.outside.change("room", room, deleting=True)
    await told(onlooker, "room_gone", room=room.id)
    assert onlooker.waiting("leave") == []
    for client in (ada, eve, root):
        await taken_out(client, room, "ROOM_INVALID")
        assert await client.refused("join", room=room.id) == "ROOM_INVALID"
    hello = (await chat.connect(chat.person("new"))).hello
    assert room.id not in [summary["room"] for summary in hello["rooms"]]


async def test_a_deleted_room_is_gone_at_once(chat, tea):
    room, ada, _, root = tea
    chat.outside.remove("room", room)
    for client in (ada, root):
        assert await client.refused("send", room=room.id, message="hello") == "ROOM_INVALID"


async def test_a_hidden_room_ends_unseen(chat, tea):
    _, ada, eve, _ = tea
    hidden = chat.room("Staff", access="staff")
    await told(eve, "room", room=hidden.id)
    chat.outside.change("room", hidden, title="Secret")
    assert (await told(eve, "room", room=hidden.id))["title"] == "Secret"
    chat.outside.remove("room", hidden)
    await told(eve, "room_gone", room=hidden.id)
    await ada.quiet(0, room=hidden.id)


async def test_a_message_stored_by_another_process_is_delivered(chat):
    """Whichever process stored it, and though no channel layer tells."""
    ada = chat.person()
    room = chat.room()
    client = await chat.enter(ada, room)
    chat.outside.fill(room, ada, ["from elsewhere", "and once more"])
    await client.seen(room.id, 2, within=ONE_SECOND)
    await chat.agree(room, client)
    assert (await client.send(room.id, "from here"))["version"] == 3
    await chat.agree(room, client)
