"""A browser, a site with static files, and people who have it open."""

from itertools import count

import pytest

from wire.backends import missing

from .browser import HOW, Person, chromium, find_chromium

numbers = count(1)


@pytest.fixture(scope="session")
def browser():
    if not find_chromium():
        missing("Chromium", HOW)
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def shared_site(start_site):
    site = start_site("serve", "sqlite", static=True)
    site.outside.person("root", is_staff=True, is_superuser=True)
    return site


@pytest.fixture
def site(shared_site):
    """A running site, whose log has to stay clean."""
    yield shared_site
    shared_site.check_log()


@pytest.fixture
def open_for(browser):
    """Return a function that gives somebody a browser; all are closed, and checked, at the end."""
    people = []

    def give(site, account=None, **options):
        people.append(Person(browser, site, account, **options))
        return people[-1]

    yield give
    for person in people:
        person.close()


@pytest.fixture
def person(site, open_for):
    """Return a function that makes an account and gives its owner a browser."""

    def make(name, *, options=None, **traits):
        account = site.outside.person(f"{name}-{next(numbers):03}", **traits)
        return open_for(site, account, **(options or {}))

    return make


@pytest.fixture
def room(site):
    """Return a function that makes a room of which there is no second; it returns the title."""

    def make(title, **fields):
        return site.outside.room(f"{title} {next(numbers):03}", **fields).title

    return make
