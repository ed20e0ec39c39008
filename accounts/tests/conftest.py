import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def nobody_was_counted():
    """The limits count in the cache, which outlives a test."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def admin_exists(db):
    """Sign-up is closed while nobody administers the site."""
    from accounts.factories import UserFactory

    return UserFactory(username="admin", superuser=True)
