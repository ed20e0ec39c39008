import pytest
from django.core import serializers
from django.core.management import call_command
from django.db import connection, transaction

from chat.factories import MessageFactory, RoomFactory
from chat.factories import take_version as next_version
from chat.models import Feed, Room

from .threads import at_once

pytestmark = pytest.mark.django_db


def take_version(room_id):
    with transaction.atomic():
        return next_version(room_id)


def test_versions_count_from_1_and_each_room_counts_alone():
    tea, coffee = RoomFactory(), RoomFactory()
    assert [take_version(tea.pk) for _ in range(3)] == [1, 2, 3]
    assert take_version(coffee.pk) == 1
    assert str(tea.feed) == f"{tea.pk}@3"


def test_there_is_no_feed_of_no_room():
    room = RoomFactory()
    with transaction.atomic():
        assert Feed.objects.lock([4_000_000]) == {}
        assert Feed.objects.lock([room.pk, 4_000_000]) == {room.pk: 0}
        assert Feed.objects.lock([]) == {}
    assert Feed.objects.get().room == room


def test_feeds_are_locked_before_anything_is_read_and_in_one_order(django_assert_num_queries):
    """In another order two transactions over the same rooms would wait for each other."""
    rooms = [room.pk for room in RoomFactory.create_batch(5)]
    with transaction.atomic():
        Feed.objects.lock(rooms)
    with transaction.atomic(), django_assert_num_queries(1) as queries:
        assert Feed.objects.lock(rooms[::-1]) == dict.fromkeys(rooms, 0)
    [query] = queries
    assert 'ORDER BY "chat_feed"."room_id"' in query["sql"]
    assert "FOR NO KEY UPDATE" in query["sql"] or connection.vendor == "sqlite"


def test_many_feeds_advance_each_to_its_own_version():
    tea, coffee, milk = RoomFactory.create_batch(3)
    with transaction.atomic():
        Feed.objects.lock([tea.pk, coffee.pk, milk.pk])
        Feed.objects.advance({tea.pk: 3, coffee.pk: 5})
        Feed.objects.advance({})
    assert dict(Feed.objects.values_list("room_id", "version")) == {
        tea.pk: 3,
        coffee.pk: 5,
        milk.pk: 0,
    }


def test_a_version_is_given_back_when_the_change_fails():
    room = RoomFactory()
    take_version(room.pk)
    with transaction.atomic():
        next_version(room.pk)
        transaction.set_rollback(True)
    assert take_version(room.pk) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_feed", [True, False])
def test_versions_taken_at_once_have_no_holes_and_no_doubles(has_feed):
    room = RoomFactory()
    if has_feed:
        Feed.objects.create(room=room)

    def take_some(room_id):
        return [take_version(room_id) for _ in range(10)]

    taken = at_once(take_some, *[room.pk] * 4)
    assert sorted(version for some in taken for version in some) == list(range(1, 41))
    assert all(some == sorted(some) for some in taken)


@pytest.mark.django_db(transaction=True)
def test_commit_order_is_version_order():
    """Whoever takes a version waits until the one before it is committed, and then reads it."""
    room = RoomFactory()
    take_version(room.pk)

    def take_and_look(number):
        with transaction.atomic():
            version = next_version(room.pk)
            seen = MessageFactory._meta.model.objects.filter(room=room).count()
            MessageFactory._meta.model.objects.create(
                room=room,
                version=version,
                first_version=version,
                renderer=1,
                sent_at="2026-01-01T00:00Z",
            )
            return version, seen

    for version, seen in at_once(take_and_look, *range(4)):
        assert seen == version - 2


def test_a_stale_room_that_is_saved_leaves_the_version_alone():
    room = RoomFactory()
    stale = Room.objects.select_related("feed").get(pk=room.pk)
    MessageFactory.create_batch(3, room=room)
    stale.title = "Coffee"
    stale.save()
    assert take_version(room.pk) == 4


def test_a_fixture_loaded_again_leaves_the_version_alone(tmp_path):
    room = RoomFactory(title="Tea")
    file = tmp_path / "tea.json"
    file.write_text(serializers.serialize("json", [room], use_natural_primary_keys=True))
    MessageFactory.create_batch(3, room=room)
    room.title = "Coffee"
    room.save()
    call_command("loaddata", str(file), verbosity=0)
    room.refresh_from_db()
    assert room.title == "Tea"
    assert take_version(room.pk) == 4


def test_the_feed_goes_with_its_room():
    room = RoomFactory()
    take_version(room.pk)
    room.delete()
    assert not Feed.objects.exists()


def test_the_version_outgrows_32_bits():
    room = RoomFactory()
    Feed.objects.create(room=room, version=2**40)
    assert take_version(room.pk) == 2**40 + 1
