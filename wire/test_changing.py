"""Editing and deleting what was said."""

import pytest


@pytest.fixture
async def said(chat):
    """Ada's message, and Bob beside her: (ada's client, bob's client, the room, its id)."""
    ada, bob = chat.people("ada", "bob")
    room = chat.room()
    one, other = await chat.enter(ada, room), await chat.enter(bob, room)
    id = (await one.send(room.id, "hello"))["id"]
    await other.expect("message", id=id)
    return one, other, room, id


async def test_an_edit_reaches_everybody_in_the_room(chat, said):
    one, other, room, id = said
    ack = await one.edit(room.id, id, "*hi*")
    assert (ack["room"], ack["id"], ack["version"]) == (room.id, id, 2)
    updates = [await client.expect("update", room=room.id) for client in (one, other)]
    assert updates[0] == updates[1]
    (message,) = updates[0]["messages"]
    assert (message["id"], message["version"], message["message"]) == (id, 2, "*hi*")
    assert message["edited_at"] >= message["sent_at"]
    assert "<em>hi</em>" in message["html"]
    await chat.agree(room, one, other)


async def test_a_delete_leaves_a_tombstone(chat, said):
    one, other, room, id = said
    ack = await one.delete(room.id, id)
    assert (ack["room"], ack["id"], ack["version"]) == (room.id, id, 2)
    (message,) = (await other.expect("update", room=room.id))["messages"]
    assert (message["deleted"], message["message"], message["html"]) == (True, "", "")
    await chat.agree(room, one, other)


async def assert_unannounced(chat, said, ack):
    """The next that anybody hears is the next message, with the next version."""
    one, other, room, id = said
    assert (ack["room"], ack["id"]) == (room.id, id)
    assert chat.outside.version(room) == ack["version"]
    following = await one.send(room.id, "the next")
    assert following["version"] == ack["version"] + 1
    await other.expect("message", id=following["id"])
    assert other.waiting("update") == []


async def test_an_edit_that_changes_nothing_gets_the_present_version(chat, said):
    one, other, room, id = said
    await assert_unannounced(chat, said, await one.edit(room.id, id, "hello"))
    await one.edit(room.id, id, "hi")  # which is announced: the assertion above could fail
    await other.expect("update")
    await assert_unannounced(chat, said, await one.edit(room.id, id, "hi"))


async def test_deleting_what_is_deleted_gets_the_present_version(chat, said):
    one, other, room, id = said
    ack = await one.delete(room.id, id)
    await other.expect("update")
    again = await one.delete(room.id, id)
    assert again["version"] == ack["version"]
    await assert_unannounced(chat, said, again)


async def test_an_edit_of_a_deleted_message_is_refused(chat, said):
    one, _, room, id = said
    await one.edit(room.id, id, "hi")
    await one.delete(room.id, id)
    assert await one.refused("edit", room=room.id, id=id, message="hello") == "MESSAGE_INVALID"


async def test_a_message_of_somebody_else_cannot_be_changed(chat, said):
    one, other, room, id = said
    refusal = await other.refused("edit", room=room.id, id=id, message="mine")
    assert refusal == "MESSAGE_ACCESS_DENIED"
    assert await other.refused("delete", room=room.id, id=id) == "MESSAGE_ACCESS_DENIED"
    assert [row["message"] for row in chat.outside.messages(room)] == ["hello"]
    await one.edit(room.id, id, "hi")  # whose it is may


async def test_a_message_that_the_room_does_not_have_cannot_be_changed(chat, said):
    one, _, room, id = said
    other = chat.room("Coffee")
    await one.join(other.id)
    for place, nothing in ((other, id), *((room, no) for no in (0, -1, 2**40, 2**63, 2**70))):
        refusal = await one.refused("edit", room=place.id, id=nothing, message="hi")
        assert refusal == "MESSAGE_INVALID", nothing
        assert await one.refused("delete", room=place.id, id=nothing) == "MESSAGE_INVALID", nothing


async def test_changes_without_a_ref_get_no_ack(chat, said):
    one, other, room, id = said
    await one.tell("edit", room=room.id, id=id, message="hi")
    await other.seen(room.id, 2)
    await one.tell("delete", room=room.id, id=id)
    await other.seen(room.id, 3)
    await one.command("ping")
    assert one.waiting("ack") == one.waiting("error") == []


async def test_an_update_names_messages_that_the_client_has_not_loaded(chat):
    """A change of an old message goes to everybody; versions have no gap for its sake."""
    ada, room = chat.person(), chat.room()
    ids = chat.outside.fill(room, ada, ["line"] * 60)
    client = await chat.enter(ada, room)
    await client.edit(room.id, ids[0], "first line")
    update = await client.expect("update", room=room.id)
    assert [message["id"] for message in update["messages"]] == [ids[0]]
    await chat.agree(room, client)


async def test_a_reply_names_what_it_replies_to(chat, said):
    one, other, room, id = said
    ack = await other.send(room.id, "hello yourself", reply_to=id)
    assert (await one.expect("message", id=ack["id"]))["reply_to"] == id
    frame = await one.join(room.id)
    assert (frame["messages"][1]["reply_to"], frame["quoted"]) == (id, [])


async def test_what_is_replied_to_and_not_in_the_page_is_quoted(chat):
    ada, bob = chat.people("ada", "bob")
    room = chat.room()
    ids = chat.outside.fill(room, ada, ["line"] * 60)
    client = await chat.enter(ada, room)
    for old in (ids[0], ids[1], ids[0], ids[40]):
        await client.send(room.id, "I mean that", reply_to=old)
    await client.edit(room.id, ids[0], "line 0")
    await client.delete(room.id, ids[1])
    frame = await (await chat.connect(bob)).join(room.id)
    quoted = {message["id"]: message for message in frame["quoted"]}
    assert (quoted.keys(), len(frame["quoted"])) == ({ids[0], ids[1]}, 2)
    assert (quoted[ids[0]]["message"], quoted[ids[1]]["deleted"]) == ("line 0", True)
    last = frame["messages"][-1]["id"]
    page = await client.history(room.id, **{"from": last})
    assert [message["id"] for message in page["quoted"]] == [ids[40]]
    caught_up = await (await chat.connect(bob)).join(room.id, after=60)
    assert {message["id"] for message in caught_up["quoted"]} == {ids[40]}


async def test_a_reply_to_nothing_in_the_room_is_refused(chat, said):
    one, _, room, id = said
    other = chat.room("Coffee")
    await one.join(other.id)
    refusal = await one.refused("send", room=other.id, message="hi", reply_to=id)
    assert refusal == "MESSAGE_INVALID"
    for nothing in (0, -1, 2**40, 2**63, 2**70):
        refusal = await one.refused("send", room=room.id, message="hi", reply_to=nothing)
        assert refusal == "MESSAGE_INVALID", nothing
    await one.send(room.id, "hi", reply_to=id)


async def test_a_message_outlives_its_author_s_account(chat, said):
    one, other, room, id = said
    ada = one.hello["user"]["id"]
    chat.outside.call("remove", model="user", id=ada)
    assert await one.close_code() == 4401
    (message,) = (await other.join(room.id))["messages"]
    assert (message["id"], message["user"], message["message"]) == (id, None, "hello")
