"""Every command in every room that one may not enter, see, write in or moderate: a table, row by
row. The pages of such rooms are in test_hostile_pages.py."""

import pytest

from wire.cast import ON_SERVE

pytestmark = [ON_SERVE, pytest.mark.usefixtures("undisturbed")]

DENIED, INVALID, LOCKED = "ROOM_ACCESS_DENIED", "ROOM_INVALID", "ROOM_LOCKED"
READ_ONLY, SILENCED, WAIT = "ROOM_READ_ONLY", "SILENCED", "RATE_LIMITED"
OK = None
COMMANDS = ("join", "history", "send", "edit", "delete")

# who: what they are; where: what the room is; joined: whether they joined it when it was open;
# then what each of the COMMANDS is answered with.
TABLE = [
    # a stranger's own message is edited, and deleted; all else in the room is somebody else's
    ("a person", "open", True, (OK, OK, OK, OK, OK)),
    ("a person", "open", False, (OK, DENIED, DENIED, DENIED, DENIED)),
    ("a person", "locked", True, (OK, OK, LOCKED, LOCKED, LOCKED)),
    ("a person", "locked", False, (OK, DENIED, DENIED, DENIED, DENIED)),
    ("a person", "staff", True, (DENIED, DENIED, DENIED, DENIED, DENIED)),
    ("a person", "staff", False, (DENIED, DENIED, DENIED, DENIED, DENIED)),
    ("a person", "superusers", True, (DENIED, DENIED, DENIED, DENIED, DENIED)),
    ("a person", "superusers", False, (DENIED, DENIED, DENIED, DENIED, DENIED)),
    ("a person", "deleting", True, (INVALID, DENIED, DENIED, DENIED, DENIED)),
    ("a person", "deleted", True, (INVALID, DENIED, DENIED, DENIED, DENIED)),
    ("staff", "locked", True, (OK, OK, OK, OK, OK)),
    ("staff", "staff", True, (OK, OK, OK, OK, OK)),
    ("staff", "superusers", True, (DENIED, DENIED, DENIED, DENIED, DENIED)),
    ("staff", "deleting", True, (INVALID, DENIED, DENIED, DENIED, DENIED)),
    ("a superuser", "locked", True, (OK, OK, OK, OK, OK)),
    ("a superuser", "superusers", True, (OK, OK, OK, OK, OK)),
    ("a superuser", "superusers", False, (OK, DENIED, DENIED, DENIED, DENIED)),
    ("a superuser", "deleted", True, (INVALID, DENIED, DENIED, DENIED, DENIED)),
    ("a person", "members", True, (DENIED, DENIED, DENIED, DENIED, DENIED)),
    ("a person", "members", False, (DENIED, DENIED, DENIED, DENIED, DENIED)),
    ("a member", "members", True, (OK, OK, OK, OK, OK)),
    ("a member", "members", False, (OK, DENIED, DENIED, DENIED, DENIED)),
    ("a moderator", "members", True, (OK, OK, OK, OK, OK)),
    ("staff", "members", True, (DENIED, DENIED, DENIED, DENIED, DENIED)),
    ("staff", "members", False, (DENIED, DENIED, DENIED, DENIED, DENIED)),
    ("a superuser", "members", True, (DENIED, DENIED, DENIED, DENIED, DENIED)),
    ("a silenced member", "members", True, (OK, OK, SILENCED, SILENCED, OK)),
    ("a banned member", "members", True, (DENIED, DENIED, DENIED, DENIED, DENIED)),
    ("a banned moderator", "members", True, (DENIED, DENIED, DENIED, DENIED, DENIED)),
    ("silenced", "members", True, (DENIED, DENIED, DENIED, DENIED, DENIED)),
    ("silenced", "open", True, (OK, OK, SILENCED, SILENCED, OK)),
    ("silenced", "locked", True, (OK, OK, LOCKED, LOCKED, LOCKED)),
    ("silenced once", "open", True, (OK, OK, OK, OK, OK)),
    ("banned", "open", True, (DENIED, DENIED, DENIED, DENIED, DENIED)),
    ("banned", "open", False, (DENIED, DENIED, DENIED, DENIED, DENIED)),
    ("banned staff", "open", True, (DENIED, DENIED, DENIED, DENIED, DENIED)),
    ("banned staff", "staff", True, (DENIED, DENIED, DENIED, DENIED, DENIED)),
    ("a moderator", "locked", True, (OK, OK, LOCKED, LOCKED, LOCKED)),
    ("a moderator", "staff", True, (DENIED, DENIED, DENIED, DENIED, DENIED)),
    ("a person", "read-only", True, (OK, OK, READ_ONLY, READ_ONLY, OK)),
    ("a member", "read-only", True, (OK, OK, READ_ONLY, READ_ONLY, OK)),
    ("a moderator", "read-only", True, (OK, OK, OK, OK, OK)),
    ("staff", "read-only", True, (OK, OK, OK, OK, OK)),
    ("a person", "slow", True, (OK, OK, WAIT, OK, OK)),
    ("a member", "slow", True, (OK, OK, WAIT, OK, OK)),
    ("a moderator", "slow", True, (OK, OK, OK, OK, OK)),
    ("staff", "slow", True, (OK, OK, OK, OK, OK)),
]
PEOPLE = {
    "staff": {"is_staff": True},
    "banned staff": {"is_staff": True},
    "a superuser": {"is_superuser": True},
}
ROOMS = {
    "locked": {"locked": True},
    "staff": {"access": "staff"},
    "superusers": {"access": "superusers"},
    "deleting": {"deleting": True},
    "members": {"access": "members"},
    "read-only": {"posting": "moderators"},
    "slow": {"slow": 60},
}
# What some of them are in the room, beside what they are.
PLACES = {
    "a member": {"role": "member"},
    "a moderator": {"role": "moderator"},
    "a silenced member": {"role": "member", "silenced": True},
    "a banned member": {"role": "member", "banned": True},
    "a banned moderator": {"role": "moderator", "banned": True},
    "silenced": {"role": "guest", "silenced": True},
    "silenced once": {"role": "guest", "silenced": True, "silenced_until": "2026-01-01T00:00:00Z"},
    "banned": {"role": "guest", "banned": True},
    "banned staff": {"role": "guest", "banned": True},
}
# In these rooms one is no longer: the server takes one out, and says so.
PUT_OUT = {(DENIED, True), (INVALID, True)}


