"""A channel layer that drops 30 % of what it is given, doubles 20 %, and lets 20 % overtake."""

import asyncio
import random

from chat.layers import DoorbellLayer

DROPPED, DOUBLED, LATE = 0.3, 0.2, 0.2
LATE_SECONDS = 0.2  # at most: several messages of the load go by meanwhile


class UnreliableChannelLayer(DoorbellLayer):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._dice = random.Random(5)  # noqa: S311 - the same story each time
        self._late = set()

    async def group_send(self, group, message):
        chance = self._dice.random()
        if chance < DROPPED:
            return
        if chance < DROPPED + LATE:
            task = asyncio.create_task(self._send_late(group, message))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
            return
        await super().group_send(group, message)
        if chance > 1 - DOUBLED:
            await super().group_send(group, message)

    async def _send_late(self, group, message):
        await asyncio.sleep(LATE_SECONDS * self._dice.random())
        await super().group_send(group, message)


def put_in():
    """Nothing to patch: settings.py names the layer."""
