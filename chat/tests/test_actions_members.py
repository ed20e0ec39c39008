"""Who belongs to a room.

wire/test_rights_number.py runs this file on PostgreSQL as well.
"""

import threading
import time

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.factories import UserFactory
from chat import actions, events
from chat.exceptions import Refused
from chat.factories import MemberFactory, MessageFactory, RoomFactory
from chat.models import Member, Place, Role, Room
from multichat.audit import By
from multichat.models import Act

from .audit import logged
from .threads import at_once

pytestmark = pytest.mark.django_db

ADDRESS = "192.0.2.7"
TOLD = [(events.SITE_GROUP, {"kind": "rooms"})]


@pytest.fixture
def room():
    return RoomFactory(title="Tea", of_members=True)


@pytest.fixture
def mona(room):
    """The room's moderator, at work."""
    place = MemberFactory(room=room, user__username="mona", moderator=True)
    return By(place.user, ADDRESS)


def place_of(user, room):
    """Return what a person is in the room, a Place, or None."""
    member = Member.objects.of(room.pk, user.pk)
    return member and Place(*(getattr(member, name) for name in Place._fields))


# Each act: what the person is before and after it, and what the log calls it.
ACTS = {
    actions.add_member: (None, Place("member"), Act.MEMBER_ADDED),
    actions.remove_member: ({}, None, Act.MEMBER_REMOVED),
    actions.make_moderator: ({}, Place("moderator"), Act.MODERATOR_MADE),
    actions.unmake_moderator: ({"moderator": True}, Place("member"), Act.MODERATOR_UNMADE),
}


@pytest.fixture(params=ACTS, ids=lambda act: act.__name__)
def act(request):
    return request.param


@pytest.fixture
def subject(act, anna, room):
    """Anna, to whom it is done."""
    before, _, _ = ACTS[act]
    if before is not None:
        MemberFactory(room=room, user=anna, **before)
    return anna


def test_it_is_done_logged_and_told_after_the_commit(act, subject, room, mona, committed):
    _, told = committed(act, mona, room.pk, subject.pk)
    _, after, name = ACTS[act]
    assert place_of(subject, room) == after
    assert logged() == [(name, "mona", "anna", room.pk, "Tea", "", ADDRESS)]
    assert told == TOLD
    assert committed(act, mona, room.pk, subject.pk)[1] == []
    assert len(logged()) == 1, "what changes nothing is no act"


def test_a_stranger_does_it_to_nobody(act, subject, room, mona, committed):
    strangers = [
        UserFactory(),
        MemberFactory(room=room).user,
        MemberFactory(moderator=True, room__of_members=True).user,
        MemberFactory(room=room, moderator=True, banned=True).user,
        MemberFactory(room=room, moderator=True, user__inactive=True).user,
        UserFactory(staff=True, inactive=True),
    ]
    before = place_of(subject, room)
    for stranger in strangers:
        with pytest.raises(Refused, match="You cannot do this to anna"):
            act(By(stranger, ADDRESS), room.pk, subject.pk)
    assert place_of(subject, room) == before
    assert logged() == []


@pytest.mark.parametrize("person", [{"staff": True}, {"superuser": True}, {"is_superuser": True}])
def test_staff_do_it_in_a_room_of_members_that_they_are_not_in(act, subject, room, person):
    act(By(UserFactory(**person)), room.pk, subject.pk)
    assert place_of(subject, room) == ACTS[act][1]


def test_a_moderator_who_was_demoted_meanwhile_does_nothing_more(act, subject, room, mona):
    """The page that they asked from, and the user in their request, are older."""
    Member.objects.filter(user=mona.user).update(role=Role.MEMBER)
    with pytest.raises(Refused):
        act(mona, room.pk, subject.pk)


def test_staff_who_were_demoted_meanwhile_do_nothing_more(act, subject, room, stella):
    type(stella).objects.update(is_staff=False)
    with pytest.raises(Refused):
        act(By(stella), room.pk, subject.pk)


@pytest.mark.parametrize("gone", ["room", "deleting", "subject", "actor"])
def test_what_is_not_there_any_more_is_refused_in_words(act, subject, room, mona, gone):
    room_id, user_id = room.pk, subject.pk
    if gone == "deleting":
        Room.objects.update(deleting=True)
    else:
        {"room": room, "subject": subject, "actor": mona.user}[gone].delete()
    with pytest.raises(Refused, match="is not here any more"):
        act(mona, room_id, user_id)
    assert logged() == []


def test_it_is_undone_with_what_it_is_part_of(act, subject, room, mona, committed):
    def fail():
        with transaction.atomic():
            act(mona, room.pk, subject.pk)
            transaction.set_rollback(True)

    before = place_of(subject, room)
    _, told = committed(fail)
    assert (place_of(subject, room), logged(), told) == (before, [], [])


# --- ranks, and oneself -------------------------------------------------------------------------


@pytest.mark.parametrize("act", [actions.remove_member, actions.unmake_moderator])
def test_nobody_is_put_down_by_who_ranks_below(act, room, mona, stella, ruth):
    for user in (stella, ruth):
        MemberFactory(room=room, user=user, moderator=True)
    other = MemberFactory(room=room, moderator=True).user
    for by, user in [(mona, stella), (mona, ruth), (By(stella), ruth)]:
        with pytest.raises(Refused):
            act(by, room.pk, user.pk)
        assert place_of(user, room).role == Role.MODERATOR
    for by, user in [(mona, other), (By(ruth), stella), (mona, mona.user)]:
        act(by, room.pk, user.pk)
        assert place_of(user, room) in (None, Place("member"))


