import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.factories import UserFactory
from accounts.models import User
from multichat import counted_deletion
from multichat.models import Act, AuditEntry

from .test_sessions import session_of, users_of

pytestmark = pytest.mark.django_db

USERS = "/admin/accounts/user/"


@pytest.fixture
def admin():
    return UserFactory(username="admin", superuser=True)


@pytest.fixture
def anna():
    return UserFactory(username="anna")


@pytest.fixture
def door(client, admin):
    client.force_login(admin)
    return client


def text_of(response):
    return response.content.decode()


def act(client, action, *users, **more):
    data = {"action": action, "_selected_action": [user.pk for user in users], **more}
    return client.post(USERS, data, follow=True)


def form_of(user, **changes):
    data = {
        "username": user.username,
        "is_active": "on" if user.is_active else "",
        "is_staff": "on" if user.is_staff else "",
        "is_superuser": "on" if user.is_superuser else "",
        "date_joined_0": "2026-01-01",
        "date_joined_1": "12:00:00",
        **changes,
    }
    return {name: value for name, value in data.items() if value}


def test_the_admin_logs_in_through_the_sites_own_door(client):
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/login/?next=%2Fadmin%2F"
    assert client.get("/admin/login/").url.startswith("/accounts/login/?next=")
    assert client.post("/admin/login/", {"username": "a", "password": "b"}).status_code == 302


def test_who_is_not_staff_gets_a_page_and_no_loop(client, anna):
    client.force_login(anna)
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 403
    assert "This page is not for you" in text_of(answer)


def test_a_stranger_neither_sees_nor_deletes_people(client, anna):
    client.force_login(UserFactory(staff=True))
    assert client.get(USERS).status_code == 403
    assert client.get(f"{USERS}{anna.pk}/delete/").status_code == 403
    assert client.post(f"{USERS}{anna.pk}/delete/", {"post": "yes"}).status_code == 403
    act(client, "delete_selected", anna, post="yes")
    act(client, "deactivate", anna)
    assert User.objects.get(pk=anna.pk).is_active


def test_people_are_listed_searched_changed_and_made(door, anna):
    assert "anna" in text_of(door.get(USERS))
    UserFactory(username="Ärger")
    assert "Ärger" in text_of(door.get(USERS, {"q": "ärger"}))
    assert "Ärger" not in text_of(door.get(USERS, {"q": "berta"}))
    assert door.post(f"{USERS}{anna.pk}/change/", form_of(anna, username="Änne")).status_code == 302
    assert User.objects.get_by_natural_key("änne") == anna
    new = {"username": "Berta", "password1": "long enough 7", "password2": "long enough 7"}
    assert door.post(f"{USERS}add/", {**new, "usable_password": "true"}).status_code == 302
    assert User.objects.get_by_natural_key("berta").check_password("long enough 7")


@pytest.mark.parametrize("written", ["Änna", "äNNA"])
def test_the_admin_is_told_in_words_that_a_name_is_taken(door, anna, written):
    UserFactory(username="Änna")
    new = {"username": written, "password1": "long enough 7", "password2": "long enough 7"}
    added = door.post(f"{USERS}add/", {**new, "usable_password": "true"})
    changed = door.post(f"{USERS}{anna.pk}/change/", form_of(anna, username=written))
    for answer in (added, changed):
        assert "A user with that name exists already." in text_of(answer)


def test_a_person_is_deleted_after_a_question_which_offers_to_deactivate(door, anna):
    page = f"{USERS}{anna.pk}/delete/"
    question = text_of(door.get(page))
    assert "Deactivate selected users</button>" in question
    assert User.objects.filter(pk=anna.pk).exists()
    assert door.post(page, {"post": "yes"}).url == USERS
    assert not User.objects.filter(pk=anna.pk).exists()
    assert LogEntry.objects.get().object_repr == "anna"


def test_nobody_writes_on_as_somebody_who_is_being_deleted(door, anna, monkeypatch):
    seen = []
    monkeypatch.setattr(
        counted_deletion,
        "delete_in_batches",
        lambda user: seen.append(User.objects.get(pk=user.pk).is_active),
    )
    door.post(f"{USERS}{anna.pk}/delete/", {"post": "yes"})
    assert seen == [False]


def test_selected_people_are_deleted_after_a_question(door, anna):
    berta = UserFactory()
    question = act(door, "delete_selected", anna, berta)
    assert "These 2 will be deleted" in text_of(question)
    assert User.objects.count() == 3
    answer = act(door, "delete_selected", anna, berta, post="yes")
    assert "Successfully deleted 2 users." in text_of(answer)
    assert User.objects.count() == 1


def test_the_delete_page_of_nobody_leads_back(door):
    assert door.get(f"{USERS}9999/delete/").status_code == 302


def test_selected_people_are_deactivated(door, anna):
    assert "1 user is deactivated." in text_of(act(door, "deactivate", anna))
    anna.refresh_from_db()
    assert not anna.is_active
    assert "1 user is activated." in text_of(act(door, "activate", anna))
    anna.refresh_from_db()
    assert anna.is_active


@pytest.mark.parametrize("how", ["action", "form"])
def test_who_was_deactivated_has_no_session_that_comes_back(door, client, anna, how):
    theirs = Client()
    theirs.force_login(anna)
    if how == "action":
        act(door, "deactivate", anna)
    else:
        door.post(f"{USERS}{anna.pk}/change/", form_of(anna, is_active=""))
    anna.refresh_from_db()
    assert not anna.is_active
    act(door, "activate", anna)
    assert theirs.get("/").status_code == 302


def test_the_last_admin_stays(door, admin):
    page = f"{USERS}{admin.pk}/delete/"
    for answer in (
        door.get(page),
        door.post(page, {"post": "yes"}),
        act(door, "delete_selected", admin, post="yes"),
        act(door, "deactivate", admin),
        *(
            door.post(f"{USERS}{admin.pk}/change/", form_of(admin, **{right: ""}))
            for right in ("is_active", "is_superuser", "is_staff")
        ),
    ):
        assert answer.status_code == 200
        assert "The site needs an admin" in text_of(answer)
    assert list(User.objects.active_superusers()) == [admin]


def test_one_of_two_admins_may_go(door):
    other = UserFactory(superuser=True)
    assert door.post(f"{USERS}{other.pk}/delete/", {"post": "yes"}).status_code == 302
    assert User.objects.count() == 1


def test_nobody_deletes_the_account_that_they_use(door, admin):
    UserFactory(superuser=True)
    answer = door.post(f"{USERS}{admin.pk}/delete/", {"post": "yes"})
    assert "logged in with" in text_of(answer)
    assert User.objects.filter(pk=admin.pk).exists()


def test_people_are_logged_out_everywhere_and_that_is_written_down(door, anna):
    keys = session_of(anna), session_of(anna)
    assert "logged out everywhere" in text_of(act(door, "end_sessions", anna))
    assert users_of(keys) == {}
    [entry] = AuditEntry.objects.all()
    assert (entry.act, entry.actor_name, entry.subject) == (Act.SESSIONS_ENDED, "admin", anna)
    assert door.get(USERS).status_code == 200


def test_who_may_only_look_logs_nobody_out(client, anna):
    staff = UserFactory(staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_user"))
    client.force_login(staff)
    key = session_of(anna)
    act(client, "end_sessions", anna)
    assert users_of([key]) == {key: anna}
