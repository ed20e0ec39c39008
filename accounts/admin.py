"""People in the admin: as Django has them, but for how they are deleted, and who must stay."""

from allauth.account.admin import EmailAddressAdmin as AllauthEmailAddressAdmin
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm
from django.contrib.auth.forms import UserChangeForm as DjangoUserChangeForm
from django.contrib.auth.models import Group
from django.db import transaction
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from multichat.audit import By, record
from multichat.counted_deletion import CountedDeletion
from multichat.models import Act

from . import (
    admin_second_factor,  # noqa: F401 - registers its own
    invitations,
)
from .forms import InvitationForm
from .limits import limited
from .models import Invitation, User, may_invite
from .ranks import ByRank
from .scripts import check_scripts

admin.site.unregister((Group, EmailAddress))

# The admin has no log-in of its own: one door, and its limits, for everybody.
admin.site.login = secure_admin_login(admin.site.login)

LAST_ADMIN = _("The site needs an admin: make somebody else a superuser first.")
YOURSELF = _("You cannot delete the account that you are logged in with.")


def is_last_admin(queryset):
    """Whether without these users no active superuser would be left, and with them there is one."""
    admins = User.objects.active_superusers()
    chosen = queryset.values("pk")
    return admins.filter(pk__in=chosen).exists() and not admins.exclude(pk__in=chosen).exists()


class UserCreationForm(AdminUserCreationForm):
    def clean_username(self):
        check_scripts(self.cleaned_data["username"])
        return super().clean_username()


class UserChangeForm(DjangoUserChangeForm):
    def clean_username(self):
        """Check a new name; one that is there already may stay."""
        if "username" in self.changed_data:
            check_scripts(self.cleaned_data["username"])
        return self.cleaned_data["username"]

    def clean(self):
        """Refuse to make the last admin somebody who cannot administer."""
        data = super().clean()
        stays = all(data.get(right) for right in ("is_active", "is_staff", "is_superuser"))
        if not stays and is_last_admin(User.objects.filter(pk=self.instance.pk)):
            raise forms.ValidationError(LAST_ADMIN)
        return data


class PasswordForm(AdminPasswordChangeForm):
    def set_password_and_save(self, user, commit=True, **kwargs):
        """Store the password alone: somebody may be banned while it is hashed."""
        user = super().set_password_and_save(user, commit=False, **kwargs)
        if commit:
            user.save(update_fields=["password"])
        return user


@admin.register(User)
class UserAdmin(ByRank, CountedDeletion, DjangoUserAdmin):
    form, add_form = UserChangeForm, UserCreationForm
    change_password_form = PasswordForm
    list_display = ("username", "email", "is_active", "is_staff", "is_superuser", "last_login")
    # The key finds a name by its small letters where the database folds ASCII only.
    search_fields = ("username", "username_key", "email", "first_name", "last_name")
    actions = ("deactivate", "activate", "end_sessions")
    instead = "deactivate"
    unlinked_words = _("%(rows)s: stay, and show “deleted user”")

    def lookup_allowed(self, lookup, value, request):
        """Let the list be asked by what it offers alone: by what points at people it would tell
        who wrote a message in a room that the asker does not enter."""
        offered = {name for name in self.list_filter if isinstance(name, str)}
        return lookup.split("__")[0] in offered and super().lookup_allowed(lookup, value, request)

    def log_addition(self, request, user, message):
        record(Act.USER_MADE, By.request(request), subject=user)
        return super().log_addition(request, user, message)

    def log_change(self, request, user, message):
        """Log a change, in which fields; also of the password, and by the action below."""
        entry = super().log_change(request, user, message)
        detail = entry.get_change_message()
        record(Act.USER_CHANGED, By.request(request), subject=user, detail=detail)
        return entry

    @method_decorator(transaction.atomic)
    def user_change_password(self, request, id, form_url=""):
        return super().user_change_password(request, id, form_url)

    @admin.action(description=_("Deactivate selected users"), permissions=["change"])
    @method_decorator(transaction.atomic)
    def deactivate(self, request, queryset):
        if is_last_admin(queryset):
            self.message_user(request, LAST_ADMIN, messages.ERROR)
            return
        users = list(queryset.filter(is_active=True))
        for user in users:
            user.ban()
            record(Act.SITE_BANNED, By.request(request), subject=user)
        message = ngettext("%d user is deactivated.", "%d users are deactivated.", len(users))
        self.message_user(request, message % len(users), messages.SUCCESS)

    @admin.action(description=_("Activate selected users"), permissions=["change"])
    @method_decorator(transaction.atomic)
    def activate(self, request, queryset):
        users = list(queryset.filter(is_active=False))
        for user in users:
            user.end_ban()
            record(Act.SITE_BAN_ENDED, By.request(request), subject=user)
        message = ngettext("%d user is activated.", "%d users are activated.", len(users))
        self.message_user(request, message % len(users), messages.SUCCESS)

    def save_model(self, request, user, form, change):
        """Save; who is not active any more has no session that comes back."""
        super().save_model(request, user, form, change)
        if change and "is_active" in form.changed_data and not user.is_active:
            user.end_sessions()

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
        # Nobody writes on as somebody who is being deleted. What comes now has no one transaction;
        # broken off half-way it is deleted again, and logged again.
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(is_active=False)
            record(Act.USER_DELETED, By.request(request), subject=user)
        return super().delete_one(request, user)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin):
    """Who changes a group gives powers: superusers do, and the audit log tells."""

    def has_module_permission(self, request):
        return request.user.is_superuser

    has_add_permission = has_module_permission

    def has_view_permission(self, request, group=None):
        return request.user.is_superuser

    has_change_permission = has_delete_permission = has_view_permission

    def log_addition(self, request, group, message):
        self.log_group(request, group, gettext("added"))
        return super().log_addition(request, group, message)

    def log_change(self, request, group, message):
        entry = super().log_change(request, group, message)
        self.log_group(request, group, entry.get_change_message())
        return entry

    def log_deletions(self, request, groups):
        for group in groups:
            self.log_group(request, group, gettext("deleted"))
        return super().log_deletions(request, groups)

    def log_group(self, request, group, how):
        detail = gettext("group %(name)s: %(how)s") % {"name": group, "how": how}
        record(Act.USER_CHANGED, By.request(request), detail=detail)


