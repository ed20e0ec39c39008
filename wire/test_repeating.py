"""A send with a ref, sent again: a client that never got its ack loses and doubles nothing."""

import pytest


@pytest.fixture
async def sent(chat):
    """A message with the ref "one", and who sent it: (client, person, room, ack)."""
    ada, room = chat.person("ada"), chat.room()
    client = await chat.enter(ada, room)
    ack = await client.send(room.id, "hello", ref="one")
    return client, ada, room, ack


async def assert_repeated(client, room, ack, **fields):
    """Send the same once more: the same ack comes, and nothing is stored or announced."""
    again = await client.command("send", room=room.id, message="hello", ref="one", **fields)
    assert again == ack


async def test_a_repeated_send_is_answered_with_the_first_ack(chat, sent):
    client, _, room, ack = sent
    await client.expect("message", key="one")
    for _ in range(3):
        await assert_repeated(client, room, ack)
    await client.send(room.id, "the next")
    assert [frame["message"] for frame in client.waiting("message")] in ([], ["the next"])
    assert (await client.expect("message"))["version"] == ack["version"] + 1
    assert len(chat.outside.messages(room)) == 2


async def test_a_send_repeated_by_another_socket_of_the_person_is_the_same(chat, sent):
    _, ada, room, ack = sent
    await assert_repeated(await chat.enter(ada, room), room, ack)


async def test_the_same_ref_of_another_person_is_another_message(chat, sent):
    _, _, room, ack = sent
    other = await chat.enter(chat.person("bob"), room)
    assert (await other.send(room.id, "hello", ref="one"))["id"] != ack["id"]


async def test_the_same_ref_in_another_room_is_another_message(chat, sent):
    client, _, _, ack = sent
    other = chat.room("Coffee")
    await client.join(other.id)
    assert (await client.send(other.id, "hello", ref="one"))["id"] != ack["id"]


@pytest.mark.parametrize("change", ["edit", "delete"])
async def test_a_send_is_repeated_after_its_message_changed(chat, sent, change):
    client, _, room, ack = sent
    if change == "edit":
        await client.edit(room.id, ack["id"], "hello!")
    else:
        await client.delete(room.id, ack["id"])
    await assert_repeated(client, room, ack)
    assert await conflict(client, room, message="hello!") == "REF_CONFLICT"
    assert len(chat.outside.messages(room)) == 1


async def conflict(client, room, **fields):
    fields = {"message": "hello", **fields}
    return await client.refused("send", room=room.id, ref="one", **fields)


async def test_the_same_ref_with_something_else_is_a_conflict(chat, sent):
    client, _, room, ack = sent
    assert await conflict(client, room, message="hello ") == "REF_CONFLICT"
    assert await conflict(client, room, reply_to=ack["id"]) == "REF_CONFLICT"
    await assert_repeated(client, room, ack)
    assert len(chat.outside.messages(room)) == 1


async def test_the_same_ref_with_another_msg_type_is_a_conflict(chat):
    eve, room = chat.person("eve", is_staff=True), chat.room()
    client = await chat.enter(eve, room)
    ack = await client.send(room.id, "hello", ref="one", msg_type=2)
    assert await conflict(client, room) == "REF_CONFLICT"
    assert await conflict(client, room, msg_type=1) == "REF_CONFLICT"
    await assert_repeated(client, room, ack, msg_type=2)


async def test_a_send_is_repeated_before_membership_is_asked(chat, sent):
    _, ada, room, ack = sent
    outside = await chat.connect(ada)
    assert await outside.refused("send", room=room.id, message="new") == "ROOM_ACCESS_DENIED"
    await assert_repeated(outside, room, ack)
    assert await conflict(outside, room, message="new") == "REF_CONFLICT"


async def test_a_send_is_repeated_before_the_lock_is_asked(chat, sent):
    client, _, room, ack = sent
    chat.outside.change("room", room, locked=True)
    assert await client.refused("send", room=room.id, message="new") == "ROOM_LOCKED"
    await assert_repeated(client, room, ack)
    assert await conflict(client, room, message="new") == "REF_CONFLICT"


async def test_a_send_is_repeated_before_access_is_asked(chat, sent):
    client, _, room, ack = sent
    chat.outside.change("room", room, access="staff")
    await client.expect("leave", leave=room.id)
    assert await client.refused("send", room=room.id, message="new") == "ROOM_ACCESS_DENIED"
    await assert_repeated(client, room, ack)
    assert await conflict(client, room, message="new") == "REF_CONFLICT"


async def test_a_send_is_repeated_before_rights_are_asked(chat):
    """The right to a msg_type, which went when the person was demoted."""
    eve, room = chat.person("eve", is_staff=True), chat.room()
    client = await chat.enter(eve, room)
    ack = await client.send(room.id, "hello", ref="one", msg_type=2)
    chat.outside.change("user", eve, is_staff=False)
    refusal = await client.refused("send", room=room.id, message="new", msg_type=2)
    assert refusal == "MESSAGE_ACCESS_DENIED"
    await assert_repeated(client, room, ack, msg_type=2)


async def test_a_ref_of_64_characters_is_taken(chat):
    client = await chat.enter(chat.person(), room := chat.room())
    for ref in ("a", "é" * 64, "👍" * 64, "x" * 64, " ", "a/b'\"<>"):
        await client.send(room.id, "hello", ref=ref)
        assert (await client.expect("message", key=ref))["message"] == "hello"


@pytest.mark.parametrize("ref", ["", "x" * 65, 5, True, ["a"], {"a": 1}, 1.5])
async def test_a_ref_that_is_none_is_refused(chat, ref):
    client = await chat.enter(chat.person(), room := chat.room())
    await client.tell("send", room=room.id, message="hello", ref=ref)
    assert (await client.expect("error"))["error"] == "COMMAND_INVALID"
    await client.tell("ping", ref=ref)
    assert (await client.expect("error"))["error"] == "COMMAND_INVALID"
    assert chat.outside.messages(room) == []
