import pytest


@pytest.fixture
def admin_exists(db):
    """Sign-up is closed while nobody administers the site."""
    from accounts.factories import UserFactory

    return UserFactory(username="admin", superuser=True)


class AtOnce:
    """Does in the test's own thread what a page leaves for afterwards."""

    def submit(self, run, call, language, function, args):
        function(*args)


@pytest.fixture(autouse=True)
def afterwards_is_at_once(monkeypatch):
    monkeypatch.setattr("multichat.afterwards.pool", AtOnce())
