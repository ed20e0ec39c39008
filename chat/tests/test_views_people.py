"""The person's menu: as a page, and as JSON for the dashboard."""

import pytest
from django.utils import timezone

from accounts.factories import UserFactory
from chat.acts import ACTS
from chat.factories import RoomFactory
from chat.models import Member, Role
from chat.views import standing
from multichat.models import Act, AuditEntry

from .client import text_of

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}
ADDRESS = "192.0.2.7"


@pytest.fixture
def room():
    return RoomFactory(title="Tea")


@pytest.fixture
def mona(room):
    user = UserFactory(username="mona")
    Member.objects.create(room=room, user=user, role=Role.MODERATOR)
    return user


@pytest.fixture
def do(client):
    """A function that does an act to somebody in a room, as the dashboard does."""

    def do(asker, room, subject, act, **fields):
        client.force_login(asker)
        where = f"/rooms/{room.slug}/person/?user={subject.pk}"
        data = {"act": act, **fields}
        return client.post(where, data, headers=JSON, REMOTE_ADDR=ADDRESS)

    return do


def offered(client, asker, room, **who):
    client.force_login(asker)
    answer = client.get(f"/rooms/{room.slug}/person/", who, headers=JSON)
    return [act["name"] for act in answer.json()["acts"]] if answer.status_code == 200 else 404


def test_the_menu_offers_what_may_be_done(client, anna, stella, ruth, room, mona):
    club = RoomFactory(title="Club", access="members")
    cases = [
        (mona, room, anna, ["moderator", "silence", "ban"]),
        (mona, room, stella, ["moderator"]),
        (mona, room, mona, ["no_moderator"]),
        (stella, room, mona, ["no_moderator", "silence", "ban", "site_ban"]),
        (stella, room, ruth, ["moderator"]),
        (ruth, room, stella, ["moderator", "silence", "ban", "site_ban"]),
        (stella, club, anna, ["add", "moderator", "silence", "ban", "site_ban"]),
        (anna, room, mona, 404),
        (anna, room, anna, []),
        (mona, club, anna, 404),
    ]
    for asker, where, subject, acts in cases:
        assert offered(client, asker, where, user=subject.pk) == acts, (asker, where, subject)


def test_a_person_is_found_by_name_however_it_is_written(client, stella, room, anna):
    assert "ban" in offered(client, stella, room, name="ANNA")
    for who in ({"name": "nobody"}, {"name": "a\0b"}, {"user": "x"}, {"user": 10**30}, {}):
        assert offered(client, stella, room, **who) == 404


def test_every_act_is_done_undone_and_logged(do, anna, stella):
    club = RoomFactory(title="Club", access="members")
    turns = [
        ("add", Act.MEMBER_ADDED, {"role": "member"}),
        ("moderator", Act.MODERATOR_MADE, {"role": "moderator"}),
        ("no_moderator", Act.MODERATOR_UNMADE, {"role": "member"}),
        ("silence", Act.SILENCED, {"silenced": True, "silenced_until": None}),
        ("end_silence", Act.SILENCE_ENDED, {"silenced": False}),
        ("ban", Act.BANNED, {"banned": True, "role": "member"}),
        ("end_ban", Act.BAN_ENDED, {"banned": False, "role": "member"}),
        ("remove", Act.MEMBER_REMOVED, None),
        ("site_ban", Act.SITE_BANNED, None),
        ("end_site_ban", Act.SITE_BAN_ENDED, None),
    ]
    assert {name for name, *_ in turns} == ACTS.keys()
    for name, act, place in turns:
        answer = do(stella, club, anna, name, reason="because")
        assert answer.status_code == 200, (name, answer.content)
        entry = AuditEntry.objects.first()
        assert (entry.act, entry.actor, entry.subject) == (act, stella, anna)
        assert entry.address == ADDRESS
        if name in ("ban", "site_ban"):
            assert entry.detail == "because"
        member = Member.objects.of(club.pk, anna.pk)
        if place is None:
            assert member is None
        else:
            assert {key: getattr(member, key) for key in place} == place
        anna.refresh_from_db()
        assert anna.is_active == (name != "site_ban")
    assert AuditEntry.objects.count() == len(turns)


