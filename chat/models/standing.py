"""Who may do what in a room: each rule once, for one person in one room.

Pages, sockets, the admin and every action ask here. `Room.objects.visible_to` says the first rule
in SQL. docs/rules.md shows them all as one table, which a test holds against this.
"""

from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from django.utils import timezone

from .member import Role
from .room import Access, Posting, is_staff


class Rank(IntEnum):
    """How much somebody has to say in a room."""

    PERSON = 0
    MODERATOR = 1
    STAFF = 2
    SUPERUSER = 3

    @classmethod
    def of(cls, user):
        """Return what a user has to say wherever they are."""
        return cls.SUPERUSER if user.is_superuser else cls.STAFF if user.is_staff else cls.PERSON


class Personal(NamedTuple):
    """What a room is to one person, beside what everybody is told of it."""

    why_not: str | None  # the error code that a send would get
    slow: int  # seconds to wait between two messages of one's own
    moderates: bool


class Standing(NamedTuple):
    """A person's standing in a room: the Room, the User, and their Member (or Place, or None)."""

    room: object
    user: object
    member: object = None

    @property
    def role(self):
        return self.member.role if self.member else Role.GUEST

    @property
    def banned(self):
        return bool(self.member and self.member.banned)

    @property
    def may_enter(self):
        """Whether the room exists for them: they see it, read it, and are counted present."""
        room = self.room
        if self.banned or room.deleting or not self.user.is_active:
            return False
        if room.access == Access.MEMBERS:
            return self.role != Role.GUEST
        return room.access in Access.of(self.user)

    @property
    def may_manage(self):
        """Whether they may see and change who is in the room. Staff may in a room of members that
        they do not enter, and the audit log tells when they let themselves in."""
        if self.room.deleting or self.banned or not (is_staff(self.user) and self.user.is_active):
            return self.moderates
        return self.room.access in (Access.MEMBERS, *Access.of(self.user))

    @property
    def moderates(self):
        """Whether they have a moderator's power over what is said here."""
        return self.may_enter and (is_staff(self.user) or self.role == Role.MODERATOR)

    @property
    def rank(self):
        moderates = self.role == Role.MODERATOR and not self.banned
        return max(Rank.of(self.user), Rank.MODERATOR if moderates else Rank.PERSON)

    def may_place(self, other):
        """Whether they may make the person of another Standing a member or a moderator of the room,
        and take that away again. Everybody may go by themselves."""
        return self.may_manage and self.rank >= other.rank

    def may_restrain(self, other):
        """Whether they may silence or ban the person of another Standing in the room, and end that,
        whoever did it."""
        return self.may_manage and self.rank > other.rank

    def silenced_until(self, now):
        """Return whether they are silenced at this moment, and until when (None: for good)."""
        until = self.member and self.member.silenced_until
        silenced = bool(self.member and self.member.silenced) and (until is None or until > now)
        return silenced, until if silenced else None

    @property
    def why_not_change(self):
        """Return the error code that says why they may change nothing here, not even delete their
        own message, or None."""
        if not (self.may_enter or self.may_manage):
            return "ROOM_ACCESS_DENIED"
        return "ROOM_LOCKED" if self.room.locked and not is_staff(self.user) else None

    def why_not_write(self, now):
        """Return the error code that says why they may not send or edit here, or None."""
        if not self.may_enter:
            return "ROOM_ACCESS_DENIED"
        if why_not := self.why_not_change:
            return why_not
        if self.room.posting != Posting.EVERYONE and not self.moderates:
            return "ROOM_READ_ONLY"
        return "SILENCED" if self.silenced_until(now)[0] else None

    @property
    def slow(self):
        """Return how many seconds they have to wait between two messages; 0 for none."""
        return 0 if self.moderates else self.room.slow

    def personal(self, now):
        """Return what the room is to them, a Personal."""
        return Personal(self.why_not_write(now), self.slow, self.moderates)


class Sight(NamedTuple):
    """The rooms that exist for a person, as they are for them, until a moment."""

    rooms: dict  # room id -> Room, by title
    personal: dict  # room id -> Personal
    until: datetime | None  # a silence ends then

    @classmethod
    def of(cls, user, rooms, places):
        """Return the Sight of a User. rooms: all there are, {room id: Room} by title; places: the
        user's, {room id: Place}."""
        now = timezone.now()
        standings = {pk: Standing(room, user, places.get(pk)) for pk, room in rooms.items()}
        standings = {pk: standing for pk, standing in standings.items() if standing.may_enter}
        ends = [standings[pk].silenced_until(now)[1] for pk in places.keys() & standings.keys()]
        return cls(
            {pk: standing.room for pk, standing in standings.items()},
            {pk: standing.personal(now) for pk, standing in standings.items()},
            min(filter(None, ends), default=None),
        )

    @property
    def holds(self):
        """Whether it is still so: nothing but time has to be asked."""
        return self.until is None or timezone.now() < self.until
