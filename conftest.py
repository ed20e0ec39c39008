"""Fixtures for every test that needs a running site: see wire/site.py."""

from contextlib import ExitStack

import pytest

from wire.site import Site


@pytest.fixture(scope="session")
def start_site(tmp_path_factory):
    """Return a function that starts a Site (its arguments without the directory).

    Each site has a process and a database of its own, and lives until the session ends. Its log is
    checked then; tests that share a site had better call `site.check_log()` after each test, to
    know whose fault it was.
    """
    with ExitStack() as sites:

        def start(server="serve", backend="sqlite", **settings):
            directory = tmp_path_factory.mktemp(f"{server}-{backend}")
            return sites.enter_context(Site(server, backend, directory, **settings))

        yield start
