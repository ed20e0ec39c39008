"""Slow mode: how long somebody has to wait between two messages in a room."""

from datetime import timedelta

from django.utils.translation import gettext as _

from chat.exceptions import ClientError
from chat.models import Message

PAGE = 200  # messages looked through at once, newest first


def check_pace(turn, standing, now):
    """Raise ClientError("RATE_LIMITED") when the person of the Standing has written in the room of
    the Turn less than its slow mode's seconds ago.

    Derived from the messages, under the room's lock: so it holds over all sockets and processes.
    Deleted ones count. Times are those of the machines that stored them.
    """
    if not standing.slow:
        return
    pace = timedelta(seconds=standing.slow)
    sent_at = _last_sent(turn, standing.user.pk, now - pace)
    if sent_at is None:
        return
    wait = min(pace, sent_at + pace - now).total_seconds()  # a clock may have been set back
    detail = _("Slow mode: here one waits %(slow)s seconds between two messages.")
    raise ClientError("RATE_LIMITED", detail % {"slow": standing.slow}, retry_after=wait)


def _last_sent(turn, user_id, since):
    """Return when the user last wrote in the room, if that was after `since`."""
    mine = [draft.sent_at for draft in turn.changed if draft.user_id == user_id]
    return mine[-1] if mine else _last_stored(turn.room.pk, user_id, since)


def _last_stored(room_id, user_id, since):
    """The same of what is stored. Newest first and no further back than that time: few write in a
    slow room, so this needs no index that every message of the site would have to keep."""
    rows = Message.objects.filter(room_id=room_id).order_by("-pk")
    rows = rows.values_list("pk", "user_id", "sent_at")
    page = list(rows[:PAGE])
    while page:
        for _pk, author, sent_at in page:
            if sent_at <= since:
                return None
            if author == user_id:
                return sent_at
        page = list(rows.filter(pk__lt=page[-1][0])[:PAGE])
    return None
