"""Reporting a message."""

from django.http import JsonResponse
from django.views.decorators.http import require_POST

from chat import actions
from chat.exceptions import Refused
from chat.forms import ReportForm
from multichat.audit import By

from .standing import standing_in


@require_POST
def report(request, slug, message_id):
    """Take a report from the dashboard; answer with JSON."""
    standing, form = standing_in(slug, request.user), ReportForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(" ".join(form.errors["reason"]))
        reason = form.cleaned_data["reason"]
        actions.report(By.request(request), standing.room.pk, message_id, reason)
    except Refused as refusal:
        return JsonResponse({"detail": str(refusal)}, status=400)
    return JsonResponse({})
