"""Limits of pages hold for all processes together: two real ones, on either database."""

import urllib.parse
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError

import pytest

COOKIE = "csrftoken=" + 32 * "a"


def try_to_log_in(site, name, address):
    """Send the form, with a wrong password; return the status, the page and Retry-After."""
    form = {"login": name, "password": "wrong", "csrfmiddlewaretoken": 32 * "a"}
    request = urllib.request.Request(  # noqa: S310 - a site of our own
        f"{site.url}/accounts/login/",
        urllib.parse.urlencode(form).encode(),
        {"Cookie": COOKIE, "X-Forwarded-For": address},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return answer.status, answer.read().decode(), None
    except HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers["Retry-After"]


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
def test_many_tries_at_once_at_several_processes_do_not_pass_the_limits(start_site, backend):
    """Without Redis: the database is enough."""
    site = start_site("processes", backend, static=True, TRUSTED_PROXIES="1", REDIS_URL="")
    with ThreadPoolExecutor(20) as pool:
        answers = list(
            pool.map(lambda n: try_to_log_in(site, f"nobody{n}", "192.0.2.1"), range(60))
        )
    assert Counter(status for status, _, _ in answers) == {200: 30, 429: 30}
    pages = [page for status, page, _ in answers if status == 200]
    assert sum("Wrong username or password" in page for page in pages) == 10
    assert {wait for status, _, wait in answers if status == 429} == {"60"}
    assert all("Too many tries" in page for status, page, _ in answers if status == 429)
    assert try_to_log_in(site, "nobody", "192.0.2.2")[0] == 200  # elsewhere nobody is held up
    site.check_log()
