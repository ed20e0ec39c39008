"""Delivery when events are lost, repeated and shuffled, against a client's simple model."""

import random

import pytest

from chat.hub.room import Membership

from .fakes import FakeSocket, change, local_room, somebody


class Database:
    """A room's feed: each message at its latest version."""

    def __init__(self):
        self.version, self.first, self.latest = 0, {}, {}

    def commit(self, rng):
        """Send a message, or change one; return the change that is announced."""
        self.version += 1
        if self.latest and rng.random() < 0.4:
            message = rng.choice(list(self.latest))
        else:
            message = self.version * 100
            self.first[message] = self.version
        self.latest[message] = self.version
        return change(self.version, message, self.first[message])

    def changes(self, after):
        """What changes.changes_since says."""
        rows = sorted((v, message) for message, v in self.latest.items() if v > after)
        return [change(v, message, self.first[message]) for v, message in rows], self.version


class Client:
    """Checks what one socket gets against what a room promises."""

    def __init__(self, room):
        self.room, self.socket = room, FakeSocket(somebody(1))
        self.membership = self.socket.memberships[room.id] = Membership()
        room.memberships[self.socket] = self.membership
        self.has = None

    def read_page(self, database):
        self.page = database.version, dict(database.latest)
        if self.room.seen is None:
            self.room.start(database.version, rights=0)

    def come_in(self):
        self.version, self.has = self.page
        self.room.release(self.socket, self.membership, self.version)
        self.check()

    def check(self):
        """Take what came: each version above the last, each message new once and then changed."""
        for kind, message, version in self.socket.heard():
            assert version > self.version
            assert kind == ("update" if message in self.has else "message")
            self.version, self.has[message] = version, version


def repair(room, database):
    """As Hub._repair does, where nothing comes in between."""
    while True:
        changes, version = database.changes(room.seen)
        room.fill(changes, version)
        room.catch_up(rights=0)
        if not (room.gap and changes):
            return


@pytest.mark.parametrize("seed", range(150))
def test_clients_end_with_what_the_database_holds_whatever_events_do(seed):
    rng = random.Random(seed)  # noqa: S311
    database, room, clients, joining, under_way, read = Database(), local_room(), [], [], [], None
    loss, repeats = rng.choice([0, 0.1, 0.5, 1]), rng.choice([0, 0.3])
    for _ in range(rng.randrange(5)):
        database.commit(rng)
    for _ in range(200):
        step = rng.random()
        if step < 0.35:
            announced = database.commit(rng)
            copies = (rng.random() >= loss) + (rng.random() < repeats)
            under_way.extend([announced] * copies)
        elif step < 0.75 and under_way:
            near = rng.randrange(min(len(under_way), rng.choice([1, 3, 10])))
            room.hear([under_way.pop(near)], rights=0)
        elif step < 0.80 and len(clients) + len(joining) < 6:
            client = Client(room)
            client.read_page(database)
            joining.append(client)
        elif step < 0.85 and joining:
            clients.append(joining.pop(rng.randrange(len(joining))))
            clients[-1].come_in()
        elif step < 0.90 and room.seen is not None and read is None:
            read = database.changes(room.seen)  # the repair's answer, which takes its time
        elif step < 0.95 and read is not None:
            room.fill(*read)
            room.catch_up(rights=0)
            read = None
        for client in clients:
            client.check()
    for client in joining:
        client.come_in()
    if room.seen is not None:
        repair(room, database)
    for client in clients + joining:
        client.check()
        assert client.has == database.latest
