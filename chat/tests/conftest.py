"""The cast, and what tests of the hub share."""

import pytest

from accounts.factories import UserFactory
from chat import events
from chat.hub import Hub


@pytest.fixture(autouse=True)
async def hub_stops_with_its_test():
    """A hub belongs to an event loop, and each test has one of its own."""
    yield
    for hub in list(Hub._of_loops.values()):
        await hub.stop()


@pytest.fixture
def anna(db):
    """Somebody who may."""
    return UserFactory(username="anna")


@pytest.fixture
def berta(db):
    """Somebody else of the same kind."""
    return UserFactory(username="berta")


@pytest.fixture
def stella(db):
    """One of the staff."""
    return UserFactory(username="stella", staff=True)


@pytest.fixture
def ruth(db):
    """A superuser."""
    return UserFactory(username="ruth", superuser=True)


@pytest.fixture
def rung(monkeypatch):
    """The events that were rung, as (group, event) pairs, instead of going anywhere."""
    calls = []
    monkeypatch.setattr(events, "_ring", lambda group, event: calls.append((group, event)))
    return calls
