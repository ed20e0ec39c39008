"""Frames that are not what they should be: each gets an error, and the socket goes on."""

import json

import pytest

pytestmark = pytest.mark.usefixtures("undisturbed")

PING = '{"command": "ping"}'


def ping_with(member):
    return f'{{"command": "ping", {member}}}'


INVALID = {
    "binary": PING.encode(),
    "an empty binary": b"",
    "empty": "",
    "blank": "   ",
    "a word": "hello",
    "cut short": PING[:-1],
    "trailing words": PING + "x",
    "two objects": PING + PING,
    "a trailing comma": '{"command": "ping",}',
    "single quotes": "{'command': 'ping'}",
    "a comment": PING + " // ping",
    "a byte order mark": "\ufeff" + PING,
    "a string": '"ping"',
    "a number": "1",
    "null": "null",
    "true": "true",
    "an array": "[]",
    "an array of commands": f"[{PING}]",
    "NaN": ping_with('"a": NaN'),
    "Infinity": ping_with('"a": Infinity'),
    "-Infinity": ping_with('"a": [-Infinity]'),
    "a key twice": '{"command": "ping", "command": "ping"}',
    "an inner key twice": ping_with('"a": {"b": 1, "b": 2}'),
    "a key twice, once escaped": '{"command": "ping", "comm\\u0061nd": "ping"}',
    "a lone surrogate": ping_with('"a": "\\ud800"'),
    "a lone low surrogate": ping_with('"a": "\\udc00x"'),
    "surrogates the wrong way round": ping_with('"a": "\\ude00\\ud83d"'),
    "a surrogate in a key": ping_with('"\\ud800": 1'),
    "a surrogate far inside": ping_with('"a": [{"b": ["\\udfff"]}]'),
    "a surrogate in the ref": ping_with('"ref": "\\ud800"'),
    "NUL": ping_with('"a": "\\u0000"'),
    "NUL in a key": ping_with('"a\\u0000": 1'),
    "NUL far inside": ping_with('"a": [{"b": ["x\\u0000"]}]'),
    "a raw NUL": ping_with('"a": "\0"'),
    "a raw line break in a string": ping_with('"a": "\n"'),
    "a bare NUL": "\0",
    "brackets without end": "[" * 30000,
    "braces without end": '{"a":' * 10000,
    "a leading zero": ping_with('"a": 01'),
    "a hexadecimal number": ping_with('"a": 0x1'),
}


@pytest.mark.parametrize("frame", INVALID.values(), ids=INVALID)
async def test_a_frame_that_is_no_strict_json_object_is_invalid(chat, frame):
    client = await chat.connect(chat.person())
    await client.say(frame)
    error = await client.expect("error")
    assert error["error"] == "FRAME_INVALID"
    assert (await client.command("ping"))["type"] == "pong"
    assert client.waiting() == client.waiting("room") + client.waiting("online")


STRANGE = {
    "nested deeply": ping_with(f'"a": {"[" * 15000}{"]" * 15000}'),
    "objects nested deeply": ping_with('"a": ' + '{"a":' * 5000 + "1" + "}" * 5000),
    "a number beyond floats": ping_with('"a": 1e999'),
    "a number of 5000 digits": ping_with(f'"a": {"9" * 5000}'),
    "a number of 60000 digits": ping_with(f'"a": {"9" * 60000}'),
}


@pytest.mark.parametrize("frame", STRANGE.values(), ids=STRANGE)
async def test_json_beyond_what_machines_hold_is_answered(chat, frame):
    """It is JSON by the book; a parser may refuse it, but nothing breaks."""
    client = await chat.connect(chat.person())
    await client.say(frame)
    answer = await client.expect(None, type=lambda kind: kind in ("pong", "error"))
    assert answer.get("error", "FRAME_INVALID") == "FRAME_INVALID"
    assert (await client.command("ping"))["type"] == "pong"


HARMLESS = {
    "white space around": f" \r\n\t{PING}\n",
    "escapes": '{"comm\\u0061nd": "p\\u0069ng"}',
    "a pair of surrogates": ping_with('"a": "\\ud83d\\ude00"'),
    "the same key in two objects": ping_with('"a": {"command": 1}'),
    "a control, escaped": ping_with('"a": "\\u0001"'),
}


@pytest.mark.parametrize("frame", HARMLESS.values(), ids=HARMLESS)
async def test_strict_json_is_taken_however_it_is_written(chat, frame):
    client = await chat.connect(chat.person())
    await client.say(frame)
    await client.expect("pong")


async def test_a_message_in_pieces_is_one_frame(chat):
    client = await chat.enter(chat.person(), room := chat.room())
    whole = json.dumps({"command": "send", "room": room.id, "message": "in pieces", "ref": "r"})
    await client.socket.send([whole[:10], whole[10:20], whole[20:]])
    assert (await client.expect("ack"))["ref"] == "r"


UNKNOWN = ["", "Join", "join ", "hello", "__class__", None, 1, True, [], ["join"], {}]


@pytest.mark.parametrize("command", UNKNOWN, ids=repr)
async def test_an_unknown_command_is_invalid(chat, command):
    client = await chat.connect(chat.person())
    error = await client.command(command)
    assert (error["type"], error["error"]) == ("error", "COMMAND_INVALID")


async def test_no_command_is_invalid(chat):
    client = await chat.connect(chat.person())
    await client.say('{"ref": "r"}')
    assert (await client.expect("error", ref="r"))["error"] == "COMMAND_INVALID"
    await client.say("{}")
    assert (await client.expect("error"))["error"] == "COMMAND_INVALID"


async def test_a_bad_frame_changes_nothing(chat):
    """A send that would be good, but for a key twice."""
    client = await chat.enter(chat.person(), room := chat.room())
    good = f'{{"command": "send", "room": {room.id}, "message": "hello", "ref": "r"}}'
    await client.say(good[:-1] + ', "message": "hello"}')
    assert (await client.expect("error"))["error"] == "FRAME_INVALID"
    await client.say(good)
    assert (await client.expect("ack", ref="r"))["version"] == 1
