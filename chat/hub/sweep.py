"""The sweep: twice a second a hub compares itself with the database, and mends what differs.

So what an admin changes holds within that time, however it was changed, and whatever the channel
layer lost is delivered.
"""

import asyncio
import logging
import time

from django.conf import settings

from chat import frames
from chat.exceptions import ClientError

from .look import look

logger = logging.getLogger(__name__)

ONLINE_SECONDS = 2  # people are told at most so often how many are in the rooms


class Sweep:
    """Compares one hub with the database: logins, rights, rooms, versions."""

    def __init__(self, hub):
        self._hub = hub
        self._now = asyncio.Event()
        self._told_at = 0.0
        self._told = {}  # room id -> how many were present when people were last told

    def soon(self):
        """Ask for a sweep at once: something has changed."""
        self._now.set()

    async def go_on(self):
        """Sweep, for ever, whatever happens in one of them."""
        while True:
            try:
                async with asyncio.timeout(settings.CHAT_SWEEP_SECONDS):
                    await self._now.wait()
            except TimeoutError:
                pass  # nobody asked for one: it is time all the same
            self._now.clear()
            try:
                await self._once()
            except ClientError:
                pass  # the database is out of reach, which has been logged
            except Exception:
                logger.exception("A sweep failed; the next one follows")

    async def _once(self):
        asked = time.monotonic()
        sockets = [socket for person in self._hub.people for socket in person.sockets]
        view = await self._hub.threads.read(look, {socket.session_key for socket in sockets})
        for socket in sockets:
            if socket.session_key not in view.users:
                self._hub.log_out(socket)
        versions = {}
        for user in {user.pk: user for user in view.users.values()}.values():
            versions.update((room.pk, room.version) for room in view.rooms[user.pk])
            person = self._hub.people.get(user.pk)
            if person and person.asked < asked:
                person.user = user
                self.tell_of_rooms(person, view, asked)
        for room in list(self._hub.rooms.values()):
            if room.seen is not None and room.seen < versions.get(room.id, 0):
                self._hub.repair(room)
        self._tell_online()

    def tell_of_rooms(self, person, view, asked):
        """Tell a person's sockets how the rooms that they may see differ from those they know.

        `asked` is when the question was put that the View answers.
        """
        gone, changed = person.learn(view.rooms[person.id], asked)
        for room_id in gone:
            reason = "ROOM_ACCESS_DENIED" if room_id in view.exists else "ROOM_INVALID"
            self._hub.put_out(person, room_id, reason, asked)
        for frame in map(frames.room, changed):
            person.put(frame)

    def untold(self):
        """Return the ids of the rooms where not as many are present as people were last told."""
        counts = self._hub.online_counts()
        return {
            room_id
            for room_id in self._told.keys() | counts.keys()
            if counts.get(room_id) != self._told.get(room_id)
        }

    def _tell_online(self):
        if time.monotonic() - self._told_at < ONLINE_SECONDS:
            return
        changed, counts = self.untold(), self._hub.online_counts()
        self._told_at, self._told = time.monotonic(), counts
        for person in self._hub.people:
            told = (changed | person.untold) & person.rooms.keys()
            person.untold = set()
            if told:
                person.put(frames.online((room, counts.get(room, 0)) for room in sorted(told)))
