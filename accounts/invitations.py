"""Invitations: who made one, and who may sign up with it.

As with the first admin's link only a digest of the code is kept, and of two who use one at once
one wins. One whose maker is no active staff any more does not hold.
"""

import secrets
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from multichat.audit import record
from multichat.models import Act

from . import first_admin
from .first_admin import digest_of
from .models import Invitation

DAYS, MOST_DAYS = 7, 30  # that an invitation holds, unless its maker chooses, and at most


def are_possible():
    """Whether anybody can sign up by an invitation now."""
    return settings.SIGN_UP != "closed" and not first_admin.is_awaited()


def make(invitation, days, by):
    """Store a new Invitation, whose note and e-mail address are set, for so many days.

    by: a By. Returns the link; with an address it is mailed there, and None is returned.
    """
    code = secrets.token_urlsafe(24)
    link = settings.SITE_URL + reverse("invitation", args=[code])
    invitation.digest = digest_of(code)
    invitation.maker = by.user
    invitation.until = timezone.now() + timedelta(days=days)
    invitation.email = invitation.email.lower()
    with transaction.atomic():
        invitation.save(force_insert=True)
        record(Act.INVITATION_MADE, by, detail=words_for(invitation))
    if not invitation.email:
        return link
    transaction.on_commit(lambda: mail(invitation, link))
    return None


def mail(invitation, link):
    words = {"link": link, "maker": invitation.maker, "until": invitation.until}
    get_adapter().send_mail("account/email/invitation", invitation.email, words)


def words_for(invitation):
    """Return how the audit log speaks of an invitation."""
    known = (invitation.email, invitation.note)
    return ", ".join([f"no. {invitation.pk}", *filter(None, known)])


def revoke(invitation, by):
    """Let the invitation hold no longer; return whether there was anything to revoke."""
    unused = Invitation.objects.filter(pk=invitation.pk, used_at=None, revoked_at=None)
    with transaction.atomic():
        revoked = unused.update(revoked_at=timezone.now())
        if revoked:
            record(Act.INVITATION_REVOKED, by, detail=words_for(invitation))
    return bool(revoked)


def find(code, invitations=Invitation.objects):
    """Return the Invitation with this code, if it holds now, or None."""
    invitation = invitations.filter(digest=digest_of(code)).select_related("maker").first()
    holds = invitation and invitation.state == Invitation.State.OPEN and are_possible()
    return invitation if holds else None


def spend(code, make):
    """Use the invitation up for the user whom `make()` makes, and return the user; None when it
    does not hold.

    Its row is locked first (on SQLite, the database): another one who has the same code waits, and
    finds it used. When `make` raises, it stays good.
    """
    with transaction.atomic():
        invitation = find(code, Invitation.objects.select_for_update(of=("self",)))
        if invitation is None:
            return None
        user = make()
        invitation.used_at, invitation.used_by = timezone.now(), user
        invitation.save(update_fields=["used_at", "used_by"])
        confirm(invitation, user)
        return user


def confirm(invitation, user):
    """Take the address that the link was mailed to for confirmed, if the user kept it: who has the
    link has read that mail. One that is confirmed for somebody else already stays unconfirmed."""
    address = EmailAddress.objects.filter(user=user, email=invitation.email).first()
    if invitation.email and address:
        address.set_verified()
