"""Commands with a field missing or of a wrong type, and the old example's client."""

import json

import pytest

pytestmark = pytest.mark.usefixtures("undisturbed")

WRONG_ROOMS = [None, True, False, 1.0, 1.5, "", " ", "1 ", "-1", "+1", "1.0", "x", "١", "²", [], {}]
WRONG_IDS = [None, True, 1.5, "1", "", [], {}]
# What each field may not be; a `message` that is no string has an error of its own.
WRONG = {
    "room": [*WRONG_ROOMS, [1], {"id": 1}, "1_0", "0x1", "1e3"],
    "id": WRONG_IDS,
    "before": WRONG_IDS,
    "from": WRONG_IDS,
    "around": WRONG_IDS,
    "after": [True, 1.5, "1", "", [], {}],
    "epoch": [1, True, [], {}],
    "reply_to": [True, 1.5, "1", "", [], {}],
    "msg_type": [4, -1, 1.0, "1", True, [], {}],
}
COMMANDS = {
    "join": {"after": 0, "epoch": "x"},
    "leave": {},
    "send": {"message": "hello", "reply_to": 1, "msg_type": 1},
    "history": {"before": 1},
    "edit": {"id": 1, "message": "hello"},
    "delete": {"id": 1},
}
WAYS = [(command, field) for command, fields in COMMANDS.items() for field in ("room", *fields)]
WAYS += [("history", "from"), ("history", "around")]


def filled(command, room, id, field):
    """Return good fields for a command; history gets the one place that is tried."""
    fields = {**COMMANDS[command], "room": room.id}
    if command == "history" and field in ("from", "around"):
        del fields["before"]
        fields[field] = id
    return {name: id if name in ("id", "before", "reply_to") else fields[name] for name in fields}


@pytest.mark.parametrize(("command", "field"), [way for way in WAYS if way[1] != "message"])
async def test_a_field_of_a_wrong_type_is_invalid(chat, command, field):
    client = await chat.enter(chat.person(is_staff=True), room := chat.room())
    id = (await client.send(room.id, "hello"))["id"]
    good = filled(command, room, id, field)
    for wrong in WRONG[field]:
        refusal = await client.refused(command, **{**good, field: wrong})
        assert refusal == "COMMAND_INVALID", wrong
    assert (await client.command(command, **good))["type"] != "error"


OPTIONAL = ("after", "epoch", "reply_to", "msg_type")


@pytest.mark.parametrize(("command", "field"), [way for way in WAYS if way[1] not in OPTIONAL])
async def test_a_missing_field_is_invalid(chat, command, field):
    client = await chat.enter(chat.person(is_staff=True), room := chat.room())
    id = (await client.send(room.id, "hello"))["id"]
    good = filled(command, room, id, field)
    lacking = {name: value for name, value in good.items() if name != field}
    assert await client.refused(command, **lacking) == "COMMAND_INVALID"
    assert (await client.command(command, **good))["type"] != "error"


@pytest.mark.parametrize("number", ["1" + "0" * 30, "9" * 400, "9" * 5000, "-" + "9" * 30])
async def test_a_huge_number_is_no_room_and_no_message(chat, number):
    """A parser may refuse more digits than it can hold."""
    client = await chat.enter(chat.person(), room := chat.room())
    refused = ("FRAME_INVALID",) if len(number) > 4300 else ()
    await client.say(f'{{"command": "join", "room": {number}}}')
    assert (await client.expect("error"))["error"] in ("ROOM_INVALID", *refused)
    await client.say(f'{{"command": "delete", "room": {room.id}, "id": {number}}}')
    assert (await client.expect("error"))["error"] in ("MESSAGE_INVALID", *refused)
    assert (await client.command("ping"))["type"] == "pong"


async def test_a_number_beyond_floats_is_no_id(chat):
    client = await chat.enter(chat.person(), room := chat.room())
    for member in ('"room": 1e999', '"room": 1e3', f'"room": {room.id}.0'):
        await client.say(f'{{"command": "join", {member}}}')
        assert (await client.expect("error"))["error"] in ("COMMAND_INVALID", "FRAME_INVALID")


async def test_a_person_who_is_not_staff_learns_that_a_msg_type_is_wrong(chat):
    client = await chat.enter(chat.person(), room := chat.room())
    for wrong in WRONG["msg_type"]:
        refusal = await client.refused("send", room=room.id, message="hello", msg_type=wrong)
        assert refusal in ("COMMAND_INVALID", "MESSAGE_ACCESS_DENIED"), wrong
    assert chat.outside.messages(room) == []


async def test_a_client_of_the_well_known_example_works(chat):
    """The multichat of channels-examples: its frames, without a ref, and the keys it reads."""
    ada, bob = chat.people("ada", "bob")
    room = chat.room()
    one, other = await chat.connect(ada), await chat.enter(bob, room)
    await one.say(json.dumps({"command": "join", "room": str(room.id)}))
    frame = await one.expect("join")
    assert (str(frame["join"]), frame["title"]) == (str(room.id), room.title)
    entered = await other.expect("enter")
    assert (entered["msg_type"], entered["username"]) == (4, ada.username)
    await one.say(json.dumps({"command": "send", "room": str(room.id), "message": "hello"}))
    frame = await one.expect("message")
    keys = ("room", "username", "message", "msg_type")
    assert [frame[key] for key in keys] == [room.id, ada.username, "hello", 0]
    await one.say(json.dumps({"command": "send", "room": str(room.id), "message": ""}))
    assert (await one.expect("error"))["error"] == "MESSAGE_INVALID"
    await one.say(json.dumps({"command": "leave", "room": str(room.id)}))
    assert str((await one.expect("leave"))["leave"]) == str(room.id)
    left = await other.expect("exit")
    assert (left["msg_type"], left["room"], left["username"]) == (5, room.id, ada.username)
