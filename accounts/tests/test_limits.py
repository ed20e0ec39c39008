"""How often pages may be asked: each limit, whom it counts, and whom it leaves alone."""

import pytest
from allauth.core.internal import ratelimit
from django.test import Client, RequestFactory

from accounts import limits
from accounts.factories import UserFactory
from multichat.models import Tally
from multichat.page_limits import LIMITS

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
RIGHT, WRONG = "correct horse", "wrong"
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


def log_in(name, password, address=HERE):
    data = {"login": name, "password": password}
    return Client(REMOTE_ADDR=address).post(LOGIN, data)


def is_in(answer):
    return answer.status_code == 302


@pytest.fixture
def anna():
    return UserFactory(username="anna")


def test_wrong_passwords_from_elsewhere_lock_nobody_out(anna):
    for _ in range(8):
        log_in("anna", WRONG, ELSEWHERE)
    assert "Too many wrong passwords" in log_in("anna", RIGHT, ELSEWHERE).content.decode()
    assert is_in(log_in("anna", RIGHT, HERE))


def test_one_address_of_a_network_of_ipv6_counts_for_all(anna):
    for number in range(5):
        log_in("anna", WRONG, f"2001:db8:1:2::{number}")
    assert not is_in(log_in("anna", RIGHT, "2001:db8:1:2:ffff::"))
    assert is_in(log_in("anna", RIGHT, "2001:db8:1:3::"))


def test_who_gets_in_is_not_counted_as_failed(anna):
    for _ in range(12):
        assert is_in(log_in("anna", RIGHT))


def test_an_address_fails_ten_times_a_minute_whatever_the_names(anna):
    for number in range(10):
        log_in(f"nobody{number}", WRONG)
    assert not is_in(log_in("anna", RIGHT))
    assert is_in(log_in("anna", RIGHT, ELSEWHERE))


def test_a_window_ends(anna):
    for _ in range(5):
        log_in("anna", WRONG)
    assert not is_in(log_in("anna", RIGHT))
    Tally.objects.update(until=0)
    assert is_in(log_in("anna", RIGHT))


def test_pages_that_are_only_looked_at_count_nothing(client, anna):
    client.get(LOGIN)
    client.get("/accounts/signup/")
    client.force_login(anna)
    client.get("/")
    assert not Tally.objects.exists()


@pytest.mark.parametrize(
    ("page", "data", "number", "wait"),
    [
        (LOGIN, {}, 30, "60"),
        ("/accounts/signup/", {}, 20, "60"),
        ("/accounts/password/reset/", {"email": "anna@example.com"}, 5, "3600"),
        ("/accounts/password/reset/", {"email": "anna{}@example.com"}, 20, "60"),
        ("/accounts/password/reset/key/1-{}/", None, 30, "60"),
        ("/accounts/password/reset/key/1-{}/", {}, 20, "60"),
        ("/accounts/confirm-email/key{}/", None, 30, "60"),
        ("/accounts/first-admin/code{}/", None, 30, "60"),
    ],
)
def test_a_stranger_is_stopped(client, page, data, number, wait):
    for each in range(number):
        assert ask(client, page, data, each).status_code != 429
    answer = ask(client, page, data, number)
    assert (answer.status_code, answer["Retry-After"]) == (429, wait)
    assert "Too many tries" in answer.content.decode()


@pytest.mark.parametrize(
    ("page", "data", "number"),
    [
        ("/accounts/reauthenticate/", {"password": WRONG}, 10),
        ("/accounts/password/change/", {"oldpassword": WRONG}, 5),
        ("/accounts/email/", {"email": "anna{}@example.com", "action_add": ""}, 10),
    ],
)
def test_a_person_is_stopped(client, anna, page, data, number):
    client.force_login(anna)
    for each in range(number):
        assert ask(client, page, data, each).status_code != 429
    assert ask(client, page, data, number).status_code == 429
    client.force_login(UserFactory())
    assert ask(client, page, data, number).status_code != 429  # somebody else is not


def ask(client, page, data, number):
    """Send the form, or without data ask for the page, with the number in its place."""
    page = page.format(number)
    if data is None:
        return client.get(page)
    return client.post(page, {name: value.format(number) for name, value in data.items()})


def test_every_part_of_django_allauth_counts_by_these():
    assert ratelimit.consume is limits.consume
    assert ratelimit.clear is limits.clear


def test_asking_whether_there_is_room_counts_nothing():
    request = RequestFactory().post(LOGIN)
    how = {"app": "allauth.account", "action": "confirm_email", "key": "a@example.com"}
    assert limits.consume(request, **how, dry_run=True)
    assert limits.consume(request, **how, dry_run=True)
    assert limits.consume(request, **how)
    assert limits.consume(request, **how, dry_run=True) is None
    with pytest.raises(ratelimit.RateLimited):
        limits.consume(request, **how, raise_exception=True)
    limits.clear(request, **how)
    assert limits.consume(request, **how)


def test_the_limits_are_in_the_documents(settings):
    text = (settings.BASE_DIR / "docs" / "security.md").read_text()
    rates = {rate for limit in LIMITS.values() for rate in limit.split(",")}
    assert [rate for rate in rates if f"`{rate}`" not in text] == []
