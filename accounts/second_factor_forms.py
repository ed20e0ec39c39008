"""The forms of the second factor: codes, and what browsers answer for passkeys."""

from contextlib import contextmanager

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput
from django.utils.translation import gettext_lazy as _
from fido2.webauthn import AuthenticationResponse

from .forms import Plain
from .second_factor import PASSKEY_REFUSED

CODE_MAX_LENGTH = 40  # digits, and whatever people put between them
NAME_MAX_LENGTH = 60
CREDENTIAL_MAX_LENGTH = 32_768  # browsers send 1,000, or 6,000 with certificates
# How long a code may be right: see MFA_TOTP_TOLERANCE.
CODE_SECONDS = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)


class CodeForm(Plain):
    labels = {"code": _("Code")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        attrs = {"maxlength": CODE_MAX_LENGTH, "inputmode": "numeric", "spellcheck": "false"}
        self.fields["code"].widget.attrs.update(attrs)

    def clean_code(self):
        """Return the code; raise ValidationError when it is wrong, or was used already."""
        try:
            code = super().clean_code()
        except ValidationError as error:
            if error.code in ("too_many_login_attempts", "rate_limited"):
                raise get_adapter().validation_error("too_many_codes") from error
            raise
        # allauth remembers a used code for as long as one is shown; with MFA_TOTP_TOLERANCE it is
        # right for longer.
        used = f"second-factor-code:{self.user.pk}:{normalize_user_code(code)}"
        if not cache.add(used, True, CODE_SECONDS):
            raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(CodeForm, base.AuthenticateForm):
    pass


class ReauthenticateForm(CodeForm, base.ReauthenticateForm):
    pass


class ActivateAppForm(CodeForm, totp.ActivateTOTPForm):
    labels = {"code": _("Code that the app shows")}


@contextmanager
def from_a_browser():
    """Answer with ValidationError, whatever goes wrong with a passkey's bytes: they are anybody's,
    and three libraries take them apart."""
    try:
        yield
    except ValidationError as error:
        too_many = error.code == "too_many_login_attempts"
        code = "too_many_codes" if too_many else "passkey_refused"
        raise get_adapter().validation_error(code) from error
    except Exception as error:
        raise get_adapter().validation_error("passkey_refused") from error


class CredentialField(forms.JSONField):
    """What a browser's passkey answered: JSON in which everything is Base64."""

    widget = forms.HiddenInput
    default_error_messages = {"invalid": PASSKEY_REFUSED, "required": PASSKEY_REFUSED}

    def to_python(self, value):
        # No escapes: PostgreSQL keeps neither a NUL nor half a surrogate.
        if isinstance(value, str) and (
            len(value) > CREDENTIAL_MAX_LENGTH or not value.isascii() or "\\" in value
        ):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        with from_a_browser():
            return super().to_python(value)

    def bound_data(self, data, initial):
        """Return what a form that was refused is shown with: nothing."""
        return InvalidJSONInput()


class PasskeyForm(webauthn.AuthenticateWebAuthnForm):
    """A passkey as the second step of a log-in."""

    credential = CredentialField()

    def clean_credential(self):
        with from_a_browser():
            return super().clean_credential()


class PasskeyAgainForm(PasskeyForm, webauthn.ReauthenticateWebAuthnForm):
    """A passkey to prove that one is still there."""


class PasskeyLoginForm(PasskeyForm, webauthn.LoginWebAuthnForm):
    """A passkey alone: it is both factors, if the device has asked who holds it."""

    def clean_credential(self):
        sent = self.cleaned_data["credential"]
        authenticator = super().clean_credential()
        with from_a_browser():
            answer = AuthenticationResponse.from_dict(sent).response
            if not answer.authenticator_data.is_user_verified():
                raise get_adapter().validation_error("passkey_refused")
        return authenticator


class PasskeyName(Plain):
    labels = {"name": _("Name")}
    help_texts = {"name": _("For yourself, to tell it from others: “Phone”, “Blue key”.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # The validators too: the field is allauth's, and was made without a limit.
        self.fields["name"] = forms.CharField(
            label=self.labels["name"],
            help_text=self.help_texts["name"],
            max_length=NAME_MAX_LENGTH,
            required=self.fields["name"].required,
            widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
        )


class AddPasskeyForm(PasskeyName, webauthn.AddWebAuthnForm):
    passwordless = None  # each can log in alone: what a browser is asked for says so
    credential = CredentialField()

    def clean(self):
        with from_a_browser():
            return super().clean()


class RenamePasskeyForm(PasskeyName, webauthn.EditWebAuthnForm):
    pass
