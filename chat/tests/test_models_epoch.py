import pytest

from chat.models import Epoch

from .threads import at_once

pytestmark = pytest.mark.django_db


def test_a_site_has_one_epoch_made_when_it_is_first_asked_for():
    first = Epoch.current()
    assert len(first) == 32
    assert Epoch.current() == first
    assert str(Epoch.objects.get()) == first


def test_another_epoch_is_another_name():
    first = Epoch.current()
    renewed = Epoch.renew()
    assert renewed == Epoch.current() != first


@pytest.mark.django_db(transaction=True)
def test_all_who_ask_first_at_once_hear_the_same():
    assert len(set(at_once(lambda _: Epoch.current(), *range(4)))) == 1
    assert Epoch.objects.count() == 1
