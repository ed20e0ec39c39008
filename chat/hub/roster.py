"""Who is present in which room: all processes together, as one of them knows it."""

from bisect import bisect_left, insort
from collections import defaultdict

from chat import frames


class Crowd:
    """The people in one room. Their names are kept in order: to sort ten thousand for each of a
    thousand joins would take seconds."""

    def __init__(self):
        self.people = {}  # user id -> username
        self.names = []

    def add(self, user_id, username):
        self.discard(user_id)  # they may have had another name
        self.people[user_id] = username
        insort(self.names, username)

    def discard(self, user_id):
        """Take somebody out; return the username, or None."""
        username = self.people.pop(user_id, None)
        if username is not None:
            del self.names[bisect_left(self.names, username)]
        return username


class Roster:
    """Who is present, and by way of which processes: once, however many those are.

    `tell_enter` and `tell_exit` are called with (room id, user id, username) when somebody's first
    process comes and when the last one goes, unless the room holds a crowd.
    """

    def __init__(self, tell_enter, tell_exit):
        self._tell_enter, self._tell_exit = tell_enter, tell_exit
        self._rooms = {}  # room id -> Crowd
        self._held = defaultdict(set)  # name of a process -> {(room id, user id), …}

    @property
    def processes(self):
        """The names of the processes that have had people present, and are not forgotten."""
        return self._held.keys()

    def add(self, process, room_id, user_id, username):
        """Note that the process has somebody present."""
        crowd = self._rooms.setdefault(room_id, Crowd())
        new = user_id not in crowd.people
        self._held[process].add((room_id, user_id))
        if crowd.people.get(user_id) != username:
            crowd.add(user_id, username)
        if new and len(crowd.people) <= frames.MEMBERS_NAMED:
            self._tell_enter(room_id, user_id, username)

    def remove(self, process, room_id, user_id):
        """Note that the process has somebody present no more, if it had."""
        pair = (room_id, user_id)
        if pair not in self._held[process]:
            return
        self._held[process].remove(pair)
        if any(pair in held for held in self._held.values()):
            return
        crowd = self._rooms[room_id]
        told = len(crowd.people) <= frames.MEMBERS_NAMED
        username = crowd.discard(user_id)
        if not crowd.people:
            del self._rooms[room_id]
        if told:
            self._tell_exit(room_id, user_id, username)

    def learn(self, found, gone):
        """Take what was read at one moment: all who are present in some processes, {name: [(room
        id, user id, username), …]}, and the names of processes that are `gone`.

        Who comes is noted first: a person who has moved from one process to another never left.
        """
        for process, rows in found.items():
            for row in rows:
                self.add(process, *row)
        for process, rows in found.items():
            for pair in self._held[process] - {(room, user) for room, user, _ in rows}:
                self.remove(process, *pair)
        for process in gone:
            for pair in list(self._held[process]):
                self.remove(process, *pair)
            del self._held[process]

    def members(self, room_id):
        """Return the first names present, in order: as many as are named in a room."""
        crowd = self._rooms.get(room_id)
        return crowd.names[: frames.MEMBERS_NAMED] if crowd else []

    def count(self, room_id):
        """Return how many people are present in a room."""
        crowd = self._rooms.get(room_id)
        return len(crowd.people) if crowd else 0

    def counts(self):
        """Return how many people are present, by room id, where there is anybody."""
        return {room_id: len(crowd.people) for room_id, crowd in self._rooms.items()}
