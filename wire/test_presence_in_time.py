"""The promises of presence that take seconds: all of them are watched at the same time.

`watched` runs one story for each test, together, so that the file takes as long as the longest.
"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from wire.cast import Cast

LINGER = 5  # seconds that a person counts as present after a lost socket
CALM = 2  # seconds between two `online` frames
DELAY = 1.5  # the machine's own, and that of the sweep


async def a_lost_socket(chat):
    """The person is present for five seconds more, then goes."""
    ada, bob = chat.people("ada", "bob")
    room = chat.room()
    one, two = await chat.enter(ada, room), await chat.enter(bob, room)
    await one.expect("enter", user=bob.id)
    two.cut()
    lost = time.monotonic()
    await asyncio.sleep(LINGER - 1)
    frame = await one.join(room.id)
    assert (frame["present"], one.waiting("exit")) == (2, [])
    await one.expect("exit", user=bob.id, within=1 + DELAY)
    assert time.monotonic() - lost >= LINGER - 0.3
    assert (await one.join(room.id))["members"] == [ada.username]


async def a_closed_socket(chat):
    """A tab that closes is a lost socket as well."""
    ada, bob = chat.people("carl", "dora")
    room = chat.room()
    one, two = await chat.enter(ada, room), await chat.enter(bob, room)
    await one.expect("enter", user=bob.id)
    await two.close()
    await asyncio.sleep(LINGER - 1)
    assert one.waiting("exit") == []
    await one.expect("exit", user=bob.id, within=1 + DELAY)


async def a_reload(chat):
    """The socket goes and comes again within five seconds: nobody hears of it."""
    ada, bob = chat.people("ela", "finn")
    room = chat.room()
    one, two = await chat.enter(ada, room), await chat.enter(bob, room)
    await one.expect("enter", user=bob.id)
    for _ in range(2):
        await two.close()
        await asyncio.sleep(0.5)
        two = await chat.enter(bob, room)
    await one.quiet(LINGER + DELAY, user=bob.id)
    assert (await one.join(room.id))["present"] == 2


async def a_closed_session(chat):
    """Whoever was closed with 4401 does not stay present either."""
    ada, bob = chat.people("kim", "lou")
    room = chat.room()
    one, two = await chat.enter(ada, room), await chat.enter(bob, room)
    await one.expect("enter", user=bob.id)
    chat.outside.change("user", bob, is_active=False)
    assert await two.close_code() == 4401
    await one.expect("exit", user=bob.id, within=LINGER + DELAY)
    assert (await one.join(room.id))["members"] == [ada.username]


async def a_leave_after_a_lost_socket(chat):
    """What `leave` says is said at once, though another socket has just been lost."""
    ada, bob = chat.people("gus", "hal")
    room = chat.room()
    one = await chat.enter(ada, room)
    two, three = await chat.enter(bob, room), await chat.enter(bob, room)
    await one.expect("enter", user=bob.id)
    two.cut()
    await asyncio.sleep(0.5)
    await three.leave(room.id)
    await one.expect("exit", user=bob.id, within=LINGER + DELAY)
    await one.quiet(LINGER, "exit", user=bob.id)  # once


async def a_restless_room(chat):
    """Somebody comes and goes all the time, and `online` comes at most every two seconds."""
    ada, bob = chat.people("ida", "jan")
    rooms = chat.rooms("A", "B", "C", "D", "E")
    watcher, restless = await chat.connect(ada), await chat.connect(bob)
    for move in (restless.join, restless.leave):
        for room in rooms:
            await move(room.id)
            await asyncio.sleep(0.7)
    times = [moment for moment, frame in watcher.transcript if frame["type"] == "online"]
    assert len(times) >= 2
    assert all(later - earlier > CALM - 0.2 for earlier, later in pairwise(times)), times


async def a_count(chat):
    """Every room says how many persons are online, and only what changed is told."""
    ada, bob, eve = chat.people("max", "nina", "olga")
    room, other = chat.rooms("Tea", "Coffee")
    watcher = await chat.connect(eve)
    one, two = await chat.enter(ada, room), await chat.enter(bob, room, other)
    await chat.enter(bob, room)  # once more, and still one person
    await saw(watcher, {room.id: 2, other.id: 1})
    online = {summary["room"]: summary["online"] for summary in watcher.hello["rooms"]}
    assert (online[room.id], online[other.id]) == (0, 0)
    fresh = (await chat.connect(eve)).hello["rooms"]
    online = {summary["room"]: summary["online"] for summary in fresh}
    assert (online[room.id], online[other.id]) == (2, 1)
    await one.leave(room.id)
    await two.leave(other.id)
    await saw(watcher, {room.id: 1, other.id: 0})


async def saw(client, expected):
    """Wait until the `online` frames add up to these numbers."""
    online = {}
    while {room: online.get(room) for room in expected} != expected:
        frame = await client.expect("online")
        online |= {entry["room"]: entry["online"] for entry in frame["rooms"]}


async def a_hidden_count(chat):
    """Who does not see the room is not told who is in it."""
    ada, eve = chat.person("pia"), chat.person("quin", is_staff=True)
    room = chat.room(access="staff")
    stranger, staff = await chat.connect(ada), await chat.connect(eve)
    await chat.enter(eve, room)
    await saw(staff, {room.id: 1})
    for frame in stranger.waiting("online"):
        assert room.id not in [entry["room"] for entry in frame["rooms"]]
    await stranger.quiet(0.3, "online", rooms=lambda rooms: room.id in [r["room"] for r in rooms])


async def a_newcomer(chat):
    """What `hello` has said is not told again: `online` is about what changed."""
    ada, bob = chat.people("ria", "sam")
    quiet, lively = chat.rooms("Tea", "Coffee")
    newcomer = await chat.connect(ada)
    await chat.enter(bob, lively)
    await saw(newcomer, {lively.id: 1})
    frames = [frame for _, frame in newcomer.transcript if frame["type"] == "online"]
    assert quiet.id not in [entry["room"] for frame in frames for entry in frame["rooms"]]


STORIES = [
    a_lost_socket,
    a_closed_socket,
    a_reload,
    a_closed_session,
    a_leave_after_a_lost_socket,
    a_restless_room,
    a_count,
    a_hidden_count,
    a_newcomer,
]


@pytest.fixture(scope="module")
def watched(site):
    """Run the stories; return a dict of each one's function to its exception, or None."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, watch(site)).result()


