from django.conf import settings
from django.db import models


class Room(models.Model):
    title = models.CharField(max_length=255)

    def __str__(self):
        return self.title

    @property
    def group_name(self):
        return f"room-{self.pk}"


class Message(models.Model):
    room = models.ForeignKey(Room, models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    text = models.TextField()
    sent_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.text
