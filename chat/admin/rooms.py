"""Rooms in the admin, and the people in them."""

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from chat import actions
from chat.models import Message, Room
from multichat.audit import By
from multichat.counted_deletion import CountedDeletion

from .people import WithPeople


class RoomForm(forms.ModelForm):
    """What a script leaves out stays as it is; a new room is as most are."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in {"posting", "slow"} & self.fields.keys():
            self.fields[name].required = name in self.data or not self.is_bound


@admin.register(Room)
class RoomAdmin(WithPeople, CountedDeletion, admin.ModelAdmin):
    list_display = ("title", "access", "state", "message_count", "link")
    list_filter = ("access", "posting", "locked")
    search_fields = ("title", "slug", "description")
    fields = ("title", "description", "access", "posting", "slow", "locked", "slug", "link")
    readonly_fields = ("slug", "link")
    actions = ("lock", "unlock")
    instead = "lock"
    form = RoomForm

    def get_queryset(self, request):
        """Return the rooms that this admin may enter, and how many messages each has."""
        of_room = Message.objects.filter(room=OuterRef("pk")).order_by().values("room")
        count = Subquery(of_room.annotate(count=Count("pk")).values("count"), IntegerField())
        rooms = Room.objects.manageable_by(request.user)
        return rooms.annotate(message_count=Coalesce(count, 0)).order_by("title", "pk")

    @admin.display(description=_("state"), ordering="locked")
    def state(self, room):
        if room.deleting:
            return _("half deleted: delete it again")
        return _("locked") if room.locked else ""

    @admin.display(description=_("messages"), ordering="message_count")
    def message_count(self, room):
        return room.message_count

    @admin.display(description=_("page"))
    def link(self, room):
        if not room.pk:
            return "-"
        return format_html('<a href="{0}">{0}</a>', room.get_absolute_url())

    def view_on_site(self, room):
        return room.get_absolute_url()

    def save_model(self, request, room, form, change):
        actions.save_room(By.request(request), room)

    @admin.action(description=_("Lock: only staff change anything in it"), permissions=["change"])
    def lock(self, request, queryset):
        count = actions.lock(By.request(request), queryset)
        said = ngettext("%d room is locked.", "%d rooms are locked.", count) % count
        self.message_user(request, said, messages.SUCCESS)

    @admin.action(description=_("Unlock"), permissions=["change"])
    def unlock(self, request, queryset):
        count = actions.unlock(By.request(request), queryset)
        said = ngettext("%d room is unlocked.", "%d rooms are unlocked.", count) % count
        self.message_user(request, said, messages.SUCCESS)

    def counts(self, queryset):
        """Return what goes along: the feed, which nobody knows by name, is not worth a line."""
        number = Message.objects.filter(room__in=queryset.values("pk")).count()
        return [(_("Messages: deleted as well"), number)] if number else []

    def delete_one(self, request, room):
        actions.delete_room(By.request(request), room)
        return True
