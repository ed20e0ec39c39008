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
        self.asked = 0.0  # the time (monotonic) of the question that `rooms` answers
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

    def learn(self, rooms, asked):
        """Take what the person may see now, {room id: Room}; return the ids of those that are gone,
        and of those that differ.

        Gone is also what they entered and were never told of: a room may have come into sight and
        left it again since they were asked for last.
        """
        known, self.rooms, self.asked = self.rooms, rooms, asked
        entered = {
            room_id: membership
            for socket in self.sockets
            for room_id, membership in socket.memberships.items()
            if membership.held is None and membership.asked < asked
        }
        gone = [room_id for room_id in entered if room_id not in rooms and room_id not in known]
        if rooms is known:
            return gone, []
        gone += known.keys() - rooms.keys()
        self.untold |= rooms.keys() - known.keys()
        changed = [pk for pk, room in rooms.items() if pk not in known or differs(room, known[pk])]
        return gone, changed

    def too_many(self):
        """Return the sockets, oldest first, that are over what one person may have."""
        excess = len(self.sockets) - settings.CHAT_SOCKETS_PER_USER
        return list(self.sockets)[: max(0, excess)]


def differs(room, known):
    """Whether a room looks otherwise than it did, in what people are told of."""
    return any(getattr(room, name) != getattr(known, name) for name in TOLD)


class People:
    """Everybody who is connected, by user id."""

    def __init__(self):
        self._people = {}

    def __iter__(self):
        return iter(self._people.values())

    def get(self, user_id):
        return self._people.get(user_id)

    def meet(self, user):
        """Return the Person, known or new."""
        return self._people.setdefault(user.pk, Person(user))

    def add(self, socket, person):
        person.sockets[socket] = None
        socket.person = person

    def remove(self, socket):
        person = socket.person
        if person and person.sockets.pop(socket, self) is None and not person.sockets:
            del self._people[person.id]
