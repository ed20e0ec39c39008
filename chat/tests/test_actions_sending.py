"""Many sends in one commit, each with an answer of its own."""

import pytest
from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.factories import UserFactory
from chat import actions
from chat.actions import Ack, Moment, Send, send_all
from chat.exceptions import ClientError, LoggedOut
from chat.factories import MessageFactory, RoomFactory
from chat.markdown import render
from chat.models import Feed, Message, Rights, Room
from chat.models.message import MessageQuerySet

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea(db):
    return RoomFactory(title="Tea")


@pytest.fixture
def milk(db):
    return RoomFactory(title="Milk")


def store(*sends):
    """Store sends, whose senders are Users."""
    users = {each.sender: each.sender for each in sends if each.sender is not None}
    return send_all(sends, lambda rights: Moment(Room.objects.in_bulk(), users, {}))


def versions_of(room):
    return list(Message.objects.filter(room=room).order_by("pk").values_list("text", "version"))


def named(answer):
    return answer.code if isinstance(answer, ClientError) else type(answer)


def test_each_send_takes_a_version_of_its_own_in_the_order_of_sending(anna, berta, tea):
    MessageFactory(room=tea, text="first")
    answers = store(
        *(Send(user, tea.pk, text) for user, text in [(anna, "a"), (berta, "b"), (anna, "c")])
    )
    assert versions_of(tea) == [("first", 1), ("a", 2), ("b", 3), ("c", 4)]
    messages = Message.objects.filter(version__gt=1).order_by("pk")
    assert answers == [Ack(message.pk, message.version) for message in messages]
    assert [message.user for message in messages] == [anna, berta, anna]
    assert Feed.objects.get(room=tea).version == 4


def test_sends_to_several_rooms_count_in_each(anna, tea, milk):
    """As on SQLite, where all rooms share a commit."""
    answers = store(*(Send(anna, room.pk, "hi") for room in (tea, milk, milk, tea, milk)))
    assert [answer.version for answer in answers] == [1, 1, 2, 2, 3]
    for answer, room in zip(answers, (tea, milk, milk, tea, milk), strict=True):
        message = Message.objects.get(pk=answer.id)
        assert (message.room, message.version, message.first_version) == (
            room,
            answer.version,
            answer.version,
        )


def test_a_bad_send_spoils_no_other_and_takes_no_version(anna, stella, tea, settings):
    settings.CHAT_MESSAGE_MAX_LENGTH = 10
    locked, secret = RoomFactory(locked=True), RoomFactory(superusers=True)
    elsewhere = MessageFactory(room=locked)
    answers = store(
        Send(anna, tea.pk, "a"),
        Send(anna, tea.pk, ""),
        Send(anna, tea.pk, "a" * 11),
        Send(anna, tea.pk, "b", present=False),
        Send(anna, 4_000_000, "b"),
        Send(anna, -1, "b"),
        Send(anna, locked.pk, "b"),
        Send(stella, locked.pk, "b"),
        Send(stella, secret.pk, "b"),
        Send(anna, tea.pk, "b", msg_type=1),
        Send(anna, tea.pk, "b", reply_to=elsewhere.pk),
        Send(None, tea.pk, "b"),
        Send(stella, tea.pk, "c", msg_type=1),
    )
    assert [named(answer) for answer in answers] == [
        Ack,
        "MESSAGE_INVALID",
        "MESSAGE_TOO_LONG",
        "ROOM_ACCESS_DENIED",
        "ROOM_INVALID",
        "ROOM_INVALID",
        "ROOM_LOCKED",
        Ack,
        "ROOM_ACCESS_DENIED",
        "MESSAGE_ACCESS_DENIED",
        "MESSAGE_INVALID",
        LoggedOut,
        Ack,
    ]
    assert versions_of(tea) == [("a", 1), ("c", 2)]
    assert versions_of(locked) == [(elsewhere.text, 1), ("b", 2)]
    assert Feed.objects.get(room=tea).version == 2


