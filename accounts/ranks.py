"""Whose accounts one of the staff may change: who can change an account can become its owner.

Django asks for a permission only, and who may change users could change superusers, or become one.
"""

from django.db.models import Q

from .models import User

POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


def changeable_by(user):
    """Return the Users whose accounts this one of the staff may change: a superuser everybody's,
    others only theirs who have no power themselves."""
    if user.is_superuser:
        return User.objects.all()
    return User.objects.filter(is_staff=False, is_superuser=False)


class ByRank:
    """Mixin for a ModelAdmin of accounts, or of what belongs to one: put it first.

    `account` is the field that leads to the User, or None where it is the User."""

    account = None

    def changeable(self, request):
        """Return the condition that holds for what may be changed."""
        name = f"{self.account}__in" if self.account else "pk__in"
        return Q(**{name: changeable_by(request.user).values("pk")})

    def may_change(self, request, obj):
        return (
            obj is None or self.model.objects.filter(self.changeable(request), pk=obj.pk).exists()
        )

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self.may_change(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self.may_change(request, obj)

    def get_readonly_fields(self, request, obj=None):
        """Return what is shown only: powers are given by superusers."""
        names = super().get_readonly_fields(request, obj)
        return names if request.user.is_superuser or self.account else (*names, *POWERS)

    def response_action(self, request, queryset):
        """Let actions have what may be changed."""
        return super().response_action(request, queryset.filter(self.changeable(request)))

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == self.account:
            kwargs["queryset"] = changeable_by(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
