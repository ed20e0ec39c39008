import pytest

from chat.actions import Ack, Send
from chat.hub.acks import Acks

from .fakes import FakeSocket, change, somebody


@pytest.fixture
def acks():
    return Acks()


@pytest.fixture
def socket():
    return FakeSocket(somebody(1))


@pytest.fixture
def send(acks, socket):
    """What the socket sends, and waits for the ack of."""
    send = a_send()
    acks.await_for(socket, send)
    return send


def a_send(key="r", text="hi", room=1):
    return Send("s", room, text, key=key)


def its_change(send, version=5, **more):
    return change(version, key=send.key, digest=send.digest, **more)


def ack(id, version, ref="r", room=1):
    return {"type": "ack", "ref": ref, "room": room, "id": id, "version": version}


def test_the_action_confirms_when_it_comes_first(acks, socket, send):
    assert acks.settle(socket, send, Ack(500, 5)) is True
    assert socket.take() == [ack(500, 5)]
    acks.confirm(its_change(send))
    assert socket.take() == []


def test_the_change_confirms_when_it_comes_first(acks, socket, send):
    acks.confirm(its_change(send))
    assert socket.take() == [ack(500, 5)]
    assert acks.settle(socket, send, Ack(500, 5)) is False
    assert socket.take() == []


def test_a_change_confirms_with_the_version_that_the_message_was_sent_at(acks, socket, send):
    acks.confirm(its_change(send, 9, message=500, first=5))
    assert socket.take() == [ack(500, 5)]


@pytest.mark.parametrize(
    "other",
    [
        {"key": "s"},
        {"key": None},
        {"room": 2},
        {"user": 2},
        {"digest": a_send(text="ho").digest},
    ],
)
def test_a_change_of_something_else_confirms_nothing(acks, socket, send, other):
    its = {"key": send.key, "digest": send.digest}
    acks.confirm(change(5, **{**its, **other}))
    assert socket.take() == []
    acks.confirm(change(5, **its))
    assert socket.take() == [ack(500, 5)]


def test_every_socket_that_waits_for_the_same_send_gets_its_ack_once(acks, socket, send):
    other = FakeSocket(socket.person)
    acks.await_for(other, send)
    acks.confirm(its_change(send))
    assert not acks.settle(socket, send, Ack(500, 5))
    assert not acks.settle(other, send, Ack(500, 5))
    assert socket.take() == other.take() == [ack(500, 5)]


def test_each_of_two_that_wait_is_confirmed_for_itself(acks, socket, send):
    other = FakeSocket(socket.person)
    acks.await_for(other, send)
    acks.settle(socket, send, Ack(500, 5))
    assert other.take() == []
    acks.settle(other, send, Ack(500, 5))
    assert socket.take() == other.take() == [ack(500, 5)]


def test_a_socket_that_sends_the_same_twice_gets_two_acks(acks, socket, send):
    again = a_send()
    acks.await_for(socket, again)
    acks.settle(socket, send, Ack(500, 5))
    acks.settle(socket, again, Ack(500, 5))
    assert socket.take() == [ack(500, 5)] * 2


def test_a_send_that_failed_is_not_confirmed_later(acks, socket, send):
    assert acks.settle(socket, send) is True
    acks.confirm(its_change(send))
    assert socket.take() == []


def test_what_was_acked_is_known_to_have_happened_whatever_became_of_the_send(acks, socket, send):
    """As when the database answers too late, and the sweep has found what it stored."""
    acks.confirm(its_change(send))
    assert acks.settle(socket, send) is False
    assert socket.take() == [ack(500, 5)]


def test_two_different_sends_with_one_ref_are_kept_apart(acks, socket, send):
    other = a_send(text="ho")
    acks.await_for(socket, other)
    acks.confirm(its_change(send))
    assert socket.take() == [ack(500, 5)]
    assert acks.settle(socket, other) is True


def test_nothing_is_kept_of_what_is_over(acks, socket, send):
    acks.settle(socket, send, Ack(500, 5))
    acks.settle(socket, send, Ack(500, 5))
    for _ in range(2):
        acks.await_for(socket, send)
        acks.confirm(its_change(send))
        acks.await_for(socket, send)
        acks.settle(socket, send)
    assert not acks._awaited


def test_who_comes_after_one_send_is_over_waits_beside_who_is_late_to_end_it(acks, socket, send):
    """Three sockets send the same: the first two are confirmed, one of them is over when the third
    comes, and the other then."""
    late, third = FakeSocket(socket.person), FakeSocket(socket.person)
    acks.await_for(late, send)
    acks.confirm(its_change(send))
    acks.settle(socket, send)
    acks.await_for(third, send)
    acks.settle(late, send)
    acks.confirm(its_change(send))
    assert third.take() == [ack(500, 5)]
    assert not acks._awaited
