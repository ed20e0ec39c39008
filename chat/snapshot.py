"""Who may see what, as it was at one moment: what a hub believes until the rights number moves.

Database triggers raise the number with every change of a room, a login or somebody's rights (see
models/rights.py). Whoever acts on a Snapshot reads the number in the same transaction: if it is
still the Snapshot's, nothing in here has changed, and one small query has replaced five.
"""

from dataclasses import dataclass, field

from django.contrib.auth import get_user_model

from .models import Access, Epoch, Member, Rights, Room, Sight, Standing


@dataclass
class Snapshot:
    """What was found. The number was read first, so what it stands for is never older."""

    number: int = -1  # which no database has: nothing is known yet
    epoch: str = ""
    rooms: dict = field(default_factory=dict)  # room id -> Room, all there are, by title
    logins: dict = field(default_factory=dict)  # session key -> Login
    places: dict = field(default_factory=dict)  # user id -> {room id: Place}, of who is logged in
    # What people see in these rooms: {kinds of access: Sight} of who has no place in any of them,
    # {user id: (kinds of access, places, Sight)} of the others.
    _sights: dict = field(default_factory=dict, repr=False)

    @classmethod
    def take(cls, keys, known=None):
        """Read what is true now for the people of these session keys, in seven queries at most.

        What `known`, an older Snapshot, has with the same number is taken from there.
        """
        number = Rights.current()
        if known is None or known.number != number:
            known = cls(number, Epoch.current())._with_rooms(known)
        logins = {key: known.logins[key] for key in keys if key in known.logins}
        if unknown := set(keys) - logins.keys():
            logins |= get_user_model().objects.logins(unknown)
        users = {login.user.pk: login.user for login in logins.values()}
        places = {pk: known.places[pk] for pk in users if pk in known.places}
        if unknown := users.keys() - places.keys():
            places |= Member.objects.places(unknown)
        now = cls(number, known.epoch, known.rooms, logins, places, known._sights)
        for user in users.values():
            now.sight(user)  # here, in a thread, rather than when a hub asks
        return now

    def _with_rooms(self, known):
        """Read the rooms. Where nothing differs it is the same dict that an older Snapshot has, so
        that nobody compares further."""
        found = {room.pk: room for room in Room.objects.filter(deleting=False).by_title()}
        if known and list(map(vars_of, found.values())) == list(map(vars_of, known.rooms.values())):
            self.rooms, self._sights = known.rooms, known._sights
        else:
            self.rooms = found
        return self

    def learn(self, other):
        """Take over who is in another Snapshot with the same number."""
        # Places first: a thread that finds a login takes nobody for somebody without a place.
        self.places |= other.places
        self.logins |= other.logins

    def keep_only(self, user_ids):
        """Forget what others than these see: they are not here any more."""
        for key in list(self._sights):
            if isinstance(key, int) and key not in user_ids:
                self._sights.pop(key, None)

    def at(self, number, keys):
        """Return a Snapshot that holds at the moment when this rights number was read."""
        if self.number == number and all(key in self.logins for key in keys):
            return self
        return self.take(keys, self)

    def user(self, key):
        """Return the User who is logged in with this session key, or None."""
        login = self.logins.get(key)
        return login.user if login and login.holds else None

    def sight(self, user):
        """Return what this user sees, a Sight: the same one for everybody who sees the same, and
        for as long as it is so."""
        kinds, places = tuple(Access.of(user)), self.places.get(user.pk)
        if not places:
            if kinds not in self._sights:
                self._sights[kinds] = Sight.of(user, self.rooms, {})
            return self._sights[kinds]
        kept = self._sights.get(user.pk)
        if not (kept and kept[:2] == (kinds, places) and kept[2].holds):
            kept = self._sights[user.pk] = kinds, places, Sight.of(user, self.rooms, places)
        return kept[2]

    def standing(self, room, user):
        """Return the Standing of a user in a Room."""
        return Standing(room, user, self.places.get(user.pk, {}).get(room.pk))


def vars_of(room):
    """Return what a Room's row says."""
    return [getattr(room, field.attname) for field in Room._meta.concrete_fields]
