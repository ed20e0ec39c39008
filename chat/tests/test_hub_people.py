from types import SimpleNamespace

import pytest

from chat.hub import people as people_module
from chat.hub.people import People, Person, differing
from chat.hub.room import Membership
from chat.models import Personal, Room, Sight

from .fakes import FakeSocket

PERSON = Personal(None, 0, moderates=False)


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
    assert len(people) == 1
    people.remove(other)
    assert list(people) == []
    assert not people
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


class Now:
    """A Snapshot in which everybody sees the same."""

    def __init__(self, sight, number=1):
        self._sight, self.number = sight, number

    def sight(self, user):
        return self._sight


def sees(rooms, personal=PERSON):
    return Sight(rooms, dict.fromkeys(rooms, personal), None)


def learn(person, rooms, differ=None, number=1, personal=PERSON):
    """Return what is gone, and what differs. `rooms`: {room id: Room}, or a Sight."""
    sight = rooms if isinstance(rooms, Sight) else sees(rooms, personal)
    return person.learn(person.user, Now(sight, number), differ or differing())


def test_a_person_learns_what_is_new_and_what_is_gone(user):
    person = Person(user)
    tea, coffee, milk = a_room(1), a_room(2), a_room(3)
    assert learn(person, {1: tea, 2: coffee}) == ([], [1, 2])
    assert person.untold == {1, 2}
    assert learn(person, {2: coffee, 3: milk}, number=2) == ([1], [3])
    assert (list(person.rooms), person.rights) == ([2, 3], 2)
    assert learn(person, {2: coffee, 3: milk}) == ([], [])


def test_a_person_learns_who_they_are_now(user):
    person, now = Person(user), SimpleNamespace(pk=1, username="anna", is_staff=True)
    person.learn(now, Now(sees({})), differing())
    assert person.user is now


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "Milk"),
        ("slug", "milk"),
        ("access", "staff"),
        ("locked", True),
        ("posting", "moderators"),
    ],
)
def test_a_person_learns_of_changes_that_they_are_told_of(user, field, value):
    person, changed = Person(user), a_room(1)
    learn(person, {1: a_room(1)})
    setattr(changed, field, value)
    assert learn(person, {1: changed}) == ([], [1])
    assert learn(person, {1: changed}) == ([], [])


@pytest.mark.parametrize(
    "personal",
    [Personal("SILENCED", 0, False), Personal(None, 5, False), Personal(None, 0, True)],
)
def test_a_person_learns_of_what_a_room_has_become_to_them(user, personal):
    person, room = Person(user), a_room(1)
    learn(person, {1: room})
    assert learn(person, {1: room}, personal=personal) == ([], [1])
    assert learn(person, {1: room}, personal=personal) == ([], [])


def test_other_changes_are_not_told(user):
    person = Person(user)
    learn(person, {1: a_room(1)})
    assert learn(person, {1: a_room(1, description="White")}) == ([], [])


def test_what_many_see_is_compared_once(user, monkeypatch):
    """Rooms are shared by all who see the same, and there may be thousands of both."""
    compared = []
    monkeypatch.setattr(people_module, "told", lambda sight, pk: compared.append(pk) or [])
    before, after = sees({1: a_room(1)}), sees({1: a_room(1)})
    people = [Person(SimpleNamespace(pk=number)) for number in range(10)]
    for person in people:
        learn(person, before)
    compared.clear()
    differ = differing()
    for person in people:
        learn(person, after, differ)
    assert len(compared) == 2


@pytest.mark.parametrize(
    ("rights", "gone"), [(1, [5]), (None, [])], ids=["inside", "on the way in"]
)
def test_what_was_entered_and_never_told_of_is_gone_too(user, rights, gone):
    people, person, socket = People(), Person(user), FakeSocket()
    people.add(socket, person)
    rooms = {1: a_room(1)}
    learn(person, rooms)
    socket.memberships[5] = Membership(rights=rights)
    assert learn(person, rooms) == (gone, [])


def test_the_oldest_sockets_are_the_ones_too_many(user, settings):
    settings.CHAT_SOCKETS_PER_USER = 3
    people, person = People(), Person(user)
    sockets = [FakeSocket() for _ in range(5)]
    for excess in ([], [], [], sockets[:1], sockets[:2]):
        people.add(sockets[len(person.sockets)], person)
        assert person.too_many() == excess
