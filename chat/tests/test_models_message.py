import pytest
from django.db import IntegrityError, connection

from chat.factories import MessageFactory, RoomFactory
from chat.models import Message

pytestmark = pytest.mark.django_db


def test_messages_stay_when_their_author_is_deleted():
    message = MessageFactory(text="hi")
    message.user.delete()
    message.refresh_from_db()
    assert (message.user, message.text) == (None, "hi")


def test_messages_go_with_their_room():
    message = MessageFactory()
    other = MessageFactory(reply_to=message, room=message.room)
    kept = MessageFactory()
    message.room.delete()
    assert list(Message.objects.all()) == [kept]
    assert other.reply_to_id == message.pk


def test_a_room_has_no_two_messages_at_one_version():
    message = MessageFactory()
    other = MessageFactory(room=message.room)
    other.version = message.version
    with pytest.raises(IntegrityError):
        other.save()


def test_a_person_uses_a_key_once_in_a_room(anna):
    room = RoomFactory()
    MessageFactory(room=room, user=anna, key="k")
    with pytest.raises(IntegrityError):
        MessageFactory(room=room, user=anna, key="k")


def test_a_key_is_free_to_others_elsewhere_and_to_who_has_none(anna, berta):
    room = RoomFactory()
    MessageFactory(room=room, user=anna, key="k")
    MessageFactory(room=room, user=berta, key="k")
    MessageFactory(user=anna, key="k")
    MessageFactory.create_batch(2, room=room, user=anna, key=None)
    assert Message.objects.count() == 5


def test_the_messages_of_deleted_people_may_share_a_key(anna, berta):
    room = RoomFactory()
    MessageFactory(room=room, user=anna, key="k")
    MessageFactory(room=room, user=berta, key="k")
    anna.delete()
    berta.delete()
    assert Message.objects.filter(user=None, key="k").count() == 2


@pytest.mark.parametrize(("column", "order"), [("version", "version"), ("id", "id"), ("id", "-id")])
def test_paging_and_resuming_are_served_by_an_index(column, order):
    """Otherwise a long history is slow, which no test of a few rows would show."""
    MessageFactory.create_batch(3)
    rows = Message.objects.filter(room_id=1, **{f"{column}__gt": 0}).order_by(order)[:50]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # a handful of rows needs no index to Postgres
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    plan = rows.explain()
    names = {"version": ("message_feed", "version>?"), "id": ("message_page", "message_page")}
    assert any(name in plan for name in names[column]), plan
    assert "SORT" not in plan.upper()
    assert "TEMP B-TREE" not in plan.upper()


def test_a_message_is_named_by_its_number_not_by_what_it_says():
    message = MessageFactory(text="a secret")
    assert str(message) == f"#{message.pk}"
