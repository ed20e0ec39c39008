import asyncio
import gc
import threading
import time

import pytest
from django.contrib.auth import get_user_model
from django.db import (
    DEFAULT_DB_ALIAS,
    InterfaceError,
    OperationalError,
    connection,
    connections,
)

from chat.exceptions import ClientError
from chat.hub import threads as threads_module
from chat.hub.threads import DatabaseThreads

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def threads():
    threads = DatabaseThreads()
    yield threads
    await asyncio.to_thread(threads.close)


@pytest.fixture(params=["read", "write"])
def call(request, threads):
    return getattr(threads, request.param)


async def test_what_a_function_returns_comes_back(call):
    assert await call(lambda *args, **kwargs: (args, kwargs), 1, a=2) == ((1,), {"a": 2})
    assert await call(get_user_model().objects.count) == 0


@pytest.mark.parametrize("error", [ClientError("ROOM_INVALID"), KeyError("a")])
async def test_what_a_function_raises_comes_back(call, error):
    def fail():
        raise error

    with pytest.raises(type(error)) as caught:
        await call(fail)
    assert caught.value is error


async def refused(work):
    with pytest.raises(ClientError) as caught:
        await work
    assert caught.value.code == "UNAVAILABLE"


@pytest.mark.parametrize("error", [OperationalError("secret"), InterfaceError("secret")])
async def test_a_database_that_fails_is_unavailable_and_logged(call, error, caplog):
    def fail():
        raise error

    await refused(call(fail))
    [record] = caplog.records
    assert type(error).__name__ in record.getMessage()
    assert "secret" not in record.getMessage()  # it may hold what somebody wrote


async def test_a_connection_that_failed_is_not_used_again(threads):
    names = []

    def note():
        connection.ensure_connection()
        names.append(connection.connection)

    def fail():
        raise OperationalError

    await threads.write(note)
    await threads.write(note)
    assert names[0] is names[1]
    await refused(threads.write(fail))
    if connection.vendor == "sqlite":  # one writer there, so it is the same thread
        await threads.write(note)
        assert names[2] is not names[0]


async def test_a_slow_database_is_unavailable(call, monkeypatch, caplog):
    monkeypatch.setattr(threads_module, "WAIT_SECONDS", 0.01)
    go_on = threading.Event()
    try:
        await refused(call(go_on.wait, 10))
    finally:
        go_on.set()
    assert len(caplog.records) == 1


async def test_reading_does_not_wait_for_writing(threads):
    go_on = threading.Event()
    writing = [asyncio.create_task(threads.write(go_on.wait, 10)) for _ in range(10)]
    await asyncio.sleep(0)
    try:
        assert await threads.read(get_user_model().objects.count) == 0
    finally:
        go_on.set()
    assert await asyncio.gather(*writing) == [True] * 10


async def test_several_read_at_once(threads):
    gate = threading.Barrier(threads_module.READERS)
    reads = (threads.read(gate.wait, 10) for _ in range(threads_module.READERS))
    assert sorted(await asyncio.gather(*reads)) == list(range(threads_module.READERS))


async def test_on_sqlite_one_writes_at_a_time(threads):
    running, most = set(), []

    def note(number):
        running.add(number)
        time.sleep(0.001)
        most.append(len(running))
        running.discard(number)

    await asyncio.gather(*(threads.write(note, number) for number in range(8)))
    assert len(most) == 8
    if connection.vendor == "sqlite":
        assert set(most) == {1}


async def test_close_leaves_no_thread_and_no_connection():
    before = set(threading.enumerate())
    threads = DatabaseThreads()
    kept = set()

    def note(gate):
        connection.ensure_connection()
        kept.add(connections[DEFAULT_DB_ALIAS])  # `connection` is another one in each thread
        gate.wait(10)

    gate = threading.Barrier(2)
    await asyncio.gather(*(threads.read(note, gate) for _ in range(2)))
    await threads.write(note, threading.Barrier(1))
    assert len(kept) == 3
    await asyncio.to_thread(threads.close)
    assert all(wrapper.connection is None for wrapper in kept)
    left = set(threading.enumerate()) - before
    assert not [thread.name for thread in left if thread.name.startswith("chat-")]
    gc.collect()  # a connection left open warns here, which is an error


async def test_close_waits_for_what_runs():
    threads = DatabaseThreads()
    done, go_on = [], threading.Event()

    def work():
        go_on.wait(10)
        done.append(get_user_model().objects.count())

    running = asyncio.create_task(threads.write(work))
    await asyncio.sleep(0)
    closing = asyncio.create_task(asyncio.to_thread(threads.close))
    await asyncio.sleep(0.01)
    assert not closing.done()
    go_on.set()
    await closing
    await running
    assert done == [0]
