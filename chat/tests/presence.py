"""What tests of presence share: time that passes as they say, and processes side by side."""

from itertools import count

from chat.exceptions import ClientError
from chat.hub import presence
from chat.hub.leases import look_seconds
from chat.models import Presence

from .threads import in_thread, until

numbers = count()


class Clock:
    """Stands in for the module `time` of leases.py."""

    def __init__(self):
        self.now = 1000.0

    def monotonic(self):
        return self.now


class Side:
    """A process as far as presence goes. It writes and looks when a test says so, and keeps what it
    tells its people and the others."""

    def __init__(self, threads):
        self.told, self.announced, self.empty = [], [], 0
        self.presence = presence.Presence(
            f"{next(numbers):032}",
            threads,
            tell_enter=lambda *who: self.told.append(("enter", *who)),
            tell_exit=lambda *who: self.told.append(("exit", *who)),
            tell_empty=self.note_empty,
            announce=self.announced.append,
        )

    def note_empty(self):
        self.empty += 1

    def come(self, person, room=1):
        """Bring a person in with another socket, and return that."""
        socket = object()
        self.presence.come_in(room, person, socket)
        return socket

    def leave(self, person, socket, room=1):
        self.presence.go_out(room, person.id, socket, linger=False)

    def lose(self, person, socket, room=1):
        self.presence.go_out(room, person.id, socket, linger=True)

    async def write(self):
        """Write everything; return what was announced."""
        for _ in range(20):
            await self.presence.write()
            if not self.presence._unwritten:
                break
        announced, self.announced[:] = list(self.announced), []
        return announced

    def hear(self, events):
        for event in events:
            self.presence.hear(event)

    def take(self):
        """Return what its people were told since the last call, as (kind, room, username)."""
        taken = [(kind, room, username) for kind, room, _, username in self.told]
        self.told.clear()
        return taken

    def members(self, room=1):
        return self.presence.members(room)


async def live(clock, seconds, *sides):
    """Let time pass for processes that live."""
    for _ in range(round(seconds / look_seconds())):
        clock.now += look_seconds()
        for side in sides:
            await side.presence.write()
        for side in sides:
            await side.presence.look()


async def look(*sides):
    for side in sides:
        await side.presence.look()


async def lose(side, person, socket, room=1):
    """Lose a person's last socket, and wait until they do not linger any more."""
    side.lose(person, socket, room)
    await until(lambda: (room, person.id) not in side.presence._here)


async def settle(person, sides):
    """Bring a person into the first process; everybody knows, and has been told. Return the
    socket."""
    await look(*sides)
    socket = sides[0].come(person)
    events = await sides[0].write()
    for side in sides:
        side.hear(events)
        side.take()
    return socket


def pairs():
    """Return what the database says of who is present, as (room, user id) pairs."""
    return sorted(Presence.objects.values_list("room_id", "user_id"))


async def written():
    return await in_thread(pairs)


async def unavailable(*args):
    """Stands in for reading or writing a database that is out of reach."""
    raise ClientError("UNAVAILABLE")
