"""Messages in the admin."""

from django.contrib import admin, messages
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from chat import actions
from chat.exceptions import ClientError
from chat.models import Message, Room
from multichat.audit import By
from multichat.counted_deletion import CountedDeletion


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
            address = By.request(request).address
            actions.delete(request.user.pk, message.room_id, message.pk, address)
        except ClientError as error:
            self.message_user(request, error.detail, messages.ERROR)
            return False
        return True
