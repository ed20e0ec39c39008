"""The sweep: twice a second a hub compares itself with the database, and mends what differs.

So what an admin changes holds within that time, however it was changed, and whatever the channel
layer lost is delivered.
"""

import asyncio
import logging
import time
from functools import cache

from django.conf import settings

from chat import frames
from chat.exceptions import ClientError
from chat.models import Rights
from chat.snapshot import Snapshot, versions

logger = logging.getLogger(__name__)

ONLINE_SECONDS = 2  # people are told at most so often how many are in the rooms


class Sweep:
    """Compares one hub with the database: logins, rights, rooms, versions."""

    def __init__(self, hub):
        self._hub = hub
        self._now = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
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
                await self.once()
            except ClientError:
                pass  # the database is out of reach, which has been logged
            except Exception:
                logger.exception("A sweep failed; the next one follows")

    async def once(self):
        """Compare, and mend. Raises ClientError when the database does not answer."""
        async with self._one_at_a_time:
            asked = time.monotonic()
            hub = self._hub
            sockets = [socket for person in hub.people for socket in person.sockets]
            keys = {socket.session_key for socket in sockets}
            now, known_versions = await hub.threads.read(
                compare, hub.snapshot, keys, list(hub.rooms)
            )
            if now is not None:
                self._put_in_force(now, sockets, known_versions, asked)
            for room in list(hub.rooms.values()):
                hub.delivery.go_on(room)
                if room.seen is not None and room.seen < known_versions.get(room.id, 0):
                    hub.delivery.repair(room)
            self._tell_online()

    def _put_in_force(self, now, sockets, known_versions, asked):
        """Let a new Snapshot hold for everybody who is connected."""
        if self._hub.snapshot.epoch not in ("", now.epoch):
            # A backup was restored: what anybody here has seen may never have happened.
            self._hub.send_away(self._hub.sockets)
        users = {}
        for socket in sockets:
            if user := now.user(socket.session_key):
                users[user.pk] = user
            else:
                self._hub.log_out(socket)
        frame_of = cache(
            lambda room_id: frames.room(now.rooms[room_id], known_versions.get(room_id, 0))
        )
        for user in users.values():
            person = self._hub.people.get(user.pk)
            if person and person.asked < asked:
                person.user = user
                self.tell_of_rooms(person, now, asked, frame_of)
        self._hub.snapshot = now

    def tell_of_rooms(self, person, now, asked, frame_of):
        """Tell a person's sockets how the rooms that they may see differ from those they know.

        `now` is a Snapshot that was taken after the moment `asked`, `frame_of(room id)` the frame
        that describes a room.
        """
        gone, changed = person.learn(now.rooms_for(person.user), asked)
        for room_id in gone:
            reason = "ROOM_ACCESS_DENIED" if room_id in now.rooms else "ROOM_INVALID"
            self._hub.put_out(person, room_id, reason, asked)
        if person.sockets:
            for room_id in changed:
                person.put(frame_of(room_id))

    def untold(self):
        """Return the ids of the rooms where not as many are present as people were last told."""
        counts = self._hub.presence.counts()
        return {
            room_id
            for room_id in self._told.keys() | counts.keys()
            if counts.get(room_id) != self._told.get(room_id)
        }

    def _tell_online(self):
        if time.monotonic() - self._told_at < ONLINE_SECONDS:
            return
        changed, counts = self.untold(), self._hub.presence.counts()
        self._told_at, self._told = time.monotonic(), counts

        @cache
        def frame_of(room_ids):
            return frames.online((room, counts.get(room, 0)) for room in sorted(room_ids))

        for person in self._hub.people:
            told = frozenset((changed | person.untold) & person.rooms.keys())
            person.untold = set()
            if told:
                person.put(frame_of(told))


def compare(snapshot, keys, room_ids):
    """Return a new Snapshot if the old one holds no more (None otherwise), and the versions of
    these rooms, of all with a new Snapshot. Called in a thread."""
    stands = snapshot.number == Rights.current() and all(map(snapshot.user, keys))
    now = None if stands else Snapshot.take(keys, snapshot)
    return now, versions(room_ids if stands else None)