def fields_of(command, room, id):
    """Return good fields of a command; the first to write is `send`."""
    about = {"edit": {"message": "changed"}, "delete": {}, "history": {}}
    if command == "join":
        return {"room": room.id}
    if command == "send":
        return {"room": room.id, "message": "hello"}
    place = {"around": id} if command == "history" else {"id": id}
    return {"room": room.id, **place, **about[command]}


async def become(chat, room, person, who, where):
    """Make the room, and the person in it, what the table says."""
    if who in PLACES:
        chat.outside.call("place", room=room.id, user=person.id, fields=PLACES[who])
    if where == "deleted":
        chat.outside.remove("room", room)
    elif where != "open":
        chat.outside.change("room", room, **ROOMS[where])


@pytest.mark.parametrize(
    ("who", "where", "joined", "expected"), TABLE, ids=[f"{w}, {r}, {j}" for w, r, j, _ in TABLE]
)
async def test_a_row_of_the_table(chat, who, where, joined, expected):
    person, room = chat.person(**PEOPLE.get(who, {})), chat.room()
    client = await chat.connect(person)
    await client.join(room.id)
    id = (await client.send(room.id, "mine"))["id"]
    if not joined:
        await client.leave(room.id)
    await become(chat, room, person, who, where)
    if (expected[0], joined) in PUT_OUT:
        await client.expect("leave", leave=room.id, reason=expected[0], within=1.5)
    # The other way round, so that a join that is allowed comes last and opens nothing.
    for command, error in reversed(list(zip(COMMANDS, expected, strict=True))):
        if command == "delete" and error is OK:
            continue  # after the edit, below
        answer = await client.command(command, **fields_of(command, room, id))
        assert answer.get("error") == error, (command, answer)
    if expected[-1] is OK:
        assert (await client.command("delete", room=room.id, id=id))["type"] == "ack"
    if where != "deleted":
        assert len(chat.outside.messages(room)) == (2 if expected[2] is OK else 1)


