import json

import pytest

from chat.commands import COMMANDS, LARGEST_ID, Command, read_frame
from chat.exceptions import ClientError

# --- frames -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("{}", {}),
        (' {"a": [1, 2.5, true, null, "ü😀"]} ', {"a": [1, 2.5, True, None, "ü😀"]}),
        (r'{"a": "\u00fc\ud83d\ude00\n"}', {"a": "ü😀\n"}),
        (r'{"a": "\\u0000"}', {"a": r"\u0000"}),
        (r'{"a": "\\\\u0000"}', {"a": r"\\u0000"}),
        (r'{"a": "\\ud800"}', {"a": r"\ud800"}),
        ('{"a": {"b": 1}, "c": {"b": 1}}', {"a": {"b": 1}, "c": {"b": 1}}),
        ('{"a": 1e300}', {"a": 1e300}),
        ('{"a": 123456789012345678901234567890}', {"a": 123456789012345678901234567890}),
    ],
)
def test_a_json_object_is_read(text, frame):
    assert read_frame(text) == frame


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "hello",
        "null",
        "1",
        '"a"',
        "[]",
        "[{}]",
        "{",
        "{}{}",
        "{} x",
        "{'a': 1}",
        '{"a": 1,}',
        "{a: 1}",
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": -Infinity}',
        '{"a": 1e999}',
        '{"a": [-1e999]}',
        '{"a": 1, "a": 1}',
        '{"a": {"b": 1, "b": 2}}',
        '{"a": [{"b": 1, "b": 2}]}',
        r'{"a": 1, "\u0061": 1}',
        r'{"a": "\ud800"}',
        r'{"a": "\ude00\ud83d"}',
        r'{"\ud800": 1}',
        r'{"a": "\u0000"}',
        r'{"a": "\\\u0000"}',
        r'{"a": {"b": ["x\u0000y"]}}',
        r'{"a\u0000": 1}',
        '{"a": "\x00"}',
        '{"a": "\n"}',
        '{"a": 1}\x00',
        "\ufeff{}",
        '{"a": ' + "1" * 5000 + "}",
        "[" * 60_000,
        '{"a":' * 10_000,
        '{"a":' + "[" * 30_000 + "]" * 30_000 + "}",
    ],
)
def test_everything_else_is_refused(text):
    with pytest.raises(ClientError) as caught:
        read_frame(text)
    assert caught.value.code == "FRAME_INVALID"


# --- commands -----------------------------------------------------------------------------------

# For each command a frame with all it needs, and the optional fields that go with it.
COMPLETE = {
    "join": ({"room": 1}, {"after": 5, "epoch": "e"}),
    "leave": ({"room": 1}, {}),
    "send": ({"room": 1, "message": "hi"}, {"reply_to": 7, "msg_type": 3}),
    "history": ({"room": 1}, {"before": 7, "from": 7, "around": 7, "limit": 100}),
    "edit": ({"room": 1, "id": 7, "message": "hi"}, {}),
    "delete": ({"room": 1, "id": 7}, {}),
    "ping": ({}, {}),
}
NEEDED = [(name, field) for name, (needed, _) in COMPLETE.items() for field in needed]
TYPED = [
    (name, field)
    for name, (needed, optional) in COMPLETE.items()
    for field in needed | optional
    if field != "message"
]


def command(name, **fields):
    needed, optional = COMPLETE[name]
    return {"command": name, **needed, **optional, **fields}


def read_command(frame):
    read = Command.of(frame)
    read.read(frame)
    return read


def refusal_of(frame, code="COMMAND_INVALID"):
    """Read a frame that is refused; return as much of the command as could be read."""
    read = Command.of(frame)
    with pytest.raises(ClientError) as caught:
        read.read(frame)
    assert caught.value.code == code
    return read


def test_every_command_is_tried_here():
    assert COMPLETE.keys() == COMMANDS.keys()


@pytest.mark.parametrize("name", COMPLETE)
def test_a_command_has_its_fields(name):
    needed, optional = COMPLETE[name]
    for given in (needed, needed | optional):
        read = read_command({"command": name, "ref": "r", "unknown": 1, **given})
        fields = {key: value for key, value in given.items() if key != "room"}
        assert (read.name, read.ref, read.room, read.fields) == (
            name,
            "r",
            given.get("room"),
            fields,
        )
        assert read_command({"command": name, **given}).ref is None


@pytest.mark.parametrize("name", ["edit", "delete"])
def test_what_an_action_is_called_with_keeps_the_order_of_its_arguments(name):
    frame = dict(reversed(command(name).items()))
    assert next(iter(read_command(frame).fields)) == "id"


