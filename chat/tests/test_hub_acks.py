from contextlib import ExitStack

import pytest

from chat.exceptions import ClientError
from chat.hub.acks import Acks

from .fakes import FakeSocket, change, somebody


@pytest.fixture
def acks():
    return Acks()


@pytest.fixture
def socket():
    return FakeSocket(somebody(1))


def ack(id, version, ref="r", room=1):
    return {"type": "ack", "ref": ref, "room": room, "id": id, "version": version}


def test_the_action_confirms_when_it_comes_first(acks, socket):
    with acks.awaited(socket, 1, "r", "d") as confirm:
        confirm(500, 5)
        assert socket.take() == [ack(500, 5)]
        acks.confirm(change(5, key="r"))
    assert socket.take() == []


def test_the_change_confirms_when_it_comes_first(acks, socket):
    with acks.awaited(socket, 1, "r", "d") as confirm:
        acks.confirm(change(5, key="r"))
        assert socket.take() == [ack(500, 5)]
        confirm(500, 5)
    assert socket.take() == []


def test_a_change_confirms_with_the_version_that_the_message_was_sent_at(acks, socket):
    with acks.awaited(socket, 1, "r", "d"):
        acks.confirm(change(9, message=500, first=5, key="r"))
    assert socket.take() == [ack(500, 5)]


@pytest.mark.parametrize(
    "other",
    [
        {"key": "s"},
        {"key": None},
        {"key": "r", "room": 2},
        {"key": "r", "user": 2},
        {"key": "r", "digest": "of another text"},
    ],
)
def test_a_change_of_something_else_confirms_nothing(acks, socket, other):
    with acks.awaited(socket, 1, "r", "d"):
        acks.confirm(change(5, **other))
        assert socket.take() == []


def test_without_a_ref_there_is_no_ack(acks, socket):
    with acks.awaited(socket, 1, None, "d") as confirm:
        acks.confirm(change(5))
        confirm(500, 5)
    assert socket.take() == []


def test_every_socket_that_waits_for_the_same_send_gets_its_ack_once(acks, socket):
    other = FakeSocket(socket.person)
    with acks.awaited(socket, 1, "r", "d") as first, acks.awaited(other, 1, "r", "d") as second:
        acks.confirm(change(5, key="r"))
        first(500, 5)
        second(500, 5)
    assert socket.take() == other.take() == [ack(500, 5)]


def test_each_of_two_that_wait_is_confirmed_for_itself(acks, socket):
    other = FakeSocket(socket.person)
    with acks.awaited(socket, 1, "r", "d") as first, acks.awaited(other, 1, "r", "d") as second:
        first(500, 5)
        assert other.take() == []
        second(500, 5)
    assert socket.take() == other.take() == [ack(500, 5)]


def test_a_send_that_failed_is_not_confirmed_later(acks, socket):
    with pytest.raises(ZeroDivisionError), acks.awaited(socket, 1, "r", "d"):
        raise ZeroDivisionError
    acks.confirm(change(5, key="r"))
    assert socket.take() == []


def test_nothing_is_kept_of_what_is_over(acks, socket):
    for ref in ("r", None):
        with acks.awaited(socket, 1, ref, "d") as confirm:
            confirm(500, 5)
        with acks.awaited(socket, 1, ref, "d"):
            pass
    assert not acks._awaited


def test_what_was_acked_is_not_refused_after_it(acks, socket):
    with acks.awaited(socket, 1, "r", "d"):
        acks.confirm(change(5, key="r"))
        raise ClientError("UNAVAILABLE")
    assert socket.take() == [ack(500, 5)]
    with pytest.raises(ClientError), acks.awaited(socket, 1, "s", "d"):
        raise ClientError("UNAVAILABLE")


def test_who_comes_after_one_send_is_over_waits_beside_who_is_late_to_end_it(acks, socket):
    """Three sockets send the same: the first two are confirmed, one of them is over when the third
    comes, and the other then."""
    late, third = FakeSocket(socket.person), FakeSocket(socket.person)
    with ExitStack() as stack:
        with acks.awaited(late, 1, "r", "d"):
            with acks.awaited(socket, 1, "r", "d"):
                acks.confirm(change(5, key="r"))
            stack.enter_context(acks.awaited(third, 1, "r", "d"))
        acks.confirm(change(5, key="r"))
        assert third.take() == [ack(500, 5)]
    assert not acks._awaited
