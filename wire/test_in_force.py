"""What an admin changes holds within a second: on twenty open sockets, in every process, by every
door, with Redis and without it. The changes are in the tables in_force_*.py."""

import pytest

from wire import in_force_people, in_force_rooms
from wire.in_force_ends import DELETIONS, ENDS
from wire.in_force_trials import on_all, try_end, try_passing_silence, try_row, try_to_delete

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROWS = [*in_force_rooms.ROWS, *in_force_people.ROWS]


@pytest.fixture
def _clean_log():
    """Each row looks into the logs of its sites."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_a_change_is_felt_by_all_it_concerns_and_by_nobody_else(stages, row):
    await on_all(stages, try_row, row)


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.name)
async def test_an_end_closes_all_it_concerns_and_nothing_else(stages, end):
    await on_all(stages, try_end, end)


@pytest.mark.parametrize("door", DELETIONS)
async def test_a_deleted_room_is_gone_for_all_who_saw_it(stages, door):
    await on_all(stages, try_to_delete, door, DELETIONS[door])


async def test_a_silence_ends_by_itself_when_its_time_has_come(stages):
    await on_all(stages, try_passing_silence)