def test_everybody_may_go_and_take_nothing_with_them(room, anna, berta):
    MemberFactory(room=room, user=anna)
    until = timezone.now()
    MemberFactory(room=room, user=berta, silenced=True, silenced_until=until, banned=True)
    for user in (anna, berta):
        actions.remove_member(By(user), room.pk, user.pk)
    assert place_of(anna, room) is None
    assert place_of(berta, room) == Place("guest", True, True, until)


def test_staff_let_themselves_in_and_the_log_tells(room, stella):
    assert not Room.objects.visible_to(stella).exists()
    actions.add_member(By(stella), room.pk, stella.pk)
    assert Room.objects.visible_to(stella).exists()
    assert logged() == [(Act.MEMBER_ADDED, "stella", "stella", room.pk, "Tea", "", None)]


def test_staff_do_not_let_themselves_into_what_superusers_enter(stella):
    secret = RoomFactory(superusers=True)
    for act in (actions.add_member, actions.make_moderator):
        with pytest.raises(Refused):
            act(By(stella), secret.pk, stella.pk)


@pytest.mark.parametrize("act", [actions.add_member, actions.make_moderator])
def test_who_is_banned_becomes_nothing_before_the_ban_is_ended(act, room, mona, anna):
    MemberFactory(room=room, user=anna, guest=True, banned=True)
    with pytest.raises(Refused, match="anna is banned from this room"):
        act(mona, room.pk, anna.pk)
    assert place_of(anna, room) == Place("guest", True)


def test_a_banned_moderator_lets_nobody_back_in_least_of_all_themselves(room, anna):
    place = MemberFactory(room=room, user=anna, moderator=True, banned=True)
    for act in (actions.end_ban, actions.add_member, actions.make_moderator):
        with pytest.raises(Refused):
            act(By(anna), room.pk, anna.pk)
    place.refresh_from_db()
    assert place.banned


def test_a_member_who_is_added_again_stays_the_moderator_they_are(room, mona, anna):
    MemberFactory(room=room, user=anna, moderator=True)
    actions.add_member(mona, room.pk, anna.pk)
    assert place_of(anna, room) == Place("moderator")
    assert logged() == []


def test_a_role_leaves_what_else_the_place_says(room, mona, anna):
    MemberFactory(room=room, user=anna, guest=True, silenced=True)
    for act in (actions.add_member, actions.make_moderator, actions.unmake_moderator):
        act(mona, room.pk, anna.pk)
        assert place_of(anna, room).silenced
    actions.remove_member(mona, room.pk, anna.pk)
    assert place_of(anna, room) == Place(silenced=True)


# --- a whole place at once ----------------------------------------------------------------------

PLACES = [
    Place(),
    Place("member"),
    Place("moderator"),
    Place("member", silenced=True),
    Place("guest", banned=True),
    Place("moderator", banned=True, silenced=True),
    Place("guest", silenced=True, silenced_until=timezone.now()),
]


@pytest.mark.parametrize("before", PLACES)
@pytest.mark.parametrize("after", PLACES)
def test_a_place_becomes_any_other(before, after, room, anna, stella, committed):
    Member.objects.create(room=room, user=anna, **before._asdict())
    stays_out = before.banned and after.banned
    if stays_out and after.role not in (before.role, "guest"):  # nobody becomes anything meanwhile
        with pytest.raises(Refused):
            actions.set_place(By(stella), room.pk, anna.pk, after)
        assert place_of(anna, room) == before
        return
    _, told = committed(actions.set_place, By(stella), room.pk, anna.pk, after)
    assert (place_of(anna, room) or Place()) == after
    assert len(told) == len(logged())
    assert bool(told) == (before != after)


def test_a_place_is_changed_as_a_whole_or_not_at_all(room, ruth, stella, committed):
    """Staff may make a superuser a member, and may not silence them."""
    with pytest.raises(Refused):
        committed(actions.set_place, By(stella), room.pk, ruth.pk, Place("member", silenced=True))
    assert place_of(ruth, room) is None
    assert logged() == []
    actions.set_place(By(stella), room.pk, ruth.pk, Place("member"))
    assert place_of(ruth, room) == Place("member")


# --- with others at once ------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_admins_form_and_a_send_do_not_wait_for_each_other_in_a_circle():
    """The form stores the room and then its people, in one transaction."""
    room, anna, boss = RoomFactory(), UserFactory(), By(UserFactory(staff=True))
    MessageFactory(room=room)
    stored, sending = threading.Event(), threading.Event()

    def form():
        with transaction.atomic():
            actions.save_room(boss, room)
            stored.set()
            sending.wait(10)
            time.sleep(0.3)  # in which the send locks what it can
            actions.set_place(boss, room.pk, anna.pk, Place("member"))

    def send():
        stored.wait(10)
        sending.set()
        return actions.send(anna.pk, room.pk, "hi").version

    assert at_once(lambda each: each(), form, send) == [None, 2]
    assert Member.objects.get().role == "member"
