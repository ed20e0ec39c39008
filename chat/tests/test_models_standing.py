"""Each rule of a room, for everybody in every kind of room, by every way to ask."""

from datetime import timedelta
from itertools import product

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.factories import UserFactory
from chat.factories import MemberFactory, RoomFactory
from chat.models import Member, Personal, Rank, Role, Room, Sight, Standing
from chat.snapshot import Snapshot

pytestmark = pytest.mark.django_db

NOW = timezone.now()
PAST, LATER = NOW - timedelta(hours=1), NOW + timedelta(hours=1)

PEOPLE = {
    "person": {},
    "staff": {"staff": True},
    "superuser": {"superuser": True},
    "superuser, not staff": {"is_superuser": True},
    "inactive": {"inactive": True},
    "inactive staff": {"inactive": True, "staff": True},
    "inactive superuser": {"inactive": True, "superuser": True},
}
PLACES = {
    "none": None,
    "member": {},
    "moderator": {"moderator": True},
    "banned": {"guest": True, "banned": True},
    "banned member": {"banned": True},
    "banned moderator": {"moderator": True, "banned": True},
    "silenced for good": {"guest": True, "silenced": True},
    "silenced until later": {"silenced": True, "silenced_until": LATER},
    "silenced until past": {"silenced": True, "silenced_until": PAST},
    "silenced moderator": {"moderator": True, "silenced": True},
}
EVERYBODY = list(product(PEOPLE, PLACES))
ROOMS = {
    "open": {},
    "members": {"of_members": True},
    "staff": {"staff": True},
    "superusers": {"superusers": True},
    "locked": {"locked": True},
    "read-only": {"posting": "moderators"},
    "slow": {"slow": 5},
    "locked, of members": {"of_members": True, "locked": True},
    "read-only, of members": {"of_members": True, "posting": "moderators"},
    "deleting": {"deleting": True},
    "deleting, of members": {"of_members": True, "deleting": True},
}


@pytest.fixture
def rooms():
    """Every kind of room, by name."""
    return {name: RoomFactory(**fields) for name, fields in ROOMS.items()}


def put(user, rooms, place):
    """Give the user this place in all rooms."""
    if place is not None:
        for room in rooms.values():
            MemberFactory(user=user, room=room, **place)


def standings(user, rooms):
    """Return {name of room: Standing}."""
    places = {} if user.pk is None else Member.objects.places([user.pk])[user.pk]
    return {name: Standing(room, user, places.get(room.pk)) for name, room in rooms.items()}


def expected_to_enter(person, place, room):
    """Who may enter what, said once more and otherwise than the code does."""
    if "inactive" in person or "banned" in place or "deleting" in room:
        return False
    if room == "staff":
        return person != "person"
    if room == "superusers":
        return person in ("superuser", "superuser, not staff")
    return "members" not in room or place not in ("none", "silenced for good")


@pytest.mark.parametrize(("person", "place"), EVERYBODY)
def test_every_way_to_ask_who_may_enter_gives_the_same_answer(person, place, rooms):
    user = UserFactory(**PEOPLE[person])
    put(user, rooms, PLACES[place])
    expected = {rooms[name] for name in rooms if expected_to_enter(person, place, name)}
    asked = standings(user, rooms)
    assert set(Room.objects.visible_to(user)) == expected
    assert {rooms[name] for name in rooms if asked[name].may_enter} == expected
    now = Snapshot.take([])
    now.places = Member.objects.places([user.pk])
    assert set(now.sight(user).rooms.values()) == expected
    assert now.sight(user).personal.keys() == {room.pk for room in expected}
    for room in rooms.values():
        assert now.standing(room, user).may_enter == (room in expected)


def test_nobody_enters_anything(rooms):
    nobody = AnonymousUser()
    assert not Room.objects.visible_to(nobody).exists()
    assert Snapshot.take([]).sight(nobody) == ({}, {}, None)
    for asked in standings(nobody, rooms).values():
        assert asked.why_not_write(NOW) == asked.why_not_change == "ROOM_ACCESS_DENIED"
        assert not asked.may_enter
        assert not asked.may_manage


def expected_to_write(person, place, room):
    if not expected_to_enter(person, place, room):
        return "ROOM_ACCESS_DENIED"
    staff = person != "person"
    if "locked" in room and not staff:
        return "ROOM_LOCKED"
    if "read-only" in room and not staff and "moderator" not in place:
        return "ROOM_READ_ONLY"
    silenced = place in ("silenced for good", "silenced until later", "silenced moderator")
    return "SILENCED" if silenced else None


@pytest.mark.parametrize(("person", "place"), EVERYBODY)
def test_who_may_write_where(person, place, rooms):
    user = UserFactory(**PEOPLE[person])
    put(user, rooms, PLACES[place])
    found = {name: asked.why_not_write(NOW) for name, asked in standings(user, rooms).items()}
    assert found == {name: expected_to_write(person, place, name) for name in rooms}


@pytest.mark.parametrize(("person", "place"), EVERYBODY)
def test_who_may_manage_and_moderate_what(person, place, rooms):
    """Staff manage a room of members that they do not enter; nobody who is banned or inactive does
    anything."""
    user = UserFactory(**PEOPLE[person])
    put(user, rooms, PLACES[place])
    staff = person in ("staff", "superuser", "superuser, not staff")
    for name, asked in standings(user, rooms).items():
        enters = expected_to_enter(person, place, name)
        assert asked.moderates == (enters and (staff or "moderator" in place)), name
        of_members = "members" in name and "deleting" not in name
        lets_in = staff and of_members and "banned" not in place
        assert asked.may_manage == (asked.moderates or lets_in), name
        closed = None if enters or asked.may_manage else "ROOM_ACCESS_DENIED"
        locked = "ROOM_LOCKED" if "locked" in name and not staff else None
        assert asked.why_not_change == (closed or locked), name


