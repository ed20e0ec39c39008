"""The second factor: who has one, who must have one, and what the site does otherwise than allauth.

An app that makes codes counts, and a passkey does; recovery codes are for who has lost those.
"""

from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

PASSKEY_REFUSED = _("That passkey did not work here. Try again, or use another way.")
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def is_missing(user):
    """Whether the user has rights of staff, may use them with a second factor only, and has none.

    In one query, for staff; in none for everybody else, and where the setting is off.
    """
    if not settings.STAFF_NEEDS_SECOND_FACTOR or not (user.is_staff or user.is_superuser):
        return False
    return not Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists()


def without_the_missing(users):
    """Return the users, a queryset, without those for whom `is_missing`."""
    if not settings.STAFF_NEEDS_SECOND_FACTOR:
        return users
    factors = Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=FACTORS)
    return users.filter(Q(is_staff=False, is_superuser=False) | Exists(factors))


def end_older_sessions(request, user, authenticator, **kwargs):
    """End the other sessions when somebody gets a second factor: the password alone let them in.

    A receiver of django-allauth's `authenticator_added`.
    """
    factors = Authenticator.objects.filter(user=user, type__in=FACTORS)
    if authenticator.type in FACTORS and factors.count() == 1:
        user.end_sessions()
        update_session_auth_hash(request, user)  # but for this one


class SecondFactorAdapter(DefaultMFAAdapter):
    """Passkeys are the site's, by its SITE_URL, and errors are said in its words."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("That code is not right. Each works once, and for a minute or so."),
        "passkey_refused": PASSKEY_REFUSED,
        "too_many_codes": _("Too many wrong codes. Try again in five minutes."),
        "cannot_generate_recovery_codes": _(
            "Recovery codes stand in for a second factor: set one up first."
        ),
    }

    def get_totp_label(self, user):
        return user.get_username()

    def get_public_key_credential_rp_entity(self):
        return {"id": urlsplit(settings.SITE_URL).hostname, "name": "multichat"}

    def get_public_key_credential_user_entity(self, user):
        entity = super().get_public_key_credential_user_entity(user)
        return {**entity, "name": user.get_username(), "display_name": user.get_username()}

    def generate_authenticator_name(self, user, type):
        """Return the name that a new passkey has until its owner gives it another."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey") if number == 1 else gettext("Passkey %d") % number
