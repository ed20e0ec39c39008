"""The people who are connected to this process, with their sockets and the rooms they know of."""

from django.conf import settings

from chat.frames import Ready
from chat.models import Sight

# The fields of a room whose change people are told of.
TOLD = ("title", "slug", "access", "locked", "posting")
NOTHING = Sight({}, {}, None)


class Person:
    """Somebody with one socket or more. `sight` is what their sockets have been told of."""

    def __init__(self, user):
        self.user = user
        self.sockets = {}  # Socket -> None, oldest first
        self.sight = NOTHING  # shared with whoever sees the same
        self.rights = -1  # the rights number at which `sight` was read
        self.untold = set()  # rooms come into sight, of which the numbers present are not yet told

    @property
    def id(self):
        return self.user.pk

    @property
    def username(self):
        return self.user.username

    @property
    def rooms(self):
        """The rooms that they have been told of, {room id: Room} by title."""
        return self.sight.rooms

    def put(self, frame):
        """Let all sockets of the person have the frame."""
        ready = Ready(frame)
        for socket in self.sockets:
            socket.put_ready(ready)

    def learn(self, user, now, differ):
        """Take what the person may see by a Snapshot; return the ids of the rooms that are gone,
        and of those that differ. `differ` is what `differing` returns.

        Gone is also what they entered and were never told of: a room may have come into sight and
        left it again since they were asked for last.
        """
        known, sight = self.sight, now.sight(user)
        self.user, self.sight, self.rights = user, sight, now.number
        entered = {
            room_id
            for socket in self.sockets
            for room_id, membership in socket.memberships.items()
            if membership.rights is not None
        }
        gone = entered - known.rooms.keys() - sight.rooms.keys()
        lost, found, changed = differ(known, sight)
        self.untold |= found
        return [*gone, *lost], changed

    def too_many(self):
        """Return the sockets, oldest first, that are over what one person may have."""
        excess = len(self.sockets) - settings.CHAT_SOCKETS_PER_USER
        return list(self.sockets)[: max(0, excess)]


def differing():
    """Return a function that compares two Sights, each pair once: who sees the same has the same.
    It returns the ids of the rooms that are lost, that are found, and that are found or look
    otherwise than they did, in what people are told of."""
    compared = {}

    def differ(known, sight):
        pair = id(known), id(sight)
        if pair not in compared:
            lost = known.rooms.keys() - sight.rooms.keys()
            found = sight.rooms.keys() - known.rooms.keys()
            changed = [
                pk for pk in sight.rooms if pk in found or told(sight, pk) != told(known, pk)
            ]
            # The two are kept with it: another one must not come to have the same id.
            compared[pair] = (lost, found, changed), known, sight
        return compared[pair][0]

    return differ


def told(sight, pk):
    room = sight.rooms[pk]
    return sight.personal[pk], *(getattr(room, name) for name in TOLD)


class People:
    """Everybody who is connected, by user id."""

    def __init__(self):
        self._people = {}

    def __iter__(self):
        return iter(self._people.values())

    def __len__(self):
        return len(self._people)

    def get(self, user_id):
        return self._people.get(user_id)

    def meet(self, user):
        """Return the Person, known or new (who has to learn yet what they may see)."""
        return self._people.setdefault(user.pk, Person(user))

    def add(self, socket, person):
        person.sockets[socket] = None
        socket.person = person

    def remove(self, socket):
        person = socket.person
        if person and person.sockets.pop(socket, self) is None and not person.sockets:
            del self._people[person.id]
