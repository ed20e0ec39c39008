"""Texts are kept for some days, and then no more."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chat import purging
from chat.factories import MessageFactory
from chat.models import Report
from multichat.audit import By, record
from multichat.models import Act, AuditEntry

pytestmark = pytest.mark.django_db


def ago(days):
    return timezone.now() - timedelta(days=days)


def test_deleted_texts_are_forgotten_after_their_days(stella, settings, monkeypatch):
    monkeypatch.setattr(purging, "BATCH", 1)
    settings.CHAT_DELETED_TEXT_DAYS = 10
    for text, days in [("older", 12), ("old", 11), ("fresh", 9)]:
        entry = record(Act.MESSAGE_DELETED, By(stella), text=text, detail=text)
        AuditEntry.objects.filter(pk=entry.pk).update(at=ago(days))
    list(purging.purge())
    kept = AuditEntry.objects.order_by("pk").values_list("text", "detail")
    assert list(kept) == [("", "older"), ("", "old"), ("fresh", "fresh")]


def test_reported_texts_are_forgotten_some_days_after_they_were_settled(anna, settings):
    settings.CHAT_DELETED_TEXT_DAYS = 10
    for settled_at in (ago(11), ago(9), None):
        message = MessageFactory()
        Report.objects.create(
            room=message.room, message=message, reporter=anna, text="spam", settled_at=settled_at
        )
    Report.objects.update(at=ago(30))
    list(purging.purge())
    texts = Report.objects.order_by("pk").values_list("text", flat=True)
    assert list(texts) == ["", "spam", "spam"]
