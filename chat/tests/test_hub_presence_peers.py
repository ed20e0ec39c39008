"""Several processes on one database, and what each of them takes for the truth."""

import asyncio
import random

import pytest

from accounts.factories import UserFactory
from accounts.models import User
from chat import frames
from chat.hub import presence as presence_module
from chat.models import Process

from .presence import look
from .threads import in_thread

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def unread(monkeypatch):
    """From here on nobody reads who is present: what is known was heard."""

    def unread():
        monkeypatch.setattr(type(Process.objects), "people", None)

    return unread


async def test_the_others_hear_who_comes_and_goes(sides, anna, unread):
    a, b, c = sides
    await look(*sides)
    unread()
    socket = a.come(anna)
    events = await a.write()
    for side in sides:
        side.hear(events)
        assert side.take() == [("enter", 1, "anna")]
    assert b.members() == c.members() == ["anna"]
    a.leave(anna, socket)
    events = await a.write()
    for side in sides:
        side.hear(events)
        assert side.take() == [("exit", 1, "anna")]
    assert b.presence.counts() == {}
    await look(*sides)  # nothing was missed


async def test_a_person_with_sockets_in_two_processes_goes_with_the_last(sides, anna):
    a, b, c = sides
    one, other = a.come(anna), b.come(anna)
    first, second = await a.write(), await b.write()
    c.hear(first + second)
    a.hear(second)
    b.hear(first)
    a.leave(anna, one)
    events = await a.write()
    for side in (b, c):
        side.hear(events)
    assert [side.take() for side in sides] == [[("enter", 1, "anna")]] * 3
    b.leave(anna, other)
    events = await b.write()
    for side in (a, c):
        side.hear(events)
    assert [side.take() for side in sides] == [[("exit", 1, "anna")]] * 3


async def test_events_in_another_order_and_repeated_come_to_the_same(sides, anna, berta, unread):
    a, b, _ = sides
    await look(b)
    unread()
    events = []
    socket = a.come(anna)
    events += await a.write()
    a.leave(anna, socket)
    events += await a.write()
    a.come(berta)
    events += await a.write()
    b.hear(events[1:] + events[::-1] + events)
    assert b.take() == [("enter", 1, "anna"), ("exit", 1, "anna"), ("enter", 1, "berta")]
    await look(b)


async def test_what_was_lost_is_read(sides, anna, berta):
    a, b, _ = sides
    await look(b)
    socket = a.come(anna)
    await a.write()
    await look(b)
    assert b.take() == [("enter", 1, "anna")]
    a.leave(anna, socket)
    await a.write()
    a.come(berta)
    b.hear(await a.write())
    assert b.take() == []
    await look(b)
    assert sorted(b.take()) == [("enter", 1, "berta"), ("exit", 1, "anna")]
    a.come(anna)
    b.hear(await a.write())  # and what follows is heard again
    assert b.take() == [("enter", 1, "anna")]


async def test_what_is_on_the_way_is_waited_for_and_not_read(sides, anna, unread, monkeypatch):
    a, b, _ = sides
    await look(b)
    unread()
    a.come(anna)
    events = await a.write()
    monkeypatch.setattr(presence_module, "REORDER_SECONDS", 0.3)
    looking = asyncio.create_task(b.presence.look())
    await asyncio.sleep(0.05)
    b.hear(events)
    await looking
    assert b.members() == ["anna"]


async def test_what_was_heard_during_a_look_follows_what_was_read(sides, anna, berta, threads):
    a, b, _ = sides
    a.come(anna)
    await a.write()
    read = threads.read

    async def and_meanwhile(function, *args):
        found = await read(function, *args)
        if function == Process.objects.people:
            a.come(berta)
            b.hear(await a.write())
        return found

    threads.read = and_meanwhile
    await look(b)
    assert b.members() == ["anna", "berta"]


async def test_what_is_read_late_does_not_undo_what_was_heard(sides, anna, berta, threads):
    a, b, _ = sides
    await look(b)
    first = a.come(anna)
    lost = await a.write()
    read = threads.read

    async def late(function, *args):
        found = await read(function, *args)
        if function == Process.objects.people:
            b.hear(lost)
            a.leave(anna, first)
            b.hear(await a.write())
        return found

    threads.read = late
    await look(b)
    assert b.members() == []
    assert b.take() == [("enter", 1, "anna"), ("exit", 1, "anna")]
    await look(b)
    assert b.take() == []


