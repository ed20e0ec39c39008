import pytest


@pytest.fixture
def admin_exists(db):
    """Sign-up is closed while nobody administers the site."""
    from accounts.factories import UserFactory

    return UserFactory(username="admin", superuser=True)
