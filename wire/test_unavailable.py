"""A database that does not answer in time."""

import asyncio

from wire.cast import ON_SERVE

pytestmark = ON_SERVE

PATIENT = 40  # seconds until the server must have given up


async def test_a_send_that_is_not_confirmed_in_time_can_be_sent_again(chat):
    client = await chat.enter(chat.person(), room := chat.room())
    await client.send(room.id, "before")
    chat.outside.hold(room)
    try:
        frame = await client.command(
            "send", room=room.id, message="hello", ref="one", within=PATIENT
        )
    finally:
        chat.outside.release()
    assert (frame["type"], frame["error"]) == ("error", "UNAVAILABLE")
    assert (await client.command("ping"))["type"] == "pong"
    ack = await client.send(room.id, "hello", ref="one")
    await asyncio.sleep(0.5)  # for a first one that was only late
    assert await client.send(room.id, "hello", ref="one") == ack
    assert [row["message"] for row in chat.outside.messages(room)] == ["before", "hello"]
    await chat.agree(room, client)
