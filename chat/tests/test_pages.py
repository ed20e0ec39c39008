"""The pages that a join is answered with; histories are in test_pages_history.py."""

import json

import pytest
from django.utils import timezone

from accounts.factories import UserFactory
from chat import frames, pages
from chat.factories import MessageFactory, RoomFactory, take_version
from chat.models import Feed, Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(db):
    return RoomFactory()


def ids(texts):
    return [json.loads(text)["id"] for text in texts]


def keys(messages):
    return [message.pk for message in messages]


def fill(room, number, text="line"):
    """Make many messages quickly, and return them in the order of sending."""
    person = UserFactory()
    feed, _ = Feed.objects.get_or_create(room=room)
    what = {"room": room, "user": person, "text": text, "renderer": 1, "sent_at": timezone.now()}
    rows = [
        Message(version=at, first_version=at, **what)
        for at in range(feed.version + 1, feed.version + number + 1)
    ]
    Message.objects.bulk_create(rows)
    Feed.objects.filter(room=room).update(version=feed.version + number)
    return list(Message.objects.filter(room=room).order_by("pk"))[-number:]


def since(room, after):
    """Return the page of what changed since a version, or None."""
    return pages.changes_pages(room.pk, {after}).get(after)


def size_of(page):
    return sum(len(text.encode()) for text in page.messages)


# --- the latest page ----------------------------------------------------------------------------


@pytest.mark.parametrize("has_feed", [True, False])
def test_an_empty_room_has_an_empty_page_at_version_0(room, has_feed):
    if has_feed:
        Feed.objects.create(room=room)
    assert pages.latest(room.pk) == pages.Page([], [], version=0, more=False, reset=True)


def test_the_latest_page_has_the_last_50_oldest_first(room):
    messages = fill(room, 51)
    fill(RoomFactory(), 3)
    page = pages.latest(room.pk)
    assert ids(page.messages) == keys(messages[1:])
    assert (page.version, page.more, page.reset) == (51, True, True)


def test_a_page_that_is_just_full_has_no_more(room):
    fill(room, 50)
    page = pages.latest(room.pk)
    assert (len(page.messages), page.more) == (50, False)


def test_the_latest_page_is_by_order_of_sending_and_shows_changes(room):
    first = MessageFactory(room=room, edited=True, text="new")
    second = MessageFactory(room=room, deleted=True)
    page = pages.latest(room.pk)
    assert ids(page.messages) == [first.pk, second.pk]
    objects = [json.loads(text) for text in page.messages]
    assert [(o["version"], o["message"], o["deleted"]) for o in objects] == [
        (2, "new", False),
        (4, "", True),
    ]
    assert page.version == 4


def test_the_version_is_the_rooms_not_the_last_messages(room):
    """A message that is not on the page may have changed last."""
    [first, *_] = fill(room, 60)
    first.version = take_version(room.pk)
    first.save()
    assert pages.latest(room.pk).version == 61


def test_a_page_ends_at_its_bytes_and_says_so(room):
    messages = fill(room, 10, "ü" * 20_000)
    page = pages.latest(room.pk)
    number = len(page.messages)
    assert 1 < number < 10
    assert size_of(page) <= pages.PAGE_BYTES
    assert size_of(page) + len(page.messages[0].encode()) > pages.PAGE_BYTES
    assert page.more
    assert ids(page.messages) == keys(messages[-number:])


def test_a_page_has_a_message_however_large_it_is(room):
    [*_, last] = fill(room, 2, "a" * pages.PAGE_BYTES)
    page = pages.latest(room.pk)
    assert ids(page.messages) == [last.pk]
    assert page.more


# --- what is answered to ------------------------------------------------------------------------


def test_what_is_answered_to_comes_along_unless_it_is_on_the_page(room):
    old, older = MessageFactory(room=room), MessageFactory(room=room)
    fill(room, 48)
    here = MessageFactory(room=room)
    answers = [MessageFactory(room=room, reply_to=to) for to in (older, old, old, here)]
    page = pages.latest(room.pk)
    assert ids(page.messages)[-4:] == keys(answers)
    assert ids(page.quoted) == [old.pk, older.pk]


