"""Pages of a room's history: what a join and a history command are answered with.

Everything here reads, and is called in a database thread. A page says at which version of the room
it was true: rows and version come from one statement, so that nothing is committed between them.
"""

from dataclasses import dataclass, field, fields

from django.contrib.auth import get_user_model
from django.db.models import F

from . import frames
from .exceptions import ClientError
from .models import Epoch, Feed, Message, Room

PAGE = 50  # messages, unless the client asks for another number
REPLAY = 500  # changes that a reconnecting client is told of one by one
PAGE_BYTES = 256 * 1024  # of the messages' JSON in UTF-8; a page has at least one message


@dataclass
class Page:
    """Messages as JSON texts, those that they answer to, and where the page stands."""

    messages: list[str]
    quoted: list[str]
    version: int = 0
    more: bool | dict = False
    reset: bool = True


@dataclass
class Entry:
    """What somebody who may enter a room finds there."""

    room: Room
    page: Page
    epoch: str
    why_not: str | None


@dataclass
class Change:
    """A message at its latest version, ready to be delivered; its frames are made once."""

    room: int
    version: int
    first: int  # the version that it was sent at
    id: int
    user: int | None
    key: str | None
    digest: str  # of what was sent with the key
    object: str
    _frames: dict = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, message):
        return cls(
            room=message.room_id,
            version=message.version,
            first=message.first_version,
            id=message.pk,
            user=message.user_id,
            key=message.key,
            digest=message.digest,
            object=frames.message_object(message),
        )

    @classmethod
    def of_event(cls, event):
        """Return the change that another process announced."""
        return cls(**{name: event[name] for name in cls._names()})

    def as_event(self):
        """Return the change as a dict that a channel layer can carry."""
        return {name: getattr(self, name) for name in self._names()}

    @classmethod
    def _names(cls):
        return [f.name for f in fields(cls) if f.init]

    def frame(self, new):
        """Return the frame for who has never had this message (`new`), or for who has."""
        if new not in self._frames:
            self._frames[new] = (
                frames.message(self.object) if new else frames.update(self.room, self.object)
            )
        return self._frames[new]


def _messages(room_id):
    """Return the room's messages, each with its author and the room's version at this moment."""
    return (
        Message.objects.filter(room_id=room_id)
        .select_related("user")
        .annotate(feed_version=F("room__feed__version"))
    )


def _version(room_id):
    return Feed.objects.filter(room_id=room_id).values_list("version", flat=True).first() or 0


def _fit(rows, count, left=PAGE_BYTES):
    """Return the first rows that fit into `count` and `left` bytes, as (row, JSON) pairs, and
    whether there were more."""
    kept = []
    for row in rows:
        text = frames.message_object(row)
        left -= len(text.encode())
        if len(kept) == count or (kept and left < 0):
            return kept, True
        kept.append((row, text))
    return kept, False


def _page(kept, **about):
    """Make a Page of (row, JSON) pairs in the order given."""
    here = {row.pk for row, _ in kept}
    wanted = {row.reply_to_id for row, _ in kept} - here - {None}
    quoted = []
    if wanted:
        rows = Message.objects.filter(pk__in=wanted).select_related("user").order_by("-pk")
        # As many bytes again at the most: servers drop a frame of over 1 MiB, and the connection.
        quoted, _ = _fit(rows, len(wanted))
    return Page([text for _, text in kept], [text for _, text in quoted[::-1]], **about)


def room_for(user_id, room_id):
    """Return the room and the user; raise ClientError when the user may not enter it."""
    room = Room.objects.filter(pk=room_id, deleting=False).with_version().first()
    if room is None:
        raise ClientError("ROOM_INVALID")
    user = get_user_model().objects.filter(pk=user_id).first()
    if user is None or not room.is_visible_to(user):
        raise ClientError("ROOM_ACCESS_DENIED")
    return room, user


def entry(user_id, room_id, after=None, epoch=None):
    """Return the Entry that a join is answered with.

    `after` is a version that the client has seen, `epoch` the history that it was seen in. Raises
    ClientError when the user may not enter.
    """
    room, user = room_for(user_id, room_id)
    current = Epoch.current()
    page = None
    if after is not None and (epoch is None or epoch == current):
        page = changes_page(room_id, after)
    return Entry(room, page or latest(room_id), current, room.why_not(user))


def _read(rows, room_id, empty_at):
    """Return the rows of a query of `_messages`, and the version of the room that they show.

    Where there are none, the version takes a question of its own. If that is above `empty_at`, at
    which there may be none, a change was committed between the two, and its row is there now.
    """
    for _attempt in range(2):
        if found := list(rows.all()):
            return found, found[0].feed_version
        version = _version(room_id)
        if version <= empty_at:
            break
    return [], version


def latest(room_id):
    """Return the newest page."""
    rows, version = _read(_messages(room_id).order_by("-pk")[: PAGE + 1], room_id, 0)
    kept, more = _fit(rows, PAGE)
    return _page(kept[::-1], version=version, more=more)


def changes_page(room_id, after):
    """Return all changes above the version `after`, or None when the client had better start anew:
    they are too many or too large, or the room never had that version."""
    above = _messages(room_id).filter(version__gt=after).order_by("version")
    rows, version = _read(above[: REPLAY + 1], room_id, after)
    if not 0 <= after <= version:
        return None
    kept, more = _fit(rows, REPLAY)
    size = sum(len(text.encode()) for _, text in kept)
    if more or size > PAGE_BYTES:
        return None
    return _page(kept, version=version, reset=False)


def changes(room_id, after):
    """Return all Changes above the version `after`, oldest first, and the version that the room has
    then: what the hub repairs itself with.

    In one piece: a message that was sent in a first piece and changed in a second would be in the
    second alone, where it could not be told from one that everybody has.
    """
    rows = list(_messages(room_id).filter(version__gt=after).order_by("version"))
    return [Change.of(row) for row in rows], rows[0].feed_version if rows else after


def history(user_id, room_id, direction, anchor, limit=PAGE):
    """Return the Page beside a message.

    `direction` is "before" (older than the message `anchor`), "from" (it is the first) or "around"
    (it is in the middle). Raises ClientError when the user may not enter, or there is no such
    message in the room.
    """
    room_for(user_id, room_id)
    rows = _messages(room_id)
    if not rows.filter(pk=anchor).exists():
        raise ClientError("MESSAGE_INVALID")
    older = rows.filter(pk__lt=anchor).order_by("-pk")
    newer = rows.filter(pk__gte=anchor).order_by("pk")
    if direction == "before":
        kept, more = _fit(older[: limit + 1], limit)
        return _page(kept[::-1], more={"more": more})
    if direction == "from":
        kept, more = _fit(newer[: limit + 1], limit)
        return _page(kept, more={"more": more})
    # Each half may have half of the bytes, and of the messages; the anchor goes with the newer.
    half = limit // 2
    after, more_after = _fit(newer[: limit - half + 1], limit - half, PAGE_BYTES // 2)
    before, more_before = _fit(older[: half + 1], half, PAGE_BYTES // 2) if half else ([], None)
    if more_before is None:
        more_before = older.exists()
    return _page(before[::-1] + after, more={"more_before": more_before, "more_after": more_after})
