"""Who is present by way of one process, and what it writes of that."""

import asyncio

import pytest

from chat.exceptions import ClientError
from chat.hub import presence as presence_module
from chat.hub.threads import DatabaseThreads
from chat.models import Process

from .presence import Side, unavailable, written
from .threads import in_thread, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def side(threads, monkeypatch):
    monkeypatch.setattr(presence_module, "LINGER_SECONDS", 0.01)
    return Side(threads)


# --- sockets -------------------------------------------------------------------------------------


async def test_the_first_socket_comes_in_and_the_last_one_goes(side, anna, berta):
    first = side.come(anna)
    other = side.come(berta)
    assert side.take() == [("enter", 1, "anna"), ("enter", 1, "berta")]
    second = side.come(anna)
    side.come(anna, room=2)
    assert side.take() == [("enter", 2, "anna")]
    side.leave(anna, first)
    assert (side.take(), side.members()) == ([], ["anna", "berta"])
    side.leave(anna, second)
    side.leave(berta, other)
    assert side.take() == [("exit", 1, "anna"), ("exit", 1, "berta")]
    assert side.presence.counts() == {2: 1}
    assert side.presence.count(1) == 0


async def test_a_socket_that_joins_once_more_is_one_socket(side, anna):
    socket = side.come(anna)
    side.presence.come_in(1, anna, socket)
    side.leave(anna, socket)
    assert side.members() == []


async def test_who_goes_before_being_in_takes_nobody_out(side, anna):
    side.leave(anna, object())
    side.come(anna)
    side.leave(anna, object())
    side.lose(anna, object())
    await asyncio.sleep(0.05)
    assert side.members() == ["anna"]
    assert side.take() == [("enter", 1, "anna")]


async def test_a_lost_person_is_present_until_the_time_is_up_and_it_is_written(side, anna):
    socket = side.come(anna)
    await side.write()
    side.take()
    side.lose(anna, socket)
    assert not side.presence.empty
    await until(lambda: side.empty)
    assert side.presence.empty
    assert (side.take(), side.members()) == ([], ["anna"])
    await side.write()
    assert (side.take(), side.members()) == ([("exit", 1, "anna")], [])
    assert await written() == []


async def test_who_comes_back_in_time_was_never_gone(side, anna):
    side.lose(anna, side.come(anna))
    again = side.come(anna)
    await asyncio.sleep(0.05)
    await side.write()
    assert side.take() == [("enter", 1, "anna")]
    assert await written() == [(1, anna.pk)]
    side.leave(anna, again)
    assert side.take() == [("exit", 1, "anna")]


async def test_who_comes_back_before_the_end_is_written_was_never_gone(side, anna):
    side.lose(anna, side.come(anna))
    await until(lambda: side.empty)
    side.come(anna)
    await side.write()
    assert side.take() == [("enter", 1, "anna")]
    assert await written() == [(1, anna.pk)]


async def test_a_lost_socket_of_somebody_with_another_starts_no_time(side, anna):
    one, other = side.come(anna), side.come(anna)
    side.lose(anna, one)
    side.leave(anna, other)
    assert side.take() == [("enter", 1, "anna"), ("exit", 1, "anna")]
    await asyncio.sleep(0.05)
    assert side.empty == 0  # no timer ran


async def test_the_last_who_lingered_is_told_of(side, anna, berta):
    side.lose(anna, side.come(anna))
    other = side.come(berta)
    await asyncio.sleep(0.05)
    assert side.empty == 0
    side.lose(berta, other)
    await until(lambda: side.empty)
    assert side.empty == 1


# --- writing -------------------------------------------------------------------------------------


async def test_nothing_is_written_while_nobody_comes(side):
    assert await side.write() == []
    assert await in_thread(Process.objects.signs) == {}


