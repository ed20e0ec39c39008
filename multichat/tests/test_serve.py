"""`manage.py serve`, with real processes."""

import asyncio
import signal
import time

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from multichat.management.commands import serve
from wire.cast import Cast
from wire.site import Site

RESTART, TOO_BIG = 1012, 1009


@pytest.fixture(params=["serve", "processes"])
def site(request, tmp_path):
    with Site(request.param, "sqlite", tmp_path) as site:
        yield site


@pytest.fixture
async def chat(site):
    cast = Cast(site)
    yield cast
    await cast.close()


def test_a_number_of_processes_has_to_be_one():
    with pytest.raises(CommandError, match="--processes: at least 1"):
        call_command("serve", "--processes=0")


def test_a_database_that_does_not_answer_is_told_of_in_a_sentence(monkeypatch):
    def fail(connection):
        raise OperationalError("nobody there")

    monkeypatch.setattr(serve, "MigrationExecutor", fail)
    with pytest.raises(CommandError, match="The database cannot be used: nobody there"):
        call_command("serve")


async def test_sockets_are_closed_with_1012_and_it_is_told_once_where_the_site_is(chat):
    site = chat.site
    clients = [await chat.connect(person) for person in chat.people(*"abcdef")]
    # One process may answer before all are ready.
    async with asyncio.timeout(20):
        while "multichat is at" not in site.log:  # noqa: ASYNC110 - a log tells nobody
            await asyncio.sleep(0.05)
    start = time.monotonic()
    await asyncio.to_thread(site.terminate, 10)
    for client in clients:
        assert await client.close_code() == RESTART
    assert time.monotonic() - start < 5
    assert site.log.count(f"multichat is at {site.url} ") == 1
    alone = "Without REDIS_URL the processes hear of each other's news from the database"
    assert (alone in site.log) == (site.server == "processes")


@pytest.mark.parametrize("site", ["serve"], indirect=True)
async def test_a_send_under_way_is_finished_first(chat):
    client = await chat.enter(chat.person(), room := chat.room())
    chat.outside.hold(room)
    try:
        await client.tell("send", room=room.id, message="last", ref="r")
        await asyncio.sleep(0.3)
        chat.site.process.terminate()
        await asyncio.sleep(0.5)
        assert chat.site.process.poll() is None
    finally:
        chat.outside.release()
    ack = await client.expect("ack", ref="r")
    assert await client.close_code() == RESTART
    assert await asyncio.to_thread(chat.site.process.wait, 10) == 0
    assert [row["id"] for row in chat.outside.messages(room)] == [ack["id"]]


@pytest.mark.parametrize("site", ["serve"], indirect=True)
async def test_a_second_signal_ends_it_at_once(chat):
    client = await chat.enter(chat.person(), room := chat.room())
    chat.outside.hold(room)
    try:
        await client.tell("send", room=room.id, message="never", ref="r")
        await asyncio.sleep(0.3)
        chat.site.process.terminate()
        await asyncio.sleep(0.3)
        chat.site.process.terminate()
        code = await asyncio.to_thread(chat.site.process.wait, 10)
    finally:
        chat.outside.release()
    assert code == -signal.SIGTERM


@pytest.mark.parametrize("site", ["serve"], indirect=True)
async def test_a_frame_over_the_limit_closes_with_1009(chat):
    client = await chat.connect(chat.person())
    await client.say('{"command": "ping"}'.ljust(65536))
    await client.expect("pong")
    await client.say('{"command": "ping"}'.ljust(65537))
    assert await client.close_code() == TOO_BIG
