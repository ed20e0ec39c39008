"""A turn of a room: what is changed in it in one transaction, under its lock."""

from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection, transaction

from chat import events
from chat.changes import Change
from chat.exceptions import ClientError
from chat.models import Feed, Message, Rights, Room, Standing


@dataclass
class Turn:
    """The room at this moment, its version, and what is changed in it."""

    room: Room
    version: int
    changed: list[Message] = field(default_factory=list)

    def standing(self, user, member):
        """Return the Standing of a User who has this Member or Place (or None) in the room."""
        return Standing(self.room, user, member)

    def message(self, message_id):
        """Return the room's message; raise ClientError when there is none."""
        message = Message.objects.filter(room=self.room, pk=message_id).first()
        if message is None:
            raise ClientError("MESSAGE_INVALID")
        return message

    def take(self, message):
        """Give a message that is new, or is about to change, the room's next version."""
        self.version += 1
        message.version = self.version
        self.changed.append(message)


class Overtaken(Exception):
    """Somebody lost a right while they used it: to be done anew, and then refused."""


@contextmanager
def turns_in(room_ids, rooms_at=None, check_again=None):
    """Give {room id: Turn} of those rooms that exist, in a transaction.

    The feeds are locked first (on SQLite, the database), so what is read after that holds until
    the commit. The rooms' own rows are locked as well, on which an admin's change of a room waits.
    What was changed is announced when it is committed.

    `rooms_at(rights number)` may say what the rooms are, {room id: Room}, by what the caller knows.
    `check_again(rights number)` is called, where others write at the same time, when the number has
    moved before the commit: it raises Overtaken when somebody may not do any more what they did.
    """
    others_write = connection.features.has_select_for_update
    with transaction.atomic():
        versions = Feed.objects.lock(room_ids)
        rows = Room.objects.filter(pk__in=versions)
        if others_write:
            list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))
        rights = Rights.current()
        rooms = rooms_at(rights) if rooms_at else rows.filter(deleting=False).in_bulk()
        turns = {pk: Turn(rooms[pk], versions[pk]) for pk in versions if pk in rooms}
        yield turns
        moved = [turn for turn in turns.values() if turn.changed]
        if moved and check_again and others_write and (later := Rights.current()) != rights:
            check_again(later)
            rights = later
        Feed.objects.advance({turn.room.pk: turn.version for turn in moved})
        events.announce_changes(
            [Change.of(message, rights) for turn in moved for message in turn.changed]
        )