def test_where_all_are_refused_nothing_moves(anna, tea, rung):
    answers = store(Send(anna, tea.pk, ""), Send(anna, tea.pk, "a", present=False))
    assert [named(answer) for answer in answers] == ["MESSAGE_INVALID", "ROOM_ACCESS_DENIED"]
    assert Feed.objects.get(room=tea).version == 0


def test_the_same_send_twice_at_once_is_stored_once(anna, berta, tea):
    first, again, other, hers = store(
        Send(anna, tea.pk, "hi", key="k"),
        Send(anna, tea.pk, "hi", key="k"),
        Send(anna, tea.pk, "ho", key="k"),
        Send(berta, tea.pk, "hi", key="k"),
    )
    assert first == again == Ack(Message.objects.get(user=anna).pk, 1)
    assert (named(other), hers.version) == ("REF_CONFLICT", 2)
    assert versions_of(tea) == [("hi", 1), ("hi", 2)]


def test_what_was_stored_before_is_answered_beside_what_is_new(anna, berta, tea, milk):
    [first] = store(Send(anna, tea.pk, "hi", key="k"))
    actions.edit(anna.pk, tea.pk, first.id, "edited")
    again, other, elsewhere, hers = store(
        Send(anna, tea.pk, "hi", key="k", present=False),
        Send(anna, tea.pk, "ho", key="k"),
        Send(anna, milk.pk, "hi", key="k"),
        Send(berta, tea.pk, "hi", key="k"),
    )
    assert (again, named(other)) == (first, "REF_CONFLICT")
    assert (elsewhere.version, hers.version) == (1, 3)
    assert len({first.id, elsewhere.id, hers.id}) == 3


def test_a_refused_send_leaves_its_key_to_the_next(anna, tea):
    denied, stored = store(
        Send(anna, tea.pk, "hi", key="k", present=False), Send(anna, tea.pk, "hi", key="k")
    )
    assert (named(denied), stored.version) == ("ROOM_ACCESS_DENIED", 1)


def test_all_are_announced_once_room_by_room(anna, tea, milk, committed):
    sends = [Send(anna, room.pk, text) for room, text in [(tea, "a"), (milk, "b"), (tea, "c")]]
    answers, rung = committed(store, *sends, Send(anna, tea.pk, ""))
    told = {group: [(c.id, c.version) for c in event["changes"]] for group, event in rung}
    a, b, c, _ = [
        (answer.id, answer.version) if isinstance(answer, Ack) else None for answer in answers
    ]
    assert told == {f"room.{tea.pk}": [a, c], f"room.{milk.pk}": [b]}


@pytest.mark.django_db(transaction=True)  # PostgreSQL raises the number at a commit
def test_a_change_carries_the_rights_number_that_it_was_stored_under(anna, tea, rung):
    [answer] = store(Send(anna, tea.pk, "a"))
    (_, event) = rung.pop()
    assert [change.rights for change in event["changes"]] == [Rights.current()]
    Room.objects.filter(pk=tea.pk).update(title="Green tea")
    actions.edit(anna.pk, tea.pk, answer.id, "b")
    (_, later) = rung.pop()
    assert later["changes"][0].rights == Rights.current() > event["changes"][0].rights


def test_the_moment_is_asked_for_under_the_lock_with_the_number_of_that_moment(anna, tea):
    asked = []

    def moment_at(rights):
        asked.append((rights, len(queries)))
        return Moment(Room.objects.in_bulk(), {anna: anna}, {})

    with CaptureQueriesContext(connection) as queries:
        send_all([Send(anna, tea.pk, "a")], moment_at)
    [(rights, before)] = asked
    assert rights == Rights.current()
    assert any("chat_feed" in query["sql"] for query in queries.captured_queries[:before])


