"""One person in one room: what they are there, and what whoever asks may do to them.

A page of its own, and the same as JSON for the dashboard's dialog.
"""

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chat.acts import ACTS, offered
from chat.exceptions import Refused
from chat.forms import ActForm, WhoForm
from chat.models import Member, Role, Standing
from multichat.audit import By

from .standing import check_pace, standing_in

JSON = "application/json"


def person(request, slug):
    """Show the person whom the query names (`user`, an id, or `name`), or do an act to them."""
    asker = standing_in(slug, request.user)
    subject = _subject(asker.room, request)
    if not asker.may_manage and subject.user.pk != request.user.pk:
        raise Http404
    if request.method == "POST":
        return _act(request, asker, subject)
    if wants_json(request):
        return JsonResponse(_described(asker, subject))
    context = {"form": ActForm(), "person": _described(asker, subject), "room": asker.room}
    return render(request, "chat/person.html", context)


def wants_json(request):
    """Whether it is a script that asks."""
    return request.get_preferred_type(["text/html", JSON]) == JSON


def _subject(room, request):
    """Return the Standing of whom the query names. Raises Http404."""
    form = WhoForm(request.GET)
    user = form.is_valid() and form.find()
    if not user:
        raise Http404
    return Standing(room, user, Member.objects.of(room.pk, user.pk))


def _act(request, asker, subject):
    """Do what the form asks for; answer with what the person is now, or why not."""
    refusal = _refusal(request, asker, subject)
    asker, subject = _again(asker), _again(subject)
    if wants_json(request):
        if refusal:
            return JsonResponse({"detail": refusal}, status=400)
        return JsonResponse(_described(asker, subject))
    messages.add_message(request, *_outcome(refusal))
    if asker.may_enter or asker.may_manage:
        return redirect("room_about", asker.room.slug)
    return redirect("dashboard")  # they have left


def _refusal(request, asker, subject):
    """Do it; return the sentence that says why it could not be done, or None."""
    form = ActForm(request.POST)
    if not form.is_valid():
        return _("This form is not complete.")
    said = form.cleaned_data
    try:
        check_pace(request.user)
        ACTS[said["act"]].do(By.request(request), asker.room.pk, subject.user.pk, said)
    except Refused as refusal:
        return str(refusal)


def _outcome(refusal):
    return (messages.ERROR, refusal) if refusal else (messages.SUCCESS, _("Done."))


def _again(standing):
    """Return the same Standing, read anew."""
    room, user = standing.room, get_user_model().objects.get(pk=standing.user.pk)
    return Standing(room, user, Member.objects.of(room.pk, user.pk))


def _described(asker, subject):
    """Return what the person is in the room, in words, and the acts that the asker may do."""
    user = subject.user
    return {
        "user": user.pk,
        "name": user.get_username(),
        "words": _words(subject) if asker.may_manage else [],
        "acts": [
            {"name": name, "words": str(act.words), "danger": act.danger}
            for name, act in offered(asker, subject)
        ],
    }


def _words(subject):
    """Return sentences on what somebody is in the room."""
    silenced, until = subject.silenced_until(timezone.now())
    return [
        words
        for words, holds in [
            (_("May not log in."), not subject.user.is_active),
            (_("Banned from this room."), subject.banned),
            (_("Moderates this room."), subject.role == Role.MODERATOR),
            (_("Member of this room."), subject.role == Role.MEMBER),
            (_("Silenced for good."), silenced and not until),
            (_("Silenced until %s.") % _moment(until), silenced and until),
        ]
        if holds
    ]


def _moment(moment):
    zone = timezone.get_current_timezone_name()
    return moment and f"{date_format(timezone.localtime(moment), 'DATETIME_FORMAT')} {zone}"
