"""What is read for those who come in: all who come at once share it."""

from chat import entrance
from chat.models import Feed
from chat.snapshot import Snapshot

from .batcher import Batcher

AT_ONCE = 500  # sockets that are let in, or into rooms, by one read
PAGES = 200  # rooms whose newest page is kept, for who comes next: some kilobytes each


class Entering:
    """Reads for a hub who is coming in, and what they find in rooms."""

    def __init__(self, hub):
        self._hub = hub
        self._greeting = Batcher(hub.spawn, self._look_up, AT_ONCE)
        self._entrance = Batcher(hub.spawn, self._read_entries, AT_ONCE)
        self._newest = {}  # room id -> entrance.Newest

    def look_up(self, socket):
        """Return a Future of a Snapshot that has the socket's login, and all rooms' versions."""
        return self._greeting.submit(socket)

    async def _look_up(self, sockets):
        keys = {socket.session_key for socket in sockets}
        found = await self._hub.threads.read(look_up, keys, self._hub.snapshot)
        return [found] * len(sockets)

    def entry(self, room, ask):
        """Return a Future of the entrance.Entry that somebody finds in a LocalRoom."""
        return self._entrance.submit((room, ask))

    async def _read_entries(self, items):
        asks = [(room.id, ask) for room, ask in items]
        answers, newest = await self._hub.threads.read(
            entrance.entries, asks, self._hub.snapshot, self._newest
        )
        self._newest |= newest
        while len(self._newest) > PAGES:
            del self._newest[next(iter(self._newest))]
        self._start_rooms(items, answers)
        return answers

    def _start_rooms(self, items, answers):
        """Begin to deliver in rooms where nobody was: from the oldest page that is shown."""
        shown = {}  # LocalRoom -> version
        for (room, _), entry in zip(items, answers, strict=True):
            if isinstance(entry, entrance.Entry):
                shown[room] = min(entry.page.version, shown.get(room, entry.page.version))
        for room, version in shown.items():
            if room.seen is None:
                self._hub.delivery.start(room, version)


def look_up(keys, snapshot):
    """Return a Snapshot for session keys, and all rooms' versions. Called in a thread."""
    return Snapshot.take(keys, snapshot), Feed.objects.versions()
