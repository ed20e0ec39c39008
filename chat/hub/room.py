"""A room as this process sees it: the sockets that are in it, and the version they have seen."""

from dataclasses import dataclass, field

from chat import frames

EARLY = 500  # changes that may wait for one before them; more are read anew from the feed


@dataclass
class Membership:
    """A socket's being in a room."""

    # The version of the page that it joined with: older changes are on that page.
    version: int = 0
    # While the page is being read, what is delivered meanwhile: (change, base) pairs; then None.
    held: list | None = field(default_factory=list)
    # When (time.monotonic) its right to be here was last asked for.
    asked: float = 0.0
    inside: bool = False  # the person has come in, and hears who else comes and goes


@dataclass
class Present:
    """A person's being present in a room."""

    username: str
    sockets: set = field(default_factory=set)
    timer: object = None  # runs while the last socket is lost and the person may come back


class LocalRoom:
    """The people and the sockets of this process in one room."""

    def __init__(self, room_id):
        self.id = room_id
        self.seen = None  # the version delivered to everybody here; None until the first is in
        self.started = 0  # what `seen` was at first
        self.memberships = {}  # Socket -> Membership
        self.present = {}  # user id -> Present
        self.early = {}  # version -> Change, which came before one that it follows
        self.repairing = False

    # --- delivery -------------------------------------------------------------------------------

    def hear(self, change):
        """Take a change that was announced; deliver what is next. Return whether there is a gap."""
        if len(self.early) < EARLY:
            self.early[change.version] = change
        return self.seen is not None and self.catch_up()

    def start(self, version):
        """Begin at the version that the first page was read at. Return whether there is a gap."""
        self.seen = self.started = version
        return self.catch_up()

    def catch_up(self):
        """Deliver what waits and is next. Return whether something waits for one before it."""
        while change := self.early.pop(self.seen + 1, None):
            self.deliver(change, self.seen)
        self.early = {v: change for v, change in self.early.items() if v > self.seen}
        return bool(self.early)

    def fill(self, changes, version):
        """Deliver what was read from the feed, which ends at `version`."""
        base = self.seen
        for change in changes:
            if change.version > self.seen:
                self.deliver(change, base)
        self.seen = max(self.seen, version)

    def deliver(self, change, base):
        """Give every socket here the change. `base` is the version up to which all have everything
        that is not held for them: a message first sent above it is new to them."""
        for socket, membership in self.memberships.items():
            if membership.held is not None:
                membership.held.append((change, base))
            elif change.version > membership.version:
                socket.put(change.frame(new=change.first > max(base, membership.version)))
        self.seen = change.version

    def release(self, socket, membership, version):
        """Begin to deliver to a socket whose page, at `version`, has been put out."""
        membership.version = version
        held, membership.held = membership.held, None
        for change, base in held:
            if change.version > version:
                socket.put(change.frame(new=change.first > max(base, version)))

    # --- presence -------------------------------------------------------------------------------

    def come_in(self, socket):
        """Note that a socket's person is present; the others hear of it if that is new."""
        person = socket.person
        self.memberships[socket].inside = True
        present = self.present.get(person.id)
        if present is None:
            present = self.present[person.id] = Present(person.username)
            self._tell_others(person.id, frames.enter, present, len(self.present))
        elif present.timer:
            present.timer.cancel()
            present.timer = None
        present.sockets.add(socket)

    def go_out(self, socket, linger=None):
        """Note that a socket is gone; with its person's last one the person goes.

        `linger(room, user_id)` starts the time that a lost socket's person still counts as present,
        and returns its timer; without it they go at once.
        """
        present = self.present.get(socket.person.id)
        if present is None or socket not in present.sockets:
            return  # it was still on its way in
        present.sockets.remove(socket)
        if not present.sockets:
            if linger:
                present.timer = linger(self, socket.person.id)
            else:
                self.end_presence(socket.person.id)

    def end_presence(self, user_id):
        """Let the others hear that the person is gone."""
        crowd = len(self.present)
        present = self.present.pop(user_id)
        if present.timer:
            present.timer.cancel()
        self._tell_others(user_id, frames.exit, present, crowd)

    def _tell_others(self, user_id, make_frame, present, crowd):
        if crowd > frames.MEMBERS_NAMED:
            return
        frame = make_frame(self.id, user_id, present.username)
        for socket, membership in self.memberships.items():
            if socket.person.id != user_id and membership.inside:
                socket.put(frame)

    def members(self):
        """Return the names of who is present."""
        return [present.username for present in self.present.values()]

    @property
    def empty(self):
        return not self.memberships and not self.present
