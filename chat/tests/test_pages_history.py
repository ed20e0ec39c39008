"""Paging through a room, and how much that asks of the database."""

import pytest

from chat import pages
from chat.changes import changes_since
from chat.exceptions import ClientError
from chat.factories import MessageFactory, RoomFactory
from chat.models import Message

from .test_pages import fill, ids, keys

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(db):
    return RoomFactory()


def test_before_a_message_are_the_older_ones_next_to_it(anna, room):
    messages = fill(room, 10)
    page = pages.history(anna.pk, room.pk, "before", messages[5].pk, 3)
    assert ids(page.messages) == keys(messages[2:5])
    assert page.more == {"more": True}
    page = pages.history(anna.pk, room.pk, "before", messages[3].pk, 3)
    assert ids(page.messages) == keys(messages[:3])
    assert page.more == {"more": False}
    page = pages.history(anna.pk, room.pk, "before", messages[0].pk, 3)
    assert (page.messages, page.more) == ([], {"more": False})


def test_from_a_message_it_is_the_first(anna, room):
    messages = fill(room, 10)
    page = pages.history(anna.pk, room.pk, "from", messages[6].pk, 3)
    assert ids(page.messages) == keys(messages[6:9])
    assert page.more == {"more": True}
    page = pages.history(anna.pk, room.pk, "from", messages[7].pk, 3)
    assert ids(page.messages) == keys(messages[7:])
    assert page.more == {"more": False}


@pytest.mark.parametrize(
    ("anchor", "limit", "first", "last", "before", "after"),
    [
        (5, 4, 3, 6, True, True),
        (5, 5, 3, 7, True, True),
        (5, 1, 5, 5, True, True),
        (0, 1, 0, 0, False, True),
        (9, 1, 9, 9, True, False),
        (0, 4, 0, 1, False, True),
        (2, 4, 0, 3, False, True),
        (9, 4, 7, 9, True, False),
        (5, 100, 0, 9, False, False),
    ],
)
def test_around_a_message_it_is_in_the_middle(
    anna, room, anchor, limit, first, last, before, after
):
    messages = fill(room, 10)
    page = pages.history(anna.pk, room.pk, "around", messages[anchor].pk, limit)
    assert ids(page.messages) == keys(messages[first : last + 1])
    assert page.more == {"more_before": before, "more_after": after}


@pytest.mark.parametrize("direction", ["before", "from", "around"])
def test_without_a_limit_there_are_50_at_the_most(anna, room, direction):
    messages = fill(room, 120)
    page = pages.history(anna.pk, room.pk, direction, messages[60].pk)
    assert len(page.messages) == 50


@pytest.mark.parametrize("direction", ["before", "from", "around"])
def test_a_history_ends_at_its_bytes_next_to_the_anchor(anna, room, direction):
    messages = fill(room, 20, "ü" * 20_000)
    page = pages.history(anna.pk, room.pk, direction, messages[10].pk)
    found = ids(page.messages)
    assert sum(len(text.encode()) for text in page.messages) <= pages.PAGE_BYTES
    assert found == keys(messages)[keys(messages).index(found[0]) :][: len(found)]
    assert all(page.more.values())
    near = {"before": messages[9].pk, "from": messages[10].pk, "around": messages[10].pk}
    assert near[direction] in found
    assert len(found) >= 2


@pytest.mark.parametrize("direction", ["before", "from", "around"])
def test_messages_larger_than_a_page_come_one_by_one(anna, room, direction):
    messages = fill(room, 3, "a" * pages.PAGE_BYTES)
    page = pages.history(anna.pk, room.pk, direction, messages[1].pk)
    assert (
        ids(page.messages)
        == {
            "before": keys(messages[:1]),
            "from": keys(messages[1:2]),
            "around": keys(messages[:2]),
        }[direction]
    )


def test_walking_back_page_by_page_finds_every_message_once(anna, room):
    messages = fill(room, 23)
    found, page = [], pages.history(anna.pk, room.pk, "around", messages[-1].pk, 1)
    found = ids(page.messages)
    while True:
        page = pages.history(anna.pk, room.pk, "before", found[0], 5)
        found = ids(page.messages) + found
        if not page.more["more"]:
            break
    assert found == keys(messages)


def test_a_history_shows_what_is_quoted(anna, room):
    first = MessageFactory(room=room)
    answer = MessageFactory(room=room, reply_to=first)
    page = pages.history(anna.pk, room.pk, "from", answer.pk)
    assert ids(page.quoted) == [first.pk]
    assert pages.history(anna.pk, room.pk, "from", first.pk).quoted == []


@pytest.mark.parametrize("direction", ["before", "from", "around"])
def test_the_anchor_is_a_message_of_the_room(anna, room, direction):
    MessageFactory(room=room)
    for anchor in (MessageFactory().pk, -1, 2**63 - 1):
        with pytest.raises(ClientError) as caught:
            pages.history(anna.pk, room.pk, direction, anchor)
        assert caught.value.code == "MESSAGE_INVALID"


# --- how much is asked of the database ----------------------------------------------------------


def ways_to_read(user, room):
    """Return every way to read a page, by the names in BOUNDS."""
    middle = Message.objects.filter(room=room).order_by("pk")[1].pk
    return {
        "latest": lambda: pages.latest(room.pk),
        "changes_pages": lambda: pages.changes_pages(room.pk, {0, 1, 2}),
        "changes_since": lambda: changes_since(room.pk, 0, 1000),
        "before": lambda: pages.history(user.pk, room.pk, "before", middle),
        "from": lambda: pages.history(user.pk, room.pk, "from", middle),
        "around": lambda: pages.history(user.pk, room.pk, "around", middle, 1),
    }


BOUNDS = {
    "latest": 2,
    "changes_pages": 2,
    "changes_since": 2,
    "before": 5,
    "from": 5,
    "around": 6,
}


@pytest.mark.parametrize("number", [3, 300])
@pytest.mark.parametrize("way", BOUNDS)
def test_a_page_takes_as_many_queries_for_a_long_history_as_for_a_short_one(
    anna, room, number, way, django_assert_max_num_queries
):
    RoomFactory.create_batch(number // 10)
    messages = fill(room, number)
    MessageFactory(room=room, reply_to=messages[0])
    read = ways_to_read(anna, room)[way]
    with django_assert_max_num_queries(BOUNDS[way]):
        read()
