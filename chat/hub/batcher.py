"""Work that shares a trip to the database.

What is asked for while one trip is under way goes with the next one: no timer holds anything back,
and the busier it gets, the more share. PostgreSQL's and every log-structured store's group commit.
"""

import asyncio
from collections import deque


class Batcher:
    """Collects items and gives them to `run(items)`, a coroutine function, some `most` at a time.

    `run` returns a list of what each item is answered with: a value, or an exception to be raised.
    """

    def __init__(self, run, most):
        self._run = run
        self._most = most
        self._waiting = deque()  # (item, Future)
        self._task = None

    def submit(self, item):
        """Return a Future of what the item will be answered with."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._task is None:
            self._task = asyncio.create_task(self._go_on())
        return future

    @property
    def idle(self):
        return self._task is None

    async def _go_on(self):
        try:
            while self._waiting:
                count = min(self._most, len(self._waiting))
                await self._answer([self._waiting.popleft() for _ in range(count)])
        finally:
            self._task = None

    async def _answer(self, batch):
        try:
            answers = await self._run([item for item, _ in batch])
        except Exception as error:
            answers = [error] * len(batch)
        for (_, future), answer in zip(batch, answers, strict=True):
            if future.done():
                continue  # who asked has gone
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
