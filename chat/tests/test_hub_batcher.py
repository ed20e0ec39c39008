import asyncio

import pytest

from chat.hub.batcher import Batcher

from .fakes import turns


class Trip:
    """Takes batches, and answers each when it is told to."""

    def __init__(self):
        self.batches, self.under_way = [], []

    async def __call__(self, items):
        self.batches.append(items)
        answer = asyncio.get_running_loop().create_future()
        self.under_way.append(answer)
        return await answer

    async def end(self, answers=None):
        """End the one under way; without `answers` each item is its own."""
        answer = self.under_way.pop(0)
        if isinstance(answers, Exception):
            answer.set_exception(answers)
        else:
            answer.set_result(self.batches[-1] if answers is None else answers)
        await turns()


@pytest.fixture
async def trip():
    return Trip()


@pytest.fixture
async def batcher(trip):
    return Batcher(asyncio.create_task, trip, 3)


async def test_what_comes_during_one_trip_shares_the_next(batcher, trip):
    futures = [batcher.submit("a")]
    await turns()
    futures += map(batcher.submit, "bc")
    await turns()
    assert trip.batches == [["a"]]
    await trip.end()
    assert (futures[0].result(), futures[1].done()) == ("a", False)
    assert trip.batches == [["a"], ["b", "c"]]
    await trip.end()
    assert [future.result() for future in futures] == ["a", "b", "c"]


async def test_what_comes_in_one_turn_goes_at_once(batcher, trip):
    for item in "ab":
        batcher.submit(item)
    await turns()
    assert trip.batches == [["a", "b"]]
    await trip.end()


async def test_so_many_go_together_at_the_most_and_in_order(batcher, trip):
    futures = [batcher.submit(item) for item in "abcdefg"]
    await turns()
    for _ in range(3):
        await trip.end()
    assert trip.batches == [["a", "b", "c"], ["d", "e", "f"], ["g"]]
    assert [future.result() for future in futures] == list("abcdefg")


async def test_a_batch_is_no_heavier_than_it_may_be_but_for_one_that_is_too_heavy_alone(trip):
    batcher = Batcher(asyncio.create_task, trip, 3, weight=int)
    futures = [batcher.submit(item) for item in "1214911"]
    await turns()
    for _ in range(5):
        await trip.end()
    assert trip.batches == [["1", "2"], ["1"], ["4"], ["9"], ["1", "1"]]
    assert all(future.done() for future in futures)


async def test_an_answer_that_is_an_exception_is_raised_for_its_item_alone(batcher, trip):
    futures = [batcher.submit(item) for item in "abc"]
    await turns()
    await trip.end(["A", KeyError("b"), "C"])
    assert (futures[0].result(), futures[2].result()) == ("A", "C")
    with pytest.raises(KeyError):
        futures[1].result()


async def test_a_trip_that_fails_fails_all_who_shared_it_or_wait_and_nobody_after(batcher, trip):
    futures = [batcher.submit(item) for item in "abcd"]
    await turns()
    await trip.end(ValueError("a bug"))
    assert [type(future.exception()) for future in futures] == [ValueError] * 4
    later = batcher.submit("e")
    await turns()
    await trip.end()
    assert later.result() == "e"


async def test_who_gives_up_is_passed_over(batcher, trip):
    first, waiting, last = [batcher.submit(item) for item in "abc"]
    await turns()
    waiting.cancel()
    await trip.end()
    assert waiting.cancelled()
    assert (first.result(), last.result()) == ("a", "c")


async def test_who_gives_up_by_time_keeps_nobody(batcher, trip):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await batcher.submit("a")
    other = batcher.submit("b")
    await trip.end()
    await trip.end()
    assert other.result() == "b"


async def test_it_is_idle_when_all_are_answered(batcher, trip):
    assert batcher.idle
    future = batcher.submit("a")
    assert not batcher.idle
    idle = []
    future.add_done_callback(lambda _: batcher.submit("b"))
    await turns()
    await trip.end()
    assert trip.batches == [["a"], ["b"]]
    idle.append(batcher.idle)
    await trip.end()
    idle.append(batcher.idle)
    assert idle == [False, True]