@pytest.mark.parametrize("number", [1, 40])
def test_many_take_as_many_statements_as_one(anna, tea, number, django_assert_num_queries):
    MessageFactory(room=tea)
    sends = [Send(anna, tea.pk, f"line {at}", key=f"k{at}") for at in range(number)]
    moment = Moment({tea.pk: tea}, {anna: anna}, {})
    lock = connection.features.has_select_for_update  # of the room's row
    with transaction.atomic(), django_assert_num_queries(7 + lock):  # two are the savepoint's
        answers = send_all(sends, lambda rights: moment)
    assert [answer.version for answer in answers] == list(range(2, number + 2))


# --- what the database does not take ------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_what_the_database_does_not_take_of_one_is_not_stored_of_that_one_alone(rung):
    """The last word has the commit: somebody's account may go while their send is stored."""
    tea, anna, gone = RoomFactory(), UserFactory(), UserFactory()
    User = type(gone)
    ghost = User(pk=gone.pk, username=gone.username)
    gone.delete()
    first, refused, last = store(
        Send(anna, tea.pk, "a", key="k"), Send(ghost, tea.pk, "b"), Send(anna, tea.pk, "c")
    )
    assert isinstance(refused, IntegrityError)
    assert versions_of(tea) == [("a", 1), ("c", 2)]
    assert (first.version, last.version) == (1, 2)
    assert [change.version for _, event in rung for change in event["changes"]] == [1, 2]
    [alone] = store(Send(ghost, tea.pk, "b"))
    assert isinstance(alone, IntegrityError)


@pytest.mark.django_db(transaction=True)
def test_who_was_deleted_while_they_sent_is_logged_out(rung):
    """The second try is by what holds then."""
    tea, anna, gone = RoomFactory(), UserFactory(), UserFactory()
    people = {"anna": anna, "gone": type(gone)(pk=gone.pk)}
    gone.delete()

    def moment_at(rights):
        asked.append(rights)
        known = people if len(asked) == 1 else {"anna": anna}
        return Moment(Room.objects.in_bulk(), known, {})

    asked = []
    answers = send_all([Send("gone", tea.pk, "a"), Send("anna", tea.pk, "b")], moment_at)
    assert [named(answer) for answer in answers] == [LoggedOut, Ack]
    assert versions_of(tea) == [("b", 1)]


def test_a_text_that_cannot_be_rendered_spoils_no_other(anna, tea, monkeypatch, caplog):
    def fail(text):
        if text == "b":
            raise ValueError("a secret")
        return render(text)

    monkeypatch.setattr("chat.actions.sending.render", fail)
    answers = store(*(Send(anna, tea.pk, text) for text in "abc"))
    assert [named(answer) for answer in answers] == [Ack, "UNAVAILABLE", Ack]
    assert versions_of(tea) == [("a", 1), ("c", 2)]
    assert len(caplog.records) == 1


@pytest.mark.parametrize("error", [IntegrityError, DataError])
def test_each_is_tried_alone_when_all_together_fail(anna, tea, monkeypatch, error):
    insert, sizes = MessageQuerySet.insert, []

    def one_at_a_time(queryset, drafts):
        sizes.append(len(drafts))
        if len(drafts) > 1:
            raise error("not together")
        insert(queryset, drafts)

    monkeypatch.setattr(MessageQuerySet, "insert", one_at_a_time)
    answers = store(*(Send(anna, tea.pk, text, key=text) for text in "aba"))
    assert sizes == [2, 1, 1]
    assert [answer.version for answer in answers] == [1, 2, 1]
    assert versions_of(tea) == [("a", 1), ("b", 2)]


def test_a_database_that_fails_fails_all_of_them(anna, tea, monkeypatch):
    def fail(queryset, drafts):
        raise OperationalError("gone")

    monkeypatch.setattr(MessageQuerySet, "insert", fail)
    with pytest.raises(OperationalError):
        store(Send(anna, tea.pk, "a"), Send(anna, tea.pk, "b"))
