from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Who people are: accounts, log-in, sign-up. Knows nothing of chat."""

    name = "accounts"
    verbose_name = _("People")
