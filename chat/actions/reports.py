"""Reporting a message to those who can do something about it."""

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chat.exceptions import Refused
from chat.models import Message, Report, Room
from multichat.audit import record
from multichat.models import Act

WAITING_AT_MOST = 50  # reports of one person: who has more to say had better write to an admin


def report(by, room_id, message_id, reason):
    """Keep somebody's report of a message that they can see; once for each. Raises Refused."""
    with transaction.atomic():
        users = get_user_model().objects.select_for_update(no_key=True)  # one at a time of each
        user = users.filter(pk=by.user.pk).first()
        if user is None:
            raise Refused(_("This account is not here any more."))
        seen = Room.objects.visible_to(user).filter(pk=room_id)
        message = Message.objects.filter(pk=message_id, room__in=seen, deleted=False).first()
        if message is None:
            raise Refused(_("This message is not here any more."))
        if message.user_id == user.pk:
            raise Refused(_("This message is your own: you can delete it."))
        if user.reports.waiting().count() >= WAITING_AT_MOST:
            raise Refused(_("You have reported enough for now. Somebody will look at it."))
        kept = {"room_id": room_id, "reason": reason, "text": message.text}
        Report.objects.get_or_create(message=message, reporter=user, defaults=kept)


def settle(by, reports, outcome):
    """Note that reports have been dealt with, and how; return how many there were. Those about
    what one has written oneself are somebody else's to settle."""
    with transaction.atomic():
        # Not excluded in SQL, which leaves out those whose author is gone as well.
        rows = reports.waiting().select_for_update(of=["self"])
        rows = rows.select_related("room", "message__user")
        rows = [row for row in rows if row.message.user_id != by.user.pk]
        for row in rows:
            row.settled_at, row.settled_by, row.outcome = timezone.now(), by.user, outcome
            row.save(update_fields=["settled_at", "settled_by", "outcome"])
            author, room = row.message.user, row.room
            record(Act.REPORT_SETTLED, by, author, room, message=row.message_id, detail=outcome)
    return len(rows)
