"""The sites that the wire is tested on, and the cast of each test."""

from itertools import count

import pytest

from wire.client import Client
from wire.site import Site

# serve first on both back ends: tests that name only these keep their places (see SERVE).
KINDS = ["serve-sqlite", "serve-postgres", "daphne-sqlite", "uvicorn-sqlite"]
LIMITS = {"CHAT_ROOMS_PER_SOCKET": "5", "CHAT_SOCKETS_PER_USER": "6"}

numbers = count(1)


@pytest.fixture(scope="session", params=KINDS)
def site(request, tmp_path_factory):
    """One running site of each kind; every test runs on each."""
    server, backend = request.param.split("-")
    directory = tmp_path_factory.mktemp(request.param)
    with Site(server, backend, directory, **LIMITS) as site:
        yield site


@pytest.fixture(autouse=True)
def _clean_log(site):
    """No test may leave trouble in the server's log, whatever it sent."""
    yield
    site.check_log()


@pytest.fixture
async def chat(site):
    """The cast of one test; its sockets are closed at the end, and raise what they noticed."""
    cast = Cast(site)
    yield cast
    await cast.close()


class Cast:
    """People and rooms that no other test has, and the sockets that the people open."""

    def __init__(self, site):
        self.site, self.outside = site, site.outside
        self.number = next(numbers)
        self.clients = []

    def people(self, *names, **traits):
        """Make people; `ada` is called something like ada-12."""
        return self.outside.people([f"{name}-{self.number:04}" for name in names], **traits)

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
            assert client.mirrors[room.id].differences(rows) == []

    async def close(self):
        """Close every socket; raise the first thing that any of them noticed."""
        for client in self.clients:
            await client.socket.close()
        for client in self.clients:
            await client.close()
