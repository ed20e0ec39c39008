from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class ChatConfig(AppConfig):
    """Rooms and what is said in them."""

    name = "chat"
    verbose_name = _("Chat")

    def ready(self):
        from .models.rights_triggers import loosen, tighten

        pre_migrate.connect(loosen, sender=self)
        post_migrate.connect(tighten, sender=self)
