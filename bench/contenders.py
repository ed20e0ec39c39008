"""Who is measured: each a server process on a free port of the loopback, with all that it needs.

A contender is a context manager that prepares what the server keeps; `start` and `stop` are the
server's. `people(count)` returns that many session keys (None where nobody logs in), `rooms(count)`
ids of rooms that all of them may enter.
"""

import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path

import psycopg
import redis

from wire.backends import (
    ROOT,
    environment,
    free_port,
    postgres_database,
    redis_server,
    wait_for_port,
)
from wire.site import NO_RATES, Site

from .dialects import Multichat, Plain, SocketIo, Stock
from .processes import cpu_seconds, parent, resident_bytes

NODE = ROOT / "var" / "bench" / "node"
PEOPLE, ROOMS = 1200, 100
# The load client is one machine whose people send without pause.
NO_LIMITS = {**NO_RATES, "MAX_CONNECTIONS": "10000"}


class Contender:
    """What all have. title: for the report; group: "site", "other server" (the
    site on one), "stock" or "peer"."""

    def __init__(self, title, group, dialect):
        self.title, self.group, self.dialect = title, group, dialect
        self.process = None
        self.services = {}  # name: process id, of what the server has beside it

    def __enter__(self):
        with ExitStack() as things:
            self.directory = Path(things.enter_context(tempfile.TemporaryDirectory()))
            self.prepare(things)
            things.callback(self.stop)
            self._things = things.pop_all()
        return self

    def __exit__(self, *error):
        self._things.close()

    def prepare(self, things):
        """Make what the server needs; `things` is an ExitStack that ends it."""

    def command(self):
        raise NotImplementedError

    def start(self, **settings):
        """Start the server with more environment variables, and return when it listens."""
        self.port = free_port()
        self.process = subprocess.Popen(
            self.command(),
            cwd=ROOT,
            env=self.environment(**settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._log(),
        )
        wait_for_port(self.port, self.process)

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def environment(self, **settings):
        return environment(self.directory, **settings)

    def _log(self):
        return subprocess.DEVNULL

    def people(self, count):
        return [None] * count

    def rooms(self, count):
        return list(range(1, count + 1))

    def cpu(self):
        """Return {whose: CPU seconds so far} of the server and its services."""
        processes = {"server": self.process.pid, **self.services}
        return {name: cpu_seconds(pid) for name, pid in processes.items()}

    def memory(self):
        """Return the bytes that the server holds."""
        return resident_bytes(self.process.pid)


class SiteContender(Contender):
    """This project, on one of the servers that wire/site.py starts."""

    def __init__(self, title, server, backend):
        group = "site" if server == "serve" else "other server"
        super().__init__(title, group, Multichat())
        self.server, self.backend = server, backend

    def prepare(self, things):
        self.site = things.enter_context(
            Site(self.server, self.backend, self.directory, **NO_LIMITS)
        )
        self.site.kill()
        self.port, self._rooms = self.site.port, []
        self._own = dict(self.site.environment)
        if self.backend == "postgres":
            self.services = services(self._own["DATABASE_URL"], self._own["REDIS_URL"])
        self._people = self.site.outside.people([f"person{number}" for number in range(PEOPLE)])

    def start(self, **settings):
        self.site.environment = self._own | settings
        self.site.start()
        self.process = self.site.process

    def stop(self):
        if self.process:
            self.site.kill()
            self.process = None

    def people(self, count):
        return [person.cookie for person in self._people[:count]]

    def rooms(self, count):
        titles = [f"Room {number}" for number in range(len(self._rooms), count)]
        self._rooms += self.site.outside.rooms(titles)
        return [room.id for room in self._rooms[:count]]

    def fill(self, room, texts):
        """Store messages in a room that has none."""
        place = next(place for place in self._rooms if place.id == room)
        self.site.outside.fill(place, self._people[0], texts)

    def database(self):
        """Return a connection to the site's database: a context manager that closes it."""
        address = self._own["DATABASE_URL"]
        if self.backend == "postgres":
            return psycopg.connect(address, autocommit=True)
        return closing(sqlite3.connect(address.removeprefix("sqlite:///"), isolation_level=None))


class StockContender(Contender):
    """bench/stock on daphne."""

    def __init__(self, title, backend, stores):
        super().__init__(title, "stock", Stock())
        self.backend, self.stores = backend, stores

    def prepare(self, things):
        self._own = {
            "DJANGO_SETTINGS_MODULE": "bench.stock.settings",
            "BENCH_STORES": "1" if self.stores else "0",
        }
        if self.backend == "postgres":
            database = things.enter_context(postgres_database())
            layer = things.enter_context(redis_server(self.directory))
            self._own |= {"DATABASE_URL": database, "REDIS_URL": layer}
            self.services = services(database, layer)
        else:
            self._own["DATABASE_URL"] = f"sqlite:///{self.directory / 'stock.sqlite3'}"
        made = json.loads(
            subprocess.run(
                [sys.executable, "-m", "bench.stock.prepare", str(PEOPLE), str(ROOMS)],
                cwd=ROOT,
                env=self.environment(),
                check=True,
                stdout=subprocess.PIPE,
            ).stdout
        )
        self._cookies, self._rooms = made["cookies"], made["rooms"]

    def command(self):
        server = [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(self.port)]
        return [*server, "--verbosity", "0", "bench.stock.asgi:application"]

    def environment(self, **settings):
        return super().environment(**self._own, **settings)

    def people(self, count):
        return self._cookies[:count]

    def rooms(self, count):
        return self._rooms[:count]


class PythonPeer(Contender):
    def __init__(self, title, module):
        super().__init__(title, "peer", Plain())
        self.module = module

    def command(self):
        return [sys.executable, "-m", f"bench.peers.{self.module}", str(self.port)]


class NodePeer(Contender):
    def __init__(self, title, script, dialect):
        super().__init__(title, "peer", dialect)
        self.script = script

    def prepare(self, things):
        # Node looks for what a script imports from where the script is.
        shutil.copy(ROOT / "bench" / "peers" / self.script, NODE)

    def command(self):
        return ["node", str(NODE / self.script), str(self.port)]


def services(database, layer):
    """Return {name: process id} of the PostgreSQL and the Redis at these addresses."""
    with psycopg.connect(database) as connection:
        backend = connection.execute("SELECT pg_backend_pid()").fetchone()[0]
        postgres = parent(backend)
    with redis.from_url(layer) as client:
        return {"PostgreSQL": postgres, "Redis": client.info("server")["process_id"]}


CONTENDERS = {
    "serve-sqlite": SiteContender("multichat, SQLite", "serve", "sqlite"),
    "serve-postgres": SiteContender("multichat, PostgreSQL and Redis", "serve", "postgres"),
    "site-daphne": SiteContender("multichat on plain daphne, SQLite", "daphne", "sqlite"),
    "site-uvicorn": SiteContender("multichat on uvicorn, SQLite", "uvicorn", "sqlite"),
    "stock-sqlite": StockContender("stock, storing, SQLite", "sqlite", True),
    "stock-postgres": StockContender("stock, storing, PostgreSQL and Redis", "postgres", True),
    "stock-sqlite-passing": StockContender("stock, not storing, SQLite", "sqlite", False),
    "stock-postgres-passing": StockContender(
        "stock, not storing, PostgreSQL and Redis", "postgres", False
    ),
    "socketio": NodePeer("socket.io", "socketio.mjs", SocketIo()),
    "ws": NodePeer("ws", "ws.mjs", Plain()),
    "websockets": PythonPeer("websockets", "websockets_rooms"),
    "aiohttp": PythonPeer("aiohttp", "aiohttp_rooms"),
}
