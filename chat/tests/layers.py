"""A channel layer as another process would ring through it."""

import asyncio
from collections import Counter

from channels.layers import InMemoryChannelLayer


class Layer:
    """Works as the in-memory layer does, and is none of them: a hub listens to it. It can be out of
    reach, or hang; `most` says how many calls of a kind were under way at once."""

    def __init__(self):
        self._inside = InMemoryChannelLayer()
        self.groups = self._inside.groups
        self.broken = self.hangs = False
        self.most, self._under_way = {}, Counter()

    async def _call(self, name, *args):
        if self.broken:
            raise ConnectionError("no Redis")
        if self.hangs:
            await asyncio.sleep(3600)
        return await getattr(self._inside, name)(*args)

    async def _counted(self, name, *args):
        self._under_way[name] += 1
        self.most[name] = max(self.most.get(name, 0), self._under_way[name])
        try:
            await asyncio.sleep(0)
            await self._call(name, *args)
        finally:
            self._under_way[name] -= 1

    async def new_channel(self, prefix):
        return await self._call("new_channel", prefix)

    async def group_add(self, group, channel):
        await self._counted("group_add", group, channel)

    async def group_discard(self, group, channel):
        await self._counted("group_discard", group, channel)

    async def group_send(self, group, event):
        await self._counted("group_send", group, event)

    async def end_receive(self, group):
        """Let what waits in a group have an event, so that it asks again."""
        await self._inside.group_send(group, {"type": "hub.event"})

    async def receive(self, channel):
        return await self._call("receive", channel)
