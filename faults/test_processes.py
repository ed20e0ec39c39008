"""Processes that die, or are told to end, while people talk."""

import asyncio
import signal

import pytest

from faults.load import Load

DOOMED = "doomed"  # what the hook of a process waits for: see hooks/killed.py
RESTART = 1012


async def test_kill_9_of_a_process_loses_nothing(pair):
    async with Load(pair) as load:
        await load.goes_on(2)
        pair.one.kill()
        await load.goes_on(1)
        await asyncio.to_thread(pair.one.start)
        await load.goes_on(2)


@pytest.mark.parametrize("store", ["postgres", "sqlite"])
@pytest.mark.parametrize(
    ("moment", "stored"), [("before-commit", 0), ("after-commit", 1), ("announcing", 1)]
)
async def test_kill_9_at_the_worst_moment_of_a_send(start_pair, store, moment, stored):
    pair = start_pair(store, hooks=({"HOOK": "killed", "KILLED_AT": moment}, {}))
    author, reader = pair.outside.people(["author", "reader"])
    room = pair.outside.room("Doom")
    async with Load(pair) as load, pair.client(reader.cookie, at=1) as witness:
        await witness.join(room.id)
        await send_to_die(pair, author, room)
        assert len(pair.outside.messages(room)) == stored
        if stored:  # the dead process can tell nobody: the other one has to look for itself
            await witness.expect("message", key=DOOMED)
        await repeat_elsewhere(pair, author, room)
        if not stored:
            await witness.expect("message", key=DOOMED)
        await witness.quiet(1, "message")
        await witness.leave(room.id)
        await asyncio.to_thread(pair.one.start)
        await load.goes_on(1)


async def send_to_die(pair, author, room):
    """Send, to the process that dies of it, what it waits for; return when it is dead."""
    async with pair.client(author.cookie) as client:
        await client.join(room.id)
        await client.tell("send", room=room.id, message=DOOMED, ref=DOOMED)
        assert await asyncio.to_thread(pair.one.process.wait, 10) == -signal.SIGKILL


async def repeat_elsewhere(pair, author, room):
    """Send it again to the other process, as a client does that had no ack: it is there once."""
    async with pair.client(author.cookie, at=1) as client:
        page = await client.join(room.id)
        ack = await client.send(room.id, DOOMED, ref=DOOMED)
        assert ack["version"] == 1
        assert [row["id"] for row in pair.outside.messages(room)] == [ack["id"]]
        if not page["messages"]:
            await client.expect("message", key=DOOMED)
        await client.leave(room.id)


async def test_sigterm_ends_a_process_without_losing_anything(pair):
    async with Load(pair) as load:
        await load.goes_on(2)
        there = [participant for participant in load.participants if participant.at == 0]
        await asyncio.to_thread(pair.one.terminate)
        await load.goes_on(1)
        assert {tuple(participant.codes) for participant in there} == {(RESTART,)}
        await asyncio.to_thread(pair.one.start)
        await load.goes_on(2)


async def test_a_rolling_restart_is_felt_by_nobody(pair):
    async with Load(pair) as load:
        for site in pair.sites:
            await load.goes_on(1.5)
            await asyncio.to_thread(site.terminate)
            await asyncio.to_thread(site.start)
        await load.goes_on(1.5)
        codes = {code for participant in load.participants for code in participant.codes}
        assert codes == {RESTART}
        assert not any(participant.exits for participant in load.participants)
