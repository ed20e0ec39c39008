"""Delivery in a room, without a database and without a loop."""

import pytest

from chat.hub.room import EARLY, Membership

from .fakes import FakeSocket, change, local_room, somebody


@pytest.fixture
def room():
    """A room that somebody entered at version 4."""
    return local_room(seen=4)


def enter(room, version=None, number=1):
    """Bring a socket in whose page is at the version; None leaves it on its way in."""
    socket = FakeSocket(somebody(number))
    membership = socket.memberships[room.id] = room.memberships[socket] = Membership()
    if version is not None:
        room.release(socket, membership, version)
    return socket


def hear(room, *changes):
    room.hear(changes, rights=0)


@pytest.fixture
def socket(room):
    return enter(room, 4)


def test_every_socket_gets_every_message_in_order(room, socket):
    other = enter(room, 4)
    hear(room, change(5), change(6))
    hear(room, change(7))
    assert not room.gap
    for each in (socket, other):
        assert each.heard() == [("message", 500, 5), ("message", 600, 6), ("message", 700, 7)]
    assert room.seen == 7


def test_a_frame_is_encoded_once_for_all(room, socket):
    others = [enter(room, 4) for _ in range(3)]
    put = []
    for each in (socket, *others):
        each.put_ready = put.append
    hear(room, change(5))
    assert len(put) == 4
    assert len({id(frame) for frame in put}) == 1


def test_a_repeated_change_is_delivered_once(room, socket):
    for version in (5, 5, 6, 5, 6):
        hear(room, change(version))
        assert not room.gap
    assert socket.heard() == [("message", 500, 5), ("message", 600, 6)]
    assert room.early == {}


def test_changes_from_before_the_first_page_are_not_delivered(room, socket):
    hear(room, change(3), change(4))
    assert not room.gap
    assert socket.heard() == []


def test_a_change_waits_for_the_one_before_it(room, socket):
    hear(room, change(7))
    hear(room, change(6))
    assert room.gap
    assert socket.heard() == []
    hear(room, change(5))
    assert not room.gap
    assert [version for _, _, version in socket.heard()] == [5, 6, 7]


def test_a_gap_that_is_half_closed_is_still_one(room, socket):
    hear(room, change(8))
    hear(room, change(5))
    assert room.gap
    assert [version for _, _, version in socket.heard()] == [5]


def test_a_flood_of_early_changes_does_not_grow_for_ever(room, socket):
    for version in range(6, EARLY + 100):
        hear(room, change(version))
    assert len(room.early) == EARLY
    hear(room, change(5))
    assert room.gap  # no place for it: the feed has it
    room.fill([change(version) for version in range(5, EARLY + 100)], EARLY + 99)
    assert [version for _, _, version in socket.heard()] == list(range(5, EARLY + 100))
    room.catch_up(rights=0)
    assert room.early == {}


def test_what_comes_before_anybody_is_in_waits_for_the_first_page():
    room = local_room()
    socket = enter(room)
    hear(room, change(4), change(5), change(6))
    assert not room.gap
    room.start(4, rights=0)
    assert not room.gap
    room.release(socket, room.memberships[socket], 4)
    assert [version for _, _, version in socket.heard()] == [5, 6]


def test_a_gap_after_the_first_page_is_found_at_once():
    room = local_room()
    hear(room, change(6))
    assert not room.gap
    room.start(4, rights=0)
    assert room.gap


# --- new, or changed ----------------------------------------------------------------------------


def test_a_change_of_what_one_has_is_an_update(room, socket):
    hear(room, change(5))
    hear(room, change(6, message=500, first=5))
    hear(room, change(7, message=300, first=3))  # from before: on the page, or older than it
    assert socket.heard() == [("message", 500, 5), ("update", 500, 6), ("update", 300, 7)]


def test_a_message_that_was_changed_before_it_was_delivered_is_new(room, socket):
    """The feed has a message once, at its latest version."""
    room.fill([change(6), change(7, message=500, first=5)], 7)
    assert socket.heard() == [("message", 600, 6), ("message", 500, 7)]
    assert room.seen == 7


def test_the_original_of_what_was_overtaken_is_not_delivered_after_it(room, socket):
    hear(room, change(7, message=500, first=5))
    room.fill([change(6), change(7, message=500, first=5)], 7)
    hear(room, change(5))
    room.catch_up(rights=0)
    assert not room.gap
    assert socket.heard() == [("message", 600, 6), ("message", 500, 7)]


