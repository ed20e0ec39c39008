"""How a hub hears other processes, and rings for them: one channel of the layer, in the group of
each of its rooms.

Nothing here may fail the hub: what the layer loses, the sweep finds.
"""

import asyncio
import logging
from collections import deque

from channels.layers import InMemoryChannelLayer, get_channel_layer

from chat import events
from chat.changes import Change

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1  # between two tries to reach the layer
REJOIN_SECONDS = 60  # a layer may have forgotten its groups: Redis flushed, or restarted
RINGS = 1000  # events that may wait for the layer: who is that late had better ask the database


class Doorbell:
    """Listens for a hub, which it gives every event that the hub has not rung itself."""

    def __init__(self, hub):
        self._hub = hub
        self._layer = get_channel_layer()
        self._channel = None
        self._told = False  # that the layer is out of reach
        self._rings = deque(maxlen=RINGS)
        self._ringing = False
        self._unsettled = {}  # ids of rooms whose group is to be joined or left
        self._settling = False

    def ring(self, pairs):
        """Send (group, event) pairs, one after the other: what waits for a layer that has stopped
        is bounded, and so are the connections to it."""
        self._rings += pairs
        if not self._ringing:
            self._ringing = True
            self._hub.spawn(self._ring())

    async def _ring(self):
        try:
            while self._rings:
                if not await events.send(*self._rings.popleft(), self._hub.name):
                    self._rings.clear()  # the sweeps are faster
        finally:
            self._ringing = False

    async def listen(self):
        """Give the hub what comes, for ever."""
        if isinstance(self._layer, InMemoryChannelLayer):
            return  # nobody rings there: see events.ring
        while True:
            try:
                self._channel = await self._layer.new_channel("hub")
                await self.join_all()
                self._told = False
                while True:
                    event = await self._layer.receive(self._channel)
                    if event.get("from") != self._hub.name:
                        self._hear(event)
            except Exception as error:
                self._tell(error)
                await asyncio.sleep(RETRY_SECONDS)

    def _hear(self, event):
        try:
            if "changes" in event:
                event["changes"] = [Change.of_event(change) for change in event["changes"]]
            self._hub.hear(event)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # A process of another version says it otherwise: the sweep finds what it was about.
            logger.debug("An event was not understood: %r", error)

    async def keep_joined(self):
        """Join all groups anew from time to time, for ever."""
        while True:
            await asyncio.sleep(REJOIN_SECONDS)
            try:
                if self._channel is not None:
                    await self.join_all()
            except Exception as error:
                self._tell(error)

    def _groups(self):
        return [events.SITE_GROUP, *map(events.room_group, self._hub.rooms)]

    async def join_all(self):
        for group in self._groups():
            await self._layer.group_add(group, self._channel)

    async def leave_all(self):
        """Take the channel out of all groups: the hub ends. What fails expires in minutes."""
        if self._channel is not None:
            try:
                async with asyncio.timeout(events.SEND_SECONDS):
                    for group in self._groups():
                        await self._layer.group_discard(group, self._channel)
            except Exception as error:
                self._tell(error)

    def mind(self, room_id):
        """Join a room's group or leave it, as the hub has the room or not.

        One after the other: what waits beside another opens a connection to Redis, which stays.
        """
        if self._channel is None:
            return  # the listener is about to join them all
        self._unsettled[room_id] = None
        if not self._settling:
            self._settling = True
            self._hub.spawn(self._settle())

    async def _settle(self):
        try:
            while self._unsettled:
                room_id, _ = self._unsettled.popitem()
                here = room_id in self._hub.rooms
                call = self._layer.group_add if here else self._layer.group_discard
                async with asyncio.timeout(events.SEND_SECONDS):
                    await call(events.room_group(room_id), self._channel)
        except Exception as error:
            self._unsettled.clear()  # all are joined anew before long
            self._tell(error)
        finally:
            self._settling = False

    def _tell(self, error):
        if not self._told:
            logger.warning("The channel layer is out of reach: %r", error)
            self._told = True
