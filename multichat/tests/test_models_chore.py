"""Chores: one process at a time, and not too often."""

from datetime import timedelta

import pytest
from django.utils import timezone

from multichat.models import Chore

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_a_chore_is_taken_once_in_its_time():
    assert Chore.objects.take("sweep the yard", HOUR)
    assert not Chore.objects.take("sweep the yard", HOUR)
    assert Chore.objects.take("water the plants", HOUR)


def test_it_is_taken_again_when_its_time_is_over():
    Chore.objects.take("sweep the yard", HOUR)
    Chore.objects.update(taken_at=timezone.now() - timedelta(minutes=61))
    assert Chore.objects.take("sweep the yard", HOUR)
    assert not Chore.objects.take("sweep the yard", HOUR)
