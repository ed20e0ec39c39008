"""The sends that are under way in a process: those that arrive during a commit share the next."""

import logging
from functools import partial

from django.db import connection

from chat import actions, frames
from chat.exceptions import ClientError, LoggedOut
from chat.limits import sends_of_people

from .acks import Acks
from .batcher import Batcher

logger = logging.getLogger(__name__)

AT_ONCE = 256  # short messages in one transaction: as long as it takes, the room is locked


class Sending:
    """Takes sends from sockets, has them stored, and answers each."""

    def __init__(self, hub):
        self._hub = hub
        self.acks = Acks()
        self._rates = sends_of_people()
        self._batchers = {}  # lane -> Batcher
        # A lane is what must not be stored in two transactions at once. SQLite has one writer; on
        # PostgreSQL transactions over several rooms would wait for each other's rooms.
        self._one_lane = connection.vendor == "sqlite"

    def wait(self, socket):
        """Count a send of the socket's person: return 0, or after how many seconds it may come."""
        return self._rates.take(socket.person.id)

    def submit(self, socket, send):
        """Have an actions.Send of a socket stored, and the socket answered. Return a Future of when
        that is done."""
        lane = None if self._one_lane else send.room_id
        if lane not in self._batchers:
            self._batchers[lane] = Batcher(self._hub.spawn, self._store, AT_ONCE, weigh)
        future = self._batchers[lane].submit(send)
        if send.key:
            self.acks.await_for(socket, send)
        future.add_done_callback(partial(self._answer, socket, send, lane))
        return future

    async def _store(self, sends):
        return await self._hub.threads.write(store, sends, self._hub.snapshot)

    def _answer(self, socket, send, lane, future):
        if lane in self._batchers and self._batchers[lane].idle:
            del self._batchers[lane]
        error = None if future.cancelled() else future.exception()
        ack = None if future.cancelled() or error else future.result()
        awaited = self.acks.settle(socket, send, ack) if send.key else True
        if isinstance(error, LoggedOut):
            self._hub.log_out(socket)
        elif error and awaited:  # what was acked meanwhile has happened
            if not isinstance(error, ClientError):
                logger.error("A message could not be stored", exc_info=error)
                error = ClientError("UNAVAILABLE")
            socket.put(frames.error(error, ref=send.key, command="send", room_id=send.room_id))


def weigh(send):
    """Return how many short messages a send is worth: what one delivery holds is bounded."""
    return 1 + len(send.message) // 512 if isinstance(send.message, str) else 1


def store(sends, snapshot):
    """Store sends, whose senders are session keys; return their answers. Called in a thread."""

    def moment_at(rights):
        now = snapshot.at(rights, keys)
        users = {key: user for key in keys if (user := now.user(key))}
        return actions.Moment(now.rooms, users, now.places)

    keys = {send.sender for send in sends}
    return actions.send_all(sends, moment_at)
