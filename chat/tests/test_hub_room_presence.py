"""Who is present in a room."""

import pytest

from chat import frames
from chat.hub.room import LocalRoom, Membership

from .fakes import FakeSocket, somebody


@pytest.fixture
def room():
    return LocalRoom(1)


def enter(room, number=1):
    """Bring a socket of a person in, its page read."""
    socket = FakeSocket(somebody(number))
    room.memberships[socket] = Membership(held=None)
    room.come_in(socket)
    return socket


class Timer:
    def __init__(self, room, user_id):
        self.room, self.user_id, self.cancelled = room, user_id, False

    def cancel(self):
        self.cancelled = True

    def end(self):
        self.room.end_presence(self.user_id)


def lose(room, socket):
    """Take the socket out as one that was lost; return the timer, if one was started."""
    timers = []

    def linger(*args):
        timers.append(Timer(*args))
        return timers[-1]

    del room.memberships[socket]
    room.go_out(socket, linger)
    return timers[0] if timers else None


def leave(room, socket):
    del room.memberships[socket]
    room.go_out(socket)


def told(kind, number):
    return [
        {
            "type": kind,
            "msg_type": {"enter": 4, "exit": 5}[kind],
            "room": 1,
            "user": number,
            "username": f"person{number}",
        }
    ]


def test_the_others_hear_who_comes_and_goes(room):
    first, second = enter(room, 1), enter(room, 2)
    assert first.take() == told("enter", 2)
    assert second.take() == []
    assert room.members() == ["person1", "person2"]
    leave(room, second)
    assert first.take() == told("exit", 2)
    assert second.take() == []
    assert room.members() == ["person1"]


def test_a_persons_further_sockets_are_silent(room):
    first, second = enter(room, 1), enter(room, 2)
    first.take()
    third = enter(room, 2)
    leave(room, second)
    assert first.take() == second.take() == third.take() == []
    assert room.members() == ["person1", "person2"]
    leave(room, third)
    assert first.take() == told("exit", 2)


def test_who_comes_in_does_not_hear_of_it_on_another_socket(room):
    first = enter(room, 1)
    enter(room, 1)
    assert first.take() == []


def test_who_is_still_on_the_way_in_hears_of_nobody(room):
    """The page that they wait for says who is there."""
    joiner = FakeSocket(somebody(2))
    room.memberships[joiner] = Membership()
    leave(room, enter(room, 1))
    assert joiner.take() == []


def test_who_goes_before_being_in_was_never_there(room):
    first = enter(room, 1)
    joiner = FakeSocket(somebody(2))
    room.memberships[joiner] = Membership()
    leave(room, joiner)
    assert first.take() == []


def test_the_second_socket_of_a_person_that_goes_before_being_in_takes_nobody_out(room):
    first, second = enter(room, 1), enter(room, 2)
    first.take()
    joiner = FakeSocket(second.person)
    room.memberships[joiner] = Membership()
    leave(room, joiner)
    assert first.take() == []
    assert room.members() == ["person1", "person2"]


def test_a_lost_person_is_present_until_the_time_is_up(room):
    first, second = enter(room, 1), enter(room, 2)
    first.take()
    timer = lose(room, second)
    assert first.take() == []
    assert room.members() == ["person1", "person2"]
    timer.end()
    assert first.take() == told("exit", 2)
    assert room.members() == ["person1"]


def test_who_comes_back_in_time_was_never_gone(room):
    first, second = enter(room, 1), enter(room, 2)
    first.take()
    timer = lose(room, second)
    again = enter(room, 2)
    assert timer.cancelled
    assert first.take() == []
    leave(room, again)
    assert first.take() == told("exit", 2)


def test_a_lost_socket_of_somebody_with_another_starts_no_timer(room):
    one, _other = enter(room, 1), enter(room, 1)
    assert lose(room, one) is None
    assert room.members() == ["person1"]


def test_a_room_is_empty_when_the_last_timer_is_up(room):
    timer = lose(room, enter(room, 1))
    assert not room.empty
    timer.end()
    assert room.empty


def test_a_crowd_is_not_told_who_comes_and_goes(room, monkeypatch):
    monkeypatch.setattr(frames, "MEMBERS_NAMED", 3)
    first, second = enter(room, 1), enter(room, 2)
    third = enter(room, 3)
    assert first.take() == told("enter", 2) + told("enter", 3)
    fourth = enter(room, 4)
    assert first.take() == []
    leave(room, fourth)
    assert first.take() == []
    leave(room, third)
    assert first.take() == told("exit", 3)
    leave(room, second)
    assert first.take() == told("exit", 2)


def test_who_joins_once_more_hears_who_comes_and_goes_meanwhile(room):
    """Should the second join fail, nobody would tell it later."""
    first = enter(room, 1)
    room.memberships[first].held = []
    second = enter(room, 2)
    leave(room, second)
    assert first.take() == [told("enter", 2)[0], told("exit", 2)[0]]
