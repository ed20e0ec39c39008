"""The sites that the wire is tested on, and the cast of each test."""

import asyncio
import re

import pytest
import pytest_asyncio

from wire.bystander import Bystander
from wire.cast import Cast
from wire.site import NO_RATES, Site
from wire.stage import Stage
from wire.stages import pairs as pairs_of_sites

# serve on both back ends first: pytest then keeps the tests of ON_SERVE beside the others.
KINDS = ["serve-sqlite", "serve-postgres", "daphne-sqlite", "uvicorn-sqlite"]
LIMITS = {
    **NO_RATES,
    "CHAT_ROOMS_PER_SOCKET": "5",
    "CHAT_SOCKETS_PER_USER": "6",
    "CHAT_PRESENCE_SECONDS": "8",  # more than the five that a lost socket's person stays
}


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


@pytest.fixture(scope="session")
def bystanders(site):
    """Two people on the site, as long as it lives."""
    with Bystander(site) as bystander:
        yield bystander


@pytest.fixture
def undisturbed(site, bystanders):
    """What a test does may disturb nobody: see Bystander."""
    bystanders.come()
    bystanders.undisturbed()
    yield
    bystanders.undisturbed()
    assert not re.search(r"\b1011\b", site.log)


@pytest.fixture
async def chat(site):
    """The cast of one test; its sockets are closed at the end, and raise what they noticed."""
    cast = Cast(site)
    yield cast
    await cast.close()


@pytest.fixture(scope="session")
def pairs(tmp_path_factory):
    """Two processes of each kind of site: see stages.py."""
    with pairs_of_sites(tmp_path_factory.mktemp("pairs")) as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stages(pairs):
    """A Stage on each of the pairs, with everybody on it, for all tests of a module."""
    opened = [Stage(name, *sites) for name, sites in pairs.items()]
    await asyncio.gather(*(stage.open() for stage in opened))
    yield opened
    for stage in opened:
        await stage.close()