async def test_an_event_that_is_not_understood_is_read_instead(sides, anna):
    a, b, _ = sides
    await look(b)
    a.come(anna)
    [event] = await a.write()
    del event["in"]
    with pytest.raises(KeyError):
        b.hear([event])
    await look(b)
    assert b.members() == ["anna"]


async def test_only_so_many_events_wait_for_one_before_them(sides, anna, monkeypatch):
    monkeypatch.setattr(presence_module, "EARLY", 3)
    a, b, _ = sides
    for version in range(10, 20):
        b.hear([{"process": a.presence.name, "version": version}])
    waiting = b.presence._peers[a.presence.name]
    assert list(waiting.early) == [10, 11, 12]
    a.presence._version = 20
    a.come(anna)
    await a.write()
    await look(b)
    assert waiting.early == {}


async def test_its_own_events_tell_a_process_nothing(sides, anna):
    """They come back late, when they are not true any more."""
    a, *_ = sides
    socket = a.come(anna)
    events = await a.write()
    a.leave(anna, socket)
    a.hear(events)
    assert a.members() == []


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_happens_to_events_all_agree_in_the_end(sides, seed):
    """Events are lost, repeated and reordered while people come, go and move."""
    dice = random.Random(seed)  # noqa: S311 - the same walk each time
    people = await in_thread(UserFactory.create_batch, 4)
    inside = []  # (side, person, room, socket)
    on_the_way = {side.presence.name: [] for side in sides}
    for _ in range(120):
        side, step = dice.choice(sides), dice.random()
        if step < 0.3:
            person, room = dice.choice(people), dice.choice([1, 2])
            inside.append((side, person, room, side.come(person, room)))
        elif step < 0.5 and inside:
            at, person, room, socket = inside.pop(dice.randrange(len(inside)))
            dice.choice([at.leave, at.lose])(person, socket, room)
        elif step < 0.8:
            for event in await side.write():
                for other in sides:
                    copies = dice.choice([0, 1, 1, 2])
                    on_the_way[other.presence.name] += [event] * copies
        elif step < 0.97:
            waiting = on_the_way[side.presence.name]
            dice.shuffle(waiting)
            side.hear(waiting[:3])
            del waiting[:3]
        else:
            await look(side)
    await asyncio.sleep(0.02)  # nobody lingers any more
    for side in sides:
        await side.write()
    await look(*sides)
    expected = {(room, person.username) for _, person, room, _ in inside}
    for side in sides:
        present = set()
        for kind, room, username in side.take():
            assert ((room, username) in present) == (kind == "exit")
            present ^= {(room, username)}
        assert present == expected
        found = {(room, name) for room in (1, 2) for name in side.members(room)}
        assert found == expected


async def test_a_crowd_is_counted_over_all_processes(sides, monkeypatch):
    monkeypatch.setattr(frames, "MEMBERS_NAMED", 3)
    a, b, _ = sides
    await look(*sides)
    people = await in_thread(UserFactory.create_batch, 5)
    for number, person in enumerate(people):
        side = (a, b)[number % 2]
        side.come(person)
        events = await side.write()
        for other in sides:
            other.hear(events)
    told = [("enter", 1, person.username) for person in people[:3]]
    assert [side.take() for side in sides] == [told] * 3
    names = sorted(person.username for person in people)
    assert [(side.members(), side.presence.count(1)) for side in sides] == [(names[:3], 5)] * 3


async def test_a_new_name_comes_with_the_next_reading(sides, anna, berta):
    a, b, _ = sides
    a.come(anna)
    await a.write()
    await look(b)
    await in_thread(User.objects.filter(pk=anna.pk).update, username="zoe")
    a.come(berta)
    await a.write()
    await look(b)
    assert b.members() == ["berta", "zoe"]
    assert b.take() == [("enter", 1, "anna"), ("enter", 1, "berta")]
