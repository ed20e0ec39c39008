from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatConfig(AppConfig):
    """Rooms and what is said in them."""

    name = "chat"
    verbose_name = _("Chat")
