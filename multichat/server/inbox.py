"""What an application has still to receive from one client."""

import asyncio

# More than this, and nothing is read from the client until its application has caught up.
FULL = 32  # events


class Inbox:
    """A queue for one receiver, bounded by asking the sender to stop.

    asyncio.Queue would do, but holds 3 KB even when it is empty. `full` says that the sender is to
    wait; `on_room()` is called when it need not any more.
    """

    __slots__ = ("_events", "_waiter", "full", "on_room")

    def __init__(self, on_room):
        self._events = []
        self._waiter = None
        self.full = False
        self.on_room = on_room

    def put(self, event):
        self._events.append(event)
        self.full = self.full or len(self._events) > FULL
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    async def get(self):
        """Return the next event. This is the `receive` of an ASGI application."""
        while not self._events:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        event = self._events.pop(0)
        if self.full and len(self._events) <= FULL // 2:
            self.full = False
            self.on_room()
        return event
