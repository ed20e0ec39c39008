"""Second factors in the admin: who has which, and the way out for who has lost theirs."""

# The admin modules register pages that show secrets; imported here, they have done so already.
from allauth.mfa.admin import Authenticator
from allauth.mfa.base.internal.flows import delete_dangling_recovery_codes
from allauth.usersessions.admin import UserSession
from django.contrib import admin
from django.utils.translation import gettext as _

from multichat.audit import By, record
from multichat.models import Act

admin.site.unregister((Authenticator, UserSession))


@admin.register(Authenticator)
class AuthenticatorAdmin(admin.ModelAdmin):
    """Superusers see who has what, never the secret, and remove it: what staff could remove, they
    could remove from superusers."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__username", "user__username_key")
    fields = readonly_fields = list_display
    ordering = ("user__username", "type")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        return request.user.is_superuser

    has_delete_permission = has_view_permission

    def log_deletions(self, request, authenticators):
        for each in authenticators:
            detail = _("second factor removed: %s") % each.get_type_display()
            record(Act.USER_CHANGED, By.request(request), subject=each.user, detail=detail)
        return super().log_deletions(request, authenticators)

    def delete_model(self, request, authenticator):
        super().delete_model(request, authenticator)
        delete_dangling_recovery_codes(authenticator.user)

    def delete_queryset(self, request, authenticators):
        for each in authenticators:
            self.delete_model(request, each)