LOSSES = {
    "removed": {"role": "guest"},
    "banned": {"banned": True},
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("role", ["member", "moderator"])
async def test_who_loses_a_room_of_members_while_it_is_open(chat, role, loss):
    person, room = chat.person(), chat.room(access="members")
    chat.outside.call("place", room=room.id, user=person.id, fields={"role": role})
    client = await chat.enter(person, room)
    id = (await client.send(room.id, "mine"))["id"]
    chat.outside.call("place", room=room.id, user=person.id, fields=LOSSES[loss])
    for command in reversed(COMMANDS[2:]):  # at once: nothing may have told of it yet
        answer = await client.command(command, **fields_of(command, room, id))
        assert answer.get("error") == DENIED, command
    await client.expect("leave", leave=room.id, reason=DENIED, within=1.5)
    for command in reversed(COMMANDS):
        answer = await client.command(command, **fields_of(command, room, id))
        assert answer.get("error") == DENIED, command
    [row] = chat.outside.messages(room)
    assert (row["message"], row["version"]) == ("mine", 1)


OTHERS = [
    ("a person", "edit", "MESSAGE_ACCESS_DENIED"),
    ("a person", "delete", "MESSAGE_ACCESS_DENIED"),
    ("staff", "edit", "MESSAGE_ACCESS_DENIED"),
    ("staff", "delete", OK),
    ("a superuser", "edit", "MESSAGE_ACCESS_DENIED"),
    ("a superuser", "delete", OK),
    ("a member", "edit", "MESSAGE_ACCESS_DENIED"),
    ("a member", "delete", "MESSAGE_ACCESS_DENIED"),
    ("a moderator", "edit", "MESSAGE_ACCESS_DENIED"),
    ("a moderator", "delete", OK),
    ("a silenced member", "delete", "MESSAGE_ACCESS_DENIED"),
]


@pytest.mark.parametrize(("who", "command", "error"), OTHERS)
async def test_what_others_wrote(chat, who, command, error):
    author = await chat.enter(chat.person("bob"), room := chat.room())
    id = (await author.send(room.id, "theirs"))["id"]
    person = chat.person(**PEOPLE.get(who, {}))
    if who in PLACES:
        chat.outside.call("place", room=room.id, user=person.id, fields=PLACES[who])
    client = await chat.enter(person, room)
    answer = await client.command(command, **fields_of(command, room, id))
    assert answer.get("error") == error
    elsewhere = chat.room("Coffee")
    await client.join(elsewhere.id)
    answer = await client.command(command, **fields_of(command, elsewhere, id))
    assert answer["error"] == "MESSAGE_INVALID"  # it is no message of that room
    reply = await client.command("send", room=elsewhere.id, message="hello", reply_to=id)
    assert reply["error"] == "MESSAGE_INVALID"


@pytest.mark.parametrize("command", COMMANDS)
async def test_who_was_logged_out_does_nothing_more(chat, command):
    """Though the command is on its way before anything else tells of it."""
    person, room = chat.person(), chat.room()
    client = await chat.enter(person, room)
    id = (await client.send(room.id, "mine"))["id"]
    chat.outside.end_session(person.cookie)
    await client.tell(command, **fields_of(command, room, id))
    assert await client.close_code(1.5) == 4401
    [row] = chat.outside.messages(room)
    assert (row["message"], row["version"]) == ("mine", 1)
