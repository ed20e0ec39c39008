"""Who belongs to a room, and who moderates it."""

from django.db import transaction

from chat.models import Member, Place, Role
from multichat.models import Act

from .acting import deed_in
from .moderation import ban, end_ban, end_silence, silence


def add_member(by, room_id, user_id):
    """Make somebody a member of the room: staff may let themselves in. Raises Refused."""
    with deed_in(room_id, by, user_id) as deed:
        deed.check(deed.actor.may_manage)
        deed.check_not_banned()
        if deed.subject.role == Role.GUEST:
            deed.change(Act.MEMBER_ADDED, role=Role.MEMBER)


def remove_member(by, room_id, user_id):
    """Take somebody's membership away, and a moderator's role with it; everybody may end their own.
    What silences or bans them stays. Raises Refused."""
    with deed_in(room_id, by, user_id) as deed:
        deed.check(deed.on_oneself or deed.actor.may_place(deed.subject))
        deed.change(Act.MEMBER_REMOVED, role=Role.GUEST)


def make_moderator(by, room_id, user_id):
    """Make somebody a moderator of the room, and a member if they were none. Raises Refused."""
    with deed_in(room_id, by, user_id) as deed:
        deed.check(deed.actor.may_manage)
        deed.check_not_banned()
        deed.change(Act.MODERATOR_MADE, role=Role.MODERATOR)


def unmake_moderator(by, room_id, user_id):
    """Make a moderator a plain member again. Raises Refused."""
    with deed_in(room_id, by, user_id) as deed:
        deed.check(deed.actor.may_place(deed.subject))
        if deed.subject.role == Role.MODERATOR:
            deed.change(Act.MODERATOR_UNMADE, role=Role.MEMBER)


def set_place(by, room_id, user_id, wanted):
    """Make somebody's place in the room what a Place says: each act for itself, or none of them.
    Raises Refused."""
    with transaction.atomic():
        place = Member.objects.of(room_id, user_id) or Place()
        if place.banned and not wanted.banned:  # nobody is a member while banned
            end_ban(by, room_id, user_id)
        if place.role != wanted.role:
            _way(place.role, wanted.role)(by, room_id, user_id)
        if wanted.silenced and not (
            place.silenced and place.silenced_until == wanted.silenced_until
        ):
            silence(by, room_id, user_id, wanted.silenced_until)
        if place.silenced and not wanted.silenced:
            end_silence(by, room_id, user_id)
        if wanted.banned and not place.banned:
            ban(by, room_id, user_id)


def _way(role, wanted):
    """Return the action that leads from one role to another."""
    if wanted == Role.MEMBER:
        return unmake_moderator if role == Role.MODERATOR else add_member
    return make_moderator if wanted == Role.MODERATOR else remove_member
