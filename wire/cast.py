"""The cast of a test: people and rooms of its own on a site that many tests share."""

from itertools import count

import pytest

from wire.client import Client

# For what depends on our own server command, or on the database only.
ON_SERVE = pytest.mark.parametrize("site", ["serve-sqlite", "serve-postgres"], indirect=True)
# For attacks: what they test lies before any database.
ATTACKED = [
    pytest.mark.parametrize("site", ["serve-sqlite"], indirect=True),
    pytest.mark.usefixtures("undisturbed"),
]

numbers = count(1)


class Cast:
    """People and rooms that no other test has, and the sockets that the people open."""

    def __init__(self, site):
        self.site, self.outside = site, site.outside
        self.number = next(numbers)
        self.clients = []

    def people(self, *names, **traits):
        """Make people; `ada` is called something like ada-0012."""
        number = next(numbers)
        return self.outside.people([f"{name}-{number:04}" for name in names], **traits)

    def person(self, name="ada", **traits):
        return self.people(name, **traits)[0]

    def rooms(self, *titles, **fields):
        return self.outside.rooms([f"{title} {self.number:04}" for title in titles], **fields)

    def room(self, title="Tea", **fields):
        return self.rooms(title, **fields)[0]

    async def connect(self, person=None, **more):
        """Open a socket of the person, or of nobody; more: what Client.connect takes."""
        more = {"origin": self.site.origin, "cookie": person and person.cookie, **more}
        client = await Client.connect(more.pop("url", self.site.socket_url), **more)
        self.clients.append(client)
        return client

    async def enter(self, person, *rooms, **more):
        """Open a socket of the person and join the rooms."""
        client = await self.connect(person, **more)
        for room in rooms:
            await client.join(room.id)
        return client

    async def agree(self, room, *clients):
        """Assert that the clients' copies of a room come to hold what the database holds."""
        rows = self.outside.messages(room)
        for client in clients:
            await client.seen(room.id, self.outside.version(room))
            differences = client.mirrors[room.id].differences(rows)
            assert not differences, differences

    async def close(self):
        """Close every socket; raise the first thing that any of them noticed."""
        for client in self.clients:
            await client.socket.close()
        for client in self.clients:
            await client.close()
