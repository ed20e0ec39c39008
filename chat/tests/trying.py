"""Somebody in a room who tries to do something."""

from dataclasses import dataclass

from django.db import transaction

from accounts.factories import UserFactory
from accounts.models import User
from chat.exceptions import ClientError, Refused
from chat.factories import MemberFactory, MessageFactory
from chat.models import Member, Message, Report, Room
from multichat.audit import By

PEOPLE = {
    "guest": ({}, None),
    "member": ({}, {}),
    "moderator": ({}, {"moderator": True}),
    "staff": ({"staff": True}, None),
    "superuser": ({"superuser": True}, None),
    "silenced": ({}, {"silenced": True}),
    "banned": ({}, {"banned": True}),
}
ROOMS = {
    "open": {},
    "of members": {"of_members": True},
    "of staff": {"staff": True},
    "of superusers": {"superusers": True},
    "locked": {"locked": True},
    "read-only": {"posting": "moderators"},
    "slow": {"slow": 60},
    "being deleted": {"deleting": True},
}


@dataclass
class Stage:
    """Somebody, a room, and others in it."""

    room: Room
    user: User

    @property
    def by(self):
        return By(self.user, "192.0.2.7")

    @property
    def ids(self):
        return self.user.pk, self.room.pk

    def other(self, name):
        """Somebody else of this kind."""
        return somebody(name, self.room)

    def message(self, user):
        return MessageFactory(room=self.room, user=user)


def somebody(name, room):
    person, place = PEOPLE[name]
    user = UserFactory(**person)
    if place is not None:
        MemberFactory(user=user, room=room, **place)
    return user


def everything():
    """Return all that an act can change."""
    return [list(model.objects.order_by("pk").values()) for model in (Member, Message, Room, User)]


def tried(act, *args):
    """Return "yes" or "no": whether the act was done. It is undone again."""
    with transaction.atomic():
        try:
            prepared = act(*args)
            before = everything(), Report.objects.count(), Report.objects.waiting().count()
            answer = prepared()
            after = everything(), Report.objects.count(), Report.objects.waiting().count()
        except (ClientError, Refused):
            return "no"
        finally:
            transaction.set_rollback(True)
    return "yes" if answer is True or (answer is not False and before != after) else "no"
