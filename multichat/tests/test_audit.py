"""The audit log: what is written stays, whatever becomes of whom it is about."""

import pytest

from accounts.factories import UserFactory
from chat.factories import RoomFactory
from multichat.audit import By, record
from multichat.models import Act, AuditEntry

pytestmark = pytest.mark.django_db


def test_an_entry_says_who_what_whom_where_and_from_which_address(rf):
    ada, bob, room = UserFactory(username="ada"), UserFactory(username="bob"), RoomFactory()
    request = rf.get("/", REMOTE_ADDR="192.0.2.7")
    request.user = ada
    record(Act.SILENCED, By.request(request), bob, room, message=7, detail="an hour", text="spam")
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.subject, entry.act) == (ada, bob, Act.SILENCED)
    assert (entry.room, entry.room_title, entry.message) == (room.pk, room.title, 7)
    assert (entry.detail, entry.text, entry.address) == ("an hour", "spam", "192.0.2.7")


def test_an_entry_outlives_whom_and_what_it_is_about():
    ada, bob, room = UserFactory(username="ada"), UserFactory(username="bob"), RoomFactory()
    record(Act.BANNED, By(ada), bob, room)
    title = room.title
    for thing in (ada, bob, room):
        thing.delete()
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.subject) == (None, None)
    assert (entry.actor_name, entry.subject_name, entry.room_title) == ("ada", "bob", title)
