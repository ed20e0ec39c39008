"""People who move from one process to another: they neither leave nor enter."""

import pytest

from chat.models import Process

from .presence import look, lose, settle

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("heard", ["in order", "the second first", "only the end", "nothing"])
async def test_who_moves_neither_leaves_nor_enters(sides, anna, heard):
    """The socket is lost in one process, and another comes in the second within the time."""
    a, b, c = sides
    socket = await settle(anna, sides)
    b.come(anna)
    coming = await b.write()
    if heard == "in order":
        a.hear(coming)
    await lose(a, anna, socket)
    going = await a.write()
    for side in (a, b, c):
        if heard == "in order":
            side.hear(coming + going)
        elif heard == "the second first":
            side.hear(going + coming)
        elif heard == "only the end":
            side.hear(going)
    await look(*sides)
    assert [side.take() for side in sides] == [[], [], []]
    assert [side.members() for side in sides] == [["anna"]] * 3
    await look(*sides)
    assert [side.take() for side in sides] == [[], [], []]


async def test_who_moves_on_and_on_is_there_once_and_goes_once(sides, anna):
    socket, at = await settle(anna, sides), sides[0]
    for _ in range(2):
        for side in sides[1:] + sides[:1]:
            new = side.come(anna)
            await side.write()
            await lose(at, anna, socket)
            await at.write()
            at, socket = side, new
            await look(*sides)
    assert [side.take() for side in sides] == [[], [], []]
    await lose(at, anna, socket)
    await at.write()
    await look(*sides)
    assert [side.take() for side in sides] == [[("exit", 1, "anna")]] * 3
    assert [side.presence.counts() for side in sides] == [{}, {}, {}]


async def test_who_has_moved_and_left_again_is_gone(sides, anna):
    """What one process saw of another is older than what that has announced since."""
    a, b, c = sides
    socket = await settle(anna, sides)
    second = b.come(anna)
    coming = await b.write()
    await lose(a, anna, socket)
    going = await a.write()
    b.leave(anna, second)
    end = await b.write()
    c.hear(coming + end + going)
    assert (c.members(), c.take()) == ([], [("exit", 1, "anna")])
    b.hear(going)
    assert (b.members(), b.take()) == ([], [("exit", 1, "anna")])
    a.hear(coming + end)
    assert (a.members(), a.take()) == ([], [("exit", 1, "anna")])


async def test_a_process_that_registers_during_a_look_is_not_forgotten_by_it(sides, anna, threads):
    a, b, c = sides
    socket = await settle(anna, sides)
    read = threads.read

    async def and_meanwhile(function, *args):
        found = await read(function, *args)
        if function == Process.objects.signs:
            b.come(anna)
            await b.write()
            await lose(a, anna, socket)
            c.hear(await a.write())
        return found

    threads.read = and_meanwhile
    await look(c)
    assert (c.members(), c.take()) == (["anna"], [])
