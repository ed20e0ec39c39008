"""What is asked of everybody who is logged in, with each page."""

from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.core.internal.httpkit import HTTP_USER_AGENT_MAX_LENGTH
from allauth.usersessions.models import UserSession
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from . import second_factor

# The way to a second factor, and the way out.
SET_UP = {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "account_logout",
}
LAST_SEEN = timedelta(minutes=5)  # a write for each page would be one too many


class SecondFactorMiddleware(MiddlewareMixin):
    """Leads staff who must have a second factor, and have none, to where they set one up: see
    STAFF_NEEDS_SECOND_FACTOR."""

    def process_view(self, request, view, args, kwargs):
        if request.resolver_match.view_name in SET_UP or not request.user.is_authenticated:
            return None
        return redirect("mfa_index") if second_factor.is_missing(request.user) else None


class LastSeenMiddleware(MiddlewareMixin):
    """Keeps up the list of people's sessions: who was here, from where, and when."""

    def process_view(self, request, view, args, kwargs):
        if request.user.is_authenticated and not is_known(request):
            UserSession.objects.create_from_request(request)


def is_known(request):
    """Whether the list has said the same of this session a short while ago."""
    return UserSession.objects.filter(
        session_key=request.session.session_key,
        user=request.user,
        ip=get_adapter().get_client_ip(request),
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:HTTP_USER_AGENT_MAX_LENGTH],
        last_seen_at__gt=timezone.now() - LAST_SEEN,
    ).exists()
