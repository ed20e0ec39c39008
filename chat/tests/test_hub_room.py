"""Delivery in a room, without a database and without a loop."""

import pytest

from chat.hub.room import EARLY, LocalRoom, Membership

from .fakes import FakeSocket, change, somebody


@pytest.fixture
def room():
    """A room that somebody entered at version 4."""
    room = LocalRoom(1)
    room.start(4)
    return room


def enter(room, version=None, number=1):
    """Bring a socket in whose page is at the version; None leaves it on its way in."""
    socket = FakeSocket(somebody(number))
    membership = socket.memberships[room.id] = room.memberships[socket] = Membership()
    if version is not None:
        room.release(socket, membership, version)
    return socket


@pytest.fixture
def socket(room):
    return enter(room, 4)


def test_every_socket_gets_every_message_in_order(room, socket):
    other = enter(room, 4)
    assert [room.hear(change(version)) for version in (5, 6, 7)] == [False] * 3
    for each in (socket, other):
        assert each.heard() == [("message", 500, 5), ("message", 600, 6), ("message", 700, 7)]
    assert room.seen == 7


def test_a_frame_is_encoded_once_for_all(room, socket):
    others = [enter(room, 4) for _ in range(3)]
    put = []
    for each in (socket, *others):
        each.put = put.append
    room.hear(change(5))
    assert len(put) == 4
    assert len({id(frame) for frame in put}) == 1


def test_a_repeated_change_is_delivered_once(room, socket):
    for version in (5, 5, 6, 5, 6):
        assert room.hear(change(version)) is False
    assert socket.heard() == [("message", 500, 5), ("message", 600, 6)]
    assert room.early == {}


def test_changes_from_before_the_first_page_are_not_delivered(room, socket):
    assert room.hear(change(3)) is False
    assert room.hear(change(4)) is False
    assert socket.heard() == []


def test_a_change_waits_for_the_one_before_it(room, socket):
    assert room.hear(change(7)) is True
    assert room.hear(change(6)) is True
    assert socket.heard() == []
    assert room.hear(change(5)) is False
    assert [version for _, _, version in socket.heard()] == [5, 6, 7]


def test_a_gap_that_is_half_closed_is_still_one(room, socket):
    room.hear(change(8))
    assert room.hear(change(5)) is True
    assert [version for _, _, version in socket.heard()] == [5]


def test_a_flood_of_early_changes_does_not_grow_for_ever(room, socket):
    for version in range(6, EARLY + 100):
        room.hear(change(version))
    assert len(room.early) == EARLY
    assert room.hear(change(5)) is True  # no place for it: the feed has it
    room.fill([change(version) for version in range(5, EARLY + 100)], EARLY + 99)
    assert [version for _, _, version in socket.heard()] == list(range(5, EARLY + 100))
    assert room.catch_up() is False
    assert room.early == {}


def test_what_comes_before_anybody_is_in_waits_for_the_first_page():
    room = LocalRoom(1)
    socket = enter(room)
    assert [room.hear(change(version)) for version in (4, 5, 6)] == [False] * 3
    assert room.start(4) is False
    room.release(socket, room.memberships[socket], 4)
    assert [version for _, _, version in socket.heard()] == [5, 6]


def test_a_gap_after_the_first_page_is_found_at_once():
    room = LocalRoom(1)
    room.hear(change(6))
    assert room.start(4) is True


# --- new, or changed ----------------------------------------------------------------------------


def test_a_change_of_what_one_has_is_an_update(room, socket):
    room.hear(change(5))
    room.hear(change(6, message=500, first=5))
    room.hear(change(7, message=300, first=3))  # from before: on the page, or older than it
    assert socket.heard() == [("message", 500, 5), ("update", 500, 6), ("update", 300, 7)]


def test_a_message_that_was_changed_before_it_was_delivered_is_new(room, socket):
    """The feed has a message once, at its latest version."""
    room.fill([change(6), change(7, message=500, first=5)], 7)
    assert socket.heard() == [("message", 600, 6), ("message", 500, 7)]
    assert room.seen == 7


