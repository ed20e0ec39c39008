"""Work that the site does from time to time, by one process at a time."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class ChoreManager(models.Manager):
    def take(self, name, every):
        """Return whether the caller is to do the chore now: not more often than `every`, a
        timedelta, over all processes. By the database's clock, so machines need not agree."""
        self.bulk_create([Chore(name=name)], ignore_conflicts=True)
        due = Q(taken_at=None) | Q(taken_at__lt=Now() - every)
        return bool(self.filter(due, name=name).update(taken_at=Now()))


class Chore(models.Model):
    """When a chore was last taken on. Who takes it and dies leaves it to the next time."""

    name = models.CharField(max_length=40, primary_key=True)
    taken_at = models.DateTimeField(null=True)

    objects = ChoreManager()

    class Meta:
        default_permissions = []

    def __str__(self):
        return self.name
