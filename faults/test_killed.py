"""Processes that die or are told to end while people talk."""

import asyncio

DOOMED = "doomed"


async def test_kill_9_of_a_process_loses_nothing(pair, load):
    await load.goes_on(2)
    pair.one.kill()
    await load.goes_on(1)
    await asyncio.to_thread(pair.one.start)
    await load.goes_on(2)
