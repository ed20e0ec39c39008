"""Who may see what, as it was at one moment: what a hub believes until the rights number moves.

Database triggers raise the number with every change of a room, a login or somebody's rights (see
models/rights.py). Whoever acts on a Snapshot reads the number in the same transaction: if it is
still the Snapshot's, nothing in here has changed, and one small query has replaced five.
"""

from dataclasses import dataclass, field

from django.contrib.auth import get_user_model

from .models import Access, Epoch, Rights, Room


@dataclass
class Snapshot:
    """What was found. The number was read first, so what it stands for is never older."""

    number: int = -1  # which no database has: nothing is known yet
    epoch: str = ""
    rooms: dict = field(default_factory=dict)  # room id -> Room, all there are, by title
    logins: dict = field(default_factory=dict)  # session key -> Login
    _seen: dict = field(default_factory=dict, repr=False)  # kinds of access -> rooms

    @classmethod
    def take(cls, keys, known=None):
        """Read what is true now for the people of these session keys, in six queries at most.

        What `known`, an older Snapshot, has with the same number is taken from there.
        """
        number = Rights.current()
        if known is None or known.number != number:
            known = cls(number, Epoch.current())._with_rooms(known)
        logins = {key: known.logins[key] for key in keys if key in known.logins}
        if unknown := set(keys) - logins.keys():
            logins |= get_user_model().objects.logins(unknown)
        return cls(number, known.epoch, known.rooms, logins, known._seen)

    def _with_rooms(self, known):
        """Read the rooms. Where nothing differs it is the same dict that an older Snapshot has, so
        that nobody compares further."""
        found = {room.pk: room for room in Room.objects.filter(deleting=False).by_title()}
        if known and list(map(vars_of, found.values())) == list(map(vars_of, known.rooms.values())):
            self.rooms, self._seen = known.rooms, known._seen
        else:
            self.rooms = found
        return self

    def at(self, number, keys):
        """Return a Snapshot that holds at the moment when this rights number was read."""
        if self.number == number and all(key in self.logins for key in keys):
            return self
        return self.take(keys, self)

    def user(self, key):
        """Return the User who is logged in with this session key, or None."""
        login = self.logins.get(key)
        return login.user if login and login.holds else None

    def rooms_for(self, user):
        """Return the rooms that exist for this user, {room id: Room} by title: the same dict for
        everybody who sees the same."""
        kinds = tuple(Access.of(user))
        if kinds not in self._seen:
            self._seen[kinds] = {
                room.pk: room for room in self.rooms.values() if room.access in kinds
            }
        return self._seen[kinds]


def vars_of(room):
    """Return what a Room's row says."""
    return [getattr(room, field.attname) for field in Room._meta.concrete_fields]
