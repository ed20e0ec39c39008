"""Faults inside a process: its clock jumps, its sweep dies."""

from datetime import datetime, timedelta

import pytest

from faults.load import Load

KILLED = "the sweep is killed by the test"  # what hooks/sweep.py raises


@pytest.mark.parametrize("seconds", [120, -120])
async def test_a_clock_that_jumps_in_one_process(start_pair, seconds):
    pair = start_pair(hooks=({"HOOK": "clock"}, {}))
    async with Load(pair) as load:
        await load.goes_on(2)
        (pair.one.directory / "jump").write_text(str(seconds))
        await load.goes_on(4)
        assert not any(participant.codes for participant in load.participants)
        assert not any(participant.exits for participant in load.participants)
        messages = load.participants[0].mirrors[load.room.id].messages.values()
        moments = [datetime.fromisoformat(message["sent_at"]) for message in messages]
        assert max(moments) - min(moments) > timedelta(seconds=100), "no clock has jumped"


@pytest.mark.parametrize("store", ["postgres", "sqlite"])
async def test_a_sweep_that_is_killed_is_logged_and_started_again(start_pair, store):
    """Nothing but the sweep tells one process of the other here."""
    pair = start_pair(store, redis=None, hooks=({"HOOK": "sweep"}, {}))
    order = pair.one.directory / "kill-the-sweep"
    async with Load(pair) as load:
        for times in (1, 2):
            await load.goes_on(1)
            order.touch()
            await load.goes_on(2)
            assert not order.exists(), "the sweep was not found"
            assert pair.one.log.count(KILLED) == times
        pair.one.overlook(KILLED)
