"""A channel layer that lies, one that is not shared, and events from a process of the future."""

import asyncio

import pytest
from channels_redis.core import RedisChannelLayer

from chat import events
from faults.load import Load

STORES = pytest.mark.parametrize("store", ["postgres", "sqlite"])
PROBE = "probe"


@STORES
async def test_a_layer_that_drops_doubles_and_reorders(start_pair, store):
    unreliable = {"HOOK": "unreliable"}
    async with Load(start_pair(store, hooks=(unreliable, unreliable))) as load:
        await load.goes_on(6)


@STORES
async def test_processes_that_share_no_layer(start_pair, store):
    async with Load(start_pair(store, redis=None)) as load:
        await load.goes_on(4)


async def listen(layer, group):
    """Return a real event of the group, as the processes of today send it."""
    await layer.group_add(group, PROBE)
    try:
        async with asyncio.timeout(10):
            return await layer.receive(PROBE)
    finally:
        await layer.group_discard(group, PROBE)


def from_the_future(event):
    """Yield what a later version may send instead: kinds, keys and values nobody here knows."""
    event = {key: value for key, value in event.items() if not key.startswith("__")}
    yield {**event, "kind": "from the future"}
    yield {**event, "kind": None}
    yield {"type": event["type"]}
    yield {"type": event["type"], "kind": event["kind"]}
    for key in event.keys() - {"type", "kind"}:
        yield {**event, key: {"from": "the future"}}
        yield {name: value for name, value in event.items() if name != key}
    yield {**event, "new": "key"}


async def test_events_that_an_older_process_does_not_know_are_ignored(pair):
    layer = RedisChannelLayer(hosts=[pair.redis.url], prefix="multichat")
    logs = [site.log for site in pair.sites]
    async with Load(pair) as load:
        event = await listen(layer, events.room_group(load.room.id))
        strange = list(from_the_future(event))
        assert len(strange) > 8
        for group in (events.room_group(load.room.id), events.SITE_GROUP):
            for each in strange:
                await layer.group_send(group, each)
                await load.goes_on(0.05)
        await load.goes_on(1)
        await layer.close_pools()
    assert [site.log for site in pair.sites] == logs, "an event was worth a word"
