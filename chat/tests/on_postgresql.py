"""What overtakes a send, where several write at the same time: wire/test_rights_number.py runs this
on PostgreSQL. SQLite has one writer at a time, and nothing to overtake."""

import pytest

from accounts.factories import UserFactory
from chat import actions
from chat.factories import MemberFactory, MessageFactory, RoomFactory
from chat.models import Feed, Message, Room
from multichat.audit import By

from .test_actions_moderation import code_of
from .threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

CHANGES = {
    "banned from the site": lambda room, anna, boss: actions.ban_from_site(By(boss), anna.pk),
    "deactivated": lambda room, anna, boss: type(anna).objects.update(is_active=False),
    "banned": lambda room, anna, boss: MemberFactory(room=room, user=anna, banned=True),
    "silenced": lambda room, anna, boss: MemberFactory(room=room, user=anna, silenced=True),
}


@pytest.fixture
def cast():
    room, anna, boss = RoomFactory(), UserFactory(), UserFactory(staff=True)
    MessageFactory(room=room)
    return room, anna, boss


@pytest.fixture
def between(monkeypatch):
    """A function that has something done by somebody else after a send has asked the rules."""

    def between(change):
        settle, done = actions.sending._settle, []

        def overtaken(send, *args):
            answer = settle(send, *args)
            if not done:
                done.append(at_once(lambda each: each(), change))
            return answer

        monkeypatch.setattr(actions.sending, "_settle", overtaken)

    return between


@pytest.mark.parametrize("how", CHANGES)
def test_who_loses_a_right_while_they_send_is_refused(how, cast, between):
    room, anna, _boss = cast
    between(lambda: CHANGES[how](*cast))
    assert code_of(anna, room) in ("ROOM_ACCESS_DENIED", "SILENCED")
    assert not Message.objects.filter(user=anna).exists()
    assert Feed.objects.versions([room.pk]) == {room.pk: 1}


def test_who_loses_nothing_is_stored_all_the_same(cast, between):
    """Somebody else logs in, say: the number moves, and nothing else."""
    room, anna, _boss = cast
    between(lambda: Room.objects.exclude(pk=room.pk).update(title="Other") or RoomFactory())
    assert code_of(anna, room) is None
    assert Message.objects.filter(user=anna).count() == 1


def test_who_loses_their_rights_again_and_again_is_told_to_try_later(cast, monkeypatch):
    room, anna, _boss = cast

    def overtaken(send, *args):
        raise actions.sending.Overtaken

    monkeypatch.setattr(actions.sending, "_settle", overtaken)
    assert code_of(anna, room) == "UNAVAILABLE"
    assert not Message.objects.filter(user=anna).exists()
