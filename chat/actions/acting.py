"""What those who have power over a room do to others: asked under the room's lock, and logged."""

from contextlib import contextmanager
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from chat import events
from chat.exceptions import Refused
from chat.models import Member, Role, Standing
from multichat.audit import By, record

from .turns import turns_in


@dataclass
class Deed:
    """One person's acting on another in a room, both as they stand at this moment."""

    by: By
    actor: Standing
    subject: Standing  # whose member is the row that may be changed, made if there was none

    @property
    def place(self):
        return self.subject.member

    @property
    def on_oneself(self):
        return self.actor.user.pk == self.subject.user.pk

    def check(self, may):
        """Raise Refused unless the actor may."""
        if not may:
            raise Refused(_("You cannot do this to %(name)s.") % {"name": self.subject.user})

    def check_not_banned(self):
        """Raise Refused when the subject is banned: that has to be ended first."""
        if self.subject.banned:
            raise Refused(_("%(name)s is banned from this room.") % {"name": self.subject.user})

    def change(self, act, detail="", **fields):
        """Give the subject's place these values, write the Act into the log and announce it, if
        any of them is new."""
        if all(getattr(self.place, name) == value for name, value in fields.items()):
            return
        for name, value in fields.items():
            setattr(self.place, name, value)
        if self.place.says_nothing:
            self.place.delete()
        elif self.place.pk:  # nothing else is written back: somebody may change the row in SQL
            Member.objects.filter(pk=self.place.pk).update(**fields)
        else:
            self.place.save()
        record(act, self.by, self.subject.user, self.subject.room, detail=detail)
        events.announce_rooms()


@contextmanager
def deed_in(room_id, by, user_id):
    """Give the Deed of somebody who acts (a By) on a user in a room, in a transaction that has
    taken the room. Raises Refused when there is no such room or person for them."""
    users = get_user_model().objects
    with turns_in([room_id]) as turns:
        # Locked: neither is demoted or deleted meanwhile.
        rows = users.select_for_update(no_key=True).order_by("pk").in_bulk([by.user.pk, user_id])
        actor, subject = rows.get(by.user.pk), rows.get(user_id)
        if room_id not in turns or actor is None or subject is None:
            raise Refused(_("This room, or this person, is not here any more."))
        room = turns[room_id].room
        member = Member.objects.of(room_id, user_id)
        member = member or Member(room=room, user=subject, role=Role.GUEST)
        standing = Standing(room, actor, Member.objects.of(room_id, actor.pk))
        yield Deed(By(actor, by.address), standing, Standing(room, subject, member))
