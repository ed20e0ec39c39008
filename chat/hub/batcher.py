"""Work that shares a trip to the database.

What is asked for while one trip is under way goes with the next one: no timer holds anything back,
and the busier it gets, the more share. PostgreSQL's and every log-structured store's group commit.
"""

import asyncio
from collections import deque


class Batcher:
    """Collects items and gives them to `run(items)`, a coroutine function, in a task of `spawn`.

    `run` returns a list of what each item is answered with: a value, or an exception to be raised.
    One batch has at most the weight `most`, where `weight(item)` is 1 unless it says otherwise.
    """

    def __init__(self, spawn, run, most, weight=lambda item: 1):
        self._spawn = spawn
        self._run = run
        self._most, self._weight = most, weight
        self._waiting = deque()  # (item, Future)
        self._task = None

    def submit(self, item):
        """Return a Future of what the item will be answered with."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._task is None:
            self._task = self._spawn(self._go_on())
        return future

    @property
    def idle(self):
        return self._task is None

    async def _go_on(self):
        try:
            while self._waiting:
                await self._answer(self._batch())
        finally:
            self._task = None

    def _batch(self):
        batch, weight = [], 0
        while self._waiting and (weight := weight + self._weight(self._waiting[0][0])):
            if batch and weight > self._most:
                break
            batch.append(self._waiting.popleft())
        return batch

    async def _answer(self, batch):
        try:
            answers = await self._run([item for item, _ in batch])
        except Exception as error:
            # Who waits behind would wait as long again, mostly for the same.
            batch += self._waiting
            self._waiting.clear()
            answers = [error] * len(batch)
        for (_, future), answer in zip(batch, answers, strict=True):
            if future.done():
                continue  # who asked has gone
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