def test_a_message_that_came_while_the_feed_was_read_is_not_new_twice(room, socket):
    """The feed was read at version 4; the events came in between."""
    read = [change(6), change(7, message=500, first=5)]
    hear(room, change(5))
    hear(room, change(6))
    room.fill(read, 7)
    assert socket.heard() == [("message", 500, 5), ("message", 600, 6), ("update", 500, 7)]


def test_a_feed_that_was_read_too_early_changes_nothing(room, socket):
    for version in (5, 6):
        hear(room, change(version))
    room.fill([change(5)], 5)
    assert room.seen == 6
    assert [version for _, _, version in socket.heard()] == [5, 6]


def test_a_feed_goes_on_after_what_was_heard(room, socket):
    hear(room, change(9))
    room.fill([change(version) for version in (5, 6, 7)], 7)
    room.catch_up(rights=0)
    assert room.gap
    hear(room, change(8))
    assert [version for _, _, version in socket.heard()] == [5, 6, 7, 8, 9]


def test_versions_that_the_feed_has_no_message_of_are_skipped(room, socket):
    room.fill([], 6)
    hear(room, change(7))
    assert [version for _, _, version in socket.heard()] == [7]


# --- coming in ----------------------------------------------------------------------------------


def test_what_comes_while_a_page_is_read_follows_it(room, socket):
    joiner = enter(room)
    hear(room, change(5))
    hear(room, change(6))
    assert [version for _, _, version in socket.heard()] == [5, 6]
    assert joiner.heard() == []
    room.release(joiner, room.memberships[joiner], 5)
    assert joiner.heard() == [("message", 600, 6)]
    hear(room, change(7))
    assert joiner.heard() == [("message", 700, 7)]


def test_who_is_ahead_of_the_room_gets_nothing_twice(room, socket):
    joiner = enter(room, 6)
    for version in (5, 6, 7):
        hear(room, change(version))
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
    hear(room, change(5))
    socket.take()
    membership.held = []
    hear(room, change(6))
    hear(room, change(7))
    assert socket.heard() == []
    room.release(socket, membership, 6)
    assert socket.heard() == [("message", 700, 7)]


def test_who_is_out_hears_nothing(room, socket):
    del room.memberships[socket]
    hear(room, change(5))
    assert socket.heard() == []


# --- rights -------------------------------------------------------------------------------------


def test_what_was_stored_under_later_rights_waits_until_they_are_in_force(room, socket):
    room.hear([change(5), change(6, rights=2), change(7)], rights=1)
    assert [version for _, _, version in socket.heard()] == [5]
    assert not room.gap  # nothing is missing: the feed need not be asked
    room.catch_up(rights=1)
    assert socket.heard() == []
    room.catch_up(rights=2)
    assert [version for _, _, version in socket.heard()] == [6, 7]


def test_what_waited_for_rights_is_not_for_who_is_put_out_meanwhile(room, socket):
    gone = enter(room, 4)
    room.hear([change(5, rights=2)], rights=1)
    del room.memberships[gone]
    room.catch_up(rights=2)
    assert (socket.heard(), gone.heard()) == ([("message", 500, 5)], [])


# --- who else is here ---------------------------------------------------------------------------


def come_in(room, number):
    socket = enter(room, 4, number)
    room.memberships[socket].inside = True
    return socket


PONG = {"type": "pong"}


def test_the_others_are_told_on_all_their_sockets(room):
    first, second, other = come_in(room, 1), come_in(room, 1), come_in(room, 2)
    room.tell_others(2, '{"type":"pong"}')
    assert (first.take(), second.take(), other.take()) == ([PONG], [PONG], [])


def test_who_is_still_on_the_way_in_is_told_of_nobody(room):
    """The page that they wait for says who is there."""
    on_the_way, inside = enter(room), come_in(room, 1)
    room.tell_others(2, '{"type":"pong"}')
    assert (on_the_way.take(), inside.take()) == ([], [PONG])


def test_who_joins_once_more_is_told_of_the_others_meanwhile(room):
    """Should the second join fail, nobody would tell it later."""
    socket = come_in(room, 1)
    room.memberships[socket].held = []
    room.tell_others(2, '{"type":"pong"}')
    assert socket.take() == [PONG]
