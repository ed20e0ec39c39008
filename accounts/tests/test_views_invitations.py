"""The pages of invitations: the site's own, and those in the admin."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as site
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import invitations
from accounts.factories import UserFactory
from accounts.models import Invitation, User
from multichat.audit import By
from multichat.models import AuditEntry

PAGE = "/accounts/invitations/"
ADMIN = "/admin/accounts/invitation/"
FORM = {"note": "", "email": "", "days": "7"}
BERTA = {
    "username": "Berta",
    "email": "",
    "password1": "long enough 7",
    "password2": "long enough 7",
}


def text_of(answer):
    return answer.content.decode()


@pytest.fixture
def boss(admin_exists):
    return UserFactory(username="boss", staff=True)


@pytest.fixture
def door(client, boss):
    client.force_login(boss)
    return client


@pytest.fixture
def link(boss):
    link = invitations.make(Invitation(note="for Berta"), 7, By(boss))
    return link.removeprefix(site.SITE_URL)


def link_in(text):
    [link] = re.findall(re.escape(site.SITE_URL) + r"(/accounts/invitation/\S+?/)(?=\s|\")", text)
    return link


# --- making and revoking ------------------------------------------------------------------------


@pytest.mark.parametrize("page", [PAGE, ADMIN + "add/"])
def test_staff_make_an_invitation_and_see_its_link_once(door, boss, page):
    made = text_of(door.post(page, {**FORM, "note": "for Berta", "days": "3"}))
    link = link_in(made)
    invitation = Invitation.objects.get()
    assert (invitation.maker, invitation.note, invitation.used_at) == (boss, "for Berta", None)
    assert AuditEntry.objects.get().actor == boss
    assert link not in text_of(door.get(PAGE)) + text_of(door.get(ADMIN))
    assert "for Berta" in text_of(door.get(PAGE))
    assert Client().get(link).status_code == 200


@pytest.mark.parametrize("page", [PAGE, ADMIN + "add/"])
def test_with_an_address_the_link_is_mailed_and_not_shown(
    door, page, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        answer = door.post(page, {**FORM, "email": "Berta@example.com"}, follow=True)
    (sent,) = mail.outbox
    assert sent.to == ["berta@example.com"]
    assert "boss invites you" in sent.subject
    link = link_in(sent.body)
    assert link not in text_of(answer)
    assert Client().get(link).status_code == 200


@pytest.mark.parametrize("page", [PAGE, ADMIN + "add/"])
@pytest.mark.parametrize("days", ["0", "31", "", "x", "-1"])
def test_an_invitation_holds_for_1_to_30_days(door, page, days):
    assert "errorlist" in text_of(door.post(page, {**FORM, "days": days}))
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("page", [PAGE, ADMIN])
def test_staff_revoke_an_invitation(door, link, page):
    invitation = Invitation.objects.get()
    if page == PAGE:
        answer = door.post(f"{PAGE}{invitation.pk}/revoke/", follow=True)
    else:
        data = {"action": "revoke", "_selected_action": [invitation.pk]}
        answer = door.post(ADMIN, data, follow=True)
    assert "revoked" in text_of(answer)
    assert Invitation.objects.get().state == "revoked"
    assert Client().get(link).status_code == 404


def test_what_is_over_cannot_be_revoked(door, link):
    pk = Invitation.objects.get().pk
    Invitation.objects.update(used_at=timezone.now())
    assert "nothing to revoke" in text_of(door.post(f"{PAGE}{pk}/revoke/", follow=True))


@pytest.mark.parametrize("page", [PAGE, PAGE + "{pk}/revoke/"])
def test_the_pages_do_not_exist_for_strangers(client, link, page):
    page = page.format(pk=Invitation.objects.get().pk)
    assert client.post(page, FORM).url.startswith("/accounts/login/")
    client.force_login(UserFactory())
    assert client.post(page, FORM).status_code == 404
    assert client.get(PAGE).status_code == 404
    assert "/accounts/invitations/" not in text_of(client.get("/"))
    assert Invitation.objects.get().state == "open"


def test_the_admin_shows_them_to_staff_and_lets_nobody_change_them(door, link):
    pk = Invitation.objects.get().pk
    assert "for Berta" in text_of(door.get(ADMIN))
    shown = text_of(door.get(f"{ADMIN}{pk}/change/"))
    assert "Made by" in shown
    assert "Until" in shown
    door.post(f"{ADMIN}{pk}/change/", {"note": "for Eve"})
    door.post(f"{ADMIN}{pk}/delete/", {"post": "yes"})
    assert Invitation.objects.get().note == "for Berta"


def test_the_page_says_who_made_and_who_used_each(door, link):
    Client().post(link, BERTA)
    said = " ".join(text_of(door.get(PAGE)).split())
    assert "Made by boss" in said
    assert "Used by Berta" in said


def test_with_closed_sign_up_none_can_be_made(door, settings):
    settings.SIGN_UP = "closed"
    assert "Sign-up is closed" in text_of(door.get(PAGE))
    assert door.post(PAGE, FORM).url == PAGE
    assert door.post(ADMIN + "add/", FORM).status_code == 403
    assert not Invitation.objects.exists()


def test_how_many_one_makes_is_limited(door):
    for number in range(60):
        assert door.post([PAGE, ADMIN + "add/"][number % 2], FORM).status_code == 200
    for page in (PAGE, ADMIN + "add/"):
        answer = door.post(page, FORM)
        assert (answer.status_code, answer["Retry-After"]) == (429, "3600")
        assert door.get(page).status_code == 200
    assert Invitation.objects.count() == 60


# --- signing up ---------------------------------------------------------------------------------


def test_an_invited_person_signs_up_and_is_logged_in(client, link, settings):
    settings.SIGN_UP = "invite"
    page = client.get(link)
    assert "boss invites you" in text_of(page)
    assert page["Referrer-Policy"] == "same-origin"
    assert "no-store" in page["Cache-Control"]
    assert client.post(link, BERTA).url == "/"
    berta = User.objects.get(username="Berta")
    assert client.session["_auth_user_id"] == str(berta.pk)
    assert (berta.is_staff, berta.is_superuser) == (False, False)
    assert Invitation.objects.get().used_by == berta


def test_a_form_with_a_mistake_does_not_use_it_up(client, link):
    assert "exists already" in text_of(client.post(link, {**BERTA, "username": "BOSS"}))
    assert client.post(link, BERTA).url == "/"


def test_what_does_not_hold_shows_one_and_the_same_page(client, boss, link):
    answers = [client.get("/accounts/invitation/never-was-one/")]
    for end in (
        {"used_at": timezone.now()},
        {"used_at": None, "revoked_at": timezone.now()},
        {"revoked_at": None, "until": timezone.now()},
    ):
        Invitation.objects.update(**end)
        answers += [client.get(link), client.post(link, BERTA)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({text_of(answer) for answer in answers}) == 1
    assert "does not hold" in text_of(answers[0])
    assert not User.objects.filter(username="Berta").exists()


def test_whether_it_holds_is_asked_again_when_the_account_is_made(client, link, monkeypatch):
    """It ended between the page's question and the form's."""
    find = invitations.find
    asked = []

    def once(code, *rows):
        asked.append(find(code, *rows))
        Invitation.objects.update(revoked_at=timezone.now())
        return asked[-1]

    monkeypatch.setattr(invitations, "find", once)
    assert client.post(link, BERTA).status_code == 404
    assert [bool(answer) for answer in asked] == [True, False]
    assert not User.objects.filter(username="Berta").exists()


def test_who_is_logged_in_does_not_use_it_up(door, link):
    assert door.get(link).url == "/"
    assert door.post(link, BERTA).url == "/"
    assert Invitation.objects.get().state == "open"


def test_guessing_is_limited(client, boss):
    for number in range(30):
        assert client.get(f"/accounts/invitation/guess{number}/").status_code == 404
    answer = client.get("/accounts/invitation/guess/")
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")


# --- the address that the link was mailed to ----------------------------------------------------


@pytest.fixture
def mailed(boss, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        invitations.make(Invitation(email="berta@example.com"), 7, By(boss))
    return link_in(mail.outbox.pop().body)


def addresses():
    return list(EmailAddress.objects.values_list("email", "verified"))


def test_who_keeps_the_address_has_it_confirmed(client, mailed):
    assert 'value="berta@example.com"' in text_of(client.get(mailed))
    client.post(mailed, {**BERTA, "email": "Berta@example.com"})
    assert addresses() == [("berta@example.com", True)]
    assert mail.outbox == []


def test_another_address_has_to_be_confirmed(client, mailed):
    client.post(mailed, {**BERTA, "email": "other@example.com"})
    assert addresses() == [("other@example.com", False)]
    assert [sent.to for sent in mail.outbox] == [["other@example.com"]]


def test_an_address_that_is_confirmed_for_somebody_is_not_for_a_second_one(client, mailed, boss):
    EmailAddress.objects.create(user=boss, email="berta@example.com", verified=True)
    assert client.post(mailed, {**BERTA, "email": "berta@example.com"}).url == "/"
    assert sorted(addresses()) == [("berta@example.com", False), ("berta@example.com", True)]


def test_a_link_that_was_passed_on_by_hand_confirms_no_address(client, link):
    client.post(link, {**BERTA, "email": "berta@example.com"})
    assert addresses() == [("berta@example.com", False)]
