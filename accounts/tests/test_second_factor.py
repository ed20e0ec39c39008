import logging

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from accounts.factories import UserFactory

from .second_factors import PASSWORD, SECRET, code_of, give_app, give_passkey, prove, prove_by_app

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
STEP = "/accounts/login/second-factor/"
SECURITY = "/accounts/security/"
APP = SECURITY + "app/add/"


@pytest.fixture
def anna():
    return UserFactory(username="anna", email="anna@example.com")


@pytest.fixture
def logged_in(client, anna):
    client.force_login(anna)
    return client


def log_in(client):
    return client.post(LOGIN, {"login": "anna", "password": PASSWORD, "next": "/rooms/tea/"})


def is_logged_in(client):
    return "_auth_user_id" in client.session


def text_of(response):
    return response.content.decode()


# --- logging in ---------------------------------------------------------------------------------


def test_the_password_alone_does_not_log_in_who_has_an_app(client, anna):
    give_app(anna)
    assert log_in(client).url.startswith(STEP)
    assert not is_logged_in(client)
    assert client.get("/").status_code == 302
    assert client.post(STEP, {"code": code_of(SECRET)}).url == "/rooms/tea/"
    assert is_logged_in(client)


def test_a_wrong_code_is_answered_in_words(client, anna):
    give_app(anna)
    log_in(client)
    assert "That code is not right" in text_of(client.post(STEP, {"code": "12345é"}))
    assert not is_logged_in(client)


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_that_is_half_a_minute_off_does_not_matter(client, anna, steps):
    give_app(anna)
    log_in(client)
    client.post(STEP, {"code": code_of(SECRET, steps)})
    assert is_logged_in(client)


@pytest.mark.parametrize("steps", [-3, 3])
def test_an_old_code_and_one_of_later_do_not_fit(client, anna, steps):
    give_app(anna)
    log_in(client)
    client.post(STEP, {"code": code_of(SECRET, steps)})
    assert not is_logged_in(client)


def test_a_code_works_once_for_as_long_as_it_would_be_right(client, anna, monkeypatch):
    """allauth remembers it for 30 seconds only."""
    give_app(anna)
    code = code_of(SECRET)
    log_in(client)
    client.post(STEP, {"code": code})
    client.post("/accounts/logout/")
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.TOTP._mark_code_used", lambda *_: True)
    log_in(client)
    for written in (code, f"{code[:3]} {code[3:]}"):
        assert "not right" in text_of(client.post(STEP, {"code": written}))
    assert not is_logged_in(client)


def test_a_recovery_code_logs_in_once(client, anna):
    code, *_others = give_app(anna)
    log_in(client)
    assert client.post(STEP, {"code": code}).url == "/rooms/tea/"
    client.post("/accounts/logout/")
    log_in(client)
    assert "not right" in text_of(client.post(STEP, {"code": code}))


def test_codes_are_not_to_be_guessed(client, anna):
    give_app(anna)
    log_in(client)
    for number in range(6):
        answer = text_of(client.post(STEP, {"code": f"{number:06}"}))
    assert "Too many wrong codes" in answer
    client.post(STEP, {"code": code_of(SECRET)})
    assert not is_logged_in(client)


def test_the_second_step_is_nobodys_without_the_first(client, anna):
    give_app(anna)
    assert client.get(STEP).url == LOGIN
    assert client.post(STEP, {"code": code_of(SECRET)}).url == LOGIN


def test_one_can_go_back_from_the_second_step(client, anna):
    give_app(anna)
    log_in(client)
    assert 'class="card"' in text_of(client.get(STEP))
    client.post("/accounts/logout/", {"next": LOGIN})
    assert client.get(STEP).url == LOGIN


# --- setting up ---------------------------------------------------------------------------------


def test_an_app_is_set_up_after_the_password_and_gives_recovery_codes(logged_in, anna):
    answer = logged_in.get(APP)
    assert answer.url.startswith("/accounts/reauthenticate/")
    prove(logged_in)
    page = logged_in.get(APP)
    secret = page.context["form"].secret
    assert secret in text_of(page)
    assert "otpauth://totp/anna?" in text_of(page)
    wrong = logged_in.post(APP, {"code": "000000"})
    assert "not right" in text_of(wrong)
    assert wrong.context["form"].secret == secret
    answer = logged_in.post(APP, {"code": code_of(secret)})
    page = text_of(logged_in.get(answer.url))
    codes = anna.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()
    assert len(codes) == 10
    assert all(code in page for code in codes)
    download = logged_in.get(SECURITY + "recovery-codes/download/")
    assert download.content.decode().split() == codes
    assert "anna" not in download["content-disposition"]


@pytest.mark.parametrize(
    "page",
    ["app/add/", "passkeys/add/", "recovery-codes/", "recovery-codes/new/", "app/remove/"],
)
def test_who_finds_a_browser_open_changes_no_second_factor(logged_in, anna, page):
    if page != "app/add/":
        give_app(anna)
    assert logged_in.get(SECURITY + page).url.startswith("/accounts/reauthenticate/")
    answer = logged_in.post(SECURITY + page)
    assert answer.status_code == 405 or answer.url.startswith("/accounts/reauthenticate/")
    assert logged_in.get(SECURITY + "recovery-codes/download/").status_code in (302, 404)


