"""A room's counter of changes.

It is a row of its own, written by nothing but the feed: a form, a fixture or a stale `room.save()`
writes back every column of Room, and would set a version back. Commit order is version order,
because taking a version is the first thing a transaction does, and locks the row (on SQLite: the
database) until it ends. The idea is the one of Zulip's and Kafka's logs: a cursor that counts what
was committed, which neither timestamps nor ids are on a database with concurrent writers.
"""

from django.db import models
from django.db.models import F


class FeedManager(models.Manager):
    def take_version(self, room_id):
        """Take and return the room's next version, an integer from 1 on.

        To be called in a transaction, before anything is read that the change depends on. Returns
        None when there is no such room.
        """
        if not self._advance(room_id):
            # The first change of a room makes its feed: a room that came in by bulk_create or a
            # fixture has none.
            if not self._add(room_id):
                return None
            self._advance(room_id)
        return self.values_list("version", flat=True).get(room_id=room_id)

    def _advance(self, room_id):
        return self.filter(room_id=room_id).update(version=F("version") + 1)

    def _add(self, room_id):
        from .room import Room

        if not Room.objects.filter(pk=room_id).exists():
            return False
        self.bulk_create([Feed(room_id=room_id)], ignore_conflicts=True)
        return True


class Feed(models.Model):
    """How many changes a room has had."""

    room = models.OneToOneField("chat.Room", models.CASCADE, primary_key=True, related_name="feed")
    version = models.PositiveBigIntegerField(default=0)

    objects = FeedManager()

    def __str__(self):
        return f"{self.room_id}@{self.version}"
