"""Who asks for a page of a room, as they stand there."""

from django.http import Http404

from chat.models import Member, Room, Standing


def standing_in(slug, user):
    """Return the Standing of a user in the room at this address. Raises Http404 unless they may
    enter it, or say who does: whether there is such a room is nobody else's business."""
    room = Room.objects.filter(slug=slug).first()
    standing = room and Standing(room, user, Member.objects.of(room.pk, user.pk))
    if not (standing and (standing.may_enter or standing.may_manage)):
        raise Http404
    return standing
