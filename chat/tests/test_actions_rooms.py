from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat import actions
from chat.actions import rooms as room_actions
from chat.exceptions import ClientError
from chat.factories import MessageFactory, RoomFactory
from chat.models import Feed, Message, Room

pytestmark = pytest.mark.django_db


def test_a_form_changes_only_what_it_shows(by):
    room = RoomFactory(title="Tea")
    stale = Room.objects.get(pk=room.pk)
    Room.objects.filter(pk=room.pk).update(slug="coffee", deleting=True)
    MessageFactory(room=room)
    stale.title, stale.description, stale.access, stale.locked = "Milk", "White", "staff", True
    actions.save_room(by, stale)
    room.refresh_from_db()
    assert (room.title, room.description, room.access, room.locked) == (
        "Milk",
        "White",
        "staff",
        True,
    )
    assert (room.slug, room.deleting) == ("coffee", True)
    assert room.feed.version == 1


def test_a_new_room_is_stored_with_its_address(by):
    actions.save_room(by, Room(title="Tea"))
    assert Room.objects.get().slug == "tea"


def test_locking_many_rooms_locks_just_these(by):
    tea, coffee, milk = RoomFactory(title="Tea"), RoomFactory(locked=True), RoomFactory()
    assert actions.lock(by, Room.objects.filter(pk__in=[tea.pk, coffee.pk])) == 2
    assert set(Room.objects.filter(locked=True)) == {tea, coffee}
    assert actions.unlock(by, Room.objects.filter(pk__in=[tea.pk, milk.pk])) == 2
    assert set(Room.objects.filter(locked=True)) == {coffee}


def test_a_lock_leaves_everything_else_of_a_room_as_it_is(by):
    room = RoomFactory(staff=True, description="White")
    MessageFactory(room=room)
    before = Room.objects.values().get(pk=room.pk)
    actions.lock(by, Room.objects.all())
    assert Room.objects.values().get(pk=room.pk) == {**before, "locked": True}
    assert Feed.objects.get().version == 1


def test_rooms_are_locked_and_that_is_logged_in_three_statements_however_many(
    by, django_assert_max_num_queries
):
    RoomFactory.create_batch(20)
    with django_assert_max_num_queries(5):  # and the savepoint's, two
        assert actions.lock(by, Room.objects.all()) == 20


# --- deleting -----------------------------------------------------------------------------------


def test_a_deleted_room_is_gone_with_its_messages_and_no_others(by):
    kept, room = MessageFactory(), RoomFactory()
    MessageFactory.create_batch(3, room=room)
    actions.delete_room(by, room)
    assert list(Room.objects.all()) == [kept.room]
    assert list(Message.objects.all()) == [kept]
    assert list(Feed.objects.all()) == [kept.room.feed]


def test_an_empty_room_is_deleted(by):
    actions.delete_room(by, RoomFactory())
    assert not Room.objects.exists()
    assert not Feed.objects.exists()


def test_a_room_that_is_being_deleted_is_hidden_at_once(by, anna, monkeypatch):
    """Before the first message goes, nobody finds the room, and nobody can write into it."""
    room = RoomFactory()
    MessageFactory.create_batch(3, room=room)
    found = []

    class Killed(Exception):
        pass

    def look(queryset):
        found.append((Room.objects.visible_to(anna).exists(), Message.objects.count()))
        with pytest.raises(ClientError) as caught:
            actions.send(anna.pk, room.pk, "hi")
        assert caught.value.code == "ROOM_INVALID"
        raise Killed

    monkeypatch.setattr(type(Message.objects.all()), "delete", look)
    assert Room.objects.visible_to(anna).exists()
    with pytest.raises(Killed):
        actions.delete_room(by, room)
    assert found == [(False, 3)]


def test_a_delete_that_was_broken_off_can_be_asked_for_again(by):
    room = RoomFactory(deleting=True)
    MessageFactory.create_batch(3, room=room)
    actions.delete_room(by, room)
    assert not Room.objects.exists()


def test_a_delete_waits_for_the_send_that_is_under_way(by):
    """It locks the feed before it hides the room: what was acknowledged before is deleted with the
    room, and nothing is stored after it."""
    room = RoomFactory()
    MessageFactory(room=room)
    with CaptureQueriesContext(connection) as queries:
        actions.delete_room(by, room)
    statements = [q["sql"] for q in queries if not q["sql"].startswith(("SAVEPOINT", "BEGIN"))]
    assert statements[0].startswith("SELECT")
    assert 'FROM "chat_feed"' in statements[0]
    assert "FOR NO KEY UPDATE" in statements[0] or connection.vendor == "sqlite"
    assert statements[1].startswith("UPDATE")
    assert '"deleting"' in statements[1]


@pytest.mark.django_db(transaction=True)
def test_a_long_history_goes_in_short_transactions(by, monkeypatch):
    monkeypatch.setattr(room_actions, "DELETED_AT_ONCE", 10)
    room = RoomFactory()
    MessageFactory.create_batch(25, room=room)
    with CaptureQueriesContext(connection) as queries:
        actions.delete_room(by, room)
    statements = [query["sql"] for query in queries]
    # Each transaction has one of them at the most: other writers come in between.
    at = [i for i, sql in enumerate(statements) if sql.startswith('DELETE FROM "chat_message"')]
    ends = [i for i, sql in enumerate(statements) if sql == "COMMIT"]
    assert len(at) >= 3
    assert all(any(a < end < b for end in ends) for a, b in pairwise(at))
    assert not Room.objects.exists()


def test_a_room_that_is_saved_while_somebody_deletes_it_stays_deleted(by):
    room = RoomFactory()
    Room.objects.filter(pk=room.pk).delete()
    actions.save_room(by, room)
    assert not Room.objects.exists()
