"""What those who come into rooms at once are answered with."""

import pytest
from django.contrib.sessions.models import Session

from accounts.factories import UserFactory
from chat import entrance, pages
from chat.entrance import Ask, Entry, entries
from chat.exceptions import ClientError, LoggedOut
from chat.factories import MessageFactory, RoomFactory
from chat.models import Epoch, Room
from chat.snapshot import Snapshot

from .test_pages import fill, ids, keys

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(db):
    Epoch.current()  # making it raises the rights number
    return RoomFactory()


def enter(room, *asks):
    """Return what the Asks are answered with; where that is an error, its code or its type."""
    answers, _ = entries([(room.pk, ask) for ask in asks], Snapshot(), {})
    return [answer if isinstance(answer, Entry) else name_of(answer) for answer in answers]


def name_of(error):
    return error.code if isinstance(error, ClientError) else type(error)


@pytest.mark.parametrize(
    ("asked", "reset", "number"),
    [
        ({}, True, 3),
        ({"after": 0}, False, 3),
        ({"after": 2}, False, 1),
        ({"after": 3}, False, 0),
        ({"after": 4}, True, 3),
        ({"after": 2, "epoch": "current"}, False, 1),
        ({"after": 2, "epoch": "another"}, True, 3),
        ({"epoch": "current"}, True, 3),
        ({"epoch": "another"}, True, 3),
    ],
)
def test_a_join_goes_on_where_it_can_and_starts_anew_otherwise(
    anna, room, log_in, asked, reset, number
):
    fill(room, 3)
    if asked.get("epoch") == "current":
        asked = {**asked, "epoch": Epoch.current()}
    [entry] = enter(room, Ask(log_in(anna), **asked))
    assert (entry.page.reset, len(entry.page.messages)) == (reset, number)
    assert (entry.page.version, entry.epoch) == (3, Epoch.current())
    assert (entry.room, entry.why_not) == (room, None)


def test_who_enters_a_locked_room_hears_why_they_may_not_write(anna, stella, log_in):
    room = RoomFactory(locked=True)
    entered = enter(room, Ask(log_in(anna)), Ask(log_in(stella)))
    assert [entry.why_not for entry in entered] == ["ROOM_LOCKED", None]


@pytest.mark.parametrize(
    ("person", "room_is", "answer"),
    [
        ({}, {"staff": True}, "ROOM_ACCESS_DENIED"),
        ({}, {"superusers": True}, "ROOM_ACCESS_DENIED"),
        ({"staff": True}, {"superusers": True}, "ROOM_ACCESS_DENIED"),
        ({"superuser": True}, {"deleting": True}, "ROOM_INVALID"),
    ],
)
def test_a_stranger_reads_nothing(person, room_is, answer, log_in):
    message = MessageFactory(room=RoomFactory(**room_is))
    user = UserFactory(**person)
    assert enter(message.room, Ask(log_in(user))) == [answer]
    with pytest.raises(ClientError) as caught:
        pages.history(user.pk, message.room_id, "from", message.pk)
    assert caught.value.code == answer


@pytest.mark.parametrize("room_id", [-1, 4_000_000])
def test_there_is_nothing_to_read_in_no_room(anna, log_in, room_id):
    assert enter(Room(pk=room_id), Ask(log_in(anna))) == ["ROOM_INVALID"]
    with pytest.raises(ClientError) as caught:
        pages.history(anna.pk, room_id, "from", 1)
    assert caught.value.code == "ROOM_INVALID"


@pytest.mark.parametrize("person", [{"inactive": True}, None])
def test_there_is_no_history_for_nobody(room, person):
    user_id = 4_000_000 if person is None else UserFactory(**person).pk
    with pytest.raises(ClientError) as caught:
        pages.history(user_id, room.pk, "from", 1)
    assert caught.value.code == "ROOM_ACCESS_DENIED"


def test_who_logged_out_reads_nothing_although_they_were_known(anna, room, log_in):
    key = log_in(anna)
    known = Snapshot.take([key])
    assert known.user(key) == anna
    [entry] = pages.entries(room.pk, [Ask(key)], known)
    assert entry.room == room
    Session.objects.all().delete()
    [answer] = pages.entries(room.pk, [Ask(key)], known)
    assert isinstance(answer, LoggedOut)


def test_each_of_many_gets_what_they_asked_for(anna, berta, stella, log_in):
    room = RoomFactory(staff=True)
    messages = fill(room, 60)
    staff, other = log_in(stella), log_in(anna)
    entered = enter(
        room,
        Ask(staff),
        Ask(other),
        Ask(staff, after=58),
        Ask("0" * 32, after=58),
        Ask(staff, after=59),
        Ask(staff, after=61),
        Ask(staff, after=58, epoch="another"),
    )
    latest, refused, after_58, nobody, after_59, anew, renewed = entered
    assert (refused, nobody) == ("ROOM_ACCESS_DENIED", LoggedOut)
    assert ids(after_58.page.messages) == keys(messages[58:])
    assert ids(after_59.page.messages) == keys(messages[59:])
    for entry in (latest, anew, renewed):
        assert (ids(entry.page.messages), entry.page.reset) == (keys(messages[10:]), True)


def test_of_two_who_come_back_the_one_who_missed_too_much_starts_anew(anna, room, log_in):
    messages = fill(room, pages.REPLAY + 10)
    key = log_in(anna)
    long_gone, gone = enter(room, Ask(key, after=1), Ask(key, after=pages.REPLAY))
    assert (long_gone.page.reset, len(long_gone.page.messages)) == (True, pages.PAGE)
    assert (gone.page.reset, ids(gone.page.messages)) == (False, keys(messages[-10:]))


@pytest.mark.parametrize("number", [1, 40])
def test_however_many_come_at_once_share_a_read(room, log_in, number, django_assert_num_queries):
    """The rights number, then sessions and people (who is new), the page, and what it quotes; for
    those who start anew another page."""
    messages = fill(room, 60)
    MessageFactory.create_batch(2, room=room, reply_to=messages[0])
    asks = [Ask(log_in(UserFactory()), after=20 + at) for at in range(number)]
    known = Snapshot.take([])
    with django_assert_num_queries(6):
        answers = pages.entries(room.pk, asks, known)
    assert [entry.page.version - len(entry.page.messages) for entry in answers] == [
        ask.after for ask in asks
    ]
    with django_assert_num_queries(8):
        pages.entries(room.pk, [*asks, *(Ask(ask.session_key) for ask in asks)], known)


@pytest.mark.parametrize("number", [1, 40])
def test_those_who_are_known_take_no_look_at_their_rights(
    room, log_in, number, django_assert_num_queries
):
    fill(room, 60)
    keys = [log_in(UserFactory()) for _ in range(number)]
    known = Snapshot.take(keys)
    with django_assert_num_queries(2) as queries:
        pages.entries(room.pk, [Ask(key) for key in keys], known)
    assert ["chat_rights" in query["sql"] for query in queries] == [True, False]


def test_a_refused_ask_reads_no_page(anna, log_in, monkeypatch):
    room = RoomFactory(staff=True)
    monkeypatch.setattr(pages, "latest", None)
    assert enter(room, Ask(log_in(anna)), Ask(log_in(anna), after=0)) == ["ROOM_ACCESS_DENIED"] * 2
