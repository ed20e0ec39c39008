import logging
import smtplib

import pytest
from django.core import mail

from accounts.factories import UserFactory

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
