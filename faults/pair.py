"""One site served by two processes: two ports, one database, one Redis (or none)."""

from contextlib import ExitStack, asynccontextmanager

from faults.servers import Postgres, Redis
from wire.backends import environment, manage
from wire.client import Client
from wire.site import NO_RATES, Site


class Pair:
    """The two processes, and what they keep things in.

    store: "postgres" or "sqlite"; directory: an empty one; postgres, redis: the servers (see
    servers.py), None where the site has none; database: where the file of SQLite lies, if not in
    the directory; hooks: the environment of each process beside `settings` (see hooks).
    """

    def __init__(
        self,
        store,
        directory,
        *,
        postgres: Postgres,
        redis: Redis | None,
        database=None,
        hooks=({}, {}),
        **settings,
    ):
        self.store, self.directory = store, directory
        self.postgres = postgres if store == "postgres" else None
        self.redis = redis
        self._hooks, self._settings = hooks, {**NO_RATES, **settings}
        self._database = database or directory
        self._things = ExitStack()

    def __enter__(self):
        """Make the database, start both processes, and return when they answer."""
        try:
            self._start()
        except BaseException:
            self._things.close()
            raise
        return self

    def _start(self):
        address = f"sqlite:///{self._database / 'site.sqlite3'}"
        if self.postgres:
            address = self._things.enter_context(self.postgres.database())
        stored = {"DATABASE_URL": address}
        manage(environment(self.directory, **stored), "migrate", "--verbosity", "0")
        if self.redis:
            stored["REDIS_URL"] = self.redis.url
        self.sites = []
        for number, hook in enumerate(self._hooks):
            directory = self.directory / f"process-{number}"
            directory.mkdir()
            if hook:
                hook = {"DJANGO_SETTINGS_MODULE": "faults.settings", **hook}
            site = Site(
                "serve",
                self.store,
                directory,
                beside=self.sites[0] if self.sites else None,
                stored=stored,
                **self._settings,
                **hook,
            )
            self.sites.append(self._things.enter_context(site))
        self.one, self.other = self.sites
        self.outside = self.one.outside

    def __exit__(self, *error):
        """End everything; raise AssertionError when a process did not end cleanly."""
        self._things.__exit__(*error)

    def restore(self):
        """Make whole what a test has broken."""
        for server in filter(None, (self.postgres, self.redis)):
            server.restore()
        for site in self.sites:
            if site.process.poll() is not None:
                site.start()

    @asynccontextmanager
    async def client(self, cookie, at=0):
        """Yield a Client of one of the processes, and hang up at the end."""
        site = self.sites[at]
        client = await Client.connect(site.socket_url, cookie=cookie, origin=site.origin)
        try:
            yield client
            client.raise_fault()
        finally:
            client.cut()

    @property
    def doors(self):
        """What a Participant takes: (socket address, origin) of each process."""
        return [(site.socket_url, site.origin) for site in self.sites]
