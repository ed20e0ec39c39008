import json

import pytest
from django.conf import settings
from django.core.management import call_command

from chat import actions
from chat.factories import MessageFactory, RoomFactory
from chat.models import Feed, Message, Room

pytestmark = pytest.mark.django_db


def load():
    call_command("loaddata", "sample_rooms", verbosity=0)


@pytest.fixture
def rooms(db):
    """The eight rooms, by their addresses."""
    load()
    return {room.slug: room for room in Room.objects.all()}


def everything(queryset):
    return list(queryset.order_by("pk").values())


def test_there_are_eight_rooms_for_everybody_to_try(rooms):
    assert len(rooms) == 8
    kinds = sorted((room.access, room.locked) for room in rooms.values())
    assert kinds == [
        *[("open", False)] * 5,
        ("open", True),
        ("staff", False),
        ("superusers", False),
    ]
    for room in rooms.values():
        room.full_clean()
        assert room.description


def test_each_room_would_get_its_address_from_its_title(rooms):
    for room in rooms.values():
        assert Room.objects.create(title=room.title).slug == f"{room.slug}-2"


def test_rooms_are_known_by_their_addresses_and_not_by_numbers():
    file = settings.BASE_DIR / "fixtures" / "sample_rooms.json"
    assert not [entry for entry in json.loads(file.read_text()) if "pk" in entry]


def test_a_loaded_room_is_written_in(anna, rooms):
    assert actions.send(anna.pk, rooms["lobby"].pk, "hi").version == 1


def test_loaded_again_they_are_what_they_were(rooms):
    Room.objects.update(title="Changed", access="superusers", locked=True)
    load()
    again = {room.slug: room for room in Room.objects.all()}
    assert again.keys() == rooms.keys()
    for slug, room in rooms.items():
        for name in ("pk", "title", "access", "locked", "description"):
            assert getattr(again[slug], name) == getattr(room, name)


def test_loaded_again_they_change_no_message_no_version_and_no_other_room(rooms):
    other = RoomFactory(title="Tea", staff=True, locked=True, description="Ours")
    for room in (*rooms.values(), other):
        MessageFactory(room=room, edited=True)
        MessageFactory(room=room, deleted=True)
    before = everything(Message.objects), everything(Feed.objects)
    ours = Room.objects.values().get(pk=other.pk)
    load()
    assert (everything(Message.objects), everything(Feed.objects)) == before
    assert Room.objects.values().get(pk=other.pk) == ours
    assert Room.objects.count() == 9


def test_a_sample_room_that_was_deleted_comes_back_empty(by, rooms):
    MessageFactory(room=rooms["lobby"])
    actions.delete_room(by, rooms["lobby"])
    load()
    assert Room.objects.get(slug="lobby").messages.count() == 0
