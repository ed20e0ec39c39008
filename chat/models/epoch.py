"""The name of the history that versions count in."""

import uuid

from django.db import models


def make_epoch():
    return uuid.uuid4().hex


class Epoch(models.Model):
    """One row, made when it is first asked for. Another epoch makes every client start afresh."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=32, default=make_epoch)

    def __str__(self):
        return self.name

    @classmethod
    def current(cls):
        """Return the site's epoch, a string."""
        return cls.objects.get_or_create(pk=1)[0].name

    @classmethod
    def renew(cls):
        """Begin another history, as after a backup was restored; return the new epoch."""
        return cls.objects.update_or_create(pk=1, defaults={"name": make_epoch()})[0].name
