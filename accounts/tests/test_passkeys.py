"""What anybody may send in the place of a passkey's answer. That right ones work, e2e shows."""

import json
import logging

import pytest
from django.core.exceptions import ValidationError
from fido2.utils import websafe_encode

from accounts import second_factor_forms as forms
from accounts.factories import UserFactory

from .second_factors import give_app, give_passkey, prove
from .test_second_factor import STEP, log_in, text_of

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/passkey/"
ADD = "/accounts/security/passkeys/add/"
CLIENT_DATA = websafe_encode(b'{"type": "webauthn.get", "challenge": "AA", "origin": "x"}')
RESPONSE = {"clientDataJSON": CLIENT_DATA, "authenticatorData": "AAAA", "signature": "AAAA"}
WELL_FORMED = {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": RESPONSE}
HOSTILE = [
    "",
    "{",
    "null",
    "[]",
    "1",
    '"text"',
    "NaN",
    "{}",
    "[" * 100_000,
    "9" * 5000,
    '{"id": "\\u0000"}',
    '{"id": "é"}',
    json.dumps({"id": 1, "rawId": 1, "response": 1, "type": 1}),
    json.dumps({"response": {"userHandle": 5}}),
    json.dumps({**WELL_FORMED, "response": {}}),
    json.dumps({**WELL_FORMED, "response": None}),
    json.dumps({**WELL_FORMED, "response": []}),
    json.dumps(WELL_FORMED),
    *(
        json.dumps({**WELL_FORMED, "response": {**RESPONSE, "userHandle": handle}})
        for handle in ("MQ", "A", "_____", "enp6enp6enp6enp6enp6enp6enp6enp6", None, 1, [], {})
    ),
    json.dumps({**WELL_FORMED, "response": {**RESPONSE, "attestationObject": "AAAA"}}),
    json.dumps({**WELL_FORMED, "response": {**RESPONSE, "attestationObject": "v" * 200}}),
    json.dumps({**WELL_FORMED, "id": "A" * 100_000}),
]


@pytest.fixture(autouse=True)
def quiet_log(caplog):
    """Whatever somebody sends is answered, and is no error of the site's."""
    yield
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("sent", HOSTILE)
def test_what_is_no_passkey_does_not_log_in(client, sent, settings):
    settings.MFA_RATE_LIMITS = {"webauthn_login": "1000/m/ip"}
    UserFactory(pk=1)
    client.get(LOGIN)
    answer = client.post(LOGIN, {"credential": sent, "next": "/rooms/tea/"})
    assert answer.url == "/accounts/login/?next=%2Frooms%2Ftea%2F"
    assert "That passkey did not work here" in text_of(client.get(answer.url))
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("sent", HOSTILE)
def test_what_is_no_passkey_is_no_second_step(client, sent):
    give_app(UserFactory(username="anna"))
    log_in(client)
    client.get(STEP)
    assert client.post(STEP, {"credential": sent}).status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("sent", HOSTILE)
def test_what_is_no_passkey_is_not_added(client, sent):
    anna = UserFactory()
    client.force_login(anna)
    prove(client)
    client.get(ADD)
    answer = client.post(ADD, {"name": "Phone", "credential": sent})
    assert "That passkey did not work here" in text_of(answer)
    assert not anna.authenticator_set.exists()


def test_a_passkey_of_a_device_that_did_not_ask_who_holds_it_does_not_log_in_alone(monkeypatch):
    """Who finds a key on the street could."""
    key = object()
    monkeypatch.setattr(
        "allauth.mfa.webauthn.forms.AuthenticateWebAuthnForm.clean_credential", lambda form: key
    )
    for flags, verified in (("01", False), ("05", True)):
        data = bytes(32) + bytes.fromhex(flags) + bytes(4)
        response = {**RESPONSE, "authenticatorData": websafe_encode(data)}
        form = forms.PasskeyLoginForm()
        form.cleaned_data = {"credential": {**WELL_FORMED, "response": response}}
        if verified:
            assert form.clean_credential() is key
        else:
            with pytest.raises(ValidationError):
                form.clean_credential()


@pytest.mark.parametrize("sent", ['{"a":"\\u0000"}', '{"a":"\\ud800"}', '{"a":"é"}', HOSTILE[-1]])
def test_what_no_database_or_too_much_of_one_could_keep_is_refused(sent):
    field = forms.CredentialField()
    assert field.clean('{"a":"b"}') == {"a": "b"}
    with pytest.raises(ValidationError):
        field.clean(sent)


def test_a_log_in_asks_for_a_passkey_that_knows_its_owner(client):
    options = client.get(LOGIN).json()["request_options"]["publicKey"]
    assert options["userVerification"] == "required"
    assert options["rpId"] == "localhost"
    assert options["allowCredentials"] == []


def test_the_page_to_add_one_asks_the_device_to_keep_it_and_to_know_its_owner(client):
    client.force_login(UserFactory(username="anna", email="anna@example.com"))
    prove(client)
    page = client.get(ADD)
    options = page.context["js_data"]["creation_options"]["publicKey"]
    chosen = options["authenticatorSelection"]
    assert chosen["residentKey"] == chosen["userVerification"] == "required"
    assert options["rp"] == {"id": "localhost", "name": "multichat"}
    assert options["user"]["name"] == "anna"
    assert client.session["mfa.webauthn.state"]["user_verification"] == "required"


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\x00b"])
def test_a_name_is_short_and_readable(client, name):
    anna = UserFactory()
    client.force_login(anna)
    prove(client)
    passkey = give_passkey(anna)
    page = f"/accounts/security/passkeys/{passkey.pk}/rename/"
    assert "Phone" in text_of(client.get(page))
    assert client.post(page, {"name": name}).status_code == 200
    passkey.refresh_from_db()
    assert passkey.data["name"] == "Phone"
    assert client.post(page, {"name": "Blue key"}).status_code == 302
    assert "Blue key" in text_of(client.get("/accounts/security/passkeys/"))
