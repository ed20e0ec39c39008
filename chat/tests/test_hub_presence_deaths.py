"""Processes that die, freeze or stop, and what becomes of their people."""

import pytest

from chat.exceptions import ClientError
from chat.hub import presence as presence_module
from chat.models import Process

from .presence import live, look, settle
from .threads import in_thread

pytestmark = pytest.mark.django_db(transaction=True)


async def test_the_people_of_a_killed_process_are_gone_in_time(sides, clock, anna, berta):
    a, b, c = sides
    a.come(anna)
    b.come(berta)
    await live(clock, 9, *sides)
    await live(clock, 18, b, c)
    assert b.members() == c.members() == ["anna", "berta"]
    await live(clock, 12, b, c)
    assert b.members() == c.members() == ["berta"]
    assert b.take()[-1] == c.take()[-1] == ("exit", 1, "anna")
    assert (await in_thread(Process.objects.signs)).keys() == {b.presence.name}


async def test_who_comes_back_after_a_kill_neither_leaves_nor_enters(sides, clock, anna, berta):
    a, b, c = sides
    a.come(anna)
    a.come(berta)
    await live(clock, 9, *sides)
    b.take(), c.take()
    b.come(anna)
    await live(clock, 60, b, c)
    assert b.take() == c.take() == [("exit", 1, "berta")]
    assert b.members() == c.members() == ["anna"]


async def test_one_that_starts_sees_who_was_killed_for_as_long(sides, clock, anna):
    a, b, _ = sides
    a.come(anna)
    await a.write()
    await live(clock, 3, b)
    assert b.members() == ["anna"]
    await live(clock, 27, b)
    assert b.members() == []


async def test_who_is_dead_is_forgotten_also_when_that_cannot_be_written(
    sides, clock, anna, monkeypatch
):
    a, b, _ = sides
    a.come(anna)
    await live(clock, 3, a, b)

    def fail(*args):
        raise ClientError("UNAVAILABLE")

    with monkeypatch.context() as patch:
        patch.setattr(type(Process.objects), "remove", fail)
        for _ in range(20):
            clock.now += 3
            await presence_module._attempt(b.presence.look)
        assert b.members() == []
        assert b.take() == [("enter", 1, "anna"), ("exit", 1, "anna")]
        await a.write()  # it was only frozen, and finds everything as it was
        await look(b)
        assert b.members() == ["anna"]
    await live(clock, 30, b)
    assert await in_thread(Process.objects.signs) == {}


async def test_one_that_was_frozen_comes_back_with_its_people(sides, clock, anna, berta):
    a, b, c = sides
    a.come(anna)
    b.come(berta)
    await live(clock, 9, *sides)
    await live(clock, 60, b, c)
    a.take(), b.take()
    await live(clock, 9, *sides)
    assert b.take() == [("enter", 1, "anna")]
    assert a.take() == []
    assert [side.members() for side in sides] == [["anna", "berta"]] * 3


async def test_all_frozen_at_once_take_nobody_for_dead(sides, clock, anna, berta):
    """The machine slept, or the database was away: each sees the others' signs of before."""
    a, b, _ = sides
    a.come(anna)
    b.come(berta)
    await live(clock, 9, *sides)
    clock.now += 3600
    await look(*sides)
    await live(clock, 9, *sides)
    assert [side.members() for side in sides] == [["anna", "berta"]] * 3
    assert "exit" not in [kind for side in sides for kind, *_ in side.take()]


async def test_while_nobody_can_write_nobody_is_taken_for_dead(sides, clock, anna):
    """The disk is full: it is not the others' fault that they are silent."""
    a, b, _ = sides
    a.come(anna)
    await live(clock, 9, *sides)
    b.presence._writing_works = False
    for _ in range(40):
        clock.now += 3
        await look(b)
    assert b.members() == ["anna"]


async def test_who_stops_for_a_restart_is_missed_by_nobody_who_comes_back(sides, clock, anna):
    a, b, c = sides
    await settle(anna, sides)
    await a.presence.stop(leave=False)
    await live(clock, 6, b, c)
    b.come(anna)
    await live(clock, 60, b, c)
    assert b.take() == c.take() == []
    assert b.members() == c.members() == ["anna"]


async def test_who_stops_for_good_is_gone_with_the_next_look(sides, anna):
    a, b, _ = sides
    await settle(anna, sides)
    await a.presence.stop(leave=True)
    await look(b)
    assert (b.members(), b.take()) == ([], [("exit", 1, "anna")])
