"""Rooms and messages in the admin. What is changed here goes through the actions, as everywhere."""

from django.contrib import admin, messages
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from multichat.counted_deletion import CountedDeletion

from . import actions
from .exceptions import ClientError
from .models import Message, Room


@admin.register(Room)
class RoomAdmin(CountedDeletion, admin.ModelAdmin):
    list_display = ("title", "access", "state", "message_count", "link")
    list_filter = ("access", "locked")
    search_fields = ("title", "slug", "description")
    fields = ("title", "description", "access", "locked", "slug", "link")
    readonly_fields = ("slug", "link")
    actions = ("lock", "unlock")
    instead = "lock"

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
        actions.save_room(room)

    @admin.action(description=_("Lock: only staff change anything in it"), permissions=["change"])
    def lock(self, request, queryset):
        count = actions.lock(queryset)
        said = ngettext("%d room is locked.", "%d rooms are locked.", count) % count
        self.message_user(request, said, messages.SUCCESS)

    @admin.action(description=_("Unlock"), permissions=["change"])
    def unlock(self, request, queryset):
        count = actions.unlock(queryset)
        said = ngettext("%d room is unlocked.", "%d rooms are unlocked.", count) % count
        self.message_user(request, said, messages.SUCCESS)

    def counts(self, queryset):
        """Return what goes along: the feed, which nobody knows by name, is not worth a line."""
        number = Message.objects.filter(room__in=queryset.values("pk")).count()
        return [(_("Messages: deleted as well"), number)] if number else []

    def delete_one(self, request, room):
        actions.delete_room(room)
        return True


class VisibleRoomFilter(admin.RelatedFieldListFilter):
    """Offers the rooms that the admin may enter: the others do not exist for them."""

    def field_choices(self, field, request, model_admin):
        visible = Room.objects.visible_to(request.user)
        return field.get_choices(include_blank=False, limit_choices_to={"pk__in": visible})


@admin.register(Message)
class MessageAdmin(CountedDeletion, admin.ModelAdmin):
    """Messages are read here, and deleted: what they say is their author's to change."""

    list_display = ("excerpt", "room", "user", "sent_at", "msg_type", "deleted")
    list_filter = (("room", VisibleRoomFilter), "msg_type", "deleted", "sent_at")
    list_select_related = ("room", "user")
    search_fields = ("text", "user__username", "user__username_key", "room__title")
    search_help_text = _("Words of the text, an author, or a room's title")
    fields = (
        "text",
        "room",
        "user",
        "sent_at",
        "edited_at",
        "msg_type",
        "reply_to",
        "deleted",
    )
    ordering = ("-pk",)
    show_full_result_count = False  # of a million messages, on every page

    def get_queryset(self, request):
        return super().get_queryset(request).filter(room__in=Room.objects.visible_to(request.user))

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, message=None):
        return False

    @admin.display(description=_("text"))
    def excerpt(self, message):
        return _("(deleted)") if message.deleted else Truncator(message.text).chars(80)

    def name_of(self, message):
        where = f"{message.user or _('deleted user')}, {message.room}"
        return f"{where}: {self.excerpt(message)}"

    def counts(self, queryset):
        kept = queryset.filter(deleted=False).count()
        return [(_("The text goes; a line that says so stays in its place"), kept)]

    def delete_one(self, request, message):
        try:
            actions.delete(request.user.pk, message.room_id, message.pk)
        except ClientError as error:
            self.message_user(request, error.detail, messages.ERROR)
            return False
        return True
