"""What must not stand in a log."""

import logging

import pytest

from multichat.logs import WithoutCodes

CODE = "secret-CODE"


@pytest.fixture
def lines(monkeypatch):
    """What the site's own handler would write."""
    lines = []

    class Handler(logging.Handler):
        def emit(self, record):
            lines.append(record.getMessage())

    handler = Handler()
    handler.addFilter(WithoutCodes())
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    yield lines
    logger.removeHandler(handler)


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["invitation", "first-admin", "confirm-email"])
def test_codes_of_links_are_in_no_log(client, lines, page):
    for _ in range(31):
        client.get(f"/accounts/{page}/{CODE}/")
    assert "Too Many Requests" in lines[-1]
    assert page in lines[-1]
    assert CODE not in "".join(lines)


@pytest.mark.django_db
def test_keys_of_new_passwords_are_in_no_log(client, lines):
    for _ in range(31):
        client.get(f"/accounts/password/reset/key/1-{CODE}/")
    assert "Too Many Requests" in lines[-1]
    assert CODE not in "".join(lines)


def test_other_addresses_stand_there_as_they_are(db, client, lines):
    client.get("/accounts/nowhere/")
    assert lines == ["Not Found: /accounts/nowhere/"]


def test_the_sites_handler_leaves_codes_out(settings):
    [name] = settings.LOGGING["handlers"]["stderr"]["filters"]
    assert settings.LOGGING["filters"][name] == {"()": "multichat.logs.WithoutCodes"}
