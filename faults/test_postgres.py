"""PostgreSQL crashes, cuts connections, waits for a lock, or has all of them in use."""

import asyncio
from contextlib import contextmanager

import pytest

from faults.load import Load
from faults.resources import database_name

ON_POSTGRES = pytest.mark.parametrize("shared_pair", ["postgres"], indirect=True)

RECOVERY_SECONDS = (
    8  # pools try again after pauses that grow, and a broken connection is found late
)
REQUESTS = 28  # at each process: more than its pool holds
POOL = 20  # connections, which a pool that was needed once gives back one in minutes


@ON_POSTGRES
async def test_postgres_restarted_in_the_midst(pair):
    async with Load(pair) as load:
        await load.goes_on(1.5)
        with load.out_of_reach(after=RECOVERY_SECONDS):
            await asyncio.to_thread(pair.postgres.stop, "immediate")
            await load.goes_on(2)
            await asyncio.to_thread(pair.postgres.start)
        await load.goes_on(RECOVERY_SECONDS + 2)
        assert load.refusals


@ON_POSTGRES
async def test_back_ends_terminated(pair):
    async with Load(pair) as load:
        for _ in range(3):
            await load.goes_on(2)
            with pair.postgres.connect() as server:
                query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
                assert len(server.execute(query, [database_name(pair)]).fetchall()) > 4
        await load.goes_on(2)


@ON_POSTGRES
async def test_one_room_s_row_locked_for_10_seconds(pair):
    """Only that room waits: the bystanders' rooms are as fast as ever."""
    async with Load(pair) as load:
        await load.goes_on(1)
        load.outside.hold(load.room)
        try:
            await load.goes_on(10)
        finally:
            load.outside.release()
        assert load.refusals
        await load.goes_on(1)


@contextmanager
def locked(pair, table):
    """Let nobody read a table."""
    with pair.postgres.connect(database_name(pair)) as server, server.transaction():
        server.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


async def get(site, path, cookie):
    """Ask for a page; return the status of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: localhost:{site.port}",
        f"Cookie: sessionid={cookie}",
        "Connection: close",
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    answer = await reader.readline()
    writer.close()
    return int(answer.split()[1])


async def test_the_pool_exhausted(start_pair):
    """Pages that wait for a table hold every connection of the pools; the chat has its own."""
    pair = start_pair(static=True)
    async with Load(pair) as load:
        load.spare["database"] = len(pair.sites) * POOL
        person = pair.outside.person("patient")
        await load.goes_on(1)
        with locked(pair, "account_emailaddress"):
            pages = [
                asyncio.create_task(get(site, "/accounts/email/", person.cookie))
                for site in pair.sites
                for _ in range(REQUESTS)
            ]
            await load.goes_on(2)
            assert not any(page.done() for page in pages)
            assert waiting_for_locks(pair) < len(pages)  # the others wait for a connection
            async with pair.client(person.cookie) as client:
                await client.join(load.room.id)
                await client.leave(load.room.id)
        assert set(await asyncio.gather(*pages)) == {200}
        await load.goes_on(1)


def waiting_for_locks(pair):
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
    with pair.postgres.connect() as server:
        return server.execute(query, [database_name(pair)]).fetchone()[0]
