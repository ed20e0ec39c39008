"""Silences and bans.

wire/test_rights_number.py runs this file on PostgreSQL as well.
"""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from accounts.factories import UserFactory
from chat import actions, events
from chat.actions import messages as message_actions
from chat.exceptions import ClientError, Refused
from chat.factories import MemberFactory, MessageFactory, RoomFactory
from chat.models import Member, Room
from multichat.audit import By
from multichat.models import Act, AuditEntry

from .audit import logged

pytestmark = pytest.mark.django_db

ADDRESS = "192.0.2.7"
TOLD = [(events.SITE_GROUP, {"kind": "rooms"})]
LATER = timezone.now() + timedelta(hours=1)

# Each act, what undoes it, the field it sets, and what the log calls both.
ACTS = {
    actions.silence: (actions.end_silence, "silenced", Act.SILENCED, Act.SILENCE_ENDED),
    actions.ban: (actions.end_ban, "banned", Act.BANNED, Act.BAN_ENDED),
}


@pytest.fixture
def room():
    return RoomFactory(title="Tea")


@pytest.fixture
def mona(room):
    """The room's moderator, at work."""
    place = MemberFactory(room=room, user__username="mona", moderator=True)
    return By(place.user, ADDRESS)


@pytest.fixture(params=ACTS, ids=lambda act: act.__name__)
def act(request):
    return request.param


def code_of(user, room):
    """Send a message; return the code that it is refused with, or None."""
    try:
        actions.send(user.pk, room.pk, "hi")
    except ClientError as error:
        return error.code
    return None


# --- in a room ----------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [None, {}, {"guest": True}])
def test_it_is_done_and_undone_exactly_logged_and_told(act, place, room, mona, anna, committed):
    if place is not None:
        MemberFactory(room=room, user=anna, **place)
    before = list(Member.objects.filter(user=anna).exclude(role="guest").values())
    undo, field, name, undo_name = ACTS[act]
    for _ in range(2):  # the second time changes nothing
        _, told = committed(act, mona, room.pk, anna.pk, reason="because")
        assert getattr(Member.objects.get(user=anna), field)
    assert told == []
    detail = "for good\nbecause" if act is actions.silence else "because"
    assert logged() == [(name, "mona", "anna", room.pk, "Tea", detail, ADDRESS)]
    _, told = committed(undo, mona, room.pk, anna.pk)
    assert told == TOLD
    assert logged()[1:] == [(undo_name, "mona", "anna", room.pk, "Tea", "", ADDRESS)]
    assert list(Member.objects.filter(user=anna).values()) == before
    assert committed(undo, mona, room.pk, anna.pk)[1] == []
    assert len(logged()) == 2


def test_it_is_told_after_the_commit(act, room, mona, anna, rung):
    with transaction.atomic():
        act(mona, room.pk, anna.pk)
        assert rung == []


def test_nobody_does_it_to_themselves_their_equals_or_those_above(act, room, mona, stella, ruth):
    undo = ACTS[act][0]
    other = MemberFactory(room=room, moderator=True).user
    pairs = [
        (mona, mona.user),
        (mona, other),
        (mona, stella),
        (By(stella), stella),
        (By(stella), UserFactory(staff=True)),
        (By(stella), ruth),
        (By(ruth), ruth),
        (By(ruth), UserFactory(superuser=True)),
    ]
    for by, subject in pairs:
        for each in (act, undo):
            with pytest.raises(Refused):
                each(by, room.pk, subject.pk)
    assert logged() == []
    assert not Member.objects.filter(**{ACTS[act][1]: True}).exists()


def test_a_stranger_neither_does_nor_undoes_it(act, room, anna, berta):
    MemberFactory(room=room, user=anna, silenced=True, banned=True)
    for user in (anna, berta, MemberFactory(room=room).user):
        for each in (act, ACTS[act][0]):
            with pytest.raises(Refused):
                each(By(user), room.pk, anna.pk)
    assert logged() == []


def test_what_one_moderator_did_another_undoes(act, room, mona, anna):
    other = MemberFactory(room=room, moderator=True).user
    act(By(other), room.pk, anna.pk)
    ACTS[act][0](mona, room.pk, anna.pk)
    assert not Member.objects.filter(user=anna).exists()


def test_staff_put_a_moderator_out_who_comes_back_as_one(act, room, mona, stella):
    act(By(stella), room.pk, mona.user.pk)
    place = Member.objects.get(user=mona.user)
    assert (place.role, getattr(place, ACTS[act][1])) == ("moderator", True)
    ACTS[act][0](By(stella), room.pk, mona.user.pk)
    place.refresh_from_db()
    assert (place.role, place.banned, place.silenced) == ("moderator", False, False)


def test_one_does_not_undo_the_other(room, mona, anna):
    actions.silence(mona, room.pk, anna.pk)
    actions.ban(mona, room.pk, anna.pk)
    actions.end_ban(mona, room.pk, anna.pk)
    assert code_of(anna, room) == "SILENCED"
    actions.ban(mona, room.pk, anna.pk)
    actions.end_silence(mona, room.pk, anna.pk)
    assert code_of(anna, room) == "ROOM_ACCESS_DENIED"


def test_a_silence_for_a_time_says_until_when_and_may_be_made_longer(room, mona, anna):
    until = timezone.now().replace(2040, 1, 2, 3, 4)
    for each in (LATER, until, until, None):
        actions.silence(mona, room.pk, anna.pk, each, "spam")
        place = Member.objects.get(user=anna)
        assert (place.silenced, place.silenced_until) == (True, each)
    details = [detail for _, _, _, _, _, detail, _ in logged()]
    assert details[1:] == ["until 2040-01-02 03:04 UTC\nspam", "for good\nspam"]


