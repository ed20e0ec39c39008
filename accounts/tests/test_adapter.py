import logging
import re
import smtplib

import pytest
from django.core import mail

from accounts.factories import UserFactory
from accounts.models import User

pytestmark = pytest.mark.django_db

RESET = "/accounts/password/reset/"


@pytest.fixture
def anna():
    return UserFactory(username="anna", email="anna@example.com")


def test_links_in_mail_lead_to_the_site_whatever_host_was_asked(client, anna, settings):
    settings.SITE_URL = "https://chat.example.com"
    client.post(RESET, {"email": anna.email}, headers={"host": "127.0.0.1"})
    (sent,) = mail.outbox
    assert sent.to == [anna.email]
    assert sent.subject == "[multichat] Choose a new password"
    assert "https://chat.example.com/accounts/password/reset/key/" in sent.body
    assert "127.0.0.1" not in sent.body
    assert "example.com/accounts" in sent.body


def test_the_link_of_the_mail_changes_the_password_once(client, anna, settings):
    client.post(RESET, {"email": anna.email})
    link = next(word for word in mail.outbox[0].body.split() if "/key/" in word)
    page = link.removeprefix(settings.SITE_URL)
    form_page = client.get(page).url
    passwords = {"password1": "another horse", "password2": "another horse"}
    assert client.post(form_page, passwords).url == "/accounts/password/reset/key/done/"
    anna.refresh_from_db()
    assert anna.check_password("another horse")
    assert "does not work any more" in client.get(page).content.decode()


def test_a_reset_tells_nobody_whether_an_address_is_known(client, anna):
    known = client.post(RESET, {"email": anna.email})
    unknown = client.post(RESET, {"email": "eve@example.com"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert client.get(known.url).status_code == 200
    assert [sent.to[0] for sent in mail.outbox] == [anna.email, "eve@example.com"]
    assert "/key/" not in mail.outbox[1].body


def test_a_mail_server_that_is_away_is_logged_and_tells_nothing(client, anna, monkeypatch, caplog):
    def refuse(self, **kwargs):
        raise smtplib.SMTPServerDisconnected("away")

    monkeypatch.setattr(mail.EmailMessage, "send", refuse)
    with caplog.at_level(logging.ERROR, logger="accounts.adapter"):
        assert client.post(RESET, {"email": anna.email}).status_code == 302
    assert "could not be sent" in caplog.text


def test_an_inactive_person_gets_no_link(client):
    UserFactory(email="anna@example.com", inactive=True)
    client.post(RESET, {"email": "anna@example.com"})
    assert all("/key/" not in sent.body for sent in mail.outbox)


@pytest.mark.parametrize("loss", [{"is_active": False}, {"is_staff": False}])
def test_a_new_password_undoes_nothing_that_was_done_meanwhile(client, monkeypatch, loss):
    """The hash takes its time: a ban that comes in between is not to be written over."""
    stella = UserFactory(staff=True)
    client.force_login(stella)
    hashed = User.set_password

    def set_password(user, password):
        hashed(user, password)
        User.objects.filter(pk=user.pk).update(**loss)

    monkeypatch.setattr(User, "set_password", set_password)
    form = {"oldpassword": "correct horse", "password1": "long enough 7"}
    client.post("/accounts/password/change/", {**form, "password2": "long enough 7"})
    stella.refresh_from_db()
    assert stella.check_password("long enough 7")
    assert {name: getattr(stella, name) for name in loss} == loss


def test_a_link_to_a_new_password_undoes_no_ban(client, anna, monkeypatch):
    client.post(RESET, {"email": anna.email})
    link = re.search(r"/accounts/password/reset/key/\S+", mail.outbox[0].body)[0]
    form = client.get(link, follow=True).redirect_chain[-1][0]
    hashed = User.set_password

    def set_password(user, password):
        hashed(user, password)
        User.objects.get(pk=user.pk).ban()

    monkeypatch.setattr(User, "set_password", set_password)
    client.post(form, {"password1": "long enough 7", "password2": "long enough 7"})
    anna.refresh_from_db()
    assert anna.check_password("long enough 7")
    assert not anna.is_active
