from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Who people are: accounts, log-in, sign-up. Knows nothing of chat."""

    name = "accounts"
    verbose_name = _("People")

    def ready(self):
        """Let django-allauth count its limits in the database: see limits.py."""
        from allauth.core.internal import ratelimit

        from . import limits

        ratelimit.consume, ratelimit.clear = limits.consume, limits.clear
