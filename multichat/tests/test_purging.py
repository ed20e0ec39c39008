"""The hourly purge; test_purging_running.py has running servers do it."""

import asyncio
import logging

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils.module_loading import import_string

from multichat import purging

done = []


def purge_a():
    for number in range(3):
        done.append(f"a{number}")
        yield


def purge_b():
    done.append("b")
    yield


def purge_badly():
    yield
    raise ZeroDivisionError


@pytest.fixture(autouse=True)
def purges(settings):
    done.clear()
    settings.PURGES = [f"{__name__}.{name}" for name in ("purge_badly", "purge_a", "purge_b")]


def test_what_the_site_purges_can_be_called():
    from multichat.settings import PURGES

    assert {"accounts.purging.purge", "multichat.rates.purge"} <= set(PURGES)
    assert all(callable(import_string(name)) for name in PURGES)


def test_what_fails_is_logged_and_the_others_come_all_the_same(caplog):
    with caplog.at_level(logging.ERROR, logger="multichat.purging"):
        assert purging.purge() is False
    assert "purge_badly" in caplog.text
    assert done == ["a0", "a1", "a2", "b"]


def test_a_process_that_ends_stops_between_two_batches(settings):
    settings.PURGES = settings.PURGES[1:]
    assert purging.purge(lambda: len(done) < 2)
    assert done == ["a0", "a1"]


def test_the_command_purges_at_once_and_says_what_went_wrong(settings):
    with pytest.raises(CommandError, match="could not be purged"):
        call_command("purge")
    settings.PURGES = settings.PURGES[1:]
    call_command("purge")
    assert done == ["a0", "a1", "a2", "b"] * 2


async def test_the_task_looks_again_and_again_until_it_ends(monkeypatch):
    looks = []
    monkeypatch.setattr(purging, "FIRST", 0)
    monkeypatch.setattr(purging, "LOOK", 0)
    monkeypatch.setattr(purging, "purge_if_due", looks.append)
    task = purging.Purging()
    task.start()
    async with asyncio.timeout(5):
        while len(looks) < 3:  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.01)
        assert looks[0]()
        await task.end()
    number = len(looks)
    assert not looks[0]()  # what is under way is told
    await asyncio.sleep(0.05)
    assert len(looks) <= number + 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("error", "level"), [(OperationalError("away"), "WARNING"), (ValueError("bug"), "ERROR")]
)
def test_what_goes_wrong_is_logged_and_does_not_end_the_task(monkeypatch, caplog, error, level):
    def fail(*args):
        raise error

    monkeypatch.setattr(purging.Chore.objects, "take", fail)
    with caplog.at_level(logging.WARNING, logger="multichat.purging"):
        purging.purge_if_due(lambda: True)
    [record] = caplog.records
    assert record.levelname == level
    assert "Purging failed" in caplog.text
