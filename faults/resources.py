"""What a site holds: sockets, files, threads, Redis keys, connections. After a fault it is what it
was before.

Read from /proc and from the servers themselves, never from the processes' own word.
"""

import asyncio
import os
import time
from collections import Counter
from pathlib import Path

BACK_SECONDS = 30  # for everything to be given back when the last client is gone
STILL_SECONDS = 0.5  # what does not change for so long is where it stays
LISTENING = "0A"  # a state in /proc/net/tcp
SOON_SECONDS = 300  # a key of Redis that ends by itself in this time is on its way

# Pools give back late what many needed at once: a few more than before are no leak.
SPARE = {"threads": 6, "redis": 8, "database": 12}


def tcp_sockets(site):
    """Return inode -> (local port, remote port, state) of a process's network."""
    found = {}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{site.process.pid}/net/{table}").read_text().splitlines()[1:]:
            _, local, remote, state, *rest = line.split()
            ports = [int(address.rpartition(":")[2], 16) for address in (local, remote)]
            found[rest[5]] = (*ports, state)
    return found


def files(site, servers):
    """Count a process's open files by kind: "clients" are the sockets of its own clients.

    servers: port -> what to call a socket to there.
    """
    sockets, kinds = tcp_sockets(site), Counter()
    directory = f"/proc/{site.process.pid}/fd"
    for name in os.listdir(directory):
        try:
            target = os.readlink(f"{directory}/{name}")
        except FileNotFoundError:
            continue  # closed since
        inode = target.removeprefix("socket:[").removesuffix("]")
        if ".sqlite3" in target:
            kinds["database"] += 1
        elif inode in sockets:
            local, remote, state = sockets[inode]
            kind = "clients" if local == site.port else servers.get(remote, "other")
            kinds["listening" if state == LISTENING else kind] += 1
        else:
            kinds["other"] += 1
    return kinds


def clients(site):
    """Return how many sockets a process has open to its clients."""
    return files(site, {})["clients"]


def memory(site):
    """Return how many bytes a process has in memory."""
    pages = Path(f"/proc/{site.process.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def held(pair):
    """Return what the site holds now: a Counter of (where, what)."""
    servers = {}
    if pair.postgres:
        servers[pair.postgres.port] = "database"
    if pair.redis:
        servers[pair.redis.port] = "redis"
    counts = Counter()
    for name, site in zip(("one", "other"), pair.sites, strict=True):
        counts.update({(name, kind): count for kind, count in files(site, servers).items()})
        counts[name, "threads"] = len(os.listdir(f"/proc/{site.process.pid}/task"))
    if pair.postgres:
        counts["PostgreSQL", "database"] = database_connections(pair)
    if pair.redis and pair.redis.alive:
        counts.update(("Redis", key) for key in lasting_keys(pair.redis))
    return counts


def database_name(pair):
    """The name of the pair's database in its PostgreSQL."""
    return pair.one.stored["DATABASE_URL"].rpartition("/")[2]


def database_connections(pair):
    with pair.postgres.connect() as server:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
        return server.execute(query, [database_name(pair)]).fetchone()[0]


def lasting_keys(redis):
    """Return the keys that do not end by themselves soon."""
    with redis.connect() as client:
        lives = {key.decode(): client.ttl(key) for key in client.scan_iter()}
    return [key for key, life in lives.items() if life == -1 or life > SOON_SECONDS]


def excess(counts, before, spare):
    """Return what is held beyond what was held before and what is spare, as sentences."""
    return [
        f"{where}: {count} {what}, before it was {before[where, what]}"
        for (where, what), count in counts.items()
        if count > before[where, what] + spare.get(what, 0)
    ]


async def still(pair):
    """Return what is held once that has stopped to change."""
    counts, since = held(pair), time.monotonic()
    deadline = since + BACK_SECONDS
    while time.monotonic() < min(since + STILL_SECONDS, deadline):
        await asyncio.sleep(0.1)
        if (now := held(pair)) != counts:
            counts, since = now, time.monotonic()
    return counts


async def given_back(pair, before, spare):
    """Wait until no more is held than before, give or take what is spare; raise AssertionError with
    what is too much."""
    deadline = time.monotonic() + BACK_SECONDS
    while too_much := excess(held(pair), before, spare):
        assert time.monotonic() < deadline, "; ".join(too_much)
        await asyncio.sleep(0.2)
