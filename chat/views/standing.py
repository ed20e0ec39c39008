"""Who asks for a page of a room, as they stand there, and how often they change something."""

from django.http import Http404
from django.utils.translation import gettext as _

from chat.exceptions import Refused
from chat.models import Member, Room, Standing
from multichat import rates

A_MINUTE = 60  # changes by one person: each makes every process read anew who may do what


def standing_in(slug, user):
    """Return the Standing of a user in the room at this address. Raises Http404 unless they may
    enter it, or say who does: whether there is such a room is nobody else's business."""
    room = Room.objects.filter(slug=slug).first()
    standing = room and Standing(room, user, Member.objects.of(room.pk, user.pk))
    if not (standing and (standing.may_enter or standing.may_manage)):
        raise Http404
    return standing


def check_pace(user):
    """Count a change by this user; raise Refused when there were too many in a minute."""
    key = f"changes of rooms by {user.pk}"
    if rates.add({key: 1}, 60)[key] > A_MINUTE:
        raise Refused(_("This was too much at once. Please wait a minute."))
