"""What a person is in a room, beyond being one of those who may enter it: where there is a row."""

from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """A guest is nothing special: the row says that they are silenced or banned, or were."""

    GUEST = "guest", _("guest")
    MEMBER = "member", _("member")
    MODERATOR = "moderator", _("moderator")


class Place(NamedTuple):
    """What a Member's row says, for the many that a hub keeps: reads like a Member."""

    role: str = Role.GUEST
    banned: bool = False
    silenced: bool = False
    silenced_until: datetime | None = None


class MemberManager(models.Manager):
    def places(self, user_ids):
        """Return {user id: {room id: Place}} of these users, for all rooms where there is one."""
        rows = self.filter(user_id__in=user_ids).values_list("user_id", "room_id", *Place._fields)
        found = {user_id: {} for user_id in user_ids}
        for user_id, room_id, *place in rows:
            found[user_id][room_id] = Place(*place)
        return found

    def of(self, room_id, user_id):
        """Return the Member, or None."""
        return self.filter(room_id=room_id, user_id=user_id).first()


class Member(models.Model):
    """A person's place in a room. A ban leaves the role as it was, so that it can be undone."""

    room = models.ForeignKey("chat.Room", models.CASCADE, related_name="members", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="places",
        verbose_name=_("person"),
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.MEMBER)
    banned = models.BooleanField(
        _("banned"), default=False, help_text=_("May not enter the room, whoever else may.")
    )
    silenced = models.BooleanField(
        _("silenced"), default=False, help_text=_("Reads, and cannot write.")
    )
    silenced_until = models.DateTimeField(
        _("silenced until"), null=True, blank=True, help_text=_("Empty: for good.")
    )

    objects = MemberManager()

    class Meta:
        verbose_name = _("person in the room")
        verbose_name_plural = _("people in the room")
        constraints = [models.UniqueConstraint(fields=["room", "user"], name="member_once")]

    def __str__(self):
        return str(self.user)

    @property
    def says_nothing(self):
        """Whether there might as well be no row."""
        return self.role == Role.GUEST and not self.banned and not self.silenced
