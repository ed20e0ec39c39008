"""What is over of people's: sessions and invitations. See multichat/purging.py."""

from datetime import timedelta

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from multichat.batches import batches

from .models import Invitation

# Rows. Each batch of sessions has every process read the rights anew, so these are few and large.
BATCH = 5000
# How long it is seen what became of an invitation.
KEPT = timedelta(days=30)
# A session's entry in the list of sessions may be there a moment before the session itself.
UNSURE = timedelta(days=1)


def purge():
    """Delete what is over, a batch at a time."""
    for rows in (expired_sessions(), entries_without_session(), old_invitations()):
        for batch in batches(rows, BATCH):
            yield batch.delete()


def expired_sessions():
    return Session.objects.filter(expire_date__lt=timezone.now())


def entries_without_session():
    """Return django-allauth's own rows about sessions that are gone."""
    if not apps.is_installed("allauth.usersessions"):
        return Session.objects.none()
    entries = apps.get_model("usersessions", "UserSession").objects
    session = Session.objects.filter(session_key=OuterRef("session_key"))
    return entries.filter(~Exists(session), created_at__lt=timezone.now() - UNSURE)


def old_invitations():
    old = timezone.now() - KEPT
    return Invitation.objects.filter(Q(used_at__lt=old) | Q(revoked_at__lt=old) | Q(until__lt=old))