def test_the_answer_says_what_the_person_is_now(do, anna, stella, room):
    answer = do(stella, room, anna, "silence", minutes=60).json()
    assert answer["words"][0].startswith("Silenced until ")
    names = [act["name"] for act in answer["acts"]]
    assert "end_silence" in names
    assert "silence" not in names
    until = Member.objects.get().silenced_until - timezone.now()
    assert 3590 < until.total_seconds() <= 3600


@pytest.mark.parametrize("act", ACTS)
def test_nobody_does_to_anybody_what_the_menu_does_not_offer(do, act, anna, berta, room, mona):
    answer = do(anna, room, berta, act)
    assert answer.status_code == 404
    assert not AuditEntry.objects.exists()
    boss = UserFactory(superuser=True)
    refused = do(mona, room, boss, act)
    if act not in ("add", "moderator"):
        assert (refused.status_code == 400) or AuditEntry.objects.count() == 0
    boss.refresh_from_db()
    place = Member.objects.of(room.pk, boss.pk)
    assert boss.is_active
    assert not (place and (place.silenced or place.banned))


@pytest.mark.parametrize(
    "wrong",
    [{"act": "hug"}, {"act": ""}, {"minutes": "5"}, {"minutes": "x"}, {"reason": "x" * 201}],
)
def test_a_form_that_is_wrong_does_nothing(do, anna, stella, room, wrong):
    answer = do(stella, room, anna, **{"act": "silence", **wrong})
    assert answer.status_code == 400
    assert answer.json() == {"detail": "This form is not complete."}
    assert not Member.objects.exists()


def test_without_a_script_it_is_a_page(client, anna, stella, room):
    client.force_login(stella)
    page = text_of(client.get(f"/rooms/tea/person/?user={anna.pk}"))
    assert '<button class="button danger" type="submit" name="act" value="ban">' in page
    where = f"/rooms/tea/person/?user={anna.pk}"
    answer = client.post(where, {"act": "ban"}, follow=True)
    assert answer.redirect_chain == [("/rooms/tea/about/", 302)]
    assert "Done." in text_of(answer)
    assert Member.objects.get().banned


def test_a_member_leaves_for_good(client, anna):
    club = RoomFactory(title="Club", access="members")
    Member.objects.create(room=club, user=anna)
    client.force_login(anna)
    answer = client.post(f"/rooms/club/person/?user={anna.pk}", {"act": "remove"}, follow=True)
    assert answer.redirect_chain[-1] == ("/", 302)
    assert not Member.objects.exists()


def test_what_is_done_needs_a_token(anna, stella, room):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(stella)
    answer = client.post(f"/rooms/tea/person/?user={anna.pk}", {"act": "ban"}, headers=JSON)
    assert answer.status_code == 403
    assert not Member.objects.exists()


def test_nobody_changes_rooms_and_people_without_pause(do, client, anna, stella, room, monkeypatch):
    """Each change makes every process read the rights anew."""
    monkeypatch.setattr(standing, "A_MINUTE", 2)
    assert do(stella, room, anna, "ban").status_code == 200
    assert do(stella, room, anna, "end_ban").status_code == 200
    assert "too much at once" in do(stella, room, anna, "ban").json()["detail"]
    form = {"description": "New", "posting": "everyone", "slow": 0}
    assert "too much at once" in text_of(client.post("/rooms/tea/about/", form, follow=True))
    answer = client.post("/rooms/tea/members/", {"name": "anna"}, follow=True)
    assert "too much at once" in text_of(answer)
    assert AuditEntry.objects.count() == 2
