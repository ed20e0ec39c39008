"""What admins do with rooms."""

from django.db import transaction

from chat import events
from chat.models import Feed, Message, Room

DELETED_AT_ONCE = 2000  # messages: some 20 ms on SQLite, during which nobody else writes


def save_room(room):
    """Store a room as it is at hand, and announce it. Its version is never written with it."""
    with transaction.atomic():
        room.save()
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

    First it is gone for everybody, in one step: taking a version waits for the send that is under
    way, and what is sent after it finds no room. Then its messages go, newest first (an answer
    before what it answers) and some at a time, so that other rooms can write in between. Killed
    half-way, the room stays unseen and can be deleted again.
    """
    with transaction.atomic():
        Feed.objects.take_version(room.pk)
        Room.objects.filter(pk=room.pk).update(deleting=True)
        events.announce_rooms()
    messages = Message.objects.filter(room_id=room.pk).order_by("-pk")
    while keys := list(messages.values_list("pk", flat=True)[:DELETED_AT_ONCE]):
        # Nothing points at a message but answers to it, which are gone: no need to collect them.
        Message.objects.filter(pk__in=keys)._raw_delete(using=messages.db)
    room.delete()
