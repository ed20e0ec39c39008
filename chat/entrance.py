"""What those who join rooms are answered with: a few queries, however many come at once.

Everything here reads, and is called in a database thread.
"""

import time
from collections import defaultdict
from dataclasses import dataclass, field

from .exceptions import ClientError, LoggedOut
from .models import Feed, Personal, Rights, Room
from .pages import Page, changes_pages, latest

KEPT_SECONDS = 60  # for which a page may be shown again
TRIES = 3  # to read while the rights stay as they are


@dataclass
class Ask:
    """What a join asks for: whose it is (a session key), the version that the client has seen, and
    the epoch that it has seen that in."""

    session_key: str
    after: int | None = None
    epoch: str | None = None

    def resumes(self, epoch):
        """Return the version to go on from in this epoch, or None to start anew."""
        return self.after if self.epoch in (None, epoch) else None


@dataclass
class Entry:
    """What somebody who may enter a room finds there."""

    room: Room
    page: Page
    epoch: str
    personal: Personal  # what the room is to them
    rights: int  # the rights number by which they may


@dataclass
class Newest:
    """A room's newest page: it stands for as long as the room's version and the rights number (a
    user may be deleted, or renamed) are the same, but not for long: its messages may be rendered
    anew."""

    page: Page
    rights: int
    read: float = field(default_factory=time.monotonic)

    def stands(self, version, rights):
        """Whether it is the newest page at this version of the room and this rights number."""
        fresh = time.monotonic() - self.read < KEPT_SECONDS
        return fresh and self.page.version == version and self.rights == rights


def entries(asks, snapshot, known):
    """Return what each (room id, Ask) is answered with, an Entry or the exception that says why
    not, and {room id: Newest} of the rooms whose newest page was needed.

    A thousand clients that come back at once share what is read here. `snapshot` is the latest that
    the caller has, `known` what earlier calls returned of Newest. Raises ClientError("UNAVAILABLE")
    when the rights change all the time.
    """
    keys = [ask.session_key for _, ask in asks]
    for _ in range(TRIES):
        snapshot = snapshot.at(Rights.current(), keys)
        found = _entries(asks, snapshot, known)
        # Else a page may hold what was stored after somebody lost the room.
        if Rights.current() == snapshot.number:
            return found
    raise ClientError("UNAVAILABLE")


def _entries(asks, snapshot, known):
    users = [snapshot.user(ask.session_key) for _, ask in asks]
    answers = [
        _refusal(room_id, user, snapshot) for (room_id, _), user in zip(asks, users, strict=True)
    ]
    afters = defaultdict(set)  # room id -> where those who may enter go on from
    for (room_id, ask), refusal in zip(asks, answers, strict=True):
        if refusal is None:
            afters[room_id].add(ask.resumes(snapshot.epoch))
    pages, newest = _pages(afters, snapshot.number, known)
    for number, (room_id, ask) in enumerate(asks):
        if answers[number] is None:
            page = pages[room_id].get(ask.resumes(snapshot.epoch)) or newest[room_id].page
            sight = snapshot.sight(users[number])
            room, personal = sight.rooms[room_id], sight.personal[room_id]
            answers[number] = Entry(room, page, snapshot.epoch, personal, snapshot.number)
    return answers, newest


def _pages(afters, rights, known):
    """Return {room id: {after: Page}} of who can go on, and {room id: Newest} for who cannot."""
    now, pages, newest = Feed.objects.versions(afters), {}, {}
    for room_id, wanted in afters.items():
        version = now.get(room_id, 0)
        pages[room_id] = _resumed(room_id, wanted - {None}, version)
        if wanted - pages[room_id].keys():
            newest[room_id] = _newest(room_id, version, rights, known.get(room_id))
    return pages, newest


def _refusal(room_id, user, snapshot):
    """Return why somebody may not enter, an exception, or None."""
    if user is None:
        return LoggedOut()
    if room_id not in snapshot.rooms:
        return ClientError("ROOM_INVALID")
    if room_id not in snapshot.sight(user).rooms:
        return ClientError("ROOM_ACCESS_DENIED")
    return None


def _resumed(room_id, afters, version):
    """Return {after: Page} for those who can go on from what they have."""
    pages = changes_pages(room_id, afters - {version})
    if version in afters:  # nothing was missed
        pages[version] = Page([], [], version=version, reset=False)
    return pages


def _newest(room_id, version, rights, known):
    if known and known.stands(version, rights):
        return known
    return Newest(latest(room_id), rights)
