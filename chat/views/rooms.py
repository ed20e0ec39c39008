"""A room's own page: what it is for, who belongs to it, and what its moderators set."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chat import actions
from chat.exceptions import Refused
from chat.forms import AddMemberForm, NewRoomForm, RoomSettingsForm
from chat.models import Access, Role
from multichat.audit import By

from .standing import check_pace, standing_in


def new_room(request):
    """The page on which people make a room, which they then moderate."""
    if not actions.may_make_room(request.user):
        return render(request, "chat/new_room_refused.html", status=403)
    form = NewRoomForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.make_room(By.request(request), form.instance)
            return redirect(form.instance)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "chat/new_room.html", {"form": form})


def about(request, slug):
    """A room's own page. Its moderators and staff change the room and its people on it."""
    standing = standing_in(slug, request.user)
    form = RoomSettingsForm(request.POST or None, instance=standing.room)
    if request.method == "POST" and standing.may_manage and form.is_valid():
        try:
            check_pace(request.user)
            actions.change_room(By.request(request), form.instance)
            messages.success(request, _("Saved."))
        except Refused as refusal:
            messages.error(request, refusal)
        return redirect("room_about", slug)
    return render(request, "chat/about.html", _about(standing, form, AddMemberForm()))


@require_POST
def add_member(request, slug):
    """Add the person whose name was typed on a room's own page."""
    standing = standing_in(slug, request.user)
    form = AddMemberForm(request.POST)
    if not form.is_valid():
        settings = RoomSettingsForm(instance=standing.room)
        return render(request, "chat/about.html", _about(standing, settings, form), status=400)
    user = form.cleaned_data["name"]
    try:
        check_pace(request.user)
        actions.add_member(By.request(request), standing.room.pk, user.pk)
        messages.success(request, _("%(name)s is a member now.") % {"name": user})
    except Refused as refusal:
        messages.error(request, refusal)
    return redirect("room_about", slug)


def _about(standing, form, add_form):
    """Return what the page shows to somebody with this Standing."""
    places = standing.room.members.select_related("user").order_by("user__username")
    shown = [Role.MEMBER, Role.MODERATOR] if _of_members(standing) else [Role.MODERATOR]
    restrained = [place for place in places if place.banned or place.silenced]
    return {
        "room": standing.room,
        "standing": standing,
        "of_members": _of_members(standing),
        "people": [place for place in places if place.role in shown and not place.banned],
        "restrained": restrained if standing.may_manage else [],
        "form": form,
        "add_form": add_form,
    }


def _of_members(standing):
    return standing.room.access == Access.MEMBERS
