import json

import pytest

from chat.changes import Change, changes_since
from chat.factories import MessageFactory, RoomFactory, take_version
from chat.models import Rights, Room

from .test_pages import fill

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(db):
    return RoomFactory()


def test_changes_come_in_the_order_of_versions_with_the_version_that_they_reach(room):
    first = MessageFactory(room=room)
    MessageFactory.create_batch(2, room=room)
    first.version = take_version(room.pk)
    first.save()
    changes, version = changes_since(room.pk, 1, 3)
    assert [(c.version, c.first) for c in changes] == [(2, 2), (3, 3), (4, 1)]
    assert version == 4
    assert changes[2] == Change.of(first, Rights.current())


def test_changes_are_read_in_one_piece_however_many(room):
    """Or a message sent in the first piece and changed in the second would not look new."""
    [first, *_] = fill(room, 10)
    first.version = take_version(room.pk)
    first.save()
    changes, version = changes_since(room.pk, 0, 10)
    assert (len(changes), version) == (10, 11)
    assert (changes[-1].version, changes[-1].first) == (version, 1)


def test_more_changes_than_one_wants_are_not_read(room):
    fill(room, 11)
    assert changes_since(room.pk, 0, 10) is None
    assert len(changes_since(room.pk, 1, 10)[0]) == 10


@pytest.mark.django_db(transaction=True)  # PostgreSQL raises the number at a commit
def test_what_is_read_is_for_the_rights_of_this_moment(room):
    """The hub that reads it has to know those before it delivers."""
    fill(room, 2)
    numbers = []
    for locked in (True, False):
        Room.objects.filter(pk=room.pk).update(locked=locked)
        changes, _ = changes_since(room.pk, 0, 10)
        numbers += {change.rights for change in changes}
    assert numbers[0] < numbers[1] == Rights.current()


def test_without_changes_the_version_stays(room):
    assert changes_since(room.pk, 0, 10) == ([], 0)
    fill(room, 3)
    assert changes_since(room.pk, 3, 10) == ([], 3)


def test_a_change_survives_the_channel_layer_and_makes_each_frame_once(room):
    message = MessageFactory(room=room, key="k")
    change = Change.of(message, 7)
    again = Change.of_event({**change.as_event(), "of a later version": 1})
    assert again == change
    assert again.frame(new=True) is again.frame(new=True)
    [new], [changed] = again.frame(new=True).texts, again.frame(new=False).texts
    assert json.loads(new) == {"type": "message", **json.loads(change.object)}
    assert json.loads(changed) == {
        "type": "update",
        "room": room.pk,
        "messages": [json.loads(change.object)],
    }
