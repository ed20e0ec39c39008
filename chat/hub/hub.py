"""The hub takes each change once, in version order, and gives it to every socket of its process.

It hears of them from the actions of its own process, from other processes over the channel layer
and, whatever those lost, from its own sweep of the database. docs/architecture.md tells the whole.
"""

import asyncio
import uuid
from functools import partial
from weakref import WeakKeyDictionary

from django.conf import settings

from chat import entrance, events, frames
from chat.exceptions import ClientError, Close
from chat.limits import leaves_of_people
from chat.snapshot import Snapshot

from .asking import as_reader, as_user
from .delivery import Delivery
from .doorbell import Doorbell
from .entering import Entering
from .handshakes import Handshakes
from .lasting import keep_going
from .people import People, differing
from .presence import Presence
from .room import LocalRoom, Membership
from .sending import Sending
from .socket import Flush
from .sweep import Sweep, framing
from .threads import DatabaseThreads

IDLE_SECONDS = 60  # without anybody, until the hub goes


class Hub:
    """Who is here. It comes with the first who connects, and goes some time after the last."""

    _of_loops = WeakKeyDictionary()

    @classmethod
    def of_this_loop(cls):
        """Return the running event loop's hub, started if there was none."""
        loop = asyncio.get_running_loop()
        if loop not in cls._of_loops:
            cls._of_loops[loop] = cls(loop)
        return cls._of_loops[loop]

    @classmethod
    async def end_of_this_loop(cls):
        """Stop the running event loop's hub, if there is one: the process ends."""
        if hub := cls._of_loops.get(asyncio.get_running_loop()):
            await hub.stop(leave=False)

    def __init__(self, loop):
        self.loop = loop
        self.name = uuid.uuid4().hex
        self.sockets = set()  # all, also those not yet let in
        self.people = People()
        self.rooms = {}  # room id -> LocalRoom
        self.snapshot = Snapshot()  # who may see what, as it is in force for everybody here
        self.threads = DatabaseThreads()
        self.sending = Sending(self)
        self._leaves = leaves_of_people()
        self.flush = Flush(loop)
        self.presence = Presence(
            self.name,
            self.threads,
            tell_enter=partial(self._tell_others, frames.enter),
            tell_exit=partial(self._tell_others, frames.exit),
            tell_empty=self.stop_if_idle,
            announce=events.announce_presence,
        )
        self.handshakes = Handshakes(self.threads)
        self._entering = Entering(self)
        self.delivery = Delivery(self)
        self.sweep = Sweep(self)
        self.doorbell = Doorbell(self)
        self._tasks = set()
        events.hubs.add(self)
        lasting = [self.sweep.go_on, self.doorbell.listen, self.doorbell.keep_joined]
        lasting += [self.presence.keep_written, self.presence.keep_looking]
        lasting.append(self.handshakes.keep_added_up)
        self._lasting = [self.spawn(keep_going(task)) for task in lasting]

    def spawn(self, coroutine):
        """Run a coroutine beside everything else, and keep hold of it until it is done."""
        task = self.loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def stop(self, leave=True):
        """End what runs, and close what is kept open. Unless they `leave`, its people count as
        present for some time, in which they come back to another process."""
        events.hubs.discard(self)
        if self._of_loops.get(self.loop) is self:
            del self._of_loops[self.loop]
        for task in self._lasting:
            task.cancel()
        while running := self._tasks - {asyncio.current_task()}:
            await asyncio.gather(*running, return_exceptions=True)
        await self.presence.stop(leave)
        await self.doorbell.leave_all()
        await asyncio.to_thread(self.threads.close)

    @property
    def idle(self):
        """Whether nobody is connected, or counts as present, any more."""
        return not self.sockets and self.presence.empty

    def stop_if_idle(self):
        """Stop when nobody has come for a while: to start anew costs a reading of everything."""
        if self.idle:
            self.loop.call_later(IDLE_SECONDS, self._stop_if_still_idle)

    def _stop_if_still_idle(self):
        if self.idle and self._of_loops.get(self.loop) is self:
            del self._of_loops[self.loop]
            self.spawn(self.stop())

    # --- sockets --------------------------------------------------------------------------------

    async def let_in(self, socket):
        """Greet a socket, or close it when it has no login that holds. Raises ClientError when the
        database does not answer."""
        self.sockets.add(socket)
        await self.presence.ready()
        now, known_versions = await self._entering.look_up(socket)
        while now.number < self.snapshot.number:  # it was read before what is in force since
            now, known_versions = await self._entering.look_up(socket)
        user = now.user(socket.session_key)
        if user is None:
            socket.close(Close.NOT_LOGGED_IN)
            return
        if socket not in self.sockets:
            return  # it went while we looked
        self._believe(now, socket)
        person = self.people.meet(user)
        frame_of = framing(now, known_versions)
        self.sweep.tell_of_rooms(person, user, now, frame_of, differing())
        if not person.sockets:
            person.untold = set()  # hello tells ...
        person.untold |= self.sweep.untold()  # ... and if it changes back, that is to be told
        self.people.add(socket, person)
        online = self.presence.counts()
        socket.put(frames.hello(user, now.epoch, person.sight, known_versions, online))
        for oldest in person.too_many():
            oldest.close(Close.TOO_MANY_SOCKETS)
            self.lose(oldest)

    def _believe(self, now, socket):
        """Take over what was found out about a socket that comes in."""
        if self.snapshot.number == now.number:
            self.snapshot.learn(now)
        elif not self.people:
            self.snapshot = now
        else:
            self.sweep.soon()  # the others have to be told first

    def lose(self, socket):
        """Forget a socket whose connection is gone, or going."""
        for room_id in list(socket.memberships):
            self._take_out(socket, room_id, linger=True)
        self.people.remove(socket)
        self.sockets.discard(socket)
        self.stop_if_idle()

    def send_away(self, sockets):
        """Close sockets that have to come again, and start anew."""
        for socket in list(sockets):
            socket.close(Close.TOO_SLOW)
            self.lose(socket)

    def turn_away(self, socket):
        """Close a socket that goes on when it was told to wait."""
        socket.close(Close.FLOODING)
        self.lose(socket)

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
        return await self.threads.read(as_reader, self.snapshot, socket, function, args, kwargs)

    async def write(self, socket, function, *args, **kwargs):
        """The same in a writing thread. What was UNAVAILABLE may have been stored all the same."""
        return await self.threads.write(as_user, self.snapshot, socket, function, args, kwargs)

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
            await self.presence.ready()
            ask = entrance.Ask(socket.session_key, after, epoch)
            entry = await self._entering.entry(room, ask)
        except Exception as error:
            self._not_let_in(socket, room, membership, error)
            raise
        person = socket.person
        if socket.memberships.get(room_id) is not membership:  # it was put out meanwhile
            raise ClientError("ROOM_ACCESS_DENIED")
        if entry.rights < person.rights and room_id not in person.rooms:  # it would have been
            error = ClientError("ROOM_ACCESS_DENIED")
            self._not_let_in(socket, room, membership, error)
            raise error
        membership.rights, membership.inside = entry.rights, True
        here = self.presence
        here.come_in(room_id, person, socket)
        socket.put(frames.join(entry, here.members(room_id), here.count(room_id), ref))
        room.release(socket, membership, entry.page.version)

    def _not_let_in(self, socket, room, membership, error):
        """Undo what a join began, or put out who was in already and is refused now."""
        if socket.memberships.get(room.id) is not membership:
            return
        if membership.rights is None:
            self._take_out(socket, room.id, linger=False)
        elif getattr(error, "code", None) in ("ROOM_INVALID", "ROOM_ACCESS_DENIED"):
            self.leave(socket, room.id)
            socket.put(frames.leave(room.id, reason=error.code))
        else:
            room.release(socket, membership, membership.version)

    def leave(self, socket, room_id):
        """Take a socket out of a room, if it is in. Of who comes and goes all the time, the others
        are told as of one whose connection comes and goes."""
        if room_id in socket.memberships:
            self._take_out(socket, room_id, linger=self._leaves.take(socket.person.id) > 0)

    def put_out(self, person, room_id, reason, rights):
        """Take a person out of a room that they may not see any more, by this rights number."""
        for socket in person.sockets:
            membership = socket.memberships.get(room_id)
            if membership and membership.rights is not None and membership.rights <= rights:
                self._take_out(socket, room_id, linger=False)
                socket.put(frames.leave(room_id, reason=reason))
            socket.put(frames.room_gone(room_id))

    def _take_out(self, socket, room_id, linger):
        room = self.rooms[room_id]
        del socket.memberships[room_id]
        del room.memberships[socket]
        self.presence.go_out(room_id, socket.person.id, socket, linger)
        if not room.memberships:
            del self.rooms[room_id]
            self.doorbell.mind(room_id)

    def _tell_others(self, make_frame, room_id, user_id, username):
        if room := self.rooms.get(room_id):
            room.tell_others(user_id, make_frame(room_id, user_id, username))

    def _local_room(self, room_id):
        if room_id not in self.rooms:
            self.rooms[room_id] = LocalRoom(room_id)
            self.doorbell.mind(room_id)
        return self.rooms[room_id]

    # --- changes --------------------------------------------------------------------------------

    def hear_all(self, events):
        for event in events:
            self.hear(event)

    def hear(self, event):
        """Take an event, from this process or from the channel layer. Unknown kinds are ignored."""
        kind = event.get("kind")
        if kind == "changes" and (room := self.rooms.get(event["room"])):
            self.delivery.hear(room, event["changes"])
        elif kind == "rooms":
            self.sweep.soon()
        elif kind == "presence":
            self.presence.hear(event)
