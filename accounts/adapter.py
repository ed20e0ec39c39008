"""What this site does otherwise than django-allauth's defaults."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up may be closed; names are compared as `accounts.models.username_key` says."""
