import pytest
from django.conf import settings

from accounts import forms
from accounts.factories import UserFactory


def test_what_is_said_about_passwords_is_what_is_asked():
    names = [
        validator["NAME"].rpartition(".")[2] for validator in settings.AUTH_PASSWORD_VALIDATORS
    ]
    assert names == [
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    ]


@pytest.mark.parametrize(
    ("form", "autocomplete"),
    [
        (forms.LoginForm, ["username", "current-password"]),
        (forms.SignupForm, ["username", "email", "new-password", "new-password"]),
        (forms.FirstAdminForm, ["username", "email", "new-password", "new-password"]),
        (forms.ChangePasswordForm, ["current-password", "new-password", "new-password"]),
        (forms.ResetPasswordForm, ["email"]),
        (forms.AddEmailForm, ["email"]),
    ],
)
def test_forms_help_browsers_to_fill_them_in_and_start_at_the_top(form, autocomplete):
    widgets = [field.widget.attrs for field in form().fields.values()]
    assert [attrs.get("autocomplete") for attrs in widgets] == autocomplete
    assert [attrs.get("autofocus") for attrs in widgets] == [True] + [None] * (len(widgets) - 1)
    assert not any("placeholder" in attrs for attrs in widgets)


def test_reauthentication_asks_for_the_present_password(db):
    form = forms.ReauthenticateForm(user=UserFactory())
    assert form.fields["password"].widget.attrs["autocomplete"] == "current-password"