def test_the_slow_mode_is_for_those_who_do_not_moderate(rooms):
    room = rooms["slow"]
    for person, place, slow in [
        ({}, None, 5),
        ({}, {}, 5),
        ({}, {"moderator": True}, 0),
        ({"staff": True}, None, 0),
    ]:
        user = UserFactory(**person)
        put(user, {"slow": room}, place)
        [asked] = standings(user, {"slow": room}).values()
        assert asked.personal(NOW) == Personal(None, slow, moderates=slow == 0)


# --- ranks --------------------------------------------------------------------------------------

# From the least to the most that somebody has to say.
RANKS = {
    "guest": ({}, None),
    "member": ({}, {}),
    "moderator": ({}, {"moderator": True}),
    "staff": ({"staff": True}, None),
    "staff moderator": ({"staff": True}, {"moderator": True}),
    "superuser": ({"superuser": True}, None),
}
EQUALS = [{"guest", "member"}, {"staff", "staff moderator"}]
NAMES = list(RANKS)


def in_room(name, room):
    person, place = RANKS[name]
    user = UserFactory(**person)
    put(user, {"": room}, place)
    return standings(user, {"": room})[""]


@pytest.mark.parametrize(("actor", "subject"), list(product(RANKS, RANKS)))
def test_one_restrains_who_is_below_and_places_who_is_not_above(actor, subject):
    room = RoomFactory(of_members=True)
    one, other = in_room(actor, room), in_room(subject, room)
    equal = actor == subject or {actor, subject} in EQUALS
    above = not equal and NAMES.index(actor) > NAMES.index(subject)
    manages = actor not in ("guest", "member")
    assert one.may_restrain(other) == (manages and above)
    assert one.may_place(other) == (manages and (above or equal))


def test_a_banned_moderator_has_no_rank():
    place = MemberFactory(moderator=True, banned=True)
    assert Standing(place.room, place.user, place).rank == Rank.PERSON


# --- silences end by themselves -----------------------------------------------------------------


def test_a_silence_holds_until_its_moment_and_not_at_it(anna):
    place = MemberFactory(user=anna, silenced=True, silenced_until=LATER)
    asked = Standing(place.room, anna, place)
    just_before = LATER - timedelta(microseconds=1)
    assert asked.silenced_until(just_before) == (True, LATER)
    assert asked.silenced_until(LATER) == (False, None)
    assert asked.why_not_write(just_before) == "SILENCED"
    assert asked.why_not_write(LATER) is None


def test_what_one_sees_holds_until_the_first_silence_ends(anna):
    ends = [None, PAST, LATER + timedelta(hours=1), LATER]
    places = [MemberFactory(user=anna, silenced=True, silenced_until=end) for end in ends]
    hidden = MemberFactory(
        user=anna, silenced=True, banned=True, silenced_until=NOW + timedelta(minutes=1)
    )
    rooms = {place.room_id: place.room for place in [*places, hidden]}
    sight = Sight.of(anna, rooms, Member.objects.places([anna.pk])[anna.pk])
    assert sight.until == LATER
    assert sight.holds
    assert not sight._replace(until=timezone.now()).holds
    assert sight._replace(until=None).holds
    why = [sight.personal[place.room_id].why_not for place in places]
    assert why == ["SILENCED", None, "SILENCED", "SILENCED"]


def test_a_snapshot_looks_again_when_a_silence_has_ended(anna, monkeypatch):
    place = MemberFactory(user=anna, silenced=True, silenced_until=LATER)
    now = Snapshot.take([])
    now.places = Member.objects.places([anna.pk])
    silenced = now.sight(anna)
    assert silenced.personal[place.room_id].why_not == "SILENCED"
    assert now.sight(anna) is silenced
    monkeypatch.setattr(timezone, "now", lambda: LATER)
    assert now.sight(anna).personal[place.room_id].why_not is None
    assert now.sight(anna).until is None


def test_two_who_have_places_see_each_their_own(anna, berta):
    place = MemberFactory(user=anna, moderator=True)
    MemberFactory(user=berta, room=place.room, silenced=True)
    now = Snapshot.take([])
    now.places = Member.objects.places([anna.pk, berta.pk])
    found = [now.sight(user).personal[place.room_id] for user in (anna, berta)]
    assert found == [Personal(None, 0, True), Personal("SILENCED", 0, False)]


@pytest.mark.django_db(transaction=True)  # PostgreSQL raises the number at a commit
def test_a_place_that_changed_is_seen_although_no_room_did(anna, log_in):
    """Rooms, and what people see of them, are shared with an older snapshot where they can be."""
    room, key = RoomFactory(of_members=True), log_in(anna)
    before = Snapshot.take([key])
    assert not before.sight(anna).rooms
    place = MemberFactory(user=anna, room=room)
    member = Snapshot.take([key], before)
    assert member.rooms is before.rooms
    assert list(member.sight(anna).rooms) == [room.pk]
    Member.objects.filter(pk=place.pk).update(banned=True)
    assert not Snapshot.take([key], member).sight(anna).rooms


def test_a_place_that_says_nothing_need_not_be_there():
    assert Member(role=Role.GUEST).says_nothing
    for fields in ({"role": Role.MEMBER}, {"banned": True}, {"silenced": True}):
        assert not Member(**{"role": Role.GUEST, **fields}).says_nothing
