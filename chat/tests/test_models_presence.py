"""What processes write of who is present."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.factories import RoomFactory
from chat.models import Presence, Process

from .threads import at_once

pytestmark = pytest.mark.django_db

A, B = "a" * 32, "b" * 32


@pytest.fixture
def two():
    """Two processes at version 1."""
    Process.objects.register(A, 1)
    Process.objects.register(B, 1)


def rows(name):
    found = Presence.objects.filter(process=name).values_list("room_id", "user_id")
    return sorted(found)


def test_who_comes_and_goes_is_noted(two):
    assert Process.objects.write(A, 2, [(1, 7), (1, 8), (2, 7)], []) == []
    assert Process.objects.write(A, 3, [(3, 9)], [(1, 7), (2, 7)]) == []
    assert rows(A) == [(1, 8), (3, 9)]
    assert rows(B) == []
    assert Process.objects.signs() == {A: (0, 3), B: (0, 1)}


def test_the_same_once_more_is_no_error(two):
    Process.objects.write(A, 2, [(1, 7)], [(1, 8)])
    Process.objects.write(A, 3, [(1, 7)], [(1, 8)])
    assert rows(A) == [(1, 7)]


def test_who_goes_and_is_in_another_process_is_named(two, anna, berta):
    Process.objects.write(A, 2, [(1, anna.pk), (1, berta.pk), (2, anna.pk)], [])
    Process.objects.write(B, 2, [(1, anna.pk), (2, berta.pk)], [])
    gone = [(1, anna.pk), (1, berta.pk), (2, anna.pk)]
    assert Process.objects.write(A, 3, [], gone) == [(B, 2, 1, anna.pk, "anna")]
    assert (rows(A), rows(B)) == ([], [(1, anna.pk), (2, berta.pk)])


def test_what_comes_late_undoes_nothing(two):
    Process.objects.write(A, 5, [(1, 7)], [])
    assert Process.objects.write(A, 4, [(1, 8)], [(1, 7)]) is None
    assert Process.objects.write(A, 5, [(1, 8)], [(1, 7)]) is None
    assert rows(A) == [(1, 7)]
    assert Process.objects.signs()[A] == (0, 5)


def test_a_process_without_a_row_writes_nothing():
    assert Process.objects.write(A, 2, [(1, 7)], []) is None
    assert rows(A) == []
    assert not Process.objects.beat(A)


def test_a_beat_is_a_sign_of_life(two):
    assert Process.objects.beat(A)
    assert Process.objects.signs() == {A: (1, 1), B: (0, 1)}


def test_to_register_again_changes_nothing(two):
    Process.objects.write(A, 2, [(1, 7)], [])
    Process.objects.register(A, 9)
    assert rows(A) == [(1, 7)]
    assert Process.objects.signs()[A] == (0, 2)


def test_people_are_read_with_their_names_and_the_version(two, anna, berta):
    Process.objects.write(A, 2, [(1, anna.pk), (2, berta.pk)], [])
    found = Process.objects.people([A, B, "c"])
    assert found.keys() == {A, B}
    assert found[B] == (1, [])
    version, people = found[A]
    assert (version, sorted(people)) == (2, [(1, anna.pk, "anna"), (2, berta.pk, "berta")])


def test_who_is_deleted_is_present_nowhere(two, anna):
    Process.objects.write(A, 2, [(1, anna.pk)], [])
    Process.objects.write(B, 2, [(1, anna.pk)], [])
    pair = (1, anna.pk)
    anna.delete()
    assert Process.objects.people([A]) == {A: (2, [])}
    assert Process.objects.write(B, 3, [], [pair]) == []


def test_a_room_that_people_are_in_can_be_deleted(two, anna):
    room = RoomFactory()
    Process.objects.write(A, 2, [(room.pk, anna.pk)], [])
    room.delete()
    assert rows(A)


def test_a_process_goes_with_its_people(two):
    Process.objects.write(A, 2, [(1, 7)], [])
    Process.objects.write(B, 2, [(1, 7)], [])
    Process.objects.remove(A)
    assert (rows(A), rows(B)) == ([], [(1, 7)])
    assert Process.objects.signs().keys() == {B}
    Process.objects.remove(A)  # once more


@pytest.mark.parametrize("sign_of_life", [Process.objects.beat, None])
def test_a_process_that_lives_after_all_is_not_removed(two, sign_of_life):
    if sign_of_life:
        sign_of_life(A)
    else:
        Process.objects.write(A, 2, [], [])
    Process.objects.remove(A, (0, 1))
    assert A in Process.objects.signs()
    Process.objects.remove(A, Process.objects.signs()[A])
    assert A not in Process.objects.signs()


def test_a_thousand_people_cost_few_statements(two):
    pairs = [(room, user) for user in range(500) for room in (1, 2)]
    with CaptureQueriesContext(connection) as queries:
        Process.objects.write(A, 2, pairs, [])
        Process.objects.write(A, 3, [], pairs)
    assert rows(A) == []
    assert len(queries) < 20


@pytest.mark.django_db(transaction=True)
def test_a_process_that_writes_while_it_is_removed_is_there_whole_or_not_at_all():
    for _ in range(20):
        Process.objects.register(A, 1)
        written, _ = at_once(
            lambda call: call(),
            lambda: Process.objects.write(A, 2, [(1, 7)], []),
            lambda: Process.objects.remove(A, (0, 1)),
        )
        there = A in Process.objects.signs()
        assert there == (written is not None) == (rows(A) == [(1, 7)])
        assert there or rows(A) == []
        Process.objects.remove(A)
