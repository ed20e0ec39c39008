"""The link in the terminal."""

from io import StringIO

import pytest
from django.core.management import call_command

from accounts.factories import UserFactory

pytestmark = pytest.mark.django_db


def printed():
    out = StringIO()
    call_command("first_admin", stdout=out)
    return out.getvalue()


def test_the_link_is_printed_while_there_is_no_admin(client):
    link = printed().split()[-1]
    assert client.get(link.removeprefix("http://localhost:8000")).status_code == 200


def test_a_site_with_an_admin_has_nothing_to_print():
    UserFactory(superuser=True)
    assert printed() == ""
