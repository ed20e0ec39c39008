"""Who is present, over two processes, one of which stops or dies."""

import asyncio
import signal
import time

import pytest

from wire.cast import Cast

PRESENCE = 6  # CHAT_PRESENCE_SECONDS
LINGER = 5  # seconds that a person counts as present after a lost socket
DELAY = 1.5  # the machine's own, and that of a look


@pytest.fixture(scope="module", params=["postgres", "sqlite"])
def pair(request, start_shared_pair):
    """Two processes; those on PostgreSQL share a layer, those on SQLite none."""
    more = {"redis": None} if request.param == "sqlite" else {}
    return start_shared_pair(request.param, CHAT_PRESENCE_SECONDS=str(PRESENCE), **more)


@pytest.fixture
async def chat(pair):
    """The cast of a test: ada is in a room by way of one process, bob by way of the other."""
    pair.restore()
    chat = Cast(pair.one)
    chat.pair, chat.tea = pair, chat.room()
    chat.ada, chat.bob = chat.people("ada", "bob")
    chat.one = await enter(chat, chat.ada, pair.one)
    chat.two = await enter(chat, chat.bob, pair.other)
    await chat.one.expect("enter", user=chat.bob.id)
    await says(chat, chat.two, chat.ada, chat.bob)
    yield chat
    await chat.close()


async def enter(chat, person, site):
    return await chat.enter(person, chat.tea, url=site.socket_url, origin=site.origin)


async def says(chat, client, *people):
    """Wait until the client's process says that these people are in the room."""
    names = [person.username for person in people]
    async with asyncio.timeout(DELAY):
        while (frame := await client.join(chat.tea.id))["members"] != names:  # noqa: ASYNC110 - it comes when it comes
            await asyncio.sleep(0.05)
    assert frame["present"] == len(names)


def online(chat, client):
    """Return how many are in the room, by what the client was greeted with."""
    [there] = [room["online"] for room in client.hello["rooms"] if room["room"] == chat.tea.id]
    return there


async def test_presence_is_one_truth_over_both(chat):
    await says(chat, chat.one, chat.ada, chat.bob)
    for site in chat.pair.sites:
        stranger = await chat.connect(chat.bob, url=site.socket_url, origin=site.origin)
        assert online(chat, stranger) == 2
    second = await enter(chat, chat.bob, chat.pair.one)
    await chat.two.leave(chat.tea.id)
    await chat.one.quiet(DELAY, "exit")  # he is in by way of the other process
    await second.leave(chat.tea.id)
    await chat.one.expect("exit", user=chat.bob.id)
    await enter(chat, chat.bob, chat.pair.other)
    await chat.one.expect("enter", user=chat.bob.id)


async def test_who_moves_to_another_process_neither_leaves_nor_enters(chat):
    third = await enter(chat, chat.person("eve"), chat.pair.one)
    chat.one.forget()
    chat.two.cut()
    await asyncio.sleep(LINGER - 1)
    again = await enter(chat, chat.bob, chat.pair.one)
    await asyncio.sleep(LINGER)
    for client in (chat.one, third):
        await client.quiet(0, "enter")
        await client.quiet(0, "exit")
    again.cut()
    await chat.one.expect("exit", user=chat.bob.id, within=LINGER + DELAY)


async def test_the_people_of_a_killed_process_are_gone_in_time(chat):
    eve = chat.person("eve")
    await enter(chat, eve, chat.pair.other)
    await chat.one.expect("enter", user=eve.id)
    chat.pair.other.kill()
    killed = time.monotonic()
    await enter(chat, chat.bob, chat.pair.one)
    await chat.one.expect("exit", user=eve.id, within=PRESENCE + DELAY)
    assert time.monotonic() - killed > PRESENCE / 2
    await chat.one.quiet(DELAY, user=chat.bob.id)
    await says(chat, chat.one, chat.ada, chat.bob)


async def test_who_comes_back_after_a_restart_neither_leaves_nor_enters(chat):
    await asyncio.to_thread(chat.pair.other.terminate)
    await asyncio.to_thread(chat.pair.other.start)
    again = await enter(chat, chat.bob, chat.pair.other)
    await says(chat, again, chat.ada, chat.bob)
    await chat.one.quiet(PRESENCE + DELAY, user=chat.bob.id)
    await again.leave(chat.tea.id)
    await chat.one.expect("exit", user=chat.bob.id)


async def test_a_frozen_process_comes_back_with_its_people(chat):
    process = chat.pair.other.process
    process.send_signal(signal.SIGSTOP)
    try:
        await chat.one.expect("exit", user=chat.bob.id, within=PRESENCE + DELAY)
    finally:
        process.send_signal(signal.SIGCONT)
    await chat.one.expect("enter", user=chat.bob.id)
    await chat.two.quiet(DELAY, "exit")
    await says(chat, chat.two, chat.ada, chat.bob)
