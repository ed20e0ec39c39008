"""The same `ref` from several sides at once: one message each, whoever is first."""

import asyncio

import pytest

from wire.cast import ON_SERVE

pytestmark = [ON_SERVE, pytest.mark.usefixtures("undisturbed")]
TIMES = 20


async def tell_all(clients, room, ref, texts):
    """Let each client send its text with the same ref at the same moment; return the answers."""
    for client in clients:
        client.shares(ref)
    return await asyncio.gather(
        *(
            client.command("send", room=room.id, message=text, ref=ref)
            for client, text in zip(clients, texts, strict=True)
        )
    )


async def test_one_ref_at_once_on_many_sockets_is_one_message(chat):
    ada, room = chat.person(), chat.room()
    clients = [await chat.enter(ada, room) for _ in range(5)]
    for number in range(TIMES):
        acks = await tell_all(clients, room, f"r{number}", ["hello"] * 5)
        assert {ack["type"] for ack in acks} == {"ack"}
        assert len({(ack["id"], ack["version"]) for ack in acks}) == 1
    assert len(chat.outside.messages(room)) == TIMES
    await chat.agree(room, *clients)


async def test_one_ref_at_once_with_two_texts_is_one_message_and_a_conflict(chat):
    ada, room = chat.person(), chat.room()
    clients = [await chat.enter(ada, room) for _ in range(2)]
    for number in range(TIMES):
        texts = ["this", "that"] if number % 2 else ["that", "this"]
        answers = await tell_all(clients, room, f"r{number}", texts)
        assert sorted(answer["type"] for answer in answers) == ["ack", "error"]
        assert [answer.get("error") for answer in answers if answer["type"] == "error"] == [
            "REF_CONFLICT"
        ]
        [stored] = [text for text, ack in zip(texts, answers, strict=True) if ack["type"] == "ack"]
        assert chat.outside.messages(room)[-1]["message"] == stored
    assert len(chat.outside.messages(room)) == TIMES
    await chat.agree(room, *clients)


async def test_one_ref_at_once_of_two_people_is_a_message_of_each(chat):
    ada, bob = chat.people("ada", "bob")
    room = chat.room()
    clients = [await chat.enter(person, room) for person in (ada, bob)]
    for number in range(TIMES):
        one, other = await tell_all(clients, room, f"r{number}", ["mine", "mine"])
        assert (one["type"], other["type"]) == ("ack", "ack")
        assert one["id"] != other["id"]
    rows = chat.outside.messages(room)
    assert [row["user"] for row in rows].count(ada.id) == TIMES
    assert len(rows) == 2 * TIMES
    await chat.agree(room, *clients)


async def test_one_ref_at_once_in_two_rooms_is_a_message_in_each(chat):
    ada, rooms = chat.person(), chat.rooms("Tea", "Coffee")
    clients = [await chat.enter(ada, *rooms) for _ in range(2)]
    for number in range(TIMES):
        acks = await asyncio.gather(
            *(
                client.command("send", room=room.id, message="hello", ref=f"r{number}")
                for client, room in zip(clients, rooms, strict=True)
            )
        )
        assert {ack["type"] for ack in acks} == {"ack"}
        assert len({ack["id"] for ack in acks}) == 2
    for room in rooms:
        assert len(chat.outside.messages(room)) == TIMES
        await chat.agree(room, *clients)


async def test_one_ref_again_and_again_before_the_first_is_answered(chat):
    client = await chat.enter(chat.person(), room := chat.room())
    for _ in range(50):
        await client.tell("send", room=room.id, message="hello", ref="r")
    acks = [await client.expect("ack", ref="r") for _ in range(50)]
    assert len({(ack["id"], ack["version"]) for ack in acks}) == 1
    assert len(chat.outside.messages(room)) == 1


async def test_an_edit_and_a_delete_at_once_leave_a_tombstone_or_an_error(chat):
    ada, room = chat.person(), chat.room()
    clients = [await chat.enter(ada, room) for _ in range(2)]
    for _ in range(TIMES):
        id = (await clients[0].send(room.id, "hello"))["id"]
        edit, delete = await asyncio.gather(
            clients[0].command("edit", room=room.id, id=id, message="hello again"),
            clients[1].command("delete", room=room.id, id=id),
        )
        assert delete["type"] == "ack"
        assert edit.get("error", "MESSAGE_INVALID") == "MESSAGE_INVALID"
    assert all(row["deleted"] for row in chat.outside.messages(room))
    await chat.agree(room, *clients)
