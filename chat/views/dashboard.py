"""The dashboard: one page, and the same page with one room opened."""

from django.shortcuts import get_object_or_404, render

from chat.actions import may_make_room
from chat.forms import ActForm
from chat.models import Room


def dashboard(request, slug=None):
    """Show the page that carries every room; with a slug, that room is opened on it.

    The rooms themselves come over the socket; what they are for is here, by their ids.
    """
    rooms = Room.objects.visible_to(request.user)
    return render(
        request,
        "chat/dashboard.html",
        {
            "opened": slug and get_object_or_404(rooms, slug=slug),
            "descriptions": dict(rooms.exclude(description="").values_list("pk", "description")),
            "may_make_room": may_make_room(request.user),
            "act_form": ActForm(),
        },
    )
