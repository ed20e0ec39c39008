"""The people in a room, on its page in the admin."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError

from chat import actions
from chat.exceptions import Refused
from chat.models import Member, Place
from multichat.audit import By


class MemberForm(forms.ModelForm):
    """A row, which says what it showed: what somebody else has changed since is not undone."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.fields.keys() & set(Place._fields):
            self.fields[name].show_hidden_initial = self._tells_what_it_showed(name)
        if self.instance.pk and "user" in self.fields:
            self.fields["user"].disabled = True  # another person has another row

    def _tells_what_it_showed(self, name):
        """Whether the page does, or is to; a script's form may leave it out."""
        prefix = self.add_initial_prefix(name)
        return not self.is_bound or any(key.startswith(prefix) for key in self.data)

    def validate_unique(self):
        """Say that somebody is there already. Of an inline's rows Django does not ask this."""
        super().validate_unique()
        try:
            self.instance.validate_constraints()
        except ValidationError as error:
            self.add_error(None, error)


class PersonSelect(AutocompleteSelect):
    """Django's, which fails when it is to show once more what is no person's number."""

    def optgroups(self, name, value, attr=None):
        shown = [key for key in value if key.isascii() and key.isdecimal() and len(key) < 19]
        return super().optgroups(name, shown, attr)


class MemberFormSet(forms.BaseInlineFormSet):
    """Rows that are not saved as they are: the actions do what was changed, each by its rule."""

    # What the admin's own history asks of a formset: the audit log has it.
    new_objects, changed_objects, deleted_objects = (), (), ()

    def save_by(self, by):
        """Do what was changed in the name of a By; return a sentence for each that was refused."""
        refused = []
        for form in self.forms:
            gone = form in self.deleted_forms  # whose other fields nobody has checked
            if not (form.instance.pk if gone else form.has_changed()):
                continue
            user = form.instance.user
            wanted = Place() if gone else self.wanted(form)
            try:
                actions.set_place(by, self.instance.pk, user.pk, wanted)
            except Refused as refusal:
                refused.append(f"{user}: {refusal}")
        return refused

    def wanted(self, form):
        """Return the Place that a row asks for: what is there now, but for what was changed."""
        there = Member.objects.of(self.instance.pk, form.instance.user_id) or Place()
        said = form.changed_data if form.instance.pk else Place._fields
        return Place(
            *(form.cleaned_data[n] if n in said else getattr(there, n) for n in Place._fields)
        )


class MemberInline(admin.TabularInline):
    model = Member
    form = MemberForm
    formset = MemberFormSet
    fields = ("user", "role", "silenced", "silenced_until", "banned")
    autocomplete_fields = ("user",)
    extra = 0

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "user":
            kwargs["widget"] = PersonSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class WithPeople:
    """Mixin for the ModelAdmin of rooms: put it before ModelAdmin."""

    inlines = (MemberInline,)

    def get_formset_kwargs(self, request, obj, inline, prefix):
        """Let a form that says nothing of people, as a script may send it, change none of them."""
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if request.method == "POST" and f"{prefix}-TOTAL_FORMS" not in request.POST:
            none = {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
            kwargs["data"] = none
        return kwargs

    def save_formset(self, request, form, formset, change):
        for sentence in formset.save_by(By.request(request)):
            self.message_user(request, sentence, messages.ERROR)
