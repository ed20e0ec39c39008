"""What is over of people's goes; what is not stays."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts import purging
from accounts.factories import UserFactory
from accounts.models import Invitation

pytestmark = pytest.mark.django_db


def ago(**how):
    return timezone.now() - timedelta(**how)


def purge():
    return len(list(purging.purge()))


def test_expired_sessions_go_in_few_transactions(monkeypatch):
    Session.objects.bulk_create(
        Session(session_key=f"k{number}", session_data="", expire_date=ago(days=5 - number))
        for number in range(10)
    )
    monkeypatch.setattr(purging, "BATCH", 3)
    assert purge() == 2
    assert set(Session.objects.values_list("pk", flat=True)) == {"k6", "k7", "k8", "k9"}


@pytest.mark.parametrize(
    ("fields", "goes"),
    [
        ({"until": ago(days=29)}, False),
        ({"until": ago(days=31)}, True),
        ({"until": ago(days=-1), "used_at": ago(days=29)}, False),
        ({"until": ago(days=-1), "used_at": ago(days=31)}, True),
        ({"until": ago(days=-1), "revoked_at": ago(days=31)}, True),
        ({"until": ago(days=-1)}, False),
    ],
)
def test_an_invitation_goes_30_days_after_it_ended(fields, goes):
    Invitation.objects.create(digest="d", maker=UserFactory(staff=True), **fields)
    purge()
    assert Invitation.objects.exists() is not goes
