"""Saying something: what is stored, who hears it, and what is refused."""

import asyncio

import pytest


async def test_a_message_reaches_everybody_in_the_room(chat):
    ada, bob, eve = chat.people("ada", "bob", "eve")
    room, other = chat.rooms("Tea", "Coffee")
    clients = [await chat.enter(person, room) for person in (ada, bob)]
    elsewhere = await chat.enter(eve, other)
    ack = await clients[0].send(room.id, "*hello*", ref="one")
    frames = [await client.expect("message", id=ack["id"]) for client in clients]
    assert frames[0] == frames[1]  # nothing in it depends on who reads it
    assert frames[0] == {
        **frames[0],
        "room": room.id,
        "version": ack["version"],
        "msg_type": 0,
        "user": ada.id,
        "username": ada.username,
        "message": "*hello*",
        "key": "one",
        "edited_at": None,
        "deleted": False,
        "reply_to": None,
        "reactions": {},
        "mentions": [],
    }
    assert "<em>hello</em>" in frames[0]["html"]
    await elsewhere.quiet(0.3, "message")


async def test_a_send_without_a_ref_gets_no_ack(chat):
    client = await chat.enter(chat.person(), room := chat.room())
    await client.tell("send", room=room.id, message="hello")
    frame = await client.expect("message", message="hello")
    assert frame["key"] is None
    await client.send(room.id, "and with one")
    assert client.waiting("ack") == []


async def test_the_ack_comes_before_the_message_on_the_sender_s_socket(chat):
    client = await chat.enter(chat.person(), room := chat.room())
    for number in range(20):
        await client.tell("send", room=room.id, message="hello", ref=f"r{number}")
    await client.seen(room.id, 20)
    order = [
        (frame["type"], frame.get("ref") or frame.get("key"))
        for _, frame in client.transcript
        if frame["type"] in ("ack", "message")
    ]
    for number in range(20):
        assert order.index(("ack", f"r{number}")) < order.index(("message", f"r{number}"))


async def test_versions_and_ids_rise_with_each_message(chat):
    client = await chat.enter(chat.person(), room := chat.room())
    acks = [await client.send(room.id, "hello") for _ in range(5)]
    assert [ack["version"] for ack in acks] == [1, 2, 3, 4, 5]
    ids = [ack["id"] for ack in acks]
    assert ids == sorted(set(ids))


async def test_what_is_acknowledged_is_stored(chat):
    client = await chat.enter(chat.person(), room := chat.room())
    ack = await client.send(room.id, "hello")
    (row,) = chat.outside.messages(room)
    assert (row["id"], row["version"], row["message"]) == (ack["id"], ack["version"], "hello")


@pytest.mark.parametrize(
    "text",
    [
        "  leading and trailing  ",
        "two\nlines\n\n\n\tand a tab",
        "é and e\u0301",  # composed and not: kept as typed
        "👩‍👩‍👧‍👦 🏳️‍🌈",
        "\u202eright to left",
        "<script>alert(1)</script>",
        "&amp; \\ \" '",
        "\ufeffwith a byte order mark",
        "x\u2028y",
        "\u0001 a control",
        "0",
    ],
)
async def test_a_text_is_kept_as_typed(chat, text):
    ada, bob = chat.people("ada", "bob")
    room = chat.room()
    one, other = await chat.enter(ada, room), await chat.enter(bob, room)
    ack = await one.send(room.id, text)
    frame = await other.expect("message", id=ack["id"])
    assert frame["message"] == text
    assert "<script" not in frame["html"]
    assert chat.outside.messages(room)[0]["message"] == text


BLANK = ["", " ", "\n\t ", "\u00a0", "\u200b", "\u3164", "\u2800", "\u115f", "\u202e", "\ufe0f"]


@pytest.mark.parametrize("text", [*BLANK, "".join(BLANK), None, 5, True, ["a"], {"a": "b"}])
async def test_a_text_that_is_blank_or_no_string_is_refused(chat, text):
    client = await chat.enter(chat.person(), room := chat.room())
    id = (await client.send(room.id, "something"))["id"]
    assert await client.refused("send", room=room.id, message=text) == "MESSAGE_INVALID"
    assert await client.refused("edit", room=room.id, id=id, message=text) == "MESSAGE_INVALID"
    assert [row["message"] for row in chat.outside.messages(room)] == ["something"]


@pytest.mark.parametrize("letter", ["x", "é", "👍"])
async def test_a_message_may_have_4000_characters_and_not_one_more(chat, letter):
    client = await chat.enter(chat.person(), room := chat.room())
    id = (await client.send(room.id, letter * 4000))["id"]
    text = letter * 4001
    assert await client.refused("send", room=room.id, message=text) == "MESSAGE_TOO_LONG"
    assert await client.refused("edit", room=room.id, id=id, message=text) == "MESSAGE_TOO_LONG"
    assert len(chat.outside.messages(room)) == 1


async def test_only_staff_choose_the_msg_type(chat):
    ada, eve = chat.person("ada"), chat.person("eve", is_staff=True)
    room = chat.room()
    one, staff = await chat.enter(ada, room), await chat.enter(eve, room)
    for msg_type in (1, 2, 3):
        ack = await staff.send(room.id, "attention", msg_type=msg_type)
        assert (await one.expect("message", id=ack["id"]))["msg_type"] == msg_type
        refusal = await one.refused("send", room=room.id, message="attention", msg_type=msg_type)
        assert refusal == "MESSAGE_ACCESS_DENIED"
    assert len(chat.outside.messages(room)) == 3


async def test_in_a_locked_room_only_staff_change_anything(chat):
    ada, eve = chat.person("ada"), chat.person("eve", is_staff=True)
    room = chat.room()
    one, staff = await chat.enter(ada, room), await chat.enter(eve, room)
    mine, other = [(await one.send(room.id, text))["id"] for text in ("mine", "other")]
    chat.outside.change("room", room, locked=True)
    assert await one.refused("send", room=room.id, message="hello") == "ROOM_LOCKED"
    assert await one.refused("edit", room=room.id, id=mine, message="hi") == "ROOM_LOCKED"
    assert await one.refused("delete", room=room.id, id=other) == "ROOM_LOCKED"
    id = (await staff.send(room.id, "locked"))["id"]
    await staff.edit(room.id, id, "locked!")
    await one.expect("update")
    await one.history(room.id, before=id)
    assert [row["message"] for row in chat.outside.messages(room)] == ["mine", "other", "locked!"]


async def test_many_senders_at_once_each_get_their_own_ack(chat):
    people, room = chat.people("ada", "bob", "eve"), chat.room()
    clients = [await chat.enter(person, room) for person in people]
    acks = await asyncio.gather(
        *(client.send(room.id, "hello") for client in clients for _ in range(10))
    )
    assert sorted(ack["version"] for ack in acks) == list(range(1, 31))
    assert len({ack["id"] for ack in acks}) == 30
    await chat.agree(room, *clients)
