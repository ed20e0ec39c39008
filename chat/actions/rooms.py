"""Making, changing and deleting rooms."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext as _

from chat import events
from chat.exceptions import Refused
from chat.models import Access, Feed, Member, Message, Role, Room, Standing, is_staff
from multichat import rates
from multichat.audit import By, entry, record, record_all
from multichat.batches import batches
from multichat.models import Act

ROOM_FIELDS = ("title", "description", "access", "locked", "posting", "slow")
MODERATED_FIELDS = ("description", "posting", "slow")  # which a room's moderators change
FOR_EVERYBODY = (Access.OPEN, Access.MEMBERS)  # what people make for themselves
AN_HOUR = 20  # rooms that one person makes: all that there are is told to everybody
DELETED_AT_ONCE = 2000  # messages: some 20 ms on SQLite, during which nobody else writes


def may_make_room(user):
    """Whether the user may make rooms on the dashboard: by ROOM_CREATION."""
    return user.is_active and (settings.ROOM_CREATION == "everyone" or is_staff(user))


def make_room(by, room):
    """Store a new room that somebody makes for people, and make them its moderator. Raises
    Refused."""
    with transaction.atomic():
        user = get_user_model().objects.filter(pk=by.user.pk).first()
        if not (user and may_make_room(user) and room.access in FOR_EVERYBODY):
            raise Refused(_("You cannot make this room."))
        if rates.add({f"rooms made by {user.pk}": 1}, 3600)[f"rooms made by {user.pk}"] > AN_HOUR:
            raise Refused(_("You have made many rooms. You can go on in an hour."))
        room.save()
        Member.objects.create(room=room, user=user, role=Role.MODERATOR)
        record(Act.ROOM_MADE, By(user, by.address), room=room)
        events.announce_rooms()


def change_room(by, room):
    """Store what a moderator may change of a room. Raises Refused."""
    with transaction.atomic():
        Feed.objects.lock([room.pk])
        present = Room.objects.filter(pk=room.pk).first()
        user = get_user_model().objects.filter(pk=by.user.pk).first()
        member = Member.objects.of(room.pk, by.user.pk)
        if not (present and user and Standing(present, user, member).may_manage):
            raise Refused(_("You cannot change this room."))
        _store_changes(By(user, by.address), room, MODERATED_FIELDS)


def save_room(by, room):
    """Store what an admin's form may change of a room (or a new room), and announce it."""
    with transaction.atomic():
        if room._state.adding:
            room.save()
            record(Act.ROOM_MADE, by, room=room)
            events.announce_rooms()
        else:
            Feed.objects.lock([room.pk])  # first, as everybody does: the form may change people too
            _store_changes(by, room, ROOM_FIELDS)


def _store_changes(by, room, names):
    """Store these fields of a room, log which of them are new, and announce it. No save(), which
    would fail if somebody has deleted the room meanwhile."""
    fields = {name: getattr(room, name) for name in names}
    rows = Room.objects.select_for_update(no_key=True).order_by("pk")
    before = rows.filter(pk=room.pk).values(*names).first() or fields
    changed = [f"{name}: {value}" for name, value in fields.items() if value != before[name]]
    Room.objects.filter(pk=room.pk).update(**fields)
    if changed:
        record(Act.ROOM_CHANGED, by, room=room, detail="\n".join(changed))
    events.announce_rooms()


def lock(by, rooms):
    """Lock the rooms of a queryset, announce it and return how many there were."""
    return _set_locked(by, rooms, True)


def unlock(by, rooms):
    """Unlock the rooms of a queryset, announce it and return how many there were."""
    return _set_locked(by, rooms, False)


def _set_locked(by, rooms, locked):
    with transaction.atomic():
        rows = Room.objects.select_for_update(no_key=True).order_by("pk")
        chosen = list(rows.filter(pk__in=rooms.values("pk")))
        Room.objects.filter(pk__in=[room.pk for room in chosen]).update(locked=locked)
        detail = f"locked: {locked}"
        record_all(
            entry(Act.ROOM_CHANGED, by, room=room, detail=detail)
            for room in chosen
            if room.locked != locked
        )
        events.announce_rooms()
    return len(chosen)


def delete_room(by, room):
    """Delete a room and its history.

    First it is gone for everybody, in one step: locking the feed waits for the send that is under
    way, and what is sent after it finds no room. Then its messages go, some at a time, so that
    other rooms can write in between. Killed half-way, the room stays unseen and can be deleted
    again.
    """
    with transaction.atomic():
        Feed.objects.lock([room.pk])
        Room.objects.filter(pk=room.pk).update(deleting=True)
        record(Act.ROOM_DELETED, by, room=room)
        events.announce_rooms()
    room.reports.all().delete()
    for batch in batches(Message.objects.filter(room_id=room.pk), DELETED_AT_ONCE):
        batch.delete()
    room.delete()
