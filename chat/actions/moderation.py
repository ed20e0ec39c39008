"""Silencing and banning, and how both are undone."""

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext as _

from chat.exceptions import Refused
from chat.models import Rank
from multichat.audit import By, record
from multichat.models import Act

from .acting import deed_in


def silence(by, room_id, user_id, until=None, reason=""):
    """Let somebody read in the room, and not write: until a moment (aware), or for good. Raises
    Refused."""
    length = _("until %(time)s") % {"time": f"{until:%Y-%m-%d %H:%M} UTC"} if until else ""
    with deed_in(room_id, by, user_id) as deed:
        deed.check(deed.actor.may_restrain(deed.subject))
        detail = "\n".join(filter(None, [length or _("for good"), reason]))
        deed.change(Act.SILENCED, detail, silenced=True, silenced_until=until)


def end_silence(by, room_id, user_id):
    """Let somebody write again. Raises Refused."""
    with deed_in(room_id, by, user_id) as deed:
        deed.check(deed.actor.may_restrain(deed.subject))
        deed.change(Act.SILENCE_ENDED, silenced=False, silenced_until=None)


def ban(by, room_id, user_id, reason=""):
    """Put somebody out of the room, and keep them out. Raises Refused."""
    with deed_in(room_id, by, user_id) as deed:
        deed.check(deed.actor.may_restrain(deed.subject))
        deed.change(Act.BANNED, reason, banned=True)


def end_ban(by, room_id, user_id):
    """Let somebody be in the room what they were before they were banned. Raises Refused."""
    with deed_in(room_id, by, user_id) as deed:
        deed.check(deed.actor.may_restrain(deed.subject))
        deed.change(Act.BAN_ENDED, banned=False)


def ban_from_site(by, user_id, reason=""):
    """Deactivate somebody's account, and end all their sessions. Raises Refused."""
    with transaction.atomic():
        actor, subject = _two(by, user_id)
        if subject.is_active:
            subject.ban()
            record(Act.SITE_BANNED, By(actor, by.address), subject, detail=reason)


def end_site_ban(by, user_id):
    """Let somebody log in again. Raises Refused."""
    with transaction.atomic():
        actor, subject = _two(by, user_id)
        if not subject.is_active:
            subject.end_ban()
            record(Act.SITE_BAN_ENDED, By(actor, by.address), subject)


def may_ban_from_site(actor, subject):
    """Whether one user may ban the other from the site: staff may, but not their own like."""
    rank = Rank.of(actor)
    return actor.is_active and rank >= Rank.STAFF and rank > Rank.of(subject)


def _two(by, user_id):
    # For update: a message that the subject is just sending is stored first, or not at all. (An
    # insert holds its author's key.)
    users = get_user_model().objects
    rows = users.select_for_update().order_by("pk").in_bulk([by.user.pk, user_id])
    actor, subject = rows.get(by.user.pk), rows.get(user_id)
    if not (actor and subject and may_ban_from_site(actor, subject)):
        raise Refused(_("You cannot do this to %(name)s.") % {"name": subject or "?"})
    return actor, subject
