"""The list of one's sessions, and their ends.

allauth records them. One that nobody has recorded, because somebody stole its cookie before the
list was there, is not in it: "everywhere" does not go by the list.
"""

from allauth.account.internal.flows.logout import logout
from allauth.usersessions.internal.flows import sessions as flows
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .devices import device_of

# Of one person at once; one more ends the one that was seen least lately. allauth looks at each of
# them with every log-in.
MOST = 50


def make_place(user):
    """End the user's oldest sessions, so that there is place for one more."""
    found = UserSession.objects.filter(user=user).order_by("-last_seen_at")
    for session in found[MOST - 1 :]:
        session.end()


def sessions(request):
    """Show one's sessions, this one first, then by when they were last seen."""
    found = UserSession.objects.purge_and_list(request.user)
    found.sort(key=lambda session: (session.is_current(), session.last_seen_at), reverse=True)
    rows = [(session, device_of(session.user_agent)) for session in found]
    return render(request, "usersessions/usersession_list.html", {"rows": rows})


@require_POST
def end_session(request, pk):
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    flows.end_sessions(request, [session])  # which logs out where it is this one
    if not request.user.is_authenticated:
        return redirect("account_login")
    messages.success(request, _("That session is ended."))
    return redirect("usersessions_list")


@require_POST
def end_others(request):
    """End all sessions but this one, which gets another key: the one it had may be known."""
    request.user.end_sessions()
    update_session_auth_hash(request, request.user)
    flows.end_other_sessions(request, request.user)
    messages.success(request, _("You are logged out everywhere else."))
    return redirect("usersessions_list")


@require_POST
def end_all(request):
    request.user.end_sessions()
    flows.end_other_sessions(request, request.user)
    logout(request)
    return redirect("account_login")
