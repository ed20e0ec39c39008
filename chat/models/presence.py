"""Who is present, as each process of the site has written it: leases, not counters.

A process that is killed cleans nothing up. So what it wrote counts only while it shows that it
lives: it raises its beat, and the others watch that with clocks of their own (chat/hub/leases.py).
No clocks are compared between machines.
"""

from itertools import groupby

from django.conf import settings
from django.db import models, transaction
from django.db.models import F


class ProcessManager(models.Manager):
    def register(self, name, version):
        """Let there be a row for the process, in which nobody is present yet."""
        self.bulk_create([Process(name=name, version=version)], ignore_conflicts=True)

    def beat(self, name):
        """Show that the process lives. Return False when its row is gone: the others took it for
        dead."""
        return bool(self.filter(pk=name).update(beat=F("beat") + 1))

    def write(self, name, version, come, gone):
        """Note who came into rooms and who went, (room id, user id) pairs, as the next version.

        Return those of `gone` whom another process has present, as (name, version, room id, user
        id, username) of it. Return None, and write nothing, when the process has no row, or one as
        new: what was given up as too late may not undo what was written after it.
        """
        with transaction.atomic():
            # First the row: its lock keeps whoever would remove it waiting.
            if not self.filter(pk=name, version__lt=version).update(version=version):
                return None
            Presence.objects.bulk_create(
                [Presence(process_id=name, room_id=room, user_id=user) for room, user in come],
                ignore_conflicts=True,
            )
            elsewhere = []
            for room, pairs in groupby(sorted(gone), key=lambda pair: pair[0]):
                of_them = Presence.objects.filter(room_id=room, user_id__in=[u for _, u in pairs])
                of_them.filter(process_id=name).delete()
                elsewhere += of_them.values_list(
                    "process_id", "process__version", "room_id", "user_id", "user__username"
                )
            return elsewhere

    def signs(self):
        """Return {name: (beat, version)} of all processes: what changes while they live."""
        return {name: tuple(sign) for name, *sign in self.values_list("name", "beat", "version")}

    def people(self, names):
        """Return who is present in these processes, as {name: (version, rows)} with (room id, user
        id, username) rows. A process that has no row is left out, and so is a deleted user."""
        found = {}
        rows = self.filter(pk__in=names).values_list(
            "name", "version", "people__room_id", "people__user_id", "people__user__username"
        )
        for name, version, room, user, username in rows:  # one statement, so of one moment
            of_process = found.setdefault(name, (version, []))[1]
            if username is not None:
                of_process.append((room, user, username))
        return found

    def remove(self, name, sign=None):
        """Take a process away with its people; if a `sign` is given, only while it is the last."""
        with transaction.atomic():
            rows = self.select_for_update().filter(pk=name)
            if sign:
                rows = rows.filter(beat=sign[0], version=sign[1])
            for process in rows:
                process.delete()


class Process(models.Model):
    """A process of the site that has people in rooms."""

    name = models.CharField(max_length=32, primary_key=True)
    beat = models.PositiveBigIntegerField(default=0)
    version = models.PositiveBigIntegerField(help_text="how often it has written who is present")

    objects = ProcessManager()

    def __str__(self):
        return f"{self.name}@{self.version}"


class Presence(models.Model):
    """A person's being present in a room by way of a process."""

    process = models.ForeignKey(Process, models.CASCADE, related_name="people")
    # What is deleted goes without these rows: nobody asks for them any more, and they end soon.
    room = models.ForeignKey(
        "chat.Room", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "user", "process"], name="presence_once"),
        ]

    def __str__(self):
        return f"{self.user_id} in {self.room_id}"
