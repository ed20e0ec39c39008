"""What moderators do while others do something.

wire/test_rights_number.py runs this file on PostgreSQL as well.
"""

import threading
import time

import pytest
from django.db import transaction

from accounts.factories import UserFactory
from chat import actions
from chat.exceptions import Refused
from chat.factories import MemberFactory, MessageFactory, RoomFactory
from chat.models import Member, Message
from multichat.audit import By

from .audit import logged
from .test_actions_moderation import code_of
from .threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("name", ["silence", "ban"])
def test_a_send_is_stored_before_the_ban_or_refused(name, monkeypatch):
    """The ban waits for a send that has asked the rules already, and the next send finds it."""
    room, anna, boss = RoomFactory(), UserFactory(), UserFactory(staff=True)
    MessageFactory(room=room)
    asked, banned, stored = threading.Event(), threading.Event(), []
    settle = actions.sending._settle

    def slowly(send, *args):
        answer = settle(send, *args)
        asked.set()
        stored.append(banned.wait(0.3))  # were it not to wait, the ban would be through by now
        return answer

    monkeypatch.setattr(actions.sending, "_settle", slowly)

    def send():
        return actions.send(anna.pk, room.pk, "hi").version

    def ban():
        asked.wait(10)
        getattr(actions, name)(By(boss), room.pk, anna.pk)
        banned.set()
        return Message.objects.filter(user=anna).count()

    assert at_once(lambda each: each(), send, ban) == [2, 1]
    assert stored == [False]
    monkeypatch.undo()
    assert code_of(anna, room) in ("SILENCED", "ROOM_ACCESS_DENIED")


def test_a_send_waits_for_the_ban_that_is_under_way_and_is_refused(monkeypatch):
    room, anna, boss = RoomFactory(), UserFactory(), UserFactory(staff=True)
    MessageFactory(room=room)
    banning = threading.Event()

    def ban():
        with transaction.atomic():
            actions.ban(By(boss), room.pk, anna.pk)
            banning.set()
            time.sleep(0.2)  # a slow commit

    def send():
        banning.wait(10)
        return code_of(anna, room)

    assert at_once(lambda each: each(), ban, send) == [None, "ROOM_ACCESS_DENIED"]
    assert not Message.objects.filter(user=anna).exists()


def test_acts_on_one_person_at_once_end_as_if_one_came_after_the_other():
    room, anna = RoomFactory(of_members=True), UserFactory()
    bosses = [By(UserFactory(staff=True)) for _ in range(4)]
    at_once(lambda by: actions.add_member(by, room.pk, anna.pk), *bosses)
    assert Member.objects.get().role == "member"
    assert len(logged()) == 1, "three of them found it done"


def test_two_moderators_who_unmake_each_other_do_not_both_succeed():
    room = RoomFactory(of_members=True)
    one, two = (MemberFactory(room=room, moderator=True).user for _ in range(2))

    def unmake(pair):
        by, subject = pair
        try:
            actions.unmake_moderator(By(by), room.pk, subject.pk)
        except Refused:
            return False
        return True

    assert sorted(at_once(unmake, (one, two), (two, one))) == [False, True]
    assert Member.objects.filter(role="moderator").count() == 1


def test_whoever_is_being_deleted_is_gone_for_who_acts_on_them():
    room, anna, boss = RoomFactory(), UserFactory(), By(UserFactory(staff=True))
    user_id = anna.pk
    MemberFactory(room=room, user=anna)
    deleting = threading.Event()

    def delete():
        with transaction.atomic():
            anna.delete()
            deleting.set()
            time.sleep(0.2)

    def ban():
        deleting.wait(10)
        with pytest.raises(Refused, match="is not here any more"):
            actions.ban(boss, room.pk, user_id)

    at_once(lambda each: each(), delete, ban)
    assert not Member.objects.filter(user_id=user_id).exists()
