"""The servers and sites that the tests break, and make whole again."""

from contextlib import ExitStack

import pytest

from faults.pair import Pair
from faults.servers import Postgres, Redis

STORES = ["postgres", "sqlite"]


@pytest.fixture(scope="session")
def postgres():
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def redis(tmp_path_factory):
    with Redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def start_pair(tmp_path, postgres, redis):
    """Return a function that starts a Pair of the test's own; its arguments without the servers."""
    pairs = []

    def start(store="postgres", *, redis=redis, **more):
        pair = Pair(store, tmp_path, postgres=postgres, redis=redis, **more)
        pairs.append(pair.__enter__())
        return pair

    yield start
    for pair in pairs:
        pair.restore()
        pair.__exit__(None, None, None)


@pytest.fixture(scope="session")
def start_shared_pair(tmp_path_factory, postgres, redis):
    """The same for a Pair that many tests share."""
    with ExitStack() as pairs:

        def start(store, *, redis=redis, **settings):
            directory = tmp_path_factory.mktemp(store)
            pair = Pair(store, directory, postgres=postgres, redis=redis, **settings)
            pairs.enter_context(pair)
            pairs.callback(pair.restore)
            return pair

        yield start


@pytest.fixture(scope="session", params=STORES)
def shared_pair(request, start_shared_pair):
    """Two processes with nothing special about them, which many tests share."""
    return start_shared_pair(request.param)


@pytest.fixture
def pair(shared_pair):
    """The shared processes, whole before the test and after it."""
    shared_pair.restore()
    yield shared_pair
    shared_pair.restore()
