"""Handshakes too many: of who guesses sessions, and of one person."""

import pytest

from wire.raw import dial, handshake


@pytest.fixture(scope="session", params=["serve", "daphne", "uvicorn"])
def site(request, start_site):
    """One that bears twenty handshakes a minute, behind a proxy that it trusts."""
    return start_site(request.param, "sqlite", HANDSHAKES_PER_MINUTE="20", TRUSTED_PROXIES="1")


async def shake(site, cookie, address, *more):
    """Return the head of the answer to a handshake that came over the proxy, as a text, and whether
    it has led to a hello."""
    lines = [*more, f"X-Forwarded-For: {address}"]
    async with dial(site, handshake(site, cookie, more=lines)) as raw:
        head = (await raw.reader.readuntil(b"\r\n\r\n")).decode()
        opened = head.split()[1] == "101"
        return head, opened and b"hello" in (await raw.read())[1]


def check_refusal(site, head):
    if site.server == "serve":
        assert head.startswith("HTTP/1.1 429 Too Many Requests")
        assert 1 <= int(head.lower().split("retry-after: ")[1].split()[0]) <= 60
    else:  # the others know one refusal only, or log an error with any other
        assert head.startswith("HTTP/1.1 403")


async def test_who_guesses_sessions_is_stopped_and_nobody_else(chat):
    """Whatever addresses the guesser names: only what the proxy has appended counts."""
    site, guesser = chat.site, "192.0.2.1"
    ada, bob = chat.people("ada", "bob")
    assert (await shake(site, ada.cookie, guesser))[1]
    for number in range(20):
        forged = f"X-Forwarded-For: 198.51.100.{number}"
        head, inside = await shake(site, f"guess{number}", guesser, forged)
        assert head.startswith("HTTP/1.1 101"), number
        assert not inside
    head, _ = await shake(site, "guess", guesser, "X-Forwarded-For: 203.0.113.9")
    check_refusal(site, head)
    assert (await shake(site, ada.cookie, guesser))[1]
    assert (await shake(site, bob.cookie, "192.0.2.2"))[1]


async def test_one_person_comes_so_often_from_wherever(chat):
    ada, bob = chat.people("ada", "bob")
    for number in range(20):
        assert (await shake(chat.site, ada.cookie, f"203.0.113.{number}"))[1]
    head, _ = await shake(chat.site, ada.cookie, "203.0.113.99")
    check_refusal(chat.site, head)
    assert (await shake(chat.site, bob.cookie, "203.0.113.3"))[1]


async def test_two_hundred_people_come_back_at_once_from_one_address(chat):
    """After a restart, all of an office: each of them counts for themselves."""
    people = chat.people(*(f"p{number}" for number in range(200)))
    for person in people:
        assert (await shake(chat.site, person.cookie, "198.51.100.1"))[1]