def test_what_is_quoted_is_shown_as_it_is_now(room):
    deleted = MessageFactory(room=room, deleted=True)
    fill(room, 49)
    MessageFactory(room=room, reply_to=deleted)
    [quoted] = pages.latest(room.pk).quoted
    assert json.loads(quoted)["deleted"] is True


def test_the_quoted_may_have_as_many_bytes_as_a_page(room):
    old = fill(room, 10, "a" * 40_000)
    fill(room, 50)
    for message in old:
        MessageFactory(room=room, reply_to=message)
    page = pages.latest(room.pk)
    number = len(page.quoted)
    assert 1 < number < 10
    assert sum(len(text.encode()) for text in page.quoted) <= pages.PAGE_BYTES
    assert ids(page.quoted) == keys(old[-number:])


# --- since a version ----------------------------------------------------------------------------


def test_what_changed_since_a_version_comes_in_the_order_of_versions(room):
    first, second = MessageFactory(room=room), MessageFactory(room=room)
    third = MessageFactory(room=room)
    first.version = take_version(room.pk)
    first.save()
    page = since(room, 1)
    assert ids(page.messages) == [second.pk, third.pk, first.pk]
    assert (page.version, page.more, page.reset) == (4, False, False)


def test_after_the_present_version_there_is_nothing(room):
    fill(room, 3)
    assert since(room, 3) == pages.Page([], [], version=3, reset=False)


@pytest.mark.parametrize("has_feed", [True, False])
def test_version_0_of_an_empty_room_is_one_that_it_has_had(room, has_feed):
    if has_feed:
        Feed.objects.create(room=room)
    assert since(room, 0) == pages.Page([], [], version=0, reset=False)


@pytest.mark.parametrize("after", [-1, 4, 2**63 - 1])
def test_a_version_that_the_room_never_had_starts_anew(room, after):
    fill(room, 3)
    assert since(room, after) is None


def test_up_to_500_changes_are_told_one_by_one(room):
    fill(room, 501)
    assert since(room, 0) is None
    assert len(since(room, 1).messages) == 500


def test_more_bytes_than_a_page_start_anew(room):
    [message, *_] = fill(room, 40, "a" * 10_000)
    of_one = len(frames.message_object(message).encode())
    fits = pages.PAGE_BYTES // (of_one + 3)  # id and versions may have another digit
    assert fits < 40
    assert len(since(room, 40 - fits).messages) == fits
    assert since(room, 40 - fits - 1) is None


def test_one_change_that_is_larger_than_a_page_starts_anew(room):
    fill(room, 1, "a" * pages.PAGE_BYTES)
    assert since(room, 0) is None


def test_each_of_many_pages_quotes_what_is_not_on_it(room):
    first, second = MessageFactory(room=room), MessageFactory(room=room)
    MessageFactory(room=room, reply_to=first)
    MessageFactory(room=room, reply_to=second)
    quoted = {
        after: ids(page.quoted)
        for after, page in pages.changes_pages(room.pk, {0, 1, 2, 3}).items()
    }
    assert quoted == {0: [], 1: [first.pk], 2: [first.pk, second.pk], 3: [second.pk]}


def test_a_page_of_what_was_missed_is_the_one_that_each_alone_would_get(room):
    messages = fill(room, 20)
    for message in messages[::3]:
        message.delete()
    together = pages.changes_pages(room.pk, set(range(21)))
    assert together == {after: since(room, after) for after in range(21)}


@pytest.mark.parametrize(
    "read", [pages.latest, lambda room_id: pages.changes_pages(room_id, {0})[0]]
)
def test_a_first_message_that_is_committed_between_two_questions_is_on_the_page(
    room, read, monkeypatch
):
    feeds = type(Feed.objects)
    ask = feeds.versions

    def commit_and_ask(self, room_ids):
        MessageFactory(room=room)
        return ask(self, room_ids)

    monkeypatch.setattr(feeds, "versions", commit_and_ask)
    page = read(room.pk)
    assert (page.version, len(page.messages)) == (1, 1)
