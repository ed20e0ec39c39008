"""The forms of the account pages: django-allauth's in this site's manner, and the site's own."""

from functools import partial

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from django import forms
from django.contrib.auth.forms import BaseUserCreationForm, UsernameField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from multichat.afterwards import afterwards

from . import invitations
from .models import Invitation, User, username_key
from .scripts import check_scripts

# A name of 60 characters may be typed with up to four code points for each: a Mac's way.
TYPED_USERNAME_MAX_LENGTH = 60 * 4

# Says what the four AUTH_PASSWORD_VALIDATORS ask for; Django's own words are four sentences.
PASSWORD_HELP = _("At least 8 characters: not only digits, nothing common, nothing like your name.")
EMAIL_HELP = _("Only for a link to choose a new password, should you forget yours.")
NEW_PASSWORD = {"password1": _("New password"), "password2": _("New password (again)")}


class Plain:
    """Labels instead of placeholders, which vanish when one types; and one starts at the top."""

    labels = {}
    help_texts = {"password1": PASSWORD_HELP, "password2": ""}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.help_texts.get(name, field.help_text)
        next(iter(self.fields.values())).widget.attrs["autofocus"] = True


class LoginForm(Plain, allauth.LoginForm):
    help_texts = {"password": ""}  # the page has the link to the reset

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        typed = {"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        self.fields["login"] = forms.CharField(
            label=_("Username"),
            max_length=TYPED_USERNAME_MAX_LENGTH,
            widget=forms.TextInput(attrs=typed),
        )

    def clean_login(self):
        """Return the key of the name: the limit of failed log-ins counts all ways to write it."""
        return username_key(super().clean_login())


class SignupForm(Plain, allauth.SignupForm):
    username = UsernameField(help_text=User._meta.get_field("username").help_text)
    help_texts = {**Plain.help_texts, "email": EMAIL_HELP}

    def save(self, request):
        """Make the user and the address, both or neither. Raises IntegrityError in a race."""
        with transaction.atomic():
            return super().save(request)


class InvitationGone(Exception):
    """The invitation does not hold any more: it did when the form was shown."""


class InvitedSignupForm(SignupForm):
    """The sign-up form behind an invitation's link."""

    def __init__(self, *args, code, **kwargs):
        super().__init__(*args, **kwargs)
        self.code = code

    def save(self, request):
        """Make the user and use the invitation up, both or neither.

        Raises InvitationGone, and IntegrityError in a race for a name.
        """
        user = invitations.spend(self.code, partial(super().save, request))
        if user is None:
            raise InvitationGone
        return user


class InvitationForm(Plain, forms.ModelForm):
    """What an invitation is made with; who has the request makes it, by invitations.make()."""

    days = forms.IntegerField(
        label=_("Days that it holds"),
        initial=invitations.DAYS,
        validators=[MinValueValidator(1), MaxValueValidator(invitations.MOST_DAYS)],
        widget=forms.NumberInput(attrs={"min": 1, "max": invitations.MOST_DAYS}),
    )
    labels = {"note": _("Note (optional)"), "email": _("Email (optional)")}
    help_texts = {"days": format_lazy(_("At most {days}."), days=invitations.MOST_DAYS)}

    class Meta:
        model = Invitation
        fields = ("note", "email")
        widgets = {"email": forms.EmailInput(attrs={"autocomplete": "off"})}


class AddEmailForm(Plain, allauth.AddEmailForm):
    pass


class ChangePasswordForm(Plain, allauth.ChangePasswordForm):
    labels = {"oldpassword": _("Current password"), **NEW_PASSWORD}


class SetPasswordForm(Plain, allauth.SetPasswordForm):
    pass


class ResetPasswordForm(Plain, allauth.ResetPasswordForm):
    """Answers before it looks whose address it is: so neither words nor time tell."""

    def clean_email(self):
        return get_adapter().clean_email(self.cleaned_data["email"].lower())

    def save(self, request):
        afterwards(self.look_up_and_mail, request)

    def look_up_and_mail(self, request):
        super().clean_email()  # finds self.users
        super().save(request)


class ResetPasswordKeyForm(Plain, allauth.ResetPasswordKeyForm):
    labels = NEW_PASSWORD

    def save(self):
        """Save, and forget the failed log-ins: the new password is to work at once."""
        super().save()
        get_adapter().forget_failed_logins(self.user)


class ReauthenticateForm(Plain, allauth.ReauthenticateForm):
    pass


class FirstAdminForm(Plain, BaseUserCreationForm):
    labels = {"email": _("Email (optional)"), "password2": _("Password (again)")}
    help_texts = {**Plain.help_texts, "email": EMAIL_HELP}

    class Meta:
        model = User
        fields = ("username", "email")
        field_classes = {"username": UsernameField}
        widgets = {"email": forms.EmailInput(attrs={"autocomplete": "email"})}

    def clean_username(self):
        check_scripts(self.cleaned_data["username"])
        return self.cleaned_data["username"]

    def save(self, commit=True):
        self.instance.is_staff = self.instance.is_superuser = True
        return super().save(commit)