@admin.register(EmailAddress)
class EmailAddressAdmin(ByRank, AllauthEmailAddressAdmin):
    """Who sets somebody's address can have a new password sent there: that is in the audit log."""

    account = "user"

    def log_addition(self, request, address, message):
        self.log_address(request, address, gettext("added"))
        return super().log_addition(request, address, message)

    def log_change(self, request, address, message):
        entry = super().log_change(request, address, message)
        self.log_address(request, address, entry.get_change_message())
        return entry

    def log_deletions(self, request, addresses):
        for address in addresses:
            self.log_address(request, address, gettext("deleted"))
        return super().log_deletions(request, addresses)

    @admin.action(description=AllauthEmailAddressAdmin.make_verified.short_description)
    @method_decorator(transaction.atomic)
    def make_verified(self, request, queryset):
        for address in queryset.filter(verified=False):
            self.log_address(request, address, gettext("to be marked as verified"))
        super().make_verified(request, queryset)

    def log_address(self, request, address, how):
        detail = f"{address.email}: {how}"
        record(Act.USER_CHANGED, By.request(request), subject=address.user, detail=detail)


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):
    """Staff make, see and revoke invitations here as on the site's own page: without a permission
    of their own. Nothing else of one can be changed."""

    form = InvitationForm
    list_display = ("__str__", "email", "state", "maker", "made_at", "until", "used_by", "used_at")
    list_select_related = ("maker", "used_by")
    search_fields = ("note", "email", "maker__username_key", "used_by__username_key")
    readonly_fields = ("state",)
    actions = ("revoke",)

    def get_fields(self, request, obj=None):
        """Return what is asked for a new one, and what is shown of others."""
        if obj is None:
            return ("note", "email", "days")
        shown = ("state", "maker", "made_at", "until", "revoked_at", "used_by", "used_at")
        return ("note", "email", *shown)

    def has_module_permission(self, request):
        return may_invite(request.user)

    def has_view_permission(self, request, obj=None):
        return may_invite(request.user)

    def has_add_permission(self, request):
        return may_invite(request.user) and invitations.are_possible()

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("state"))
    def state(self, invitation):
        return invitation.state.label

    @method_decorator(limited("invite", looking=False))
    def add_view(self, request, form_url="", extra_context=None):
        return super().add_view(request, form_url, extra_context)

    def save_model(self, request, invitation, form, change):
        days = form.cleaned_data["days"]
        request.invitation_link = invitations.make(invitation, days, By.request(request))

    def response_add(self, request, invitation, post_url_continue=None):
        """Show the link, once: a message would keep it in the session."""
        if not request.invitation_link:
            return super().response_add(request, invitation, post_url_continue)
        context = {
            **self.admin_site.each_context(request),
            "title": _("The invitation is made"),
            "opts": self.opts,
            "link": request.invitation_link,
        }
        return TemplateResponse(request, "admin/invitation_made.html", context)

    @admin.action(description=_("Revoke selected invitations"))
    def revoke(self, request, queryset):
        by = By.request(request)
        count = sum(invitations.revoke(invitation, by) for invitation in queryset)
        said = ngettext("%d invitation is revoked.", "%d invitations are revoked.", count) % count
        self.message_user(request, said, messages.SUCCESS)
