"""A room's counter of changes.

It is a row of its own, written by nothing but the feed: a form, a fixture or a stale `room.save()`
writes back every column of Room, and would set a version back. Commit order is version order,
because locking the row (on SQLite: the database) is the first thing that a change does, and the
lock holds until the commit. The idea is the one of Zulip's and Kafka's logs: a cursor that counts
what was committed, which neither timestamps nor ids are on a database with concurrent writers.
"""

from django.db import connections, models


class FeedManager(models.Manager):
    def lock(self, room_ids):
        """Lock the feeds of rooms until the transaction ends; return {room id: version}.

        To be called first in a transaction, before anything is read that a change depends on. Rooms
        that do not exist are left out.
        """
        versions = self._locked(room_ids)
        # The first change of a room makes its feed: a room that came in by bulk_create or a fixture
        # has none.
        if (missing := set(room_ids) - versions.keys()) and self._add(missing):
            versions = self._locked(room_ids)
        return versions

    def _locked(self, room_ids):
        rows = self.select_for_update(no_key=True).filter(room_id__in=room_ids)
        return dict(rows.order_by("pk").values_list("room_id", "version"))

    def _add(self, room_ids):
        from .room import Room

        rooms = Room.objects.filter(pk__in=room_ids).values_list("pk", flat=True)
        made = [Feed(room_id=room_id) for room_id in rooms]
        self.bulk_create(made, ignore_conflicts=True)
        return made

    def versions(self, room_ids=None):
        """Return {room id: version} of these rooms, or of all; who never had a change is not in it.

        In plain SQL, like `Rights.current`: every join asks for it.
        """
        sql, values = "SELECT room_id, version FROM chat_feed", []
        if room_ids is not None:
            values = list(room_ids)
            sql += f" WHERE room_id IN ({', '.join(['%s'] * len(values)) or 'NULL'})"
        with connections[self.db].cursor() as cursor:
            cursor.execute(sql, values)
            return dict(cursor.fetchall())

    def advance(self, versions):
        """Set the versions of feeds that are locked: {room id: version}."""
        rows = [(version, room_id) for room_id, version in versions.items()]
        with connections[self.db].cursor() as cursor:
            cursor.executemany("UPDATE chat_feed SET version = %s WHERE room_id = %s", rows)


class Feed(models.Model):
    """How many changes a room has had."""

    room = models.OneToOneField("chat.Room", models.CASCADE, primary_key=True, related_name="feed")
    version = models.PositiveBigIntegerField(default=0)

    objects = FeedManager()

    def __str__(self):
        return f"{self.room_id}@{self.version}"
