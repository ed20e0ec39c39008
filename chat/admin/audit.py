"""The audit log in the admin: to be read."""

from django.contrib import admin
from django.db.models import Q

from chat.models import Room
from multichat.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):
    list_display = ("at", "actor_name", "act", "subject_name", "room_title", "detail", "address")
    list_filter = ("act", "at")
    search_fields = ("actor_name", "subject_name", "room_title", "detail", "address")
    date_hierarchy = "at"
    fields = (*list_display, "message", "text")
    readonly_fields = fields
    show_full_result_count = False

    def get_queryset(self, request):
        """Return what this admin may know of: rooms that only superusers enter are their affair."""
        entries = super().get_queryset(request)
        if request.user.is_superuser:
            return entries
        rooms = Room.objects.manageable_by(request.user)
        return entries.filter(Q(room=None) | Q(room__in=rooms.values("pk")))

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, entry=None):
        return False

    def has_delete_permission(self, request, entry=None):
        return False
