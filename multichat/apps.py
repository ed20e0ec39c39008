from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MultichatConfig(AppConfig):
    """The project itself is an app: for its commands, and for what the whole site keeps."""

    name = "multichat"
    verbose_name = _("Site")
    default_auto_field = "django.db.models.BigAutoField"
