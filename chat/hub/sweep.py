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
from chat.models import Feed, Rights
from chat.snapshot import Snapshot

from .people import differing

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
        """Sweep, for ever, whatever happens in one of them. From start to start it is as long as
        the setting says, so that what a sweep takes is not added; but no sweep follows at once."""
        clock, began = self._hub.loop.time, self._hub.loop.time()
        while True:
            seconds = settings.CHAT_SWEEP_SECONDS
            try:
                async with asyncio.timeout_at(max(began + seconds, clock() + seconds / 4)):
                    await self._now.wait()
            except TimeoutError:
                pass  # nobody asked for one: it is time all the same
            self._now.clear()
            began = clock()
            try:
                await self.once()
            except ClientError:
                pass  # the database is out of reach, which has been logged
            except Exception:
                logger.exception("A sweep failed; the next one follows")

    async def once(self):
        """Compare, and mend. Raises ClientError when the database does not answer."""
        async with self._one_at_a_time:
            hub, before = self._hub, self._hub.snapshot
            sockets = [socket for person in hub.people for socket in person.sockets]
            keys = {socket.session_key for socket in sockets}
            # Somebody may have come in by rights that are older or newer than those in force; and
            # somebody's silence may have ended, of which no number tells.
            number = hub.snapshot.number
            settled = all(p.rights == number and p.sight.holds for p in hub.people)
            now, known_versions = await hub.threads.read(
                compare, hub.snapshot, settled, keys, list(hub.rooms)
            )
            if hub.snapshot is not before:  # the first have come in meanwhile, with a newer one
                self.soon()
                return
            if now is not None:
                self._put_in_force(now, sockets, known_versions)
            for room in list(hub.rooms.values()):
                hub.delivery.go_on(room)
                if room.seen is not None and room.seen < known_versions.get(room.id, 0):
                    hub.delivery.repair(room)
            self._tell_online()

    def _put_in_force(self, now, sockets, known_versions):
        """Let a new Snapshot hold for everybody who is connected."""
        hub = self._hub
        if hub.snapshot.epoch not in ("", now.epoch) or now.number < hub.snapshot.number:
            # A backup was restored: what anybody here has seen may never have happened.
            hub.send_away(hub.sockets)
        users = {}
        for socket in sockets:
            if user := now.user(socket.session_key):
                users[user.pk] = user
            else:
                hub.log_out(socket)
        frame_of, differ = framing(now, known_versions), differing()
        for user in users.values():
            if person := hub.people.get(user.pk):
                self.tell_of_rooms(person, user, now, frame_of, differ)
        hub.snapshot = now
        now.keep_only(users)

    def tell_of_rooms(self, person, user, now, frame_of, differ):
        """Tell a person's sockets how the rooms that they may see by a Snapshot differ from those
        they know; `frame_of` is what `framing` returns, `differ` what `differing` does."""
        if person.rights > now.number or (person.rights == now.number and person.sight.holds):
            return
        gone, changed = person.learn(user, now, differ)
        for room_id in gone:
            reason = "ROOM_ACCESS_DENIED" if room_id in now.rooms else "ROOM_INVALID"
            self._hub.put_out(person, room_id, reason, now.number)
        if person.sockets:
            for room_id in changed:
                person.put(frame_of(room_id, person.sight.personal[room_id]))

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


def framing(now, versions):
    """Return a function of a room's id and of what it is to somebody, a Personal, that returns the
    frame which describes it by a Snapshot; `versions` are the rooms'."""
    return cache(lambda pk, personal: frames.room(now.rooms[pk], versions.get(pk, 0), personal))


def compare(snapshot, settled, keys, room_ids):
    """Return a new Snapshot if the old one holds no more, or not for everybody (None otherwise),
    and the versions of these rooms, of all with a new Snapshot. Called in a thread."""
    stands = snapshot.number == Rights.current() and settled and all(map(snapshot.user, keys))
    now = None if stands else Snapshot.take(keys, snapshot)
    return now, Feed.objects.versions(room_ids if stands else None)
