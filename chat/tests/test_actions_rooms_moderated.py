"""Rooms that people make for themselves, and what their moderators change of them."""

import pytest

from accounts.factories import UserFactory
from chat import actions, events
from chat.exceptions import Refused
from chat.factories import MemberFactory, RoomFactory
from chat.models import Member, Room
from multichat.audit import By
from multichat.models import Act

from .audit import logged

pytestmark = pytest.mark.django_db

ADDRESS = "192.0.2.7"
TOLD = [(events.SITE_GROUP, {"kind": "rooms"})]


@pytest.mark.parametrize("access", ["open", "members"])
def test_who_makes_a_room_moderates_it(stella, access, committed):
    room = Room(title="Tea", access=access)
    _, told = committed(actions.make_room, By(stella, ADDRESS), room)
    place = Member.objects.get()
    assert (place.room.title, place.room.access, place.user) == ("Tea", access, stella)
    assert place.role == "moderator"
    assert logged() == [(Act.ROOM_MADE, "stella", "", room.pk, "Tea", "", ADDRESS)]
    assert told == TOLD


def test_who_makes_rooms_is_a_setting(anna, stella, settings):
    for who, makers in (("staff", [stella]), ("everyone", [anna, stella])):
        settings.ROOM_CREATION = who
        assert [user for user in (anna, stella) if actions.may_make_room(user)] == makers
        for user in makers:
            actions.make_room(By(user), Room(title="Tea"))
    settings.ROOM_CREATION = "staff"
    with pytest.raises(Refused):
        actions.make_room(By(anna), Room(title="Tea"))
    assert Room.objects.count() == 3


@pytest.mark.parametrize("access", ["staff", "superusers", "friends", ""])
def test_nobody_makes_a_room_for_staff_this_way(ruth, access):
    with pytest.raises(Refused):
        actions.make_room(By(ruth), Room(title="Tea", access=access))
    assert not Room.objects.exists()


@pytest.mark.parametrize("change", [{"is_staff": False}, {"is_active": False}, None])
def test_who_was_demoted_or_deleted_meanwhile_makes_no_room(stella, change):
    row = type(stella).objects.filter(pk=stella.pk)
    row.update(**change) if change else row.delete()
    with pytest.raises(Refused):
        actions.make_room(By(stella), Room(title="Tea"))
    assert not Room.objects.exists()
    assert logged() == []


# --- what moderators change ---------------------------------------------------------------------


@pytest.fixture
def room():
    return RoomFactory(title="Tea", description="Green", locked=True, of_members=True)


@pytest.fixture
def mona(room):
    """The room's moderator, at work."""
    place = MemberFactory(room=room, user__username="mona", moderator=True)
    return By(place.user, ADDRESS)


def changed(room):
    """The room as a form would have it in which somebody wrote into every field."""
    wanted = Room.objects.get(pk=room.pk)
    wanted.title, wanted.access, wanted.locked = "Coffee", "open", False
    wanted.description, wanted.posting, wanted.slow = "Black", "moderators", 5
    return wanted


def test_a_moderator_changes_three_things_and_no_other(room, mona, committed):
    _, told = committed(actions.change_room, mona, changed(room))
    room.refresh_from_db()
    assert (room.description, room.posting, room.slow) == ("Black", "moderators", 5)
    assert (room.title, room.access, room.locked) == ("Tea", "members", True)
    [(act, who, *_, how, address)] = logged()
    assert (act, who, address) == (Act.ROOM_CHANGED, "mona", ADDRESS)
    assert how == "description: Black\nposting: moderators\nslow: 5"
    assert told == TOLD


def test_what_changes_nothing_is_in_no_log(room, mona):
    actions.change_room(mona, Room.objects.get())
    assert logged() == []


def test_a_stranger_changes_nothing(room, anna, stella):
    strangers = [
        anna,
        MemberFactory(room=room).user,
        MemberFactory(room__of_members=True, moderator=True).user,
        MemberFactory(room=room, moderator=True, banned=True).user,
        MemberFactory(room=room, moderator=True, user__inactive=True).user,
        MemberFactory(room=room, guest=True, banned=True, user__staff=True).user,
        UserFactory(staff=True, inactive=True),
    ]
    for stranger in strangers:
        with pytest.raises(Refused):
            actions.change_room(By(stranger), changed(room))
    secret = RoomFactory(superusers=True)
    with pytest.raises(Refused):
        actions.change_room(By(stella), changed(secret))
    room.refresh_from_db()
    assert (room.description, logged()) == ("Green", [])
    actions.change_room(By(stella), changed(room))


@pytest.mark.parametrize("gone", ["room", "deleting", "moderator", "role"])
def test_what_is_not_so_any_more_is_refused(room, mona, gone):
    wanted = changed(room)
    if gone == "deleting":
        Room.objects.update(deleting=True)
    elif gone == "role":
        Member.objects.update(role="member")
    else:
        {"room": room, "moderator": mona.user}[gone].delete()
    with pytest.raises(Refused):
        actions.change_room(mona, wanted)
    assert not Room.objects.filter(description="Black").exists()
    assert logged() == []
