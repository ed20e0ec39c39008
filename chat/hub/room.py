"""A room as this process sees it: the sockets that are in it, and the version they have seen."""

from dataclasses import dataclass, field

from chat.frames import Ready

EARLY = 500  # changes that may wait for one before them; more are read anew from the feed


@dataclass(slots=True)
class Membership:
    """A socket's being in a room."""

    # The version of the page that it joined with: older changes are on that page.
    version: int = 0
    # While the page is being read, what is delivered meanwhile: (change, base) pairs; then None.
    held: list | None = field(default_factory=list)
    rights: int | None = None  # the rights number by which the person was let in; not yet
    inside: bool = False  # the person has come in, and hears who else comes and goes

    def give(self, socket, pairs):
        """Give the socket those of the (change, base) pairs that its page did not have."""
        for change, base in pairs:
            if change.version > self.version:
                socket.put_ready(change.frame(new=change.first > max(base, self.version)))


class LocalRoom:
    """The sockets of this process in one room."""

    def __init__(self, room_id):
        self.id = room_id
        self.seen = None  # the version delivered to everybody here; None until the first is in
        self.memberships = {}  # Socket -> Membership
        self.early = {}  # version -> Change, which may not be delivered yet
        self.repairing = False

    @property
    def gap(self):
        """Whether a change has come, but not the one before it."""
        return bool(self.early) and self.seen is not None and self.seen + 1 not in self.early

    def hear(self, changes, rights):
        """Take changes that were announced; deliver what is next.

        `rights` is the rights number that the hub has put in force: what was stored under a later
        one waits until the hub knows who may not see it any more.
        """
        for change in changes:
            if len(self.early) < EARLY:
                self.early[change.version] = change
        self.catch_up(rights)

    def start(self, version, rights):
        """Begin at the version that the first page was read at."""
        self.seen = version
        self.catch_up(rights)

    def catch_up(self, rights):
        """Deliver what waits and is next, as far as the rights number reaches."""
        if self.seen is None or not self.early:
            return
        pairs, base = [], self.seen
        while (change := self.early.get(base + 1)) and change.rights <= rights:
            pairs.append((change, base))
            base += 1
        if pairs:
            self._give(pairs)
            self.seen = base
        self.early = {v: change for v, change in self.early.items() if v > base}

    def fill(self, changes, version):
        """Deliver what was read from the feed, which ends at `version`."""
        if pairs := [(change, self.seen) for change in changes if change.version > self.seen]:
            self._give(pairs)
        self.seen = max(self.seen, version)

    def _give(self, pairs):
        """Give every socket here (change, base) pairs, in the order of versions.

        `base` is the version up to which all had everything that is not held for them, when the
        change's turn came: a message first sent above it is new to them.
        """
        ready = Ready.joined([change.frame(new=change.first > base) for change, base in pairs])
        first = pairs[0][1]
        for socket, membership in self.memberships.items():
            if membership.held is not None:
                membership.held += pairs
            elif membership.version <= first:
                socket.put_ready(ready)
            else:
                membership.give(socket, pairs)

    def release(self, socket, membership, version):
        """Begin to deliver to a socket whose page, at `version`, has been put out."""
        membership.version = version
        held, membership.held = membership.held, None
        membership.give(socket, held)

    def tell_others(self, user_id, frame):
        """Let everybody who is inside have a frame, but for one person."""
        ready = Ready(frame)
        for socket, membership in self.memberships.items():
            if membership.inside and socket.person.id != user_id:
                socket.put_ready(ready)
