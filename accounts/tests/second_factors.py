"""People with second factors, for tests."""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp

SECRET = totp.generate_totp_secret()
PASSWORD = "correct horse"


def code_of(secret, steps=0):
    """Return the code of now, or of so many half minutes later."""
    [counter] = list(totp.yield_hotp_counters_from_time())[1:2]
    return totp.format_hotp_value(totp.hotp_value(secret, counter + steps))


def give_app(user):
    """Give the user an authenticator app with SECRET, and recovery codes; return these."""
    totp.TOTP.activate(user, SECRET)
    return RecoveryCodes.activate(user).get_unused_codes()


def give_passkey(user, name="Phone"):
    """Give the user a passkey that is in their list, but no device has."""
    return Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": name, "credential": {}}
    )


def prove(client):
    """Say the password again, as is asked for before a second factor changes."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def prove_by_app(client):
    """Say a code again: who has an app is not believed by the password."""
    client.post("/accounts/reauthenticate/code/", {"code": code_of(SECRET)})
