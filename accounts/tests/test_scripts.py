"""Names that mix scripts to look like somebody else's."""

import pytest
from django.core.exceptions import ValidationError

from accounts.factories import UserFactory
from accounts.models import User
from accounts.scripts import check_scripts

pytestmark = pytest.mark.django_db

MIXED = ["b\u043ess", "\u0430lice", "b\u03bfb", "ali\u0441e", "\u0391nna", "b\u09eab"]
PLAIN = [
    "anna",
    "Zoë.B-2_x@y",
    "\u0430\u043d\u043d\u0430",  # Cyrillic all through
    "\u0391\u03bd\u03bd\u03b1",  # Greek
    "\u5c71\u7530taro",
    "\u4f50\u3005\u6728\u305f\u308d\u3046\u30bf\u30ed\u30fc",
    "\u0623\u062d\u0645\u062f\u06f1\u0662",  # Arabic, with digits of both kinds
    "\u3084\u307e\u3060\u30bf\u30ed\u30fc",
    "\uae40minsu",
    "\u05d3\u05e0\u05d9",
    "12345",
]
SIGN_UP = {"password1": "long enough 7", "password2": "long enough 7", "email": ""}


@pytest.mark.parametrize("name", MIXED)
def test_a_name_of_several_scripts_is_refused(name):
    with pytest.raises(ValidationError):
        check_scripts(name)


@pytest.mark.parametrize("name", PLAIN)
def test_a_name_as_people_write_it_passes(name):
    check_scripts(name)


@pytest.mark.parametrize("name", MIXED)
def test_nobody_signs_up_under_such_a_name(client, admin_exists, name):
    answer = client.post("/accounts/signup/", {"username": name, **SIGN_UP})
    assert "mixes letters" in answer.content.decode()
    assert not User.objects.filter(username=name).exists()


def test_the_admin_makes_none_and_leaves_what_is_there(client, admin_exists):
    client.force_login(admin_exists)
    users = "/admin/accounts/user/"
    form = {"username": MIXED[0], "usable_password": "true", **SIGN_UP}
    assert "mixes letters" in client.post(f"{users}add/", form).content.decode()
    old, other = UserFactory(username=MIXED[1]), UserFactory(username="bob")
    rest = {"is_active": "on", "date_joined_0": "2026-01-01", "date_joined_1": "00:00"}
    kept = {"username": old.username, "first_name": "A", **rest}
    assert client.post(f"{users}{old.pk}/change/", kept).status_code == 302
    renamed = {"username": MIXED[2], **rest}
    assert "mixes letters" in client.post(f"{users}{other.pk}/change/", renamed).content.decode()