async def watch(site):
    casts = [Cast(site) for _ in STORIES]
    try:
        ends = await asyncio.gather(
            *(story(cast) for story, cast in zip(STORIES, casts, strict=True)),
            return_exceptions=True,
        )
    finally:
        closed = await asyncio.gather(*(cast.close() for cast in casts), return_exceptions=True)
    return {story: end or fault for story, end, fault in zip(STORIES, ends, closed, strict=True)}


def tell(end):
    if end is not None:
        raise end


def test_a_lost_socket_is_an_exit_after_five_seconds(watched):
    tell(watched[a_lost_socket])


def test_a_closed_socket_is_an_exit_after_five_seconds(watched):
    tell(watched[a_closed_socket])


def test_a_reload_is_silent(watched):
    tell(watched[a_reload])


def test_whoever_is_closed_with_4401_is_an_exit(watched):
    tell(watched[a_closed_session])


def test_a_leave_with_another_socket_just_lost_is_one_exit(watched):
    tell(watched[a_leave_after_a_lost_socket])


def test_online_comes_at_most_once_in_two_seconds(watched):
    tell(watched[a_restless_room])


def test_rooms_say_how_many_are_online(watched):
    tell(watched[a_count])


def test_who_is_online_in_a_hidden_room_stays_hidden(watched):
    tell(watched[a_hidden_count])


def test_online_is_about_what_changed(watched):
    tell(watched[a_newcomer])
