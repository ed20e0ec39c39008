from types import SimpleNamespace

import pytest

from chat.hub.people import People, Person
from chat.hub.room import Membership
from chat.models import Room

from .fakes import FakeSocket


@pytest.fixture
def user():
    return SimpleNamespace(pk=1, username="anna")


def a_room(number, **fields):
    return Room(pk=number, title=f"Room {number}", slug=f"room-{number}", **fields)


def test_a_person_is_known_while_a_socket_is_open(user):
    people = People()
    one, other = FakeSocket(), FakeSocket()
    person = people.meet(user)
    people.add(one, person)
    people.add(other, people.meet(user))
    assert list(people) == [person]
    assert one.person is other.person is people.get(1) is person
    people.remove(one)
    people.remove(one)
    assert list(people) == [person]
    people.remove(other)
    assert list(people) == []
    assert people.get(1) is None


def test_a_socket_that_was_never_let_in_is_nobodys(user):
    people = People()
    people.add(FakeSocket(), people.meet(user))
    people.remove(FakeSocket())
    assert len(list(people)) == 1


def test_a_socket_that_goes_twice_takes_no_one_else_along(user):
    """As when somebody was put out, came again, and the old connection ends at last."""
    people = People()
    old, new = FakeSocket(), FakeSocket()
    people.add(old, people.meet(user))
    people.remove(old)
    people.add(new, people.meet(user))
    people.remove(old)
    assert people.get(1) is new.person


def test_every_socket_of_a_person_has_the_frame(user):
    people, person = People(), Person(user)
    sockets = [FakeSocket(), FakeSocket()]
    for socket in sockets:
        people.add(socket, person)
    person.put('{"type":"pong"}')
    assert [socket.take() for socket in sockets] == [[{"type": "pong"}]] * 2
    assert (person.id, person.username) == (1, "anna")


def test_a_person_learns_what_is_new_and_what_is_gone(user):
    person = Person(user)
    tea, coffee, milk = a_room(1), a_room(2), a_room(3)
    assert person.learn({1: tea, 2: coffee}, 1.0) == ([], [1, 2])
    assert person.untold == {1, 2}
    assert person.learn({2: coffee, 3: milk}, 2.0) == ([1], [3])
    assert (list(person.rooms), person.asked) == ([2, 3], 2.0)
    assert person.learn({2: coffee, 3: milk}, 3.0) == ([], [])


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", "Milk"), ("slug", "milk"), ("access", "staff"), ("locked", True)],
)
def test_a_person_learns_of_changes_that_they_are_told_of(user, field, value):
    person = Person(user)
    person.learn({1: a_room(1)}, 1.0)
    changed = a_room(1, **{field: value}) if field not in ("title", "slug") else a_room(1)
    setattr(changed, field, value)
    assert person.learn({1: changed}, 2.0) == ([], [1])
    assert person.learn({1: changed}, 3.0) == ([], [])


def test_other_changes_are_not_told(user):
    person = Person(user)
    person.learn({1: a_room(1)}, 1.0)
    assert person.learn({1: a_room(1, description="White")}, 2.0) == ([], [])


class Uncomparable:
    """A room that nobody is to look at."""


def test_the_same_rooms_are_not_compared(user):
    """Which is what nearly every sweep finds, for thousands of people."""
    person, rooms = Person(user), {1: Uncomparable()}
    person.learn(rooms, 1.0)
    assert person.learn(rooms, 2.0) == ([], [])
    assert person.asked == 2.0
    with pytest.raises(AttributeError):
        person.learn(dict(rooms), 3.0)


@pytest.mark.parametrize(
    ("held", "asked", "gone"),
    [(None, 1.0, [5]), (None, 3.0, []), ([], 1.0, [])],
    ids=["inside", "asked since", "on the way in"],
)
def test_what_was_entered_and_never_told_of_is_gone_too(user, held, asked, gone):
    people, person, socket = People(), Person(user), FakeSocket()
    people.add(socket, person)
    rooms = {1: a_room(1)}
    person.learn(rooms, 0.5)
    socket.memberships[5] = Membership(held=held, asked=asked)
    assert person.learn(rooms, 2.0) == (gone, [])


def test_the_oldest_sockets_are_the_ones_too_many(user, settings):
    settings.CHAT_SOCKETS_PER_USER = 3
    people, person = People(), Person(user)
    sockets = [FakeSocket() for _ in range(5)]
    for excess in ([], [], [], sockets[:1], sockets[:2]):
        people.add(sockets[len(person.sockets)], person)
        assert person.too_many() == excess
