"""Staff who may change users change nobody who has powers, and give none."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission

from accounts.factories import UserFactory
from accounts.models import User
from accounts.ranks import POWERS

pytestmark = pytest.mark.django_db
USERS = "/admin/accounts/user/"


@pytest.fixture
def clerk(client):
    """The browser of one of the staff who has every permission there is."""
    user = UserFactory(username="clerk", staff=True)
    user.user_permissions.set(Permission.objects.all())
    client.force_login(user)
    return client


@pytest.fixture
def root():
    return UserFactory(username="root", superuser=True, email="root@example.com")


def change(client, user, **fields):
    form = {
        "username": user.username,
        "is_active": "on",
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00",
        **fields,
    }
    return client.post(f"{USERS}{user.pk}/change/", form)


def test_nobody_becomes_a_superuser_by_a_permission(clerk):
    other, me = UserFactory(username="other"), User.objects.get(username="clerk")
    group = Group.objects.create(name="g")
    powers = {"is_staff": "on", "is_superuser": "on", "groups": [group.pk], "user_permissions": [1]}
    assert change(clerk, other, first_name="New", **powers).status_code == 302
    change(clerk, me, **powers)
    other.refresh_from_db()
    me.refresh_from_db()
    assert other.first_name == "New"
    powers = [other.is_staff, other.is_superuser, me.is_superuser]
    gained = [other.groups, other.user_permissions, me.groups]
    assert not any([*powers, *(rows.exists() for rows in gained)])


@pytest.mark.parametrize("rank", [{"superuser": True}, {"staff": True}, {"is_superuser": True}])
def test_nobody_changes_who_has_powers(clerk, rank):
    boss = UserFactory(username="boss", email="boss@example.com", **rank)
    UserFactory(superuser=True)
    before = User.objects.filter(pk=boss.pk).values().get()
    new = {"password1": "long enough 7", "password2": "long enough 7", "usable_password": "true"}
    assert change(clerk, boss, email="mine@example.com").status_code == 403
    assert clerk.post(f"{USERS}{boss.pk}/password/", new).status_code == 403
    assert clerk.post(f"{USERS}{boss.pk}/delete/", {"post": "yes"}).status_code == 403
    for action in ("deactivate", "activate", "end_sessions", "delete_selected"):
        clerk.post(USERS, {"action": action, "_selected_action": [boss.pk], "post": "yes"})
    assert User.objects.filter(pk=boss.pk).values().get() == before


def test_nobody_gives_somebody_with_powers_another_address(clerk, root):
    kept = EmailAddress.objects.create(user=root, email="root@example.com", verified=True)
    addresses = "/admin/account/emailaddress/"
    form = {"user": root.pk, "email": "mine@example.com", "verified": "on", "primary": "on"}
    clerk.post(f"{addresses}add/", form)
    clerk.post(f"{addresses}{kept.pk}/change/", form)
    clerk.post(f"{addresses}{kept.pk}/delete/", {"post": "yes"})
    rows = EmailAddress.objects.values_list("user", "email", "verified", "primary")
    assert list(rows) == [(root.pk, "root@example.com", True, False)]


def test_groups_are_the_superusers_affair(clerk, root):
    group = Group.objects.create(name="g")
    for path in ("", "add/", f"{group.pk}/change/", f"{group.pk}/delete/"):
        assert clerk.get(f"/admin/auth/group/{path}").status_code == 403
    clerk.force_login(root)
    assert clerk.get("/admin/auth/group/").status_code == 200


def test_superusers_change_everybody_and_give_powers(client, root):
    other = UserFactory(username="other", staff=True)
    client.force_login(root)
    assert change(client, other, **dict.fromkeys(POWERS[:2], "on")).status_code == 302
    other.refresh_from_db()
    assert other.is_superuser


@pytest.mark.parametrize("query", ["messages=1", "messages__text__startswith=a", "password=x"])
def test_the_list_of_people_tells_nothing_of_what_points_at_them(clerk, query):
    assert clerk.get(f"{USERS}?{query}").status_code == 400
    assert clerk.get(f"{USERS}?is_active__exact=1").status_code == 200
