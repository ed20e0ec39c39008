"""What admins do to accounts is in the audit log, in the transaction that does it."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry

from accounts.factories import UserFactory
from accounts.models import User
from multichat.models import Act, AuditEntry

from .test_admin import USERS, act, form_of

pytestmark = pytest.mark.django_db

NEW = {"username": "Berta", "password1": "long enough 7", "password2": "long enough 7"}
ADDRESSES = "/admin/account/emailaddress/"


@pytest.fixture
def admin():
    return UserFactory(username="admin", superuser=True)


@pytest.fixture
def anna():
    return UserFactory(username="anna")


@pytest.fixture
def door(client, admin):
    client.force_login(admin)
    return client


def entries():
    """Return what the log says, oldest first; all of it was done by the admin, from here."""
    found = AuditEntry.objects.order_by("pk")
    assert {(entry.actor_name, entry.address) for entry in found} <= {("admin", "127.0.0.1")}
    return [(entry.act, entry.subject_name, entry.detail) for entry in found]


def test_making_an_account(door):
    door.post(f"{USERS}add/", {**NEW, "usable_password": "true"})
    assert entries() == [(Act.USER_MADE, "Berta", "")]


def test_changing_one_says_which_fields(door, anna):
    door.post(f"{USERS}{anna.pk}/change/", form_of(anna, is_staff="on", date_joined_0="2026-02-01"))
    assert entries() == [(Act.USER_CHANGED, "anna", "Changed Staff status and Date joined.")]
    assert AuditEntry.objects.get().subject == anna


def test_a_form_that_changes_nothing_is_no_act_that_did_something(door, anna):
    door.post(f"{USERS}{anna.pk}/change/", form_of(anna, date_joined_1="x"))
    assert entries() == []


def test_a_new_password_is_logged_without_it(door, anna):
    passwords = {"password1": "long enough 7", "password2": "long enough 7"}
    door.post(f"{USERS}{anna.pk}/password/", {**passwords, "usable_password": "true"})
    assert entries() == [(Act.USER_CHANGED, "anna", "Changed password.")]


def test_deactivating(door, anna):
    act(door, "deactivate", anna)
    act(door, "activate", anna)
    assert entries() == [(Act.SITE_BANNED, "anna", ""), (Act.SITE_BAN_ENDED, "anna", "")]


def test_deleting(door, anna):
    door.post(f"{USERS}{anna.pk}/delete/", {"post": "yes"})
    assert entries() == [(Act.USER_DELETED, "anna", "")]
    assert AuditEntry.objects.get().subject is None


def test_what_is_not_logged_is_not_done(door, anna, monkeypatch):
    monkeypatch.setattr("accounts.admin.record", lambda *args, **kwargs: 1 / 0)
    passwords = {"password1": "long enough 7", "password2": "long enough 7"}
    for attempt in (
        lambda: door.post(f"{USERS}add/", {**NEW, "usable_password": "true"}),
        lambda: door.post(f"{USERS}{anna.pk}/change/", form_of(anna, is_staff="on")),
        lambda: door.post(f"{USERS}{anna.pk}/password/", {**passwords, "usable_password": "true"}),
        lambda: act(door, "deactivate", anna),
        lambda: door.post(f"{USERS}{anna.pk}/delete/", {"post": "yes"}),
    ):
        with pytest.raises(ZeroDivisionError):
            attempt()
    as_it_was = User.objects.get(username="anna")
    assert (as_it_was.is_staff, as_it_was.is_active) == (False, True)
    assert as_it_was.check_password("correct horse")
    assert not User.objects.filter(username="Berta").exists()
    assert not LogEntry.objects.exists()


def test_what_is_done_to_an_address(door, anna):
    data = {"user": anna.pk, "email": "anna@example.com"}
    door.post(f"{ADDRESSES}add/", data)
    address = EmailAddress.objects.get()
    door.post(ADDRESSES, {"action": "make_verified", "_selected_action": [address.pk]})
    door.post(f"{ADDRESSES}{address.pk}/change/", {**data, "verified": "on", "primary": "on"})
    door.post(f"{ADDRESSES}{address.pk}/delete/", {"post": "yes"})
    assert entries() == [
        (Act.USER_CHANGED, "anna", f"anna@example.com: {how}")
        for how in ("added", "to be marked as verified", "Changed Primary.", "deleted")
    ]
    assert not EmailAddress.objects.exists()
