"""The hub takes each change once, in version order, and gives it to every socket of its process.

It hears of changes from the actions of its own process, from other processes over the channel
layer and, whatever those lost, from its own sweep of the database. docs/architecture.md tells the
whole.
"""

import asyncio
import time
import uuid
from weakref import WeakKeyDictionary

from django.conf import settings

from chat import events, frames, pages
from chat.exceptions import ClientError, Close, LoggedOut

from .acks import Acks
from .doorbell import Doorbell
from .look import look, still_logged_in
from .people import People
from .room import LocalRoom, Membership
from .sweep import Sweep
from .threads import DatabaseThreads

LINGER_SECONDS = 5  # a reload takes less: nobody is told that the person went and came
REORDER_SECONDS = 0.02  # how long a change waits for one before it until the feed is asked for that


class Hub:
    """Who is here, what they have seen, and delivery. It lives while somebody is connected."""

    _of_loops = WeakKeyDictionary()

    @classmethod
    def of_this_loop(cls):
        """Return the running event loop's hub, started if there was none."""
        loop = asyncio.get_running_loop()
        if loop not in cls._of_loops:
            cls._of_loops[loop] = cls(loop)
        return cls._of_loops[loop]

    def __init__(self, loop):
        self.loop = loop
        self.name = uuid.uuid4().hex
        self.sockets = set()  # all, also those not yet let in
        self.people = People()
        self.rooms = {}  # room id -> LocalRoom
        self.acks = Acks()
        self.threads = DatabaseThreads()
        self._sweep = Sweep(self)
        self._doorbell = Doorbell(self)
        self._tasks = set()
        events.hubs.add(self)
        lasting = (self._sweep.go_on, self._doorbell.listen, self._doorbell.keep_joined)
        self._lasting = [self.spawn(task()) for task in lasting]

    def spawn(self, coroutine):
        """Run a coroutine beside everything else, and keep hold of it until it is done."""
        task = self.loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def stop(self):
        """End what runs, and close what is kept open."""
        events.hubs.discard(self)
        if self._of_loops.get(self.loop) is self:
            del self._of_loops[self.loop]
        for task in self._lasting:
            task.cancel()
        while running := self._tasks - {asyncio.current_task()}:
            await asyncio.gather(*running, return_exceptions=True)
        await self._doorbell.leave_all()
        await asyncio.to_thread(self.threads.close)

    def _stop_if_idle(self):
        if not self.sockets and not self.rooms and self._of_loops.get(self.loop) is self:
            del self._of_loops[self.loop]
            self.spawn(self.stop())

    # --- sockets --------------------------------------------------------------------------------

    async def let_in(self, socket):
        """Greet a socket, or close it when it has no login that holds. Raises ClientError when the
        database does not answer."""
        self.sockets.add(socket)
        asked = time.monotonic()
        view = await self.threads.read(look, {socket.session_key})
        user = view.users.get(socket.session_key)
        if user is None:
            socket.close(Close.NOT_LOGGED_IN)
            return
        if socket not in self.sockets:
            return  # it went while we looked
        person = self.people.meet(user)
        if person.asked < asked:
            self._sweep.tell_of_rooms(person, view, asked)
        if not person.sockets:
            person.untold = set()  # hello tells ...
        person.untold |= self._sweep.untold()  # ... and if it changes back, that is to be told
        self.people.add(socket, person)
        socket.put(frames.hello(user, view.epoch, person.rooms.values(), self.online_counts()))
        for oldest in person.too_many():
            oldest.close(Close.TOO_MANY_SOCKETS)
            self.lose(oldest)

    def lose(self, socket):
        """Forget a socket whose connection is gone, or going."""
        for room_id in list(socket.memberships):
            self._take_out(socket, room_id, self._linger)
        self.people.remove(socket)
        self.sockets.discard(socket)
        self._stop_if_idle()

    def log_out(self, socket):
        """Close a socket whose login has ended."""
        socket.close(Close.NOT_LOGGED_IN)
        self.lose(socket)

    async def read(self, socket, function, *args, **kwargs):
        """Return what function(user id, …) returns, called in a reading thread.

        The user is the socket's person. Raises what the function raises, LoggedOut when the login
        does not hold at that moment, and ClientError("UNAVAILABLE") when the database does not
        answer.
        """
        return await self.threads.read(_as_user, socket, function, args, kwargs)

    async def write(self, socket, function, *args, **kwargs):
        """The same in a writing thread. What was UNAVAILABLE may have been stored all the same."""
        return await self.threads.write(_as_user, socket, function, args, kwargs)

    def _linger(self, room, user_id):
        def end():
            room.end_presence(user_id)
            self._tidy(room)
            self._stop_if_idle()

        return self.loop.call_later(LINGER_SECONDS, end)

    # --- rooms ----------------------------------------------------------------------------------

    async def join(self, socket, room_id, after=None, epoch=None, ref=None):
        """Bring a socket into a room and answer it with what is there. Raises ClientError.

        The socket is in the room before its page is read, and what is delivered meanwhile is held
        back for it: so nothing is missed, and nothing comes twice.
        """
        membership = socket.memberships.get(room_id)
        known = membership is not None
        if not known and len(socket.memberships) >= settings.CHAT_ROOMS_PER_SOCKET:
            raise ClientError("TOO_MANY_ROOMS")
        room = self._local_room(room_id)
        if known:
            membership.held = []
        else:
            membership = socket.memberships[room_id] = room.memberships[socket] = Membership()
        try:
            entry = await self._read_entry(socket, room, membership, after, epoch)
        except Exception:
            if known and socket.memberships.get(room_id) is membership:
                room.release(socket, membership, membership.version)
            elif not known:
                self.leave(socket, room_id)
            raise
        if socket.memberships.get(room_id) is not membership:  # it was put out meanwhile
            raise ClientError("ROOM_ACCESS_DENIED")
        room.come_in(socket)
        socket.put(frames.join(entry, room.members(), ref))
        room.release(socket, membership, entry.page.version)

    async def _read_entry(self, socket, room, membership, after, epoch):
        while True:
            membership.asked = time.monotonic()
            entry = await self.read(socket, pages.entry, room.id, after=after, epoch=epoch)
            if room.seen is None:
                self._mind_gap(room, room.start(entry.page.version))
            # When two come at once into a room where nobody was, the one whose page is older would
            # miss what lies between the two.
            if entry.page.version >= room.started:
                return entry

    def leave(self, socket, room_id):
        """Take a socket out of a room, if it is in."""
        if room_id in socket.memberships:
            self._take_out(socket, room_id)

    def put_out(self, person, room_id, reason, asked):
        """Take a person out of a room that they may no longer see, by what was `asked` when."""
        for socket in person.sockets:
            membership = socket.memberships.get(room_id)
            if membership and membership.asked < asked:
                self._take_out(socket, room_id)
                socket.put(frames.leave(room_id, reason=reason))
            socket.put(frames.room_gone(room_id))

    def _take_out(self, socket, room_id, linger=None):
        room = self.rooms[room_id]
        del socket.memberships[room_id]
        del room.memberships[socket]
        room.go_out(socket, linger)
        self._tidy(room)

    def _local_room(self, room_id):
        if room_id not in self.rooms:
            self.rooms[room_id] = LocalRoom(room_id)
            self.spawn(self._doorbell.join(room_id))
        return self.rooms[room_id]

    def _tidy(self, room):
        if room.empty and self.rooms.get(room.id) is room:
            del self.rooms[room.id]
            self.spawn(self._doorbell.leave(room.id))

    def online_counts(self):
        """Return how many people are present, by room id."""
        return {room.id: len(room.present) for room in self.rooms.values() if room.present}

    # --- changes --------------------------------------------------------------------------------

    def hear(self, event):
        """Take an event, from this process or from the channel layer. Unknown kinds are ignored."""
        if event.get("kind") == "rooms":
            self._sweep.soon()
        elif event.get("kind") == "change" and (room := self.rooms.get(event["room"])):
            change = pages.Change.of_event(event)
            self.acks.confirm(change)
            self._mind_gap(room, room.hear(change))

    def _mind_gap(self, room, gap):
        if gap and not room.repairing:
            room.repairing = True
            self.loop.call_later(REORDER_SECONDS, self._end_gap, room)

    def _end_gap(self, room):
        room.repairing = False
        if room.catch_up():
            self.repair(room)

    def repair(self, room):
        """Read from the feed what nobody here was told of, and deliver it."""
        if not room.repairing:
            room.repairing = True
            self.spawn(self._repair(room))

    async def _repair(self, room):
        try:
            while True:
                changes, version = await self.threads.read(pages.changes, room.id, room.seen)
                for change in changes:
                    self.acks.confirm(change)
                room.fill(changes, version)
                if not (room.catch_up() and changes):
                    return
        except ClientError:
            pass  # the database is out of reach, which has been logged: the next sweep tries again
        finally:
            room.repairing = False


def _as_user(socket, function, args, kwargs):
    """Call the function for the socket's person, if their login holds now."""
    if not still_logged_in(socket.session_key):
        raise LoggedOut
    return function(socket.person.id, *args, **kwargs)
