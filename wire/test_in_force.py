"""What an admin changes holds within a second: on twenty open sockets, in every process, by every
door, with Redis and without it. The changes are in in_force_rooms.py and in_force_people.py."""

import asyncio

import pytest

from wire import in_force_people, in_force_rooms
from wire.in_force import try_row

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROWS = [*in_force_rooms.ROWS, *in_force_people.ROWS]


@pytest.fixture
def _clean_log():
    """Each row looks into the logs of its sites."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_a_change_is_felt_by_all_it_concerns_and_by_nobody_else(stages, row):
    await asyncio.gather(*(try_row(stage, row) for stage in stages))
