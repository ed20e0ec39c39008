"""The forms of the pages of rooms."""

from datetime import timedelta

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .actions import FOR_EVERYBODY, MODERATED_FIELDS
from .acts import ACTS
from .models import Access, Room

User = get_user_model()
NAME_LENGTH = 240  # as it is typed: a letter may be four code points
SILENCES = [
    (10, _("10 minutes")),
    (60, _("1 hour")),
    (24 * 60, _("1 day")),
    (7 * 24 * 60, _("1 week")),
    ("", _("for good")),
]


class NewRoomForm(forms.ModelForm):
    class Meta:
        model = Room
        fields = ("title", "description", "access")
        labels = {"description": _("What it is for (optional)")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["title"].widget.attrs["autofocus"] = True
        self.fields["access"].choices = [
            (value, label) for value, label in Access.choices if value in FOR_EVERYBODY
        ]


class RoomSettingsForm(forms.ModelForm):
    """What a room's moderators change of it."""

    class Meta:
        model = Room
        fields = MODERATED_FIELDS
        labels = {"description": _("What it is for"), "slow": _("Slow mode, in seconds")}


class WhoForm(forms.Form):
    """Names a person: by id, or by name, however it is written."""

    user = forms.IntegerField(required=False)
    name = forms.CharField(max_length=NAME_LENGTH, required=False)

    def find(self):
        """Return the User who is named, or None."""
        pk, name = self.cleaned_data["user"], self.cleaned_data["name"]
        return User.objects.filter(pk=pk).first() if pk else user_called(name)


def user_called(name):
    try:
        return User.objects.get_by_natural_key(name)
    except User.DoesNotExist:
        return None


class AddMemberForm(forms.Form):
    name = forms.CharField(
        label=_("Username"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )

    def clean_name(self):
        """Return the active User of this name."""
        user = user_called(self.cleaned_data["name"])
        if not (user and user.is_active):
            raise ValidationError(_("There is nobody of this name."))
        return user


class ActForm(forms.Form):
    """What is done to a person (chat/acts.py), for how long, and why."""

    act = forms.ChoiceField(choices=[(name, act.words) for name, act in ACTS.items()])
    minutes = forms.TypedChoiceField(
        label=_("For how long (silence)"),
        choices=SILENCES,
        coerce=int,
        empty_value=None,
        initial=60,
        required=False,
    )
    reason = forms.CharField(
        label=_("Why (optional, for the audit log)"), max_length=200, required=False
    )

    def clean(self):
        data = super().clean()
        if minutes := data.get("minutes"):
            data["until"] = timezone.now() + timedelta(minutes=minutes)
        return {"until": None, **data}


class ReportForm(forms.Form):
    reason = forms.CharField(max_length=500, required=False)
