"""A channel layer as another process would ring through it."""

import asyncio

from channels.layers import InMemoryChannelLayer


class Layer:
    """Works as the in-memory layer does, and is none of them: a hub listens to it. It can be out of
    reach, or hang; `calls` has the names of what it was asked for."""

    def __init__(self):
        self._inside = InMemoryChannelLayer()
        self.groups = self._inside.groups
        self.broken = self.hangs = False
        self.calls = []

    async def _call(self, name, *args):
        self.calls.append(name)
        if self.broken:
            raise ConnectionError("no Redis")
        if self.hangs:
            await asyncio.sleep(3600)
        return await getattr(self._inside, name)(*args)

    async def new_channel(self, prefix):
        return await self._call("new_channel", prefix)

    async def group_add(self, group, channel):
        await self._call("group_add", group, channel)

    async def group_discard(self, group, channel):
        await self._call("group_discard", group, channel)

    async def group_send(self, group, event):
        await self._call("group_send", group, event)

    async def end_receive(self, group):
        """Let what waits in a group have an event, so that it asks again."""
        await self._inside.group_send(group, {"type": "hub.event"})

    async def receive(self, channel):
        return await self._call("receive", channel)
