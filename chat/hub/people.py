"""The people who are connected to this process, with their sockets and the rooms they know of."""

from django.conf import settings

from chat.frames import Ready

# The fields of a room whose change people are told of.
TOLD = ("title", "slug", "access", "locked")


class Person:
    """Somebody with one socket or more. `rooms` is what their sockets have been told of."""

    def __init__(self, user):
        self.user = user
        self.sockets = {}  # Socket -> None, oldest first
        self.rooms = {}  # room id -> Room, by title; shared with whoever sees the same
        self.rights = -1  # the rights number at which `rooms` was read
        self.untold = set()  # rooms come into sight, of which the numbers present are not yet told

    @property
    def id(self):
        return self.user.pk

    @property
    def username(self):
        return self.user.username

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
        known, rooms = self.rooms, now.rooms_for(user)
        self.user, self.rooms, self.rights = user, rooms, now.number
        entered = {
            room_id
            for socket in self.sockets
            for room_id, membership in socket.memberships.items()
            if membership.rights is not None
        }
        gone = [room_id for room_id in entered if room_id not in rooms and room_id not in known]
        lost, found, changed = differ(known, rooms)
        self.untold |= found
        return [*gone, *lost], changed

    def too_many(self):
        """Return the sockets, oldest first, that are over what one person may have."""
        excess = len(self.sockets) - settings.CHAT_SOCKETS_PER_USER
        return list(self.sockets)[: max(0, excess)]


def differing():
    """Return a function that compares two {room id: Room}, each pair once: who sees the same has
    the same. It returns which ids are lost, which are found, and which are found or look otherwise
    than they did, in what people are told of."""
    compared = {}

    def differ(known, rooms):
        pair = id(known), id(rooms)
        if pair not in compared:
            lost, found = known.keys() - rooms.keys(), rooms.keys() - known.keys()
            changed = [
                pk for pk, room in rooms.items() if pk in found or told(room) != told(known[pk])
            ]
            # The dicts are kept with it: another one must not come to have the same id.
            compared[pair] = (lost, found, changed), known, rooms
        return compared[pair][0]

    return differ


def told(room):
    return [getattr(room, name) for name in TOLD]


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