async def test_what_changed_is_written_and_announced(side, anna, berta):
    socket = side.come(anna)
    [event] = await side.write()
    name = side.presence.name
    assert event == {
        "process": name,
        "version": 2,
        "in": [[1, anna.pk, "anna"]],
        "out": [],
        "elsewhere": [],
    }
    side.come(berta, room=2)
    side.leave(anna, socket)
    [event] = await side.write()
    assert (event["in"], event["out"]) == ([[2, berta.pk, "berta"]], [[1, anna.pk]])
    assert await written() == [(2, berta.pk)]
    assert await in_thread(Process.objects.signs) == {name: (0, 3)}


async def test_without_changes_a_sign_of_life_is_written_and_not_announced(side, anna):
    side.come(anna)
    await side.write()
    assert await side.write() == []
    assert await in_thread(Process.objects.signs) == {side.presence.name: (1, 2)}


async def test_many_are_written_in_pieces(side, anna, monkeypatch):
    monkeypatch.setattr(presence_module, "BATCH", 4)
    for room in range(10):
        side.come(anna, room)
    events = await side.write()
    assert [len(event["in"]) for event in events] == [4, 4, 2]
    assert len(await written()) == 10


async def test_what_changes_during_a_write_goes_with_the_next(side, anna, berta):
    first = side.come(anna)
    await side.presence.write()
    side.leave(anna, first)
    side.come(berta)
    writing = asyncio.create_task(side.presence.write())
    await asyncio.sleep(0)
    again = side.come(anna)
    await writing
    assert side.members() == ["anna", "berta"]
    assert side.take()[-1] == ("enter", 1, "anna")
    await side.write()
    assert await written() == [(1, anna.pk), (1, berta.pk)]
    side.leave(anna, again)
    assert side.members() == ["berta"]


async def test_who_leaves_while_that_they_came_is_written_is_gone(side, anna):
    socket = side.come(anna)
    writing = asyncio.create_task(side.presence.write())
    await asyncio.sleep(0)
    side.leave(anna, socket)
    await writing
    assert side.members() == []
    await side.write()
    assert (side.members(), await written()) == ([], [])


# --- a database out of reach ---------------------------------------------------------------------


async def test_what_could_not_be_written_is_written_later(side, anna, berta, threads, monkeypatch):
    lost = side.come(anna)
    await side.write()
    with monkeypatch.context() as patch:
        patch.setattr(threads, "write", unavailable)
        side.lose(anna, lost)
        side.come(berta)
        await until(lambda: (1, anna.pk) not in side.presence._here)
        for _ in range(3):
            with pytest.raises(ClientError):
                await side.presence.write()
        assert side.announced == []
        assert side.members() == ["anna", "berta"]
    [event] = await side.write()
    assert (event["in"], event["out"]) == ([[1, berta.pk, "berta"]], [[1, anna.pk]])
    assert (side.members(), await written()) == (["berta"], [(1, berta.pk)])


async def test_what_was_written_too_late_to_be_known_does_no_harm(side, anna, threads, monkeypatch):
    async def too_late(*args):
        await DatabaseThreads.write(threads, *args)
        raise ClientError("UNAVAILABLE")

    socket = side.come(anna)
    for _ in range(2):  # to register, to write
        with monkeypatch.context() as patch:
            patch.setattr(threads, "write", too_late)
            with pytest.raises(ClientError):
                await side.presence.write()
    assert await written() == []
    await side.presence.write()
    side.leave(anna, socket)
    with monkeypatch.context() as patch:
        patch.setattr(threads, "write", too_late)
        with pytest.raises(ClientError):
            await side.presence.write()
    assert await written() == []
    events = await side.write()
    assert events[-1]["out"] == [[1, anna.pk]]
    versions = [event["version"] for event in events]
    assert versions == sorted(set(versions))


async def test_a_process_taken_for_dead_writes_all_its_people_anew(side, anna, berta):
    side.come(anna)
    await side.write()
    await in_thread(Process.objects.remove, side.presence.name)
    await side.write()  # it only meant to show that it lives
    await side.write()
    assert await written() == [(1, anna.pk)]
    await in_thread(Process.objects.remove, side.presence.name)
    gone = side.come(berta)
    side.leave(berta, gone)
    await side.write()
    assert await written() == [(1, anna.pk)]
    assert side.members() == ["anna"]