def test_removing_the_app_takes_the_recovery_codes_along(logged_in, anna):
    give_app(anna)
    prove_by_app(logged_in)
    assert "password alone" in text_of(logged_in.get(SECURITY + "app/remove/"))
    assert logged_in.post(SECURITY + "app/remove/").url == SECURITY
    assert not anna.authenticator_set.exists()


def test_new_recovery_codes_end_the_old_ones(logged_in, client, anna):
    old = give_app(anna)
    prove_by_app(logged_in)
    assert logged_in.get(SECURITY + "recovery-codes/new/").status_code == 200
    logged_in.post(SECURITY + "recovery-codes/new/")
    new = anna.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()
    assert not set(old) & set(new)


def test_a_stranger_neither_sees_nor_changes_somebodys_second_factor(client, anna):
    passkey = give_passkey(anna)
    client.force_login(UserFactory())
    prove(client)
    for act in ("rename", "remove"):
        page = f"{SECURITY}passkeys/{passkey.pk}/{act}/"
        assert client.get(page).status_code == 404
        assert client.post(page, {"name": "mine"}).status_code == 404
    assert "Phone" not in text_of(client.get(SECURITY + "passkeys/"))
    assert client.get(SECURITY + "recovery-codes/").status_code == 404
    assert Authenticator.objects.get().data["name"] == "Phone"


def test_somebody_with_a_second_factor_can_still_give_another_address(logged_in, anna):
    give_app(anna)
    prove_by_app(logged_in)
    logged_in.post("/accounts/email/", {"email": "new@example.com", "action_add": ""})
    assert anna.emailaddress_set.filter(email="new@example.com").exists()


# --- what the password alone does not do ---------------------------------------------------------


@pytest.mark.parametrize("give", [give_app, give_passkey])
def test_the_password_alone_takes_no_second_factor_away(logged_in, anna, give):
    give(anna)
    assert logged_in.get("/accounts/reauthenticate/?next=/x/").url.endswith("/?next=/x/")
    prove(logged_in)
    assert logged_in.get(SECURITY + "passkeys/add/").url.startswith("/accounts/reauthenticate/")
    for page in ("app/remove/", "recovery-codes/new/"):
        logged_in.post(SECURITY + page)
    assert anna.authenticator_set.exists()


@pytest.mark.django_db(transaction=True)  # it is done after the commit
def test_the_first_second_factor_ends_the_sessions_that_were_begun_without_it(logged_in, anna):
    thief = Client()
    thief.force_login(anna)
    prove(logged_in)
    logged_in.post(APP, {"code": code_of(logged_in.get(APP).context["form"].secret)})
    assert thief.get("/").status_code == 302
    assert logged_in.get("/").status_code == 200
    later = Client()
    anna.refresh_from_db()
    later.force_login(anna)
    give_passkey(anna)  # one more ends nothing
    assert later.get("/").status_code == 200


@pytest.mark.parametrize("end", ["ban", "end_sessions"])
def test_what_ends_sessions_ends_half_a_log_in_too(client, anna, end):
    give_app(anna)
    client.post(LOGIN, {"login": "anna", "password": PASSWORD})
    getattr(anna, end)()
    client.post(STEP, {"code": code_of(SECRET)})
    anna.end_ban()
    assert "_auth_user_id" not in client.session
    assert client.get("/").status_code == 302


# --- what the owner is told ---------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_owner_is_told_of_each_change_of_the_second_factor(logged_in, anna):
    prove(logged_in)
    logged_in.post(APP, {"code": code_of(logged_in.get(APP).context["form"].secret)})
    logged_in.post(SECURITY + "recovery-codes/new/")
    passkey = give_passkey(anna)
    logged_in.post(f"{SECURITY}passkeys/{passkey.pk}/remove/")
    logged_in.post(SECURITY + "app/remove/")
    assert [(sent.to, sent.subject.removeprefix("[multichat] ")) for sent in mail.outbox] == [
        (["anna@example.com"], subject)
        for subject in (
            "An authenticator app was set up",
            "New recovery codes were made",
            "A passkey was removed",
            "The authenticator app was removed",
        )
    ]
    for sent in mail.outbox:
        assert sent.body.startswith("Hello,\n\n")
        assert "anna" in sent.body
        assert "from 127.0.0.1" in sent.body


@pytest.mark.django_db(transaction=True)
def test_no_code_and_no_secret_is_written_to_the_log(logged_in, anna, caplog):
    with caplog.at_level(logging.DEBUG):
        prove(logged_in)
        secret = logged_in.get(APP).context["form"].secret
        logged_in.post(APP, {"code": "123456"})
        code = code_of(secret)
        logged_in.post(APP, {"code": code})
        codes = anna.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()
        logged_in.get(SECURITY + "recovery-codes/")
    said = "\n".join(
        record.getMessage() for record in caplog.records if record.name != "django.db.backends"
    )
    assert not [word for word in (PASSWORD, secret, "123456", code, *codes) if word in said]
