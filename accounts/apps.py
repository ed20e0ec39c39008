from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Who people are: accounts, log-in, sign-up. Knows nothing of chat."""

    name = "accounts"
    verbose_name = _("People")

    def ready(self):
        """Let django-allauth count its limits in the database (see limits.py), and a new second
        factor end the sessions that were begun without it."""
        from allauth.core.internal import ratelimit
        from allauth.mfa.signals import authenticator_added

        from . import limits, second_factor

        ratelimit.consume, ratelimit.clear = limits.consume, limits.clear
        authenticator_added.connect(second_factor.end_older_sessions)
