"""The hourly purge of running servers: two processes over one database."""

import time

import pytest


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
def test_two_processes_purge_once_when_it_is_due(start_site, backend):
    """Both look five times a second (faults/hooks/purging.py)."""
    site = start_site(
        "processes", backend, DJANGO_SETTINGS_MODULE="faults.settings", HOOK="purging"
    )
    outside, anna = site.outside, site.outside.person("anna")

    def expired():
        cookie = outside.session(anna)
        outside.expire_session(cookie)
        return cookie

    def gone(cookie, seconds):
        end = time.monotonic() + seconds
        while outside.there("session", cookie) and time.monotonic() < end:
            time.sleep(0.05)
        return not outside.there("session", cookie)

    end = time.monotonic() + 10
    while not outside.there("chore", "purge") and time.monotonic() < end:
        time.sleep(0.05)
    outside.make_due("purge")
    assert gone(expired(), 5) or gone(expired(), 5)  # the first may have come just too late
    late = expired()
    assert not gone(late, 2)  # some twenty looks
    outside.make_due("purge")
    assert gone(late, 5)
    assert outside.there("session", anna.cookie)
    site.terminate()
    site.check_log()
