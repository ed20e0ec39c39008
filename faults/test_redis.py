"""Redis dies, freezes, forgets, or has no room left: it only makes fast what the sweep delivers.

The sweep of these sites comes so seldom that what everybody reads within a second has gone over
Redis: so each test shows that Redis is used again afterwards.
"""

import time

import pytest

from faults.load import Load

SWEEP_SECONDS = 5
RUNG_SECONDS = 1.5  # what takes no longer has been announced, not swept
WINDOW_SECONDS = 4  # of messages that all come so fast: long enough to be no accident
JOIN_SECONDS = 60  # how often a hub joins its groups anew: what Redis forgot lasts no longer


@pytest.fixture(scope="module")
def slow_pair(start_shared_pair):
    return start_shared_pair("postgres", CHAT_SWEEP_SECONDS=str(SWEEP_SECONDS))


@pytest.fixture
def pair(slow_pair):
    slow_pair.restore()
    yield slow_pair
    slow_pair.restore()


async def rings(load, within=30):
    """Wait until news go over Redis both ways; raise AssertionError when they do not.

    Those at one process are silent meanwhile: a message of their own would make their hub look for
    the ones before it.
    """
    deadline = time.monotonic() + within
    for door in (0, 1):
        load.pause()
        load.talk(door)
        while not await one_way(load):
            assert time.monotonic() < deadline, f"nothing goes over Redis {within} s afterwards"
    load.talk()


async def one_way(load):
    """Whether everybody reads what is said from now on sooner than the sweep comes."""
    start = time.monotonic()
    await load.goes_on(WINDOW_SECONDS)
    return load.all_read_within(RUNG_SECONDS, start, time.monotonic() - RUNG_SECONDS)


async def test_redis_killed_and_back_empty(pair):
    async with Load(pair) as load:
        await load.goes_on(1)
        pair.redis.kill()
        await load.goes_on(3)
        pair.redis.start()
        await rings(load)


async def test_redis_frozen_for_20_seconds(pair):
    async with Load(pair) as load:
        await load.goes_on(1)
        pair.redis.freeze()
        await load.goes_on(20)
        pair.redis.thaw()
        await rings(load)


async def test_redis_flushed(pair):
    async with Load(pair) as load:
        await load.goes_on(1)
        with pair.redis.connect() as client:
            client.flushall()
        await rings(load, within=JOIN_SECONDS + 30)


async def test_redis_kills_its_clients(pair):
    async with Load(pair) as load:
        await load.goes_on(1)
        with pair.redis.connect() as client:
            assert client.client_kill_filter(_type="normal", skipme=True) >= 2
        await rings(load)


async def test_redis_out_of_memory(pair):
    async with Load(pair) as load:
        await load.goes_on(1)
        with pair.redis.connect() as client:
            client.config_set("maxmemory-policy", "noeviction")
            client.config_set("maxmemory", 1)
            await load.goes_on(3)
            client.config_set("maxmemory", 0)
        await rings(load)


async def test_redis_absent_at_the_start(start_pair, redis):
    redis.kill()
    pair = start_pair(CHAT_SWEEP_SECONDS=str(SWEEP_SECONDS))
    async with Load(pair) as load:
        await load.goes_on(2)
        redis.start()
        await rings(load)


async def test_idle_sockets_live_for_60_seconds_on_redis(pair):
    async with Load(pair, beside=False) as load:
        await load.goes_on(1)
        load.pause()
        await load.goes_on(60)
        load.talk()
        await rings(load, within=0)
        assert not any(participant.codes for participant in load.participants)
