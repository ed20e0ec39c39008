"""The owner of an account hears of what changes who can log in: by mail, in the site's words."""

from pathlib import Path

import allauth
import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail

from accounts.factories import UserFactory

from .second_factors import PASSWORD, prove

pytestmark = pytest.mark.django_db

NEW = {"password1": "another horse", "password2": "another horse"}
FIREFOX = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"}
# What allauth has beside what this site shows: pages that extend nothing of it any more, sign-up by
# a passkey, trusted browsers.
NOT_SHOWN = ("base", "signup_form", "trust", "snippets/")


@pytest.fixture
def anna():
    anna = UserFactory(username="anna", email="anna@example.com")
    EmailAddress.objects.create(user=anna, email=anna.email, primary=True, verified=True)
    return anna


def link_in(sent, part):
    link = next(word for word in sent.body.split() if part in word)
    return link.removeprefix(settings.SITE_URL)


def test_a_new_password_is_told(client, anna):
    client.force_login(anna)
    page = "/accounts/password/change/"
    client.post(page, {"oldpassword": PASSWORD, **NEW}, headers=FIREFOX)
    (sent,) = mail.outbox
    assert sent.to == ["anna@example.com"]
    assert sent.subject == "[multichat] Your password was changed"
    assert sent.body.startswith("Hello,\n\nthe password of the account anna was changed.")
    assert "It was done with Firefox on Linux, from 127.0.0.1, on " in sent.body
    assert settings.SITE_URL in sent.body
    assert "another horse" not in sent.body


def test_a_password_chosen_by_a_link_is_told(client, anna):
    client.post("/accounts/password/reset/", {"email": anna.email})
    form_page = client.get(link_in(mail.outbox.pop(), "/reset/key/")).url
    client.post(form_page, NEW)
    (sent,) = mail.outbox
    assert sent.to == ["anna@example.com"]
    assert "a new password was chosen for the account anna" in sent.body


def test_the_old_address_is_told_of_the_new_one_when_that_is_confirmed(client, anna):
    client.force_login(anna)
    prove(client)
    client.post("/accounts/email/", {"email": "new@example.com", "action_add": ""})
    (sent,) = mail.outbox
    assert sent.to == ["new@example.com"]
    anna.refresh_from_db()
    assert anna.email == "anna@example.com"
    client.post(link_in(mail.outbox.pop(), "confirm-email"))
    (sent,) = mail.outbox
    assert sent.to == ["anna@example.com"]
    assert "from anna@example.com to new@example.com" in sent.body
    anna.refresh_from_db()
    assert anna.email == "new@example.com"


def test_who_has_given_no_address_is_told_nothing(client):
    client.force_login(UserFactory())
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, **NEW})
    assert mail.outbox == []


@pytest.mark.parametrize("app", ["mfa", "usersessions"])
def test_nothing_that_is_shown_is_left_in_another_style(app):
    theirs = Path(allauth.__file__).parent / "templates" / app
    names = [str(path.relative_to(theirs)) for path in theirs.rglob("*.*")]
    shown = {name for name in names if not any(part in name for part in NOT_SHOWN)}
    assert shown
    ours = settings.BASE_DIR / "templates" / app
    messages = {"messages/sessions_logged_out.txt"}  # our list says it itself
    assert {name for name in shown - messages if not (ours / name).exists()} == set()
