"""What is kept for some days only: texts that moderators deleted, and that people reported. See
multichat/purging.py."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from multichat.batches import batches
from multichat.models import AuditEntry

from .models import Report

BATCH = 2000  # rows


def purge():
    """Forget what has been kept long enough, a batch at a time. That it was said stays."""
    old = timezone.now() - timedelta(days=settings.CHAT_DELETED_TEXT_DAYS)
    for rows in (
        AuditEntry.objects.filter(at__lt=old).exclude(text=""),
        Report.objects.filter(settled_at__lt=old).exclude(text=""),
    ):
        for batch in batches(rows, BATCH):
            yield batch.update(text="")
