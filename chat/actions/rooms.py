"""What admins do with rooms."""

from django.db import transaction

from chat import events
from chat.models import Feed, Message, Room
from multichat.batches import batches

ROOM_FIELDS = ("title", "description", "access", "locked")
DELETED_AT_ONCE = 2000  # messages: some 20 ms on SQLite, during which nobody else writes


def save_room(room):
    """Store what a form may change of a room (or a new room), and announce it."""
    with transaction.atomic():
        if room._state.adding:
            room.save()
        else:  # no save(), which would fail if somebody has deleted the room meanwhile
            fields = {name: getattr(room, name) for name in ROOM_FIELDS}
            Room.objects.filter(pk=room.pk).update(**fields)
        events.announce_rooms()


def lock(rooms):
    """Lock the rooms of a queryset, announce it and return how many there were."""
    return _set_locked(rooms, True)


def unlock(rooms):
    """Unlock the rooms of a queryset, announce it and return how many there were."""
    return _set_locked(rooms, False)


def _set_locked(rooms, locked):
    with transaction.atomic():
        count = Room.objects.filter(pk__in=rooms.values("pk")).update(locked=locked)
        events.announce_rooms()
    return count


def delete_room(room):
    """Delete a room and its history.

    First it is gone for everybody, in one step: locking the feed waits for the send that is under
    way, and what is sent after it finds no room. Then its messages go, some at a time, so that
    other rooms can write in between. Killed half-way, the room stays unseen and can be deleted
    again.
    """
    with transaction.atomic():
        Feed.objects.lock([room.pk])
        Room.objects.filter(pk=room.pk).update(deleting=True)
        events.announce_rooms()
    for batch in batches(Message.objects.filter(room_id=room.pk), DELETED_AT_ONCE):
        batch.delete()
    room.delete()
