"""Pages of a room's history: what a join and a history command are answered with.

Everything here reads, and is called in a database thread. A page says at which version of the room
it was true: rows and version come from one statement, so that nothing is committed between them.
"""

from bisect import bisect_right
from dataclasses import dataclass

from django.contrib.auth import get_user_model

from . import frames
from .exceptions import ClientError
from .models import Feed, Message, Room

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


def _newest_first(ids):
    """Return the messages with these ids."""
    rows = Message.objects.filter(pk__in=ids).select_related("user").order_by("-pk")
    return list(rows) if ids else []


def _page(kept, answered=None, **about):
    """Make a Page of (row, JSON) pairs in the order given. What they answer to is among `answered`,
    newest first, or is read."""
    wanted = {row.reply_to_id for row, _ in kept} - {row.pk for row, _ in kept} - {None}
    if answered is None:
        answered = _newest_first(wanted)
    # As many bytes again at the most: servers drop a frame of over 1 MiB, and the connection.
    quoted, _ = _fit([row for row in answered if row.pk in wanted], len(wanted))
    return Page([text for _, text in kept], [text for _, text in quoted[::-1]], **about)


def check_may_enter(user_id, room_id):
    """Raise ClientError when the user may not enter the room, or there is none."""
    user = get_user_model().objects.filter(pk=user_id).first()
    if user and Room.objects.visible_to(user).filter(pk=room_id).exists():
        return
    there = Room.objects.filter(pk=room_id, deleting=False).exists()
    raise ClientError("ROOM_ACCESS_DENIED" if there else "ROOM_INVALID")


def _read(rows, room_id, empty_at):
    """Return the rows of a query `of_room`, and the version of the room that they show.

    Where there are none, the version takes a question of its own. If that is above `empty_at`, at
    which there may be none, a change was committed between the two, and its row is there now.
    """
    for _attempt in range(2):
        if found := list(rows.all()):
            return found, found[0].feed_version
        version = Feed.objects.versions([room_id]).get(room_id, 0)
        if version <= empty_at:
            break
    return [], version


def latest(room_id):
    """Return the newest page."""
    rows, version = _read(Message.objects.of_room(room_id).order_by("-pk")[: PAGE + 1], room_id, 0)
    kept, more = _fit(rows, PAGE)
    return _page(kept[::-1], version=version, more=more)


def changes_pages(room_id, afters):
    """Return {after: Page of all changes above that version}, without those whose clients had
    better start anew: they are too many or too large, or the room never had that version."""
    if not afters:
        return {}
    least = min(afters)
    newest_first = Message.objects.of_room(room_id).filter(version__gt=least).order_by("-version")
    rows, version = _read(newest_first[: REPLAY + 1], room_id, least)
    changes = [(row, frames.message_object(row)) for row in reversed(rows)]
    sizes = [len(text.encode()) for _, text in changes]
    answered = _newest_first({row.reply_to_id for row, _ in changes} - {None})
    pages = {}
    for after in afters:
        # Where `least` has too many changes, those of the others are still all there, or too many.
        start = bisect_right(changes, after, key=lambda change: change[0].version)
        fits = len(changes) - start <= REPLAY and sum(sizes[start:]) <= PAGE_BYTES
        if fits and 0 <= after <= version:
            pages[after] = _page(changes[start:], answered, version=version, reset=False)
    return pages


def history(user_id, room_id, direction, anchor, limit=PAGE):
    """Return the Page beside a message.

    `direction` is "before" (older than the message `anchor`), "from" (it is the first) or "around"
    (it is in the middle). Raises ClientError when the user may not enter, or there is no such
    message in the room.
    """
    check_may_enter(user_id, room_id)
    rows = Message.objects.of_room(room_id)
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
