"""What a process does for presence from its start to its end."""

import asyncio

import pytest
from django.db import OperationalError

from chat.exceptions import ClientError
from chat.hub import presence as presence_module
from chat.models import Process

from .presence import Side, pairs, unavailable, written
from .threads import in_thread, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def side(threads, monkeypatch):
    monkeypatch.setattr(presence_module, "LINGER_SECONDS", 0.01)
    return Side(threads)


@pytest.fixture
async def keep(side, settings):
    """A function that starts a lasting task."""
    settings.CHAT_PRESENCE_SECONDS = 2
    tasks = []

    def keep(work):
        tasks.append(asyncio.create_task(work()))

    yield keep
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def wait_for(condition):
    """Wait until the function, called in a thread, returns something true."""
    async with asyncio.timeout(10):
        while not await in_thread(condition):  # noqa: ASYNC110 - a test waits for no one event
            await asyncio.sleep(0.01)


async def test_what_changes_is_written_at_once_and_once(side, anna, keep, settings, monkeypatch):
    settings.CHAT_PRESENCE_SECONDS = 3600
    monkeypatch.setattr(presence_module, "BATCH", 1)
    keep(side.presence.keep_written)
    await asyncio.sleep(0.01)
    sockets = [side.come(anna, room) for room in (1, 2, 3)]
    await wait_for(lambda: pairs() == [(room, anna.pk) for room in (1, 2, 3)])
    for room, socket in enumerate(sockets, 1):
        side.leave(anna, socket, room)
    await wait_for(lambda: not pairs())
    await asyncio.sleep(0.05)
    [(beat, version)] = (await in_thread(Process.objects.signs)).values()
    assert (beat, version) == (0, 7)  # nothing was written that did not change


async def test_life_is_shown_from_time_to_time(side, anna, keep):
    keep(side.presence.keep_written)
    side.come(anna)
    await wait_for(Process.objects.filter(beat__gte=2).exists)


@pytest.mark.parametrize("error", [OperationalError, RuntimeError])
@pytest.mark.parametrize("method", ["write", "register"])
async def test_the_writing_goes_on_whatever_happens(
    side, anna, keep, settings, monkeypatch, error, method
):
    settings.CHAT_PRESENCE_SECONDS = 3600
    failed = []

    def fail_first(manager, *args):
        if not failed:
            failed.append(args)
            raise error
        return whole(manager, *args)

    whole = getattr(type(Process.objects), method)
    monkeypatch.setattr(type(Process.objects), method, fail_first)
    monkeypatch.setattr(presence_module, "RETRY_SECONDS", 0.01)
    keep(side.presence.keep_written)
    side.come(anna)
    await wait_for(lambda: pairs() == [(1, anna.pk)])
    assert failed


async def test_who_cannot_write_knows_that(side, anna, keep, threads, monkeypatch):
    """Then the silence of the others says nothing: see test_hub_presence_deaths.py."""
    monkeypatch.setattr(presence_module, "RETRY_SECONDS", 0.01)
    with monkeypatch.context() as patch:
        patch.setattr(threads, "write", unavailable)
        keep(side.presence.keep_written)
        side.come(anna)
        await until(lambda: not side.presence._writing_works)
    await until(lambda: side.presence._writing_works)


@pytest.mark.parametrize("error", [OperationalError, RuntimeError])
async def test_the_looking_goes_on_whatever_happens(side, keep, monkeypatch, error):
    looks = []

    def fail_first(manager):
        looks.append(manager)
        if len(looks) == 1:
            raise error
        return {}

    monkeypatch.setattr(type(Process.objects), "signs", fail_first)
    keep(side.presence.keep_looking)
    await until(lambda: len(looks) > 2)


async def test_a_fault_is_logged_and_a_database_out_of_reach_is_not_told_twice(side, caplog):
    async def fault():
        raise RuntimeError

    assert not await presence_module._attempt(unavailable)
    assert caplog.records == []
    assert not await presence_module._attempt(fault)
    assert [record.levelname for record in caplog.records] == ["ERROR"]


# --- the beginning and the end -------------------------------------------------------------------


async def test_it_is_ready_when_it_knows_who_is_present_elsewhere(side, threads, anna, monkeypatch):
    other = Side(threads)
    other.come(anna)
    await other.write()
    ready = asyncio.create_task(side.presence.ready())
    await asyncio.sleep(0)
    assert not ready.done()
    await side.presence.look()
    await ready
    assert side.members() == ["anna"]


async def test_it_is_not_ready_without_a_database(side, threads, monkeypatch):
    monkeypatch.setattr(presence_module, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(threads, "read", unavailable)
    await presence_module._attempt(side.presence.look)
    with pytest.raises(ClientError) as caught:
        await side.presence.ready()
    assert caught.value.code == "UNAVAILABLE"


@pytest.mark.parametrize(("leave", "left"), [(True, 0), (False, 1)])
async def test_who_stops_takes_its_people_along_or_leaves_them_to_come_back(
    side, anna, berta, leave, left
):
    side.come(anna)
    side.come(berta)
    await side.write()
    await side.presence.stop(leave)
    assert await in_thread(Process.objects.count) == left
    assert len(await written()) == 2 * left


async def test_nobody_lingers_after_the_stop(side, anna):
    side.lose(anna, side.come(anna))
    await side.presence.stop(leave=True)
    await asyncio.sleep(0.05)
    assert side.empty == 0


async def test_who_stops_without_a_database_stops_all_the_same(side, anna, threads, monkeypatch):
    side.come(anna)
    await side.write()
    monkeypatch.setattr(threads, "write", unavailable)
    await side.presence.stop(leave=True)


async def test_who_has_had_nobody_has_nothing_to_take_along(side, threads, monkeypatch):
    monkeypatch.setattr(threads, "write", None)
    await side.presence.stop(leave=True)
