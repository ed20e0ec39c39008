import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.factories import UserFactory
from chat.factories import RoomFactory
from chat.models import Room, Standing
from chat.snapshot import Snapshot

from .threads import at_once

pytestmark = pytest.mark.django_db


def test_a_title_is_enough_for_a_room():
    room = Room.objects.create(title="Tea")
    room.refresh_from_db()
    room.full_clean()
    assert (room.slug, room.access, room.locked) == ("tea", "open", False)
    assert (room.description, room.deleting) == ("", False)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Tea & Biscuits", "tea-biscuits"),
        ("  Tea  ", "tea"),
        ("Küche", "küche"),
        ("日本語", "日本語"),
        ("Кухня", "кухня"),
        ("!!!", "room"),
        ("☕", "room"),
        ("", "room"),
        ("a" * 100, "a" * 80),
        ("a" * 79 + " b", "a" * 79),
    ],
)
def test_the_address_is_made_from_the_title(title, slug):
    assert Room.objects.create(title=title).slug == slug


def test_rooms_of_the_same_title_get_different_addresses():
    slugs = [Room.objects.create(title="Tea").slug for _ in range(3)]
    assert slugs == ["tea", "tea-2", "tea-3"]


def test_a_suffix_fits_into_the_length_of_an_address():
    slugs = {Room.objects.create(title="a" * 100).slug for _ in range(11)}
    assert "a" * 80 in slugs
    assert "a" * 77 + "-11" in slugs


def test_a_suffix_that_is_another_rooms_title_is_skipped():
    Room.objects.create(title="Tea 2")
    assert [Room.objects.create(title="Tea").slug for _ in range(2)] == ["tea", "tea-3"]


def test_an_address_is_kept_when_the_title_changes():
    room = Room.objects.create(title="Tea")
    room.title = "Coffee"
    room.save()
    room.refresh_from_db()
    assert (room.title, room.slug) == ("Coffee", "tea")


def test_two_addresses_are_never_the_same():
    Room.objects.create(title="Tea")
    with pytest.raises(IntegrityError):
        Room.objects.create(title="Tea", slug="tea")


def test_no_room_is_without_an_address_however_it_is_made():
    with pytest.raises(IntegrityError):
        Room.objects.bulk_create([Room(title="Tea")])


def test_what_else_is_wrong_with_a_new_room_is_not_taken_for_a_taken_address():
    room = Room(title="Tea", pk=RoomFactory().pk)
    with pytest.raises(IntegrityError):
        room.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_rooms_made_at_once_get_addresses_of_their_own():
    rooms = at_once(lambda title: Room.objects.create(title=title), *["Tea"] * 4)
    assert sorted(room.slug for room in rooms) == ["tea", "tea-2", "tea-3", "tea-4"]
    assert len({room.pk for room in rooms}) == 4


def test_a_room_made_while_its_address_was_looked_for_is_no_error(monkeypatch):
    """The same, without the luck that threads need."""
    Room.objects.create(title="Tea")
    exists = type(Room.objects.all()).exists
    answers = iter([False])  # what was true until just now
    monkeypatch.setattr(
        type(Room.objects.all()), "exists", lambda rooms: next(answers, None) or exists(rooms)
    )
    room = Room.objects.create(title="Tea")
    assert room.slug == "tea-2"


def test_an_access_that_does_not_exist_is_refused():
    with pytest.raises(ValidationError):
        Room(title="Tea", access="friends").full_clean()


def test_a_room_has_a_page_and_is_called_by_its_title():
    room = Room.objects.create(title="Küche")
    assert room.get_absolute_url() == "/rooms/k%C3%BCche/"
    assert str(room) == "Küche"
    assert Room.objects.get_by_natural_key(*room.natural_key()) == room


# --- who sees what ------------------------------------------------------------------------------

EVERYBODY = {
    "anonymous": (lambda: AnonymousUser(), set()),
    "somebody": (lambda: UserFactory(), {"open"}),
    "staff": (lambda: UserFactory(staff=True), {"open", "staff"}),
    "superuser": (lambda: UserFactory(superuser=True), {"open", "staff", "superusers"}),
    "superuser, not staff": (
        lambda: UserFactory(is_superuser=True),
        {"open", "staff", "superusers"},
    ),
    "inactive": (lambda: UserFactory(inactive=True), set()),
    "inactive staff": (lambda: UserFactory(inactive=True, staff=True), set()),
    "inactive superuser": (lambda: UserFactory(inactive=True, superuser=True), set()),
}


@pytest.fixture
def rooms():
    return [
        RoomFactory(access=access, locked=locked, deleting=deleting)
        for access in ("open", "members", "staff", "superusers")
        for locked in (False, True)
        for deleting in (False, True)
    ]


@pytest.mark.parametrize("kind", EVERYBODY)
def test_every_way_to_ask_who_sees_a_room_gives_the_same_answer(kind, rooms):
    make, kinds = EVERYBODY[kind]
    user = make()
    expected = {room for room in rooms if room.access in kinds and not room.deleting}
    assert set(Room.objects.visible_to(user)) == expected
    assert {room for room in rooms if Standing(room, user).may_enter} == expected
    assert set(Snapshot.take([]).sight(user).rooms.values()) == expected


@pytest.mark.parametrize("kind", EVERYBODY)
def test_a_room_whose_delete_was_broken_off_is_found_in_the_admin_alone(kind, rooms):
    """And so is a room of members, whoever they are."""
    make, kinds = EVERYBODY[kind]
    kinds = {*kinds, "members"}
    assert set(Room.objects.manageable_by(make())) == {r for r in rooms if r.access in kinds}


@pytest.mark.parametrize(
    ("person", "why_not"),
    [
        ({}, "ROOM_LOCKED"),
        ({"is_staff": True}, None),
        ({"is_superuser": True}, None),
    ],
)
def test_only_staff_write_in_a_locked_room(person, why_not):
    user, now = UserFactory(**person), timezone.now()
    assert Standing(RoomFactory(locked=True), user).why_not_write(now) == why_not
    assert Standing(RoomFactory(), user).why_not_write(now) is None


def test_no_room_can_be_without_an_address():
    """A room without one has no page, and would stop every list that links to it."""
    with pytest.raises(IntegrityError), transaction.atomic():
        Room.objects.bulk_create([Room(title="Tea")])
