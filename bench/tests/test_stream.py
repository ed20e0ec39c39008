"""The checker notices what it is for: a message twice, not at all, or out of order."""

import json
from collections import deque

import pytest

from bench.stream import Receiver, Stream, WrongDelivery

from .frames import PERSONAL, PONG_PAYLOAD, message, server_frame


@pytest.fixture
def stream():
    return Stream()


@pytest.fixture
def asides():
    return []


@pytest.fixture
def receiver(stream, asides):
    return Receiver(stream, lambda opcode, payload: asides.append(payload))


@pytest.fixture
def other(stream, asides):
    return Receiver(stream, lambda opcode, payload: asides.append(payload))


FIRST, SECOND, THIRD = message(0, 0), message(0, 1), message(0, 2)
FROM_ANOTHER = message(1, 0)


def test_all_get_the_same(receiver, other):
    receiver.receive(FIRST + FROM_ANOTHER + SECOND)
    other.receive(FIRST)
    other.receive(FROM_ANOTHER + SECOND)
    assert (receiver.received, other.received) == (3, 3)


@pytest.mark.parametrize("cut", range(1, len(FIRST + SECOND)))
def test_chunks_may_end_anywhere(stream, receiver, other, cut):
    receiver.receive(FIRST + SECOND)
    data = FIRST + SECOND
    other.receive(data[:cut])
    other.receive(data[cut:])
    assert other.received == 2


def test_whoever_is_ahead_is_what_the_others_are_held_against(receiver, other):
    receiver.receive(FIRST)
    other.receive(FIRST + SECOND)
    with pytest.raises(WrongDelivery):
        receiver.receive(THIRD)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param([FIRST, FIRST, SECOND, THIRD], id="twice"),
        pytest.param([FIRST, THIRD], id="missing"),
        pytest.param([SECOND, THIRD], id="the first is missing"),
        pytest.param([FIRST, THIRD, SECOND], id="out of order"),
        pytest.param([FIRST, SECOND, THIRD, FIRST], id="again at the end"),
        pytest.param([FIRST, message(1, 1), SECOND], id="missing of another sender"),
    ],
)
@pytest.mark.parametrize("in_one_chunk", [True, False])
@pytest.mark.parametrize("behind", [True, False], ids=["behind another", "first to read"])
def test_a_wrong_delivery_is_noticed(receiver, other, wrong, in_one_chunk, behind):
    if behind:
        other.receive(FIRST + SECOND + THIRD)
    chunks = [b"".join(wrong)] if in_one_chunk else wrong
    with pytest.raises(WrongDelivery):
        deque(map(receiver.receive, chunks))


def test_two_receivers_with_different_orders_are_noticed(receiver, other):
    receiver.receive(FIRST + FROM_ANOTHER)
    with pytest.raises(WrongDelivery):
        other.receive(FROM_ANOTHER + FIRST)


def test_a_message_with_another_text_is_noticed(receiver, other):
    receiver.receive(FIRST)
    with pytest.raises(WrongDelivery):
        other.receive(message(0, 0, text="something else"))


def test_a_lost_tail_is_seen_in_the_count(receiver, other):
    receiver.receive(FIRST + SECOND)
    other.receive(FIRST)
    assert other.received == 1


@pytest.mark.parametrize("cut", range(len(FIRST + PERSONAL + SECOND)))
def test_personal_frames_between_are_put_aside(receiver, other, asides, cut):
    receiver.receive(FIRST + SECOND)
    data = FIRST + PERSONAL + SECOND
    for chunk in filter(None, (data[:cut], data[cut:])):
        other.receive(chunk)
    assert other.received == 2
    assert [json.loads(payload) for payload in asides] == [{"type": "pong"}]


def test_after_a_personal_frame_it_goes_on_comparing(receiver, other):
    receiver.receive(FIRST + SECOND + THIRD)
    other.receive(FIRST + PERSONAL + SECOND)
    assert other.rest == b""
    with pytest.raises(WrongDelivery):
        other.receive(FIRST)


def test_pings_are_put_aside_too(receiver, asides):
    receiver.receive(server_frame(PONG_PAYLOAD, opcode=9) + FIRST)
    assert asides == [PONG_PAYLOAD]
    assert receiver.received == 1


def test_a_sender_hears_of_every_message(stream, receiver):
    heard = []
    sender = Receiver(stream, None, lambda *mark: heard.append(mark))
    receiver.receive(FIRST + FROM_ANOTHER)
    sender.receive(FIRST + FROM_ANOTHER + SECOND)
    assert heard == [(0, 0), (1, 0), (0, 1)]


def test_who_comes_later_gets_what_comes_later(stream, receiver):
    receiver.receive(FIRST)
    late = Receiver(stream, None)
    late.receive(SECOND)
    assert late.received == 2
