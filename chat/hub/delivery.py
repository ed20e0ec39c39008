"""How changes get from the doorbell, or the feed, to the sockets: in order, and none left out."""

from chat.changes import changes_since
from chat.exceptions import ClientError

REORDER_SECONDS = 0.02  # how long a change waits for one before it until the feed is asked for that
REPAIRED_AT_ONCE = 2000  # changes; who has missed more had better come again and start anew


class Delivery:
    """Brings a hub's rooms on, each change once and in version order."""

    def __init__(self, hub):
        self._hub = hub

    def hear(self, room, changes):
        """Take Changes that were announced."""
        for change in changes:
            self._hub.sending.acks.confirm(change)
        room.hear(changes, self._hub.snapshot.number)
        self._mind(room)

    def start(self, room, version):
        """Begin at the version that a room's first page was read at."""
        room.start(version, self._hub.snapshot.number)
        self._mind(room)

    def go_on(self, room):
        """Deliver what waited for rights to be put in force."""
        room.catch_up(self._hub.snapshot.number)

    def _mind(self, room):
        """See to what a room could not deliver: one before it is missing, or the rights are old."""
        if room.seen is None or not room.early:
            return
        if not room.gap:
            self._hub.sweep.soon()
        if not room.repairing:
            room.repairing = True
            self._hub.loop.call_later(REORDER_SECONDS, self._end_wait, room)

    def _end_wait(self, room):
        room.repairing = False
        if room.early:
            self.repair(room)

    def repair(self, room):
        """Read from the feed what nobody here was told of, and deliver it."""
        if not room.repairing:
            room.repairing = True
            self._hub.spawn(self._repair(room))

    async def _repair(self, room):
        try:
            while await self._fill(room):
                pass
        except ClientError:
            pass  # the database is out of reach, which has been logged: the next sweep tries again
        finally:
            room.repairing = False

    async def _fill(self, room):
        """Deliver what the feed has. Return whether more may be missing."""
        hub = self._hub
        found = await hub.threads.read(changes_since, room.id, room.seen, REPAIRED_AT_ONCE)
        if found is None:
            hub.send_away(room.memberships)
            return False
        changes, version = found
        if changes and changes[0].rights > hub.snapshot.number:
            await hub.sweep.once()  # who lost the room before these were stored is taken out
        for change in changes:
            hub.sending.acks.confirm(change)
        room.fill(changes, version)
        room.catch_up(hub.snapshot.number)
        return bool(room.early and changes)
