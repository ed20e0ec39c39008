"""SQLite is locked by somebody else, or its disk is full."""

import subprocess

import pytest

from faults.load import Load
from wire.backends import missing

DISK_BYTES = 8 * 2**20
PAGE = 4096  # bytes


@pytest.mark.parametrize("shared_pair", ["sqlite"], indirect=True)
async def test_the_database_locked_for_10_seconds(pair):
    """Nobody can write; who comes meanwhile can still come in and read."""
    async with Load(pair) as load:
        await load.goes_on(1)
        with load.out_of_reach(after=1):
            load.outside.hold(load.room)
            try:
                await load.goes_on(5)
                async with pair.client(load.participants[0].cookie) as client:
                    assert (await client.join(load.room.id))["messages"]
                await load.goes_on(5)
            finally:
                load.outside.release()
        assert load.refusals
        await load.goes_on(3)


@pytest.fixture
def small_disk(tmp_path):
    """A directory on a disk of its own, with DISK_BYTES of room."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(place)]
    done = subprocess.run(mount, capture_output=True, text=True)
    if done.returncode:
        missing("small disk", f"Only root can mount one. ({done.stderr.strip()})")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(path):
    """Write a file until no more goes onto the disk."""
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(PAGE))
        except OSError:
            pass


async def test_the_disk_full_and_freed_again(small_disk, start_pair):
    pair = start_pair("sqlite", database=small_disk)
    ballast = small_disk / "ballast"
    async with Load(pair, padding="." * 2000) as load:
        await load.goes_on(1.5)
        with load.out_of_reach(after=1):
            fill(ballast)
            await load.goes_on(4)
            ballast.unlink()
        assert load.refusals
        await load.goes_on(3)
