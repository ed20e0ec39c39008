from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.factories import UserFactory

from .second_factors import PASSWORD

pytestmark = pytest.mark.django_db

LIST = "/accounts/security/sessions/"
WEEK = timedelta(days=7)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def anna():
    return UserFactory(username="anna")


def browser_of(user, user_agent=FIREFOX):
    """Return a Client that is logged in by the form, and has seen a page."""
    client = Client(headers={"user-agent": user_agent})
    client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    assert is_in(client)
    return client


def is_in(client):
    return client.get(LIST).status_code == 200


def text_of(client):
    return client.get(LIST).content.decode()


def record_of(client):
    return UserSession.objects.get(session_key=client.session.session_key)


def test_the_list_says_what_from_where_and_when_and_which_is_this_one(anna):
    phone = browser_of(anna, "Mozilla/5.0 (iPhone; ...) Version/18.5 Safari/604.1")
    desk = browser_of(anna)
    hour_ago = timezone.now() - timedelta(hours=1)
    UserSession.objects.filter(pk=record_of(phone).pk).update(
        ip="2001:db8::1", last_seen_at=hour_ago
    )
    page = text_of(desk)
    assert page.index("Firefox on Linux") < page.index("this one") < page.index("Safari on iPhone")
    assert "From 127.0.0.1, now" in page
    assert "From 2001:db8::1, last page opened an hour ago" in page.replace("\xa0", " ")
    assert desk.session.session_key not in page


def test_nobody_sees_or_ends_the_sessions_of_others(anna):
    annas, evas = browser_of(anna), browser_of(UserFactory(username="eva"))
    assert text_of(evas).count("End it<") == 1
    assert evas.post(f"{LIST}{record_of(annas).pk}/end/").status_code == 404
    evas.post(f"{LIST}end-others/")
    evas.post(f"{LIST}end-all/")
    assert is_in(annas)


def test_a_session_is_ended_and_its_row_is_gone(anna):
    lost, here, third = browser_of(anna), browser_of(anna), browser_of(anna)
    key = lost.session.session_key
    answer = here.post(f"{LIST}{record_of(lost).pk}/end/", follow=True)
    assert "That session is ended." in answer.content.decode()
    assert not Session.objects.filter(pk=key).exists()
    assert [is_in(lost), is_in(here), is_in(third)] == [False, True, True]


def test_to_end_this_one_is_to_log_out(anna):
    here, other = browser_of(anna), browser_of(anna)
    assert here.post(f"{LIST}{record_of(here).pk}/end/").url == "/accounts/login/"
    assert [is_in(here), is_in(other)] == [False, True]


def test_everywhere_else_leaves_this_one_and_gives_it_another_key(anna):
    here, other, unrecorded = browser_of(anna), browser_of(anna), browser_of(anna)
    record_of(unrecorded).delete()
    key = here.session.session_key
    answer = here.post(f"{LIST}end-others/", follow=True).content.decode()
    assert "You are logged out everywhere else." in answer
    assert answer.count("End it<") == 1
    assert [is_in(here), is_in(other), is_in(unrecorded)] == [True, False, False]
    assert here.session.session_key != key
    assert not Session.objects.filter(pk=key).exists()


def test_everywhere_is_this_one_as_well(anna):
    here, other = browser_of(anna), browser_of(anna)
    assert here.post(f"{LIST}end-all/").url == "/accounts/login/"
    assert [is_in(here), is_in(other)] == [False, False]


@pytest.mark.parametrize("page", ["1/end/", "end-others/", "end-all/"])
def test_a_link_ends_nothing(anna, page):
    here = browser_of(anna)
    assert here.get(LIST + page).status_code == 405
    assert is_in(here)


@pytest.mark.parametrize("number", ["0", "9" * 30])
def test_a_session_that_is_not_there_is_not_found(anna, number):
    assert browser_of(anna).post(f"{LIST}{number}/end/").status_code == 404


def test_a_page_is_noted_every_few_minutes_and_at_once_from_elsewhere(anna):
    here = browser_of(anna)
    record = record_of(here)
    text_of(here)
    assert record_of(here).last_seen_at == record.last_seen_at
    long_ago = timezone.now() - timedelta(minutes=6)
    UserSession.objects.update(last_seen_at=long_ago)
    text_of(here)
    assert record_of(here).last_seen_at > record.last_seen_at
    here.get(LIST, REMOTE_ADDR="192.0.2.7")
    assert record_of(here).ip == "192.0.2.7"


def test_a_browser_with_a_long_name_is_noted_once(anna, django_assert_max_num_queries):
    here = browser_of(anna, "Firefox/1 " + "x" * 500)
    before = record_of(here).last_seen_at
    text_of(here)
    assert record_of(here).last_seen_at == before


def test_one_session_too_many_ends_the_one_that_was_seen_least_lately(anna, monkeypatch):
    monkeypatch.setattr("accounts.session_list.MOST", 3)
    evas = browser_of(UserFactory(username="eva"))
    first, second, third = browser_of(anna), browser_of(anna), browser_of(anna)
    UserSession.objects.filter(pk=record_of(second).pk).update(last_seen_at=timezone.now() - WEEK)
    fourth = browser_of(anna)
    assert [is_in(each) for each in (first, second, third, fourth, evas)] == [1, 0, 1, 1, 1]


def test_a_session_that_django_made_is_in_the_list(anna):
    """Such as the one of the first admin."""
    client = Client()
    client.force_login(anna)
    assert "this one" in text_of(client)


def test_a_new_password_keeps_this_session_in_the_list_and_ends_the_others(anna):
    here, other = browser_of(anna), browser_of(anna)
    here.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "another horse", "password2": "another horse"},
    )
    assert [is_in(here), is_in(other)] == [True, False]
    assert text_of(here).count("End it<") == 1