def test_the_original_of_what_was_overtaken_is_not_delivered_after_it(room, socket):
    room.hear(change(7, message=500, first=5))
    room.fill([change(6), change(7, message=500, first=5)], 7)
    assert room.hear(change(5)) is False
    assert room.catch_up() is False
    assert socket.heard() == [("message", 600, 6), ("message", 500, 7)]


def test_a_message_that_came_while_the_feed_was_read_is_not_new_twice(room, socket):
    """The feed was read at version 4; the events came in between."""
    read = [change(6), change(7, message=500, first=5)]
    room.hear(change(5))
    room.hear(change(6))
    room.fill(read, 7)
    assert socket.heard() == [("message", 500, 5), ("message", 600, 6), ("update", 500, 7)]


def test_a_feed_that_was_read_too_early_changes_nothing(room, socket):
    for version in (5, 6):
        room.hear(change(version))
    room.fill([change(5)], 5)
    assert room.seen == 6
    assert [version for _, _, version in socket.heard()] == [5, 6]


def test_a_feed_goes_on_after_what_was_heard(room, socket):
    room.hear(change(9))
    room.fill([change(version) for version in (5, 6, 7)], 7)
    assert room.catch_up() is True
    room.hear(change(8))
    assert [version for _, _, version in socket.heard()] == [5, 6, 7, 8, 9]


def test_versions_that_the_feed_has_no_message_of_are_skipped(room, socket):
    room.fill([], 6)
    room.hear(change(7))
    assert [version for _, _, version in socket.heard()] == [7]


# --- coming in ----------------------------------------------------------------------------------


def test_what_comes_while_a_page_is_read_follows_it(room, socket):
    joiner = enter(room)
    room.hear(change(5))
    room.hear(change(6))
    assert [version for _, _, version in socket.heard()] == [5, 6]
    assert joiner.heard() == []
    room.release(joiner, room.memberships[joiner], 5)
    assert joiner.heard() == [("message", 600, 6)]
    room.hear(change(7))
    assert joiner.heard() == [("message", 700, 7)]


def test_who_is_ahead_of_the_room_gets_nothing_twice(room, socket):
    joiner = enter(room, 6)
    for version in (5, 6, 7):
        room.hear(change(version))
    assert [version for _, _, version in joiner.heard()] == [7]
    assert [version for _, _, version in socket.heard()] == [5, 6, 7]


def test_what_is_on_the_page_of_who_is_ahead_is_changed_not_new(room, socket):
    joiner = enter(room, 6)
    room.fill([change(7, message=500, first=5), change(8)], 8)
    assert joiner.heard() == [("update", 500, 7), ("message", 800, 8)]
    assert socket.heard() == [("message", 500, 7), ("message", 800, 8)]


def test_what_was_held_is_changed_not_new_when_the_page_has_it(room, socket):
    joiner = enter(room)
    room.fill([change(6), change(7, message=500, first=5)], 7)
    room.release(joiner, room.memberships[joiner], 5)
    assert joiner.heard() == [("message", 600, 6), ("update", 500, 7)]


def test_what_was_held_and_overtaken_is_new_when_the_page_has_it_not(room, socket):
    joiner = enter(room)
    room.fill([change(6), change(7, message=500, first=5)], 7)
    room.release(joiner, room.memberships[joiner], 4)
    assert joiner.heard() == [("message", 600, 6), ("message", 500, 7)]


def test_who_joins_again_gets_what_came_meanwhile_after_the_new_page(room, socket):
    membership = room.memberships[socket]
    room.hear(change(5))
    socket.take()
    membership.held = []
    room.hear(change(6))
    room.hear(change(7))
    assert socket.heard() == []
    room.release(socket, membership, 6)
    assert socket.heard() == [("message", 700, 7)]


def test_who_is_out_hears_nothing(room, socket):
    del room.memberships[socket]
    room.hear(change(5))
    assert socket.heard() == []
    assert room.empty
