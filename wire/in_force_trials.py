"""How the tables of changes are tried: each change by each door, and what is felt of it."""

import asyncio
import time
from datetime import UTC, datetime

from websockets.exceptions import ConnectionClosed

from wire.in_force import DELETED, IN_A_ROOM_OF_MEMBERS, MEMBERS, by_values, told
from wire.stage import PASSWORD

ONE_SECOND = 1  # PROTOCOL.md's promise
ENDED = 4401
IN_THE_ROOM = ("members", "mia", "eve", "stranger")

# By these doors Ada does at once what she may do now; by the others only when all have felt it:
# a message that is stored makes her process look around.
AT_ONCE = ("page", "update")


async def on_all(stages, trial, *arguments):
    """Try something on all stages at once; raise what went wrong on any, when all have ended."""
    outcomes = await asyncio.gather(
        *(trial(stage, *arguments) for stage in stages), return_exceptions=True
    )
    if failures := [outcome for outcome in outcomes if isinstance(outcome, Exception)]:
        raise ExceptionGroup("not in force", failures)


async def try_row(stage, row):
    """Do a row there and back by each of its doors."""
    await stage.begin(row.roles, row.inside, **row.room)
    for door in row.there.doors:
        for way, change in (("", row.there), (" (back)", row.back)):
            try:
                await try_change(stage, change, door)
            except Exception as error:
                error.add_note(f"on {stage.name}: {row.name}{way}, by {door}")
                raise
    await asyncio.sleep(0.1)
    stage.check()


async def try_change(stage, change, door):
    await change.doors[door](stage)
    at_once = [c for c, code in change.then.items() if code or door in AT_ONCE]
    for command in at_once:
        await stage.attempt(command, change.then[command])
    seconds = await stage.felt(change.felt)
    assert seconds < ONE_SECOND, f"the slowest felt it after {seconds:.3f} s"
    for command in change.then.keys() - set(at_once):
        await stage.attempt(command, change.then[command])
    await asyncio.gather(*map(stage.enter, change.enters))


async def try_end(stage, end):
    """End somebody by each door, while the others of them and everybody else are not concerned."""
    names = [f"ada{number}" for number in range(len(end.doors))]
    people = stage.cast.people(*names, password=PASSWORD)
    await stage.begin({}, IN_THE_ROOM, access="open")
    for person in people:
        stage.ears[person.username] = await stage.twenty(person)
    await asyncio.gather(*(stage.enter(person.username) for person in people))
    for door, person in zip(end.doors, people, strict=True):
        try:
            await try_to_end(stage, end, door, person)
        except Exception as error:
            error.add_note(f"on {stage.name}: {end.name}, by {door}")
            raise
        finally:
            stage.ears.pop(person.username)
    stage.check()


async def try_to_end(stage, end, door, person):
    *twenty, phone = stage.ears[person.username]
    await end.doors[door](stage, person)
    at_once = {"room": stage.room.id, "message": "after the end", "ref": "after"}
    try:
        await twenty[0].client.tell("send", **at_once)
    except ConnectionClosed:
        pass  # that was quick
    ending = [*twenty, phone] if end.phone else twenty
    codes = await asyncio.gather(*(ear.client.close_code() for ear in ending))
    assert set(codes) == {ENDED}
    slowest = max(ear.client.closed_at for ear in ending) - stage.outside.last_change()
    assert slowest < ONE_SECOND, f"the slowest felt it after {slowest:.3f} s"
    assert not twenty[0].client.waiting("ack"), "what was sent after the end was stored"
    if not end.phone:
        await phone.client.send(stage.room.id, "still here")
    for ear in stage.everybody():
        ear.check(stage.room)
    for ear in [*twenty, phone]:
        ear.check(stage.room)
        await ear.client.socket.close()


async def try_to_delete(stage, door, delete):
    await stage.begin(MEMBERS, IN_A_ROOM_OF_MEMBERS, access="members")
    await delete(stage)
    await stage.attempt("send", "ROOM_INVALID", "ROOM_ACCESS_DENIED")  # or it was put out
    try:
        seconds = await stage.felt(dict.fromkeys(IN_A_ROOM_OF_MEMBERS, DELETED))
    except Exception as error:
        error.add_note(f"on {stage.name}, by {door}")
        raise
    assert seconds < ONE_SECOND, f"the slowest felt it after {seconds:.3f} s"
    await stage.attempt("join", "ROOM_INVALID")
    stage.check()


async def try_passing_silence(stage):
    """Silence Ada until a moment near; nothing but time ends it."""
    await stage.begin(MEMBERS, IN_A_ROOM_OF_MEMBERS, access="members")
    end = time.time() + 1.2
    until = datetime.fromtimestamp(end, UTC).isoformat()
    await by_values("member", silenced=True, silenced_until=until)["SQL"](stage)
    await stage.attempt("send", "SILENCED")
    seconds = await stage.felt({"ada": told(can_send=False, why_not="SILENCED")})
    assert seconds < ONE_SECOND, f"the slowest felt the silence after {seconds:.3f} s"
    end += time.monotonic() - time.time()
    seconds = await stage.felt({"ada": told(can_send=True, why_not=None)}, changed=end)
    assert 0 <= seconds < ONE_SECOND, f"the slowest felt its end after {seconds:.3f} s"
    await stage.attempt("send", None)
    stage.check()
