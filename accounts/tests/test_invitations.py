"""Who may sign up by an invitation, and how one ends; the pages: test_views_invitations.py."""

import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from accounts import invitations
from accounts.factories import UserFactory
from accounts.models import Invitation, User
from multichat.audit import By
from multichat.models import Act, AuditEntry


@pytest.fixture
def boss(admin_exists):
    return UserFactory(username="boss", staff=True)


@pytest.fixture
def code(boss):
    return code_of(invitations.make(Invitation(note="for Berta"), 7, By(boss, "192.0.2.1")))


def code_of(link):
    return link.split("/")[-2]


def spend(code, username="berta"):
    return invitations.spend(code, lambda: UserFactory(username=username))


ENDS = {
    "used": lambda code: spend(code, "quicker"),
    "revoked": lambda code: invitations.revoke(Invitation.objects.get(), By(User.objects.first())),
    "expired": lambda code: Invitation.objects.update(until=timezone.now()),
    "its maker is no staff any more": lambda code: User.objects.filter(username="boss").update(
        is_staff=False
    ),
    "its maker was deactivated": lambda code: User.objects.filter(username="boss").update(
        is_active=False
    ),
    "its maker was deleted": lambda code: User.objects.get(username="boss").delete(),
    "sign-up was closed": lambda code: setattr(settings, "SIGN_UP", "closed"),
    "the site has no admin any more": lambda code: User.objects.filter(username="admin").delete(),
}


@pytest.mark.parametrize("sign_up", ["open", "invite"])
def test_an_invitation_makes_one_account(code, settings, sign_up):
    settings.SIGN_UP = sign_up
    assert invitations.find(code).note == "for Berta"
    berta = spend(code)
    invitation = Invitation.objects.get()
    assert (invitation.used_by, invitation.state) == (berta, "used")
    assert spend(code, "second") is None
    assert not User.objects.filter(username="second").exists()


@pytest.mark.parametrize("end", ENDS)
def test_an_invitation_that_ended_neither_shows_a_page_nor_makes_an_account(code, settings, end):
    settings.SIGN_UP = "invite"  # which pytest-django puts back
    assert invitations.find(code)
    ENDS[end](code)
    assert invitations.find(code) is None
    assert spend(code, "late") is None
    assert not User.objects.filter(username="late").exists()


def test_a_strangers_code_makes_nobody(code):
    assert spend(code[:-1] + "x") is None
    assert spend("") is None
    assert not User.objects.filter(username="berta").exists()


def test_only_a_digest_of_the_code_is_kept(code):
    row = str(Invitation.objects.values().get())
    assert code not in row
    assert code not in str(list(AuditEntry.objects.values()))


def test_an_invitation_stays_good_when_the_making_fails(code):
    with pytest.raises(ZeroDivisionError):
        invitations.spend(code, lambda: 1 / 0)
    assert spend(code)


def test_making_and_revoking_are_in_the_audit_log_once(code, boss):
    invitation = Invitation.objects.get()
    other = UserFactory(superuser=True)
    assert invitations.revoke(invitation, By(other, "192.0.2.2"))
    assert not invitations.revoke(invitation, By(other, "192.0.2.2"))
    assert list(AuditEntry.objects.values_list("act", "actor", "detail", "address")) == [
        (Act.INVITATION_REVOKED, other.pk, f"no. {invitation.pk}, for Berta", "192.0.2.2"),
        (Act.INVITATION_MADE, boss.pk, f"no. {invitation.pk}, for Berta", "192.0.2.1"),
    ]


def test_what_was_used_is_not_revoked(code, boss):
    spend(code)
    assert not invitations.revoke(Invitation.objects.get(), By(boss))


def test_an_invitation_holds_for_the_days_that_were_chosen(boss):
    before = timezone.now()
    invitations.make(Invitation(), 3, By(boss))
    assert timedelta() <= Invitation.objects.get().until - before - timedelta(days=3)
    assert Invitation.objects.get().until - before < timedelta(days=3, minutes=1)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_wins(code):
    """The first has made its account, and not committed it, when the second comes."""
    made, go_on, winners = threading.Event(), threading.Event(), []

    def slowly():
        user = UserFactory(username="one")
        made.set()
        assert go_on.wait(5)
        return user

    def run(make):
        try:
            winners.append(invitations.spend(code, make))
        finally:
            connections.close_all()

    one = threading.Thread(target=run, args=[slowly])
    two = threading.Thread(target=run, args=[lambda: UserFactory(username="two")])
    one.start()
    assert made.wait(5)
    two.start()
    two.join(0.3)
    assert two.is_alive()  # it waits
    go_on.set()
    one.join(5)
    two.join(5)
    assert [winner and winner.username for winner in winners] == ["one", None]
    assert not User.objects.filter(username="two").exists()
