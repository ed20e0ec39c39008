"""A client that asks too much: what it is told, and what becomes of it."""

import asyncio

import pytest

from chat import limits
from chat.factories import RoomFactory
from chat.hub import presence
from chat.models import Message

from .client import error
from .threads import in_thread

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(hub):
    return RoomFactory(title="Tea")


@pytest.fixture
def slow_sends(settings):
    """Two messages at once, and one in 0.2 s."""
    settings.CHAT_SENDS_PER_SECOND, settings.CHAT_SEND_BURST = 5, 2


@pytest.fixture
def slow_commands(settings):
    """Three frames at once, and one in 0.2 s."""
    settings.CHAT_COMMANDS_PER_SECOND, settings.CHAT_COMMAND_BURST = 5, 3


async def answer(client, ref):
    """Return the frame that answers, whatever comes before it."""
    while (frame := await client.next()).get("ref") != ref:
        pass
    return frame


async def send(client, room, text, ref):
    await client.say("send", room=room.pk, message=text, ref=ref)
    return await answer(client, ref)


async def test_a_send_too_many_is_refused_and_succeeds_after_the_wait(
    slow_sends, anna, room, connect
):
    client = await connect(anna, room)
    assert (await send(client, room, "a", "1"))["type"] == "ack"
    assert (await send(client, room, "b", "2"))["type"] == "ack"
    refused = await send(client, room, "c", "3")
    assert error(refused) == ("RATE_LIMITED", "send", room.pk)
    assert 0 < refused["retry_after"] <= 0.4
    await asyncio.sleep(refused["retry_after"])
    assert (await send(client, room, "c", "3"))["version"] == 3


async def test_all_sockets_of_a_person_share_the_rate_and_nobody_else(
    slow_sends, anna, berta, room, connect
):
    one, other, stranger = [await connect(who, room) for who in (anna, anna, berta)]
    assert (await send(one, room, "a", "1"))["type"] == "ack"
    assert (await send(other, room, "b", "2"))["type"] == "ack"
    assert error(await send(one, room, "c", "3"))[0] == "RATE_LIMITED"
    assert (await send(stranger, room, "d", "4"))["type"] == "ack"


async def test_the_rate_of_a_person_outlives_their_connection(slow_sends, anna, room, connect):
    client = await connect(anna, room)
    for ref in "12":
        await send(client, room, ref, ref)
    await client.go()
    again = await connect(anna, room)
    assert error(await send(again, room, "c", "3"))[0] == "RATE_LIMITED"


async def test_a_repeated_send_is_answered_before_the_rate_is_asked(
    slow_sends, anna, room, connect
):
    client = await connect(anna, room)
    first = await send(client, room, "a", "1")
    await send(client, room, "b", "2")
    for _ in range(5):
        assert await send(client, room, "a", "1") == first
    assert error(await send(client, room, "another", "1"))[0] == "REF_CONFLICT"
    assert error(await send(client, room, "c", "3"))[0] == "RATE_LIMITED"
    assert await in_thread(Message.objects.count) == 2


async def test_a_send_without_a_ref_that_is_too_fast_is_asked_of_nobody(
    slow_sends, anna, room, connect, hub, monkeypatch
):
    client = await connect(anna, room)
    submitted, submit = [], hub.sending.submit
    monkeypatch.setattr(
        hub.sending, "submit", lambda *send: submitted.append(send) or submit(*send)
    )
    for text in "abcd":
        await client.say("send", room=room.pk, message=text)
    told = [await client.next() for _ in range(4)]
    assert sorted(frame["type"] for frame in told) == ["error", "error", "message", "message"]
    assert len(submitted) == 2


async def test_a_refused_send_keeps_its_place_among_the_others(slow_sends, anna, room, connect):
    client = await connect(anna, room)
    for number in range(6):
        await client.say("send", room=room.pk, message=str(number), ref=str(number))
    await client.say("ping", ref="last")
    frames = []
    while not frames or frames[-1].get("ref") != "last":
        frames.append(await client.next())
    answers = [frame["ref"] for frame in frames if frame["type"] in ("ack", "error", "pong")]
    assert answers == ["0", "1", "2", "3", "4", "5", "last"]
    said = [frame["message"] for frame in frames if frame["type"] == "message"]
    assert said == ["0", "1"]


async def test_every_frame_counts_also_a_broken_one(slow_commands, anna, connect, hub):
    client = await connect(anna)
    for text in ("{", "[]", '{"command": "nonsense"}'):
        await client.wire.send_to(text_data=text)
        assert error(await client.next())[0] in ("FRAME_INVALID", "COMMAND_INVALID")
    await client.say("history", room=7, ref="r")
    refused = await client.next()
    assert error(refused) == ("RATE_LIMITED", "history", 7)
    assert refused["ref"] == "r"
    await client.wire.send_to(text_data="{")
    assert error(await client.next()) == ("RATE_LIMITED", None, None)
    await asyncio.sleep(refused["retry_after"])
    assert (await client.ask("ping"))["type"] == "pong"


async def test_a_repeated_send_is_answered_though_commands_come_too_fast(
    slow_commands, anna, room, connect
):
    client = await connect(anna, room)
    first = await send(client, room, "a", "1")
    assert (await client.next())["type"] == "message"
    await client.ask("ping")
    assert error(await client.ask("ping"))[0] == "RATE_LIMITED"
    assert await send(client, room, "a", "1") == first
    assert error(await send(client, room, "b", "2"))[0] == "RATE_LIMITED"


async def test_who_goes_on_is_closed_with_4429(slow_commands, anna, berta, room, connect):
    bystander = await connect(berta, room)
    client = await connect(anna, room)
    assert (await bystander.next())["type"] == "enter"
    for _ in range(9):
        await client.say("ping")
    event = {"text": ""}
    told = []
    while event.get("text") is not None:
        event = await client.wire.receive_output(timeout=10)
        told.append(event.get("text", ""))
    assert (event["type"], event["code"]) == ("websocket.close", 4429)
    assert sum("RATE_LIMITED" in text for text in told) == 4  # one may come, three were not to
    assert (await bystander.ask("ping"))["type"] == "pong"


async def test_who_comes_and_goes_all_the_time_is_not_seen_to(
    anna, berta, room, connect, hub, monkeypatch
):
    monkeypatch.setattr(hub, "_leaves", limits.Buckets(1, 2))
    monkeypatch.setattr(presence, "LINGER_SECONDS", 0.2)
    bystander, client = await connect(berta, room), await connect(anna)
    for _ in range(20):
        assert (await client.ask("join", room=room.pk))["type"] == "join"
        assert (await client.ask("leave", room=room.pk))["type"] == "leave"
    await bystander.say("ping")
    seen = []
    while (frame := await bystander.next())["type"] != "pong":
        seen.append(frame["type"])
    assert seen == ["enter", "exit"] * 2 + ["enter"]
    assert (await bystander.next())["type"] == "exit"  # at last, some time later