def test_a_silence_that_is_over_is_no_silence(room, mona, anna):
    actions.silence(mona, room.pk, anna.pk, timezone.now())
    assert code_of(anna, room) is None


def test_who_is_silenced_reads_and_deletes_their_own_and_changes_nothing_else(room, mona, anna):
    message = MessageFactory(room=room, user=anna)
    actions.silence(mona, room.pk, anna.pk)
    assert code_of(anna, room) == "SILENCED"
    with pytest.raises(ClientError) as caught:
        actions.edit(anna.pk, room.pk, message.pk, "ho")
    assert caught.value.code == "SILENCED"
    assert Room.objects.visible_to(anna).exists()
    actions.delete(anna.pk, room.pk, message.pk)


def test_for_who_is_banned_the_room_does_not_exist(room, mona, anna):
    message = MessageFactory(room=room, user=anna)
    actions.ban(mona, room.pk, anna.pk)
    assert not Room.objects.visible_to(anna).exists()
    for act in (
        lambda: actions.send(anna.pk, room.pk, "hi"),
        lambda: actions.edit(anna.pk, room.pk, message.pk, "ho"),
        lambda: actions.delete(anna.pk, room.pk, message.pk),
    ):
        with pytest.raises(ClientError) as caught:
            act()
        assert caught.value.code == "ROOM_ACCESS_DENIED"


# --- deleting what others said ------------------------------------------------------------------


def test_a_moderator_deletes_what_others_said_and_its_text_is_kept_in_the_log(room, mona, anna):
    message = MessageFactory(room=room, user=anna, text="spam")
    actions.delete(mona.user.pk, room.pk, message.pk, ADDRESS)
    actions.delete(mona.user.pk, room.pk, message.pk, ADDRESS)
    message.refresh_from_db()
    assert (message.deleted, message.text) == (True, "")
    assert logged() == [(Act.MESSAGE_DELETED, "mona", "anna", room.pk, "Tea", "", ADDRESS)]
    assert AuditEntry.objects.values_list("message", "text").get() == (message.pk, "spam")


def test_what_one_deletes_of_ones_own_is_nobodys_business(room, mona):
    message = MessageFactory(room=room, user=mona.user)
    actions.delete(mona.user.pk, room.pk, message.pk, ADDRESS)
    assert logged() == []


def test_what_nobody_wrote_any_more_is_deleted_by_who_moderates(room, mona):
    message = MessageFactory(room=room, text="spam")
    message.user.delete()
    actions.delete(mona.user.pk, room.pk, message.pk)
    assert AuditEntry.objects.values_list("subject_name", "text").get() == ("", "spam")


def test_a_deletion_that_fails_is_in_no_log(room, mona, anna, monkeypatch):
    message = MessageFactory(room=room, user=anna)

    def fail(*args, **kwargs):
        raise ValueError("a bug")

    monkeypatch.setattr(message_actions.Ack, "__init__", fail)
    with pytest.raises(ValueError, match="a bug"):
        actions.delete(mona.user.pk, room.pk, message.pk)
    assert logged() == []


# --- from the site ------------------------------------------------------------------------------


def test_who_is_banned_from_the_site_is_out_everywhere_and_let_in_again(anna, stella, log_in):
    log_in(anna)
    by = By(stella, ADDRESS)
    for _ in range(2):
        actions.ban_from_site(by, anna.pk, "spam")
    anna.refresh_from_db()
    assert not anna.is_active
    assert not type(anna).objects.logins(Session.objects.values_list("pk", flat=True))
    for _ in range(2):
        actions.end_site_ban(by, anna.pk)
    anna.refresh_from_db()
    assert anna.is_active
    assert not type(anna).objects.logins(Session.objects.values_list("pk", flat=True)), "ended"
    assert logged() == [
        (Act.SITE_BANNED, "stella", "anna", None, "", "spam", ADDRESS),
        (Act.SITE_BAN_ENDED, "stella", "anna", None, "", "", ADDRESS),
    ]


def test_nobody_bans_from_the_site_but_staff_who_rank_above(anna, stella, ruth):
    banned_staff = UserFactory(staff=True, inactive=True)
    moderator = MemberFactory(moderator=True).user
    pairs = [
        (anna, UserFactory()),
        (moderator, anna),
        (stella, stella),
        (stella, UserFactory(staff=True)),
        (stella, ruth),
        (stella, UserFactory(is_superuser=True)),
        (ruth, ruth),
        (ruth, UserFactory(superuser=True)),
        (banned_staff, anna),
    ]
    for actor, subject in pairs:
        for act in (actions.ban_from_site, actions.end_site_ban):
            with pytest.raises(Refused):
                act(By(actor), subject.pk)
        subject.refresh_from_db()
        assert subject.is_active
    for who in (stella, anna):
        type(who).objects.filter(pk=who.pk).delete()
    with pytest.raises(Refused):
        actions.ban_from_site(By(ruth), 4_000_000)
    with pytest.raises(Refused):
        actions.ban_from_site(By(stella), moderator.pk)
    assert logged() == []


def test_a_request_of_who_was_demoted_meanwhile_bans_nobody(anna, stella):
    type(stella).objects.filter(pk=stella.pk).update(is_staff=False)
    assert stella.is_staff, "as it was when the request began"
    with pytest.raises(Refused):
        actions.ban_from_site(By(stella), anna.pk)
