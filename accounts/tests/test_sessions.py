from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts import sessions
from accounts.factories import UserFactory
from accounts.models import User
from accounts.session_store import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered():
    """The caches hold what was computed under the test's own secret keys."""
    sessions.claim_of.cache_clear()
    sessions.fits.cache_clear()
    yield
    sessions.claim_of.cache_clear()
    sessions.fits.cache_clear()


def session_of(user):
    client = Client()
    client.force_login(user)
    return client.session.session_key


def users_of(keys):
    return {key: login.user for key, login in User.objects.logins(keys).items()}


@pytest.fixture
def anna():
    return UserFactory(username="anna")


@pytest.fixture
def key(anna):
    key = session_of(anna)
    assert users_of([key]) == {key: anna}
    return key


def test_each_key_finds_its_person(anna, key):
    berta = UserFactory()
    other = session_of(berta)
    assert users_of([key, other]) == {key: anna, other: berta}


def test_only_the_keys_that_were_asked_for_are_told(anna, key):
    session_of(UserFactory())
    assert users_of([key]) == {key: anna}


def test_an_unknown_key_is_nobody(key):
    assert users_of(["0" * 32]) == {}


def test_who_logged_out_is_gone(key):
    Session.objects.filter(session_key=key).delete()
    assert users_of([key]) == {}


def test_an_expired_session_is_nobodys(key):
    gone = timezone.now() - timedelta(seconds=1)
    Session.objects.filter(session_key=key).update(expire_date=gone)
    assert users_of([key]) == {}


def test_who_was_deactivated_is_gone(anna, key):
    User.objects.filter(pk=anna.pk).update(is_active=False)
    assert users_of([key]) == {}


def test_who_was_deleted_is_gone(anna, key):
    anna.delete()
    assert users_of([key]) == {}


def test_a_new_password_ends_the_session(anna, key):
    anna.set_password("another horse")
    anna.save()
    assert users_of([key]) == {}


def test_the_end_of_all_sessions_ends_every_one(anna, key):
    other, bertas = session_of(anna), session_of(berta := UserFactory())
    anna.end_sessions()
    assert users_of([key, other, bertas]) == {bertas: berta}
    assert Client(headers={"cookie": f"sessionid={key}"}).get("/").status_code == 302
    assert users_of([session_of(anna)])


def test_a_session_without_a_log_in_is_nobodys():
    client = Client()
    session = client.session
    session["language"] = "de"
    session.save()
    assert users_of([session.session_key]) == {}


def test_a_session_of_an_unknown_backend_is_nobodys(key, settings):
    settings.AUTHENTICATION_BACKENDS = ["elsewhere.Backend"]
    sessions.claim_of.cache_clear()
    assert users_of([key]) == {}


def test_a_forged_session_is_nobodys(key):
    row = Session.objects.get(session_key=key)
    row.session_data = row.session_data[:-1] + ("a" if row.session_data[-1] != "a" else "b")
    row.save()
    assert users_of([key]) == {}


def test_a_session_survives_a_new_secret_key_while_the_old_one_is_a_fallback(anna, key, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "new" * 20
    sessions.claim_of.cache_clear()
    sessions.fits.cache_clear()
    assert users_of([key]) == {key: anna}
    settings.SECRET_KEY_FALLBACKS = []
    sessions.claim_of.cache_clear()
    sessions.fits.cache_clear()
    assert users_of([key]) == {}


def test_two_queries_do_for_any_number_of_keys(django_assert_num_queries):
    keys = [session_of(UserFactory()) for _ in range(5)]
    with django_assert_num_queries(2):
        assert len(users_of(keys)) == 5


@pytest.mark.parametrize("cookie", ["\x00abcdefgh", "a b c d e f", "é" * 32, ""])
def test_what_can_be_no_key_is_not_looked_for(client, key, cookie, django_assert_num_queries):
    """PostgreSQL fails on a NUL."""
    with django_assert_num_queries(2):
        assert list(users_of([key, cookie])) == [key]
    assert SessionStore(cookie).session_key is None
    client.cookies["sessionid"] = cookie
    assert client.get("/").status_code == 302


def test_a_login_holds_until_its_session_expires(anna, key):
    session = Session.objects.get(pk=key)
    [login] = User.objects.logins([key]).values()
    assert (login.user, login.until, login.holds) == (anna, session.expire_date, True)
    assert not sessions.Login(anna, until=timezone.now()).holds
