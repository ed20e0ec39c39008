"""The sites of the stages: each two processes on one database, with Redis and without it."""

from contextlib import ExitStack, contextmanager
from multiprocessing.pool import ThreadPool

from wire.backends import environment, manage, postgres_and_redis, postgres_database, sqlite
from wire.site import NO_RATES, Site


@contextmanager
def postgres_alone(directory):
    with postgres_database() as address:
        variables = {"DATABASE_URL": address}
        manage(environment(directory, **variables), "migrate", "--verbosity", "0")
        yield variables


STORES = {
    "SQLite": sqlite,
    "PostgreSQL": postgres_alone,
    "PostgreSQL and Redis": postgres_and_redis,
}


@contextmanager
def pairs(directory):
    """Yield {name: (Site, another Site beside it)} of all STORES; the second one has pages."""
    collected = environment(directory)
    manage(collected, "collectstatic", "--noinput", "--verbosity", "0")
    with ExitStack() as things:

        def start(name):
            home = directory / name.replace(" ", "-")
            one, other = home / "one", home / "other"
            for each in (home, one, other):
                each.mkdir()
            stored = things.enter_context(STORES[name](home))
            site = things.enter_context(Site("serve", name, one, stored=stored, **NO_RATES))
            beside = Site(
                "serve", name, other, beside=site, static=directory / "static", **NO_RATES
            )
            return name, (site, things.enter_context(beside))

        with ThreadPool(2) as pool:  # they take their time side by side
            started = dict(pool.map(start, STORES))
        yield started
