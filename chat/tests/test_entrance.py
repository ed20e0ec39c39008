"""What those who come into rooms at once are answered with."""

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction

from accounts.factories import UserFactory
from accounts.models import User
from chat import entrance, pages
from chat.entrance import Ask, Entry, entries
from chat.exceptions import ClientError, LoggedOut
from chat.factories import MessageFactory, RoomFactory, take_version
from chat.models import Epoch, Message, Room
from chat.snapshot import Snapshot

from .test_pages import fill, ids, keys

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(db):
    Epoch.current()  # making it raises the rights number
    return RoomFactory()


def enter(room, *asks):
    """Return what the Asks are answered with; where that is an error, its code or its type."""
    answers = answers_to(room, asks, Snapshot())
    return [answer if isinstance(answer, Entry) else name_of(answer) for answer in answers]


def answers_to(room, asks, snapshot, known=None):
    answers, _ = entries([(room.pk, ask) for ask in asks], snapshot, known or {})
    return answers


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
    assert (entry.room, entry.personal.why_not) == (room, None)


def test_who_enters_a_locked_room_hears_why_they_may_not_write(anna, stella, log_in):
    room = RoomFactory(locked=True)
    entered = enter(room, Ask(log_in(anna)), Ask(log_in(stella)))
    assert [entry.personal.why_not for entry in entered] == ["ROOM_LOCKED", None]


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


@pytest.mark.django_db(transaction=True)  # PostgreSQL raises the number at a commit
def test_who_logged_out_reads_nothing_although_they_were_known(anna, room, log_in):
    key = log_in(anna)
    known = Snapshot.take([key])
    assert known.user(key) == anna
    [entry] = answers_to(room, [Ask(key)], known)
    assert entry.room == room
    Session.objects.all().delete()
    [answer] = answers_to(room, [Ask(key)], known)
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


def test_a_refused_ask_reads_no_page(anna, log_in, monkeypatch):
    room = RoomFactory(staff=True)
    for name in ("latest", "changes_pages"):
        monkeypatch.setattr(entrance, name, None)
    assert enter(room, Ask(log_in(anna)), Ask(log_in(anna), after=0)) == ["ROOM_ACCESS_DENIED"] * 2


def test_each_room_has_its_own_answers(anna, log_in):
    tea, milk, empty = RoomFactory.create_batch(3)
    of_tea, of_milk, key = fill(tea, 3), fill(milk, 5), log_in(anna)
    secret = RoomFactory(superusers=True)
    asks = [
        (milk.pk, Ask(key, after=3)),
        (secret.pk, Ask(key)),
        (tea.pk, Ask(key)),
        (empty.pk, Ask(key, after=0)),
        (milk.pk, Ask(key)),
        (tea.pk, Ask(key, after=5)),
    ]
    answers, newest = entries(asks, Snapshot(), {})
    assert name_of(answers.pop(1)) == "ROOM_ACCESS_DENIED"
    found = [(e.room, ids(e.page.messages), e.page.version, e.page.reset) for e in answers]
    assert found == [
        (milk, keys(of_milk[3:]), 5, False),
        (tea, keys(of_tea), 3, True),
        (empty, [], 0, False),
        (milk, keys(of_milk), 5, True),
        (tea, keys(of_tea), 3, True),
    ]
    assert newest.keys() == {tea.pk, milk.pk}


# --- how much is asked of the database ----------------------------------------------------------


@pytest.mark.parametrize("number", [1, 40])
def test_however_many_come_at_once_share_what_is_read(
    room, log_in, number, django_assert_num_queries
):
    messages = fill(room, 60)
    MessageFactory.create_batch(2, room=room, reply_to=messages[0])
    asks = [Ask(log_in(UserFactory()), after=20 + at) for at in range(number)]
    known = Snapshot.take([])
    # The number, three times; sessions, people and places; the version; the page, what it quotes.
    with django_assert_num_queries(9):
        answers = answers_to(room, asks, known)
    assert [entry.page.version - len(entry.page.messages) for entry in answers] == [
        ask.after for ask in asks
    ]
    with django_assert_num_queries(11):  # and for those who start anew another page
        answers_to(room, [*asks, *(Ask(ask.session_key) for ask in asks)], known)


@pytest.mark.parametrize("number", [1, 40])
def test_who_missed_nothing_reads_nothing_however_many_rooms_there_are(
    anna, log_in, number, django_assert_num_queries
):
    Epoch.current()
    rooms, key = RoomFactory.create_batch(number), log_in(anna)
    for room in rooms:
        fill(room, 2)
    known = Snapshot.take([key])
    with django_assert_num_queries(3):  # the number, twice, and the versions
        answers, newest = entries([(room.pk, Ask(key, after=2)) for room in rooms], known, {})
    assert [(e.page.version, e.page.messages, e.page.reset) for e in answers] == [
        (2, [], False)
    ] * number
    assert newest == {}


def test_the_newest_page_stands_while_nothing_changes(
    anna, room, log_in, django_assert_num_queries
):
    fill(room, 60)
    ask = Ask(log_in(anna))
    snapshot = Snapshot.take([ask.session_key])
    [first], newest = entries([(room.pk, ask)], snapshot, {})
    with django_assert_num_queries(3):
        [second], again = entries([(room.pk, ask)], snapshot, newest)
    assert second.page is first.page
    assert again == newest


def test_the_newest_page_does_not_stand_for_ever(anna, room, log_in, monkeypatch):
    """Messages may be rendered anew, which changes no version."""
    [message] = fill(room, 1)
    ask = Ask(log_in(anna))
    [before], newest = entries([(room.pk, ask)], Snapshot(), {})
    Message.objects.filter(pk=message.pk).update(html="<p>anew</p>")
    [kept], newest = entries([(room.pk, ask)], Snapshot(), newest)
    assert kept.page.messages == before.page.messages
    monkeypatch.setattr(entrance, "KEPT_SECONDS", 0)
    [after], _ = entries([(room.pk, ask)], Snapshot(), newest)
    assert "anew" in after.page.messages[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["a message", "an edit", "a name", "an account", "another room"])
def test_the_newest_page_is_read_again_after_any_change_of_what_is_on_it(
    anna, room, log_in, change
):
    [message, *_] = fill(room, 3)
    ask = Ask(log_in(anna))
    known = Snapshot.take([ask.session_key])
    [before], newest = entries([(room.pk, ask)], known, {})
    if change == "a message":
        MessageFactory(room=room)
    elif change == "an edit":
        with transaction.atomic():
            message.version = take_version(room.pk)
            message.save()
    elif change == "a name":
        User.objects.filter(pk=message.user_id).update(username="another")
    elif change == "an account":
        User.objects.filter(pk=message.user_id).delete()
    else:
        MessageFactory()  # changes nothing here
    [after], _ = entries([(room.pk, ask)], known, newest)
    assert after.page == pages.latest(room.pk)
    assert (after.page.messages == before.page.messages) == (change == "another room")
