"""A room's own page, and the page that makes rooms."""

import pytest

from accounts.factories import UserFactory
from chat.actions import rooms as room_actions
from chat.factories import RoomFactory
from chat.models import Member, Role, Room
from multichat.models import Act, AuditEntry

from .client import text_of

pytestmark = pytest.mark.django_db

NEW = {"title": "Chess", "description": "Openings", "access": "members"}


def join(room, user, role=Role.MEMBER, **more):
    return Member.objects.create(room=room, user=user, role=role, **more)


@pytest.fixture
def club():
    return RoomFactory(title="Club", access="members", description="Books")


@pytest.fixture
def moderator(club):
    user = UserFactory(username="mona")
    join(club, user, Role.MODERATOR)
    return user


# --- making a room ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "person", "made"),
    [
        ("staff", {}, False),
        ("staff", {"staff": True}, True),
        ("staff", {"is_superuser": True}, True),
        ("everyone", {}, True),
    ],
)
def test_who_makes_rooms_is_a_setting(client, settings, setting, person, made):
    settings.ROOM_CREATION = setting
    user = UserFactory(**person)
    client.force_login(user)
    assert ('href="/new-room/"' in text_of(client.get("/"))) == made
    assert client.get("/new-room/").status_code == (200 if made else 403)
    answer = client.post("/new-room/", NEW)
    assert answer.status_code == (302 if made else 403)
    assert Room.objects.exists() == made


def test_who_makes_a_room_moderates_it_and_lands_in_it(client, anna, settings):
    settings.ROOM_CREATION = "everyone"
    client.force_login(anna)
    answer = client.post("/new-room/", NEW)
    room = Room.objects.get()
    assert answer.url == room.get_absolute_url() == "/rooms/chess/"
    assert (room.title, room.description, room.access) == ("Chess", "Openings", "members")
    assert Member.objects.get(room=room).role == Role.MODERATOR
    assert AuditEntry.objects.get().act == Act.ROOM_MADE
    assert client.get(answer.url).status_code == 200


@pytest.mark.parametrize("access", ["staff", "superusers", "", "nobody"])
def test_people_make_no_rooms_but_for_people(client, ruth, access):
    client.force_login(ruth)
    assert client.post("/new-room/", {**NEW, "access": access}).status_code == 200
    assert not Room.objects.exists()


@pytest.mark.parametrize("title", ["", "  ", "x" * 101, "a\0b"])
def test_a_title_that_is_none_makes_no_room(client, stella, title):
    client.force_login(stella)
    answer = client.post("/new-room/", {**NEW, "title": title})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not Room.objects.exists()


# --- its page -----------------------------------------------------------------------------------


def test_a_stranger_finds_no_page_of_a_room_that_they_may_not_enter(client, anna, club):
    client.force_login(anna)
    for path in ("about/", "person/?name=mona"):
        there = client.get(f"/rooms/club/{path}")
        nowhere = client.get(f"/rooms/nowhere/{path}")
        assert there.status_code == nowhere.status_code == 404
    for path in ("about/", "members/", f"person/?user={anna.pk}"):
        assert client.post(f"/rooms/club/{path}", {"name": "anna"}).status_code == 404
    assert not Member.objects.exists()


def test_a_member_sees_who_else_is_one_and_changes_nothing(client, anna, club, moderator):
    join(club, anna)
    join(club, UserFactory(username="quiet"), silenced=True)
    client.force_login(anna)
    page = text_of(client.get("/rooms/club/about/"))
    assert "mona" in page
    assert "Leave for good" in page
    for word in ("Settings", "Silenced", ">Change<", ">Add<"):
        assert word not in page
    client.post("/rooms/club/about/", {"description": "Mine", "posting": "everyone", "slow": 0})
    client.post("/rooms/club/members/", {"name": "mona"})
    club.refresh_from_db()
    assert club.description == "Books"
    assert not AuditEntry.objects.exists()


def test_a_moderator_changes_the_room(client, club, moderator):
    client.force_login(moderator)
    form = {"description": "Poems", "posting": "moderators", "slow": 30}
    sneaked = {"title": "Mine", "access": "open", "locked": "on"}
    answer = client.post("/rooms/club/about/", {**form, **sneaked}, follow=True)
    assert "Saved." in text_of(answer)
    club.refresh_from_db()
    assert (club.description, club.posting, club.slow) == ("Poems", "moderators", 30)
    assert (club.title, club.access, club.locked) == ("Club", "members", False)
    assert AuditEntry.objects.get().detail == "description: Poems\nposting: moderators\nslow: 30"


@pytest.mark.parametrize(
    "wrong", [{"slow": -1}, {"slow": 3601}, {"slow": "soon"}, {"posting": "nobody"}]
)
def test_what_cannot_be_is_said_and_nothing_is_changed(client, club, moderator, wrong):
    client.force_login(moderator)
    form = {"description": "Poems", "posting": "everyone", "slow": 0, **wrong}
    answer = client.post("/rooms/club/about/", form)
    assert answer.context["form"].errors.keys() == wrong.keys()
    club.refresh_from_db()
    assert club.description == "Books"


def test_a_moderator_adds_members_by_any_way_to_write_their_name(client, anna, club, moderator):
    client.force_login(moderator)
    answer = client.post("/rooms/club/members/", {"name": " ANNA "}, follow=True)
    assert "anna is a member now." in text_of(answer)
    assert Member.objects.of(club.pk, anna.pk).role == Role.MEMBER
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor, entry.subject) == (Act.MEMBER_ADDED, moderator, anna)


@pytest.mark.parametrize("name", ["", "nobody", "gone", "a\0b", "x" * 300])
def test_who_is_nobody_is_not_added(client, club, moderator, name):
    UserFactory(username="gone", inactive=True)
    client.force_login(moderator)
    answer = client.post("/rooms/club/members/", {"name": name})
    assert answer.status_code == 400
    assert answer.context["add_form"].errors
    assert Member.objects.count() == 1


def test_staff_see_to_a_room_of_members_without_reading_it(client, stella, club, moderator):
    client.force_login(stella)
    page = text_of(client.get("/rooms/club/about/"))
    assert "You are no member of this room" in page
    assert "mona" in page
    assert client.get("/rooms/club/").status_code == 404
    client.post("/rooms/club/members/", {"name": "stella"})
    assert client.get("/rooms/club/").status_code == 200
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor, entry.subject) == (Act.MEMBER_ADDED, stella, stella)


def test_who_is_silenced_or_banned_is_listed_for_who_may_end_it(client, anna, club, moderator):
    join(club, anna, silenced=True)
    join(club, UserFactory(username="troll"), Role.GUEST, banned=True)
    client.force_login(moderator)
    page = text_of(client.get("/rooms/club/about/"))
    assert "troll" in page
    assert '<span class="badge warning">banned</span>' in page
    assert '<span class="badge warning">silenced</span>' in page


def test_nobody_makes_rooms_without_end(client, stella, monkeypatch):
    monkeypatch.setattr(room_actions, "AN_HOUR", 2)
    client.force_login(stella)
    for title in ("One", "Two"):
        assert client.post("/new-room/", {**NEW, "title": title}).status_code == 302
    answer = client.post("/new-room/", {**NEW, "title": "Three"})
    assert "You have made many rooms." in text_of(answer)
    assert Room.objects.count() == 2
