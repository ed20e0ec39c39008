"""`manage.py new_epoch`."""

from io import StringIO

import pytest
from django.core.management import call_command

from chat.models import Epoch, Rights

pytestmark = pytest.mark.django_db(transaction=True)


def run():
    out = StringIO()
    call_command("new_epoch", stdout=out)
    return out.getvalue()


def test_the_site_has_another_epoch_and_the_command_says_so():
    before = Epoch.current()
    assert run() == "The site has a new epoch: every client will load its rooms anew.\n"
    assert Epoch.current() != before
    assert Epoch.objects.count() == 1


def test_a_site_that_never_had_one_gets_one():
    assert not Epoch.objects.exists()
    run()
    assert Epoch.objects.count() == 1


def test_open_hubs_learn_of_it_by_the_rights_number():
    Epoch.current()
    before = Rights.current()
    run()
    assert Rights.current() > before