@pytest.mark.parametrize(("name", "field"), NEEDED)
def test_no_needed_field_may_be_missing(name, field):
    frame = command(name, ref="r")
    del frame[field]
    about = refusal_of(frame)
    assert (about.name, about.ref) == (name, "r")
    assert about.room == (None if field == "room" else 1)


@pytest.mark.parametrize("value", [None, True, 1.0, 1.5, [], {}, [1]])
@pytest.mark.parametrize(("name", "field"), TYPED)
def test_no_field_may_be_of_another_type(name, field, value):
    about = refusal_of(command(name, ref="r", **{field: value}))
    assert (about.name, about.ref) == (name, "r")


@pytest.mark.parametrize(
    ("name", "field"), [(n, f) for n, f in TYPED if f not in ("room", "epoch")]
)
def test_a_number_in_a_string_is_no_number(name, field):
    refusal_of(command(name, **{field: "5"}))


@pytest.mark.parametrize("name", [None, "", "JOIN", "join ", "react", "hub", "__init__", 5, [], {}])
def test_an_unknown_command_is_refused_with_its_ref(name):
    about = refusal_of({"command": name, "room": 1, "ref": "r"})
    assert (about.name, about.ref, about.room) == (None, "r", None)


def test_a_frame_without_a_command_is_refused():
    assert refusal_of({"ref": "r"}).ref == "r"


@pytest.mark.parametrize(
    ("value", "room"),
    [
        (1, 1),
        (0, 0),
        (-1, -1),
        ("1", 1),
        ("007", 7),
        (LARGEST_ID, LARGEST_ID),
        (str(LARGEST_ID), LARGEST_ID),
    ],
)
def test_a_room_is_an_integer_or_its_decimal_string(value, room):
    assert read_command({"command": "join", "room": value}).room == room


@pytest.mark.parametrize("value", [LARGEST_ID + 1, -LARGEST_ID - 2, str(LARGEST_ID + 1), 10**4000])
def test_no_room_has_an_id_that_no_database_can_hold(value):
    assert refusal_of({"command": "join", "room": value}, "ROOM_INVALID").room == int(value)
    assert read_command({"command": "leave", "room": value}).room == int(value)
    refusal_of({"command": "send", "room": value, "message": "hi"}, "ROOM_ACCESS_DENIED")


@pytest.mark.parametrize(
    "value", ["", " 1", "1 ", "+1", "-1", "1.0", "1e0", "0x1", "１", "²", "tea", "9" * 5000]
)
def test_no_other_string_is_a_room(value):
    refusal_of({"command": "join", "room": value})


@pytest.mark.parametrize(
    ("name", "field"),
    [(name, field) for name, field in TYPED if field not in ("room", "epoch", "msg_type", "limit")],
)
def test_an_id_or_a_version_that_no_database_holds_is_none_that_there_is(name, field):
    for value in (LARGEST_ID + 1, -LARGEST_ID - 1, 10**4000):
        assert read_command(command(name, **{field: value})).fields[field] == -1
    assert read_command(command(name, **{field: LARGEST_ID})).fields[field] == LARGEST_ID


@pytest.mark.parametrize("ref", ["", "a" * 65, 5, None, True, ["r"], {}])
def test_a_ref_is_a_string_of_1_to_64_characters(ref):
    about = refusal_of(command("ping", ref=ref))
    assert (about.name, about.ref) == ("ping", None)


@pytest.mark.parametrize("ref", ["r", "a" * 64, "😀" * 64, " "])
def test_any_such_string_is_a_ref(ref):
    assert read_command(command("ping", ref=ref)).ref == ref


@pytest.mark.parametrize(
    ("name", "field", "values"),
    [
        ("send", "msg_type", [0, 4, -1, 5, LARGEST_ID + 1]),
        ("history", "limit", [0, 101, -1, LARGEST_ID + 1]),
    ],
)
def test_a_number_that_is_none_of_the_choices_is_refused(name, field, values):
    for value in values:
        refusal_of(command(name, **{field: value}))


@pytest.mark.parametrize("value", [None, 5, True, [], {}, ""])
def test_what_is_wrong_with_a_text_is_the_actions_to_say(value):
    assert read_command(command("send", message=value)).fields["message"] == value


def test_a_frame_that_was_read_is_read_into_a_command():
    text = json.dumps(command("send", ref="r"))
    assert read_command(read_frame(text)).fields["message"] == "hi"
