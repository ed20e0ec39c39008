import threading

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from accounts import first_admin
from accounts.factories import UserFactory
from accounts.models import FirstAdminCode, User
from multichat.models import Act, AuditEntry

FORM = {"username": "Ada", "email": "", "password1": "long enough 7", "password2": "long enough 7"}


def page_of(link):
    return link.removeprefix(settings.SITE_URL)


@pytest.fixture
def page(db):
    return page_of(first_admin.make_link())


def test_the_link_is_absolute_and_its_code_is_not_in_the_database(db, settings):
    settings.SITE_URL = "https://chat.example.com"
    link = first_admin.make_link()
    assert link.startswith("https://chat.example.com/accounts/first-admin/")
    assert FirstAdminCode.objects.get().digest not in link
    assert link.split("/")[-2] not in FirstAdminCode.objects.get().digest


def test_a_site_with_an_admin_gets_no_link(db):
    UserFactory(superuser=True)
    assert first_admin.make_link() is None


def test_a_site_whose_admins_are_all_inactive_gets_a_link(db):
    UserFactory(superuser=True, inactive=True)
    assert first_admin.make_link()


def test_the_page_makes_an_admin_who_is_logged_in_on_the_dashboard(client, page):
    assert client.get(page).status_code == 200
    answer = client.post(page, FORM)
    assert (answer.status_code, answer.url) == (302, "/")
    ada = User.objects.get()
    assert (ada.username, ada.is_superuser, ada.is_staff, ada.is_active) == (
        "Ada",
        True,
        True,
        True,
    )
    assert client.session["_auth_user_id"] == str(ada.pk)
    assert ada.check_password(FORM["password1"])


def test_the_link_works_once(client, page):
    client.post(page, FORM)
    for answer in (Client().get(page), Client().post(page, {**FORM, "username": "Eve"})):
        assert answer.status_code == 404
        assert "Log in with that account" in answer.content.decode()
    assert User.objects.count() == 1


def test_a_strangers_code_makes_nobody(client, page):
    wrong = page[:-4] + "xxx/"
    for answer in (client.get(wrong), client.post(wrong, FORM)):
        assert answer.status_code == 404
        assert "Start the server again" in answer.content.decode()
    assert not User.objects.exists()
    assert client.get(page).status_code == 200


def test_spending_a_wrong_code_makes_nobody_and_costs_nothing(client, page):
    """The page asks before; between its question and this a newer link may have been made."""
    assert first_admin.spend("wrong", UserFactory) is None
    assert not User.objects.exists()
    assert client.get(page).status_code == 200


def test_a_newer_link_ends_the_older_one(client, page):
    newer = page_of(first_admin.make_link())
    assert client.post(page, FORM).status_code == 404
    assert client.post(newer, FORM).status_code == 302


def test_a_code_is_late_when_the_site_got_its_admin_by_other_means(client, page):
    UserFactory(superuser=True)
    assert client.get(page).status_code == 404
    assert client.post(page, FORM).status_code == 404
    assert first_admin.spend(page.split("/")[-2], User) is None


def test_a_code_that_was_late_at_a_start_stays_so_when_the_admin_is_gone(client, page):
    boss = UserFactory(superuser=True)
    assert first_admin.make_link() is None
    boss.ban()
    assert client.post(page, FORM).status_code == 404
    assert not User.objects.filter(username=FORM["username"]).exists()


def test_the_audit_log_tells_of_the_first_admin(client, page):
    client.post(page, FORM)
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor_name, entry.subject_name) == (Act.USER_MADE, "Ada", "Ada")
    assert entry.address == "127.0.0.1"


def test_a_weak_password_is_refused_and_leaves_the_code_good(client, page):
    answer = client.post(page, {**FORM, "password1": "12345", "password2": "12345"})
    assert answer.status_code == 200
    assert "too short" in answer.content.decode()
    assert client.post(page, FORM).status_code == 302


def test_a_name_that_was_taken_meanwhile_is_said_in_words_and_leaves_the_code_good(
    client, page, monkeypatch
):
    UserFactory(username="ADA")
    once = iter([lambda self, exclude=None: None])
    usual = User.validate_unique
    monkeypatch.setattr(User, "validate_unique", lambda *args, **kw: next(once, usual)(*args, **kw))
    answer = client.post(page, FORM)
    assert "A user with that name exists already." in answer.content.decode()
    assert client.post(page, {**FORM, "username": "Grace"}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_admin():
    page = page_of(first_admin.make_link())
    together = threading.Barrier(2)
    statuses = []

    def submit(name):
        together.wait()
        statuses.append(Client().post(page, {**FORM, "username": name}).status_code)
        connections.close_all()

    threads = [threading.Thread(target=submit, args=[name]) for name in ("Ada", "Grace")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [302, 404]
    assert User.objects.active_superusers().count() == 1
