"""JSON that is right and means harm. What is no JSON is in test_bad_frames.py, wrong types are in
test_bad_fields.py."""

import json

import pytest

from wire.cast import ATTACKED

pytestmark = ATTACKED
MISSING = [0, -1, -5, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 2**64, -(2**63), -(2**64), 10**300]
POLLUTING = ["__proto__", "constructor", "prototype", "__class__", "__init__", "user", "type"]


@pytest.mark.parametrize("number", MISSING)
async def test_an_id_that_nothing_has_is_answered(chat, number):
    client = await chat.enter(chat.person(is_staff=True), room := chat.room())
    for room_id in (number, str(number) if number >= 0 else number):
        assert await client.refused("join", room=room_id) == "ROOM_INVALID"
        assert await client.refused("send", room=room_id, message="x") == "ROOM_ACCESS_DENIED"
        if number >= 0:  # the answer names the room, and no room is below
            assert (await client.command("leave", room=room_id))["type"] == "leave"
    for command in ("edit", "delete"):
        about = {"message": "x"} if command == "edit" else {}
        refusal = await client.refused(command, room=room.id, id=number, **about)
        assert refusal == "MESSAGE_INVALID"
    for place in ("before", "from", "around"):
        assert await client.refused("history", room=room.id, **{place: number}) == "MESSAGE_INVALID"
    refusal = await client.refused("send", room=room.id, message="x", reply_to=number)
    assert refusal == "MESSAGE_INVALID"
    assert chat.outside.messages(room) == []


@pytest.mark.parametrize("after", [-1, -(2**63), 1, 2**63 - 1, 2**63, 10**300])
async def test_a_version_that_the_room_never_had_brings_the_newest_page(chat, after):
    client = await chat.enter(chat.person(), room := chat.room())
    frame = await client.command("join", room=room.id, after=after)
    assert (frame["type"], frame["reset"], frame["version"]) == ("join", True, 0)


async def test_true_is_not_1_and_1_is_not_true(chat):
    """The ids 0 and 1 are real ones to a language that has them for false and true."""
    client = await chat.enter(chat.person(), room := chat.room())
    for wrong in (True, False, 1.0, 0.0):
        assert await client.refused("join", room=wrong) == "COMMAND_INVALID"
        assert await client.refused("delete", room=room.id, id=wrong) == "COMMAND_INVALID"
        refusal = await client.refused("history", room=room.id, before=1, limit=wrong)
        assert refusal == "COMMAND_INVALID"


@pytest.mark.parametrize("key", POLLUTING)
async def test_keys_that_mean_something_elsewhere_mean_nothing(chat, key):
    client = await chat.enter(chat.person(), room := chat.room())
    more = {key: {"is_staff": True, "command": "delete"}}
    ack = await client.send(room.id, "hello", **more)
    frame = await client.expect("message", id=ack["id"])
    assert frame.get(key) != more[key]
    assert await client.refused(key, room=room.id) == "COMMAND_INVALID"
    assert await client.refused("send", room=room.id, message={key: 1}) == "MESSAGE_INVALID"
    ack = await client.send(room.id, key, ref=key)
    assert (await client.expect("message", id=ack["id"]))["key"] == key


async def test_what_nobody_may_say_of_themselves_is_not_believed(chat):
    ada, bob = chat.people("ada", "bob")
    client = await chat.enter(ada, room := chat.room())
    lies = {
        "user": bob.id,
        "username": bob.username,
        "id": 10**6,
        "version": 10**6,
        "html": "<script>alert(1)</script>",
        "sent_at": "1999-01-01T00:00:00Z",
        "deleted": True,
        "key": "another",
        "mentions": [bob.username],
        "is_staff": True,
        "present": True,
        "sender": bob.cookie,
        "limited": None,
        "digest": "x",
    }
    ack = await client.send(room.id, "hello", ref="mine", **lies)
    frame = await client.expect("message", id=ack["id"])
    assert {**frame, **lies} != frame
    assert [name for name, lie in lies.items() if frame.get(name, "nothing") == lie] == []
    assert (frame["user"], frame["key"], frame["version"]) == (ada.id, "mine", 1)


def written(**fields):
    """Return a frame whose fields are JSON texts already."""
    return "{" + ", ".join(f'"{name}": {value}' for name, value in fields.items()) + "}"


DEEP = {"lists": "[" * 30_000 + "]" * 30_000, "maps": '{"a":' * 9_000 + "1" + "}" * 9_000}
VAST = ["9" * 5_000, "-" + "9" * 5_000, "1e999", "-1e999", "1" * 60_000]


@pytest.mark.parametrize("deep", DEEP.values(), ids=DEEP)
async def test_depth_is_answered_wherever_it_is(chat, deep):
    client = await chat.enter(chat.person(), room := chat.room())
    for name in ("room", "message", "ref", "command", "more"):
        fields = {"command": '"send"', "room": room.id, "message": '"x"', name: deep}
        await client.say(written(**fields))
        answer = await client.expect(None, type=lambda kind: kind in ("error", "message"))
        assert answer.get("error", "FRAME_INVALID") in (
            "FRAME_INVALID",
            "COMMAND_INVALID",
            "MESSAGE_INVALID",
        )


async def test_a_hundred_thousand_brackets_are_too_big(chat):
    client = await chat.connect(chat.person())
    await client.say("[" * 100_000)
    assert await client.close_code() == 1009


@pytest.mark.parametrize("number", VAST)
async def test_numbers_beyond_measure_are_answered_wherever_they_are(chat, number):
    client = await chat.enter(chat.person(), room := chat.room())
    for name in ("room", "message", "reply_to", "msg_type", "ref", "more"):
        fields = {"command": '"send"', "room": room.id, "message": '"x"', name: number}
        await client.say(written(**fields))
        assert (await client.expect("error"))["error"] == "FRAME_INVALID"
    assert chat.outside.messages(room) == []


async def test_many_keys_are_no_trouble(chat):
    client = await chat.connect(chat.person())
    keys = {f"k{number}": number for number in range(4_000)}
    await client.say(json.dumps({**keys, "command": "ping", "ref": "r"}))
    assert (await client.expect("pong"))["ref"] == "r"
