"""People in the admin: as Django has them, but for how they are deleted, and who must stay."""

from allauth.account.decorators import secure_admin_login
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import UserChangeForm as DjangoUserChangeForm
from django.db import transaction
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from multichat.audit import By, record
from multichat.counted_deletion import CountedDeletion
from multichat.models import Act

from . import admin_second_factor  # noqa: F401 - registers its own
from .models import User

# The admin has no log-in of its own: one door, and its limits, for everybody.
admin.site.login = secure_admin_login(admin.site.login)

LAST_ADMIN = _("The site needs an admin: make somebody else a superuser first.")
YOURSELF = _("You cannot delete the account that you are logged in with.")


def is_last_admin(queryset):
    """Whether without these users no active superuser would be left, and with them there is one."""
    admins = User.objects.active_superusers()
    chosen = queryset.values("pk")
    return admins.filter(pk__in=chosen).exists() and not admins.exclude(pk__in=chosen).exists()


class UserChangeForm(DjangoUserChangeForm):
    def clean(self):
        """Refuse to make the last admin somebody who cannot administer."""
        data = super().clean()
        stays = all(data.get(right) for right in ("is_active", "is_staff", "is_superuser"))
        if not stays and is_last_admin(User.objects.filter(pk=self.instance.pk)):
            raise forms.ValidationError(LAST_ADMIN)
        return data


@admin.register(User)
class UserAdmin(CountedDeletion, DjangoUserAdmin):
    form = UserChangeForm
    list_display = ("username", "email", "is_active", "is_staff", "is_superuser", "last_login")
    # The key finds a name by its small letters where the database folds ASCII only.
    search_fields = ("username", "username_key", "email", "first_name", "last_name")
    actions = ("deactivate", "end_sessions")
    instead = "deactivate"
    unlinked_words = _("%(rows)s: stay, and show “deleted user”")

    @admin.action(description=_("Deactivate selected users"), permissions=["change"])
    def deactivate(self, request, queryset):
        if is_last_admin(queryset):
            self.message_user(request, LAST_ADMIN, messages.ERROR)
            return
        users = list(queryset.filter(is_active=True))
        queryset.model.objects.filter(pk__in=[user.pk for user in users]).update(is_active=False)
        for user in users:
            self.log_change(request, user, gettext("Deactivated."))
        message = ngettext("%d user is deactivated.", "%d users are deactivated.", len(users))
        self.message_user(request, message % len(users), messages.SUCCESS)

    @admin.action(description=_("Log selected users out everywhere"), permissions=["change"])
    def end_sessions(self, request, queryset):
        with transaction.atomic():
            for user in queryset:
                user.end_sessions()
                record(Act.SESSIONS_ENDED, By.request(request), subject=user)
        self.message_user(request, gettext("They are logged out everywhere."), messages.SUCCESS)

    def why_keep(self, request, queryset):
        if is_last_admin(queryset):
            return LAST_ADMIN
        return YOURSELF if queryset.filter(pk=request.user.pk).exists() else None

    def delete_one(self, request, user):
        # Nobody writes on as somebody who is being deleted.
        User.objects.filter(pk=user.pk).update(is_active=False)
        return super().delete_one(request, user)
