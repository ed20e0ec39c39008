"""Who is present, one truth over all processes of the site.

Each hub writes who is present by way of it, in batches: what changes while one is being written
goes with the next, as in a group commit. What was written is then announced, and every hub looks at
the database besides, for what the announcements lost. Nobody waits for any of it. The shape is the
one of Phoenix's Tracker: each process speaks for its own people alone, its versions say what was
missed, and who falls silent is forgotten.
"""

import asyncio
import logging
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import islice

from chat.exceptions import ClientError
from chat.models import Process

from .leases import Leases, beat_seconds, look_seconds
from .roster import Roster
from .threads import WAIT_SECONDS

logger = logging.getLogger(__name__)

LINGER_SECONDS = 5  # a reload takes less: nobody is told that the person went and came
BATCH = 500  # people a transaction and an event: some ten milliseconds, some ten kilobytes
GATHER_SECONDS = 0.05  # nobody waits for it: who comes with others is written with them
RETRY_SECONDS = 1  # between two tries to write
REORDER_SECONDS = 0.05  # how long an event may be on the way until the rows are read instead
EARLY = 100  # events of a process that may wait for one before them; it is read anew otherwise


@dataclass(slots=True)
class Here:
    """A person's being present in a room by way of this process."""

    username: str
    sockets: set = field(default_factory=set)
    timer: object = None  # runs while the last socket is lost and the person may come back


@dataclass(slots=True)
class Peer:
    """Another process, as far as it has been heard."""

    version: int = 1  # at which each is registered, with nobody in it
    early: dict = field(default_factory=dict)  # version -> event, which came before one it follows


class Presence:
    """The people of a hub and of all others.

    `name` is the hub's own, `threads` its DatabaseThreads. `tell_enter` and `tell_exit` are called
    with (room id, user id, username) for who comes and goes; `announce` with an event, a dict, that
    every other hub should `hear`; `tell_empty` when the last who lingered here is gone.
    """

    def __init__(self, name, threads, *, tell_enter, tell_exit, tell_empty, announce):
        self.name = name
        self._threads = threads
        self._tell_empty, self._announce = tell_empty, announce
        self._roster = Roster(tell_enter, tell_exit)
        self.members, self.count = self._roster.members, self._roster.count
        self.counts = self._roster.counts
        self._here = {}  # (room id, user id) -> Here
        self._unwritten = set()  # (room id, user id) of whom the database may say otherwise
        self._version = 0
        self._registered = False
        self._writing_works = True
        self._changed = asyncio.Event()
        self._peers = defaultdict(Peer)
        self._leases = Leases()
        self._known = asyncio.Event()

    @property
    def empty(self):
        """Whether nobody is present by way of this process."""
        return not self._here

    # --- those of this process ------------------------------------------------------------------

    def come_in(self, room_id, person, socket):
        """Note that a person is in a room with a socket."""
        here = self._here.get((room_id, person.id))
        if here is None:
            here = self._here[room_id, person.id] = Here(person.username)
            self._write_soon(room_id, person.id)
            self._roster.add(self.name, room_id, person.id, person.username)
        elif here.timer:
            here.timer.cancel()
            here.timer = None
        here.sockets.add(socket)

    def go_out(self, room_id, user_id, socket, linger):
        """Note that a socket is gone. With the last one the person goes: at once, or, if they are
        to `linger`, when they have not come back in time."""
        here = self._here.get((room_id, user_id))
        if here is None or socket not in here.sockets:
            return  # it was still on its way in
        here.sockets.remove(socket)
        if not here.sockets:
            if linger:
                loop = asyncio.get_running_loop()
                here.timer = loop.call_later(LINGER_SECONDS, self._end_linger, room_id, user_id)
            else:
                self._end(room_id, user_id)
                self._roster.remove(self.name, room_id, user_id)

    def _end_linger(self, room_id, user_id):
        # The others here are told when that is written: only the database knows for sure whether
        # the person has come back to another process meanwhile.
        self._end(room_id, user_id)
        if self.empty:
            self._tell_empty()

    def _end(self, room_id, user_id):
        del self._here[room_id, user_id]
        self._write_soon(room_id, user_id)

    def _write_soon(self, *pair):
        self._unwritten.add(pair)
        self._changed.set()

    # --- writing --------------------------------------------------------------------------------

    async def keep_written(self):
        """Write what changes, and show that this process lives, for ever."""
        while True:
            try:
                async with asyncio.timeout(beat_seconds()):
                    await self._changed.wait()
                await asyncio.sleep(GATHER_SECONDS)
            except TimeoutError:
                pass  # nothing changed: it is time to show that we live
            self._changed.clear()
            self._writing_works = await _attempt(self.write)
            if not self._writing_works:
                await asyncio.sleep(RETRY_SECONDS)
                self._changed.set()

    async def write(self):
        """Write what has changed, a batch of it, or else a sign of life. Raises ClientError."""
        if not self._registered:
            if not self._unwritten:
                return
            self._version += 1
            await self._threads.write(Process.objects.register, self.name, self._version)
            self._registered = True
        batch = set(islice(self._unwritten, BATCH))
        if batch:
            await self._write_batch(batch)
        elif not await self._threads.write(Process.objects.beat, self.name):
            self._write_all_anew()

    async def _write_batch(self, batch):
        come = {pair: self._here[pair].username for pair in batch if pair in self._here}
        gone = batch - come.keys()
        self._unwritten -= batch
        self._version += 1  # also for what fails, and may be written all the same
        version, elsewhere = self._version, None
        try:
            elsewhere = await self._threads.write(
                Process.objects.write, self.name, version, list(come), list(gone)
            )
        finally:
            if elsewhere is None:
                self._unwritten |= batch
        if elsewhere is None:
            self._write_all_anew()
            return
        self._note_elsewhere(elsewhere)
        for pair in gone - self._here.keys():
            self._roster.remove(self.name, *pair)
        self._announce(
            {
                "process": self.name,
                "version": version,
                "in": [[*pair, username] for pair, username in come.items()],
                "out": [list(pair) for pair in gone],
                "elsewhere": [list(row) for row in elsewhere],
            }
        )
        if self._unwritten:
            self._changed.set()

    def _write_all_anew(self):
        """The others took this process for dead, which was frozen, or cut off from the database."""
        self._registered = False
        self._unwritten |= self._here.keys()
        self._changed.set()

    async def stop(self, leave):
        """End. With `leave` what was written goes too; without it the people stay present for the
        time of a lease, in which they come back to another process."""
        for here in self._here.values():
            if here.timer:
                here.timer.cancel()
        if leave and self._version:
            try:
                await self._threads.write(Process.objects.remove, self.name)
            except ClientError:
                pass  # the database is out of reach, which has been logged: the lease runs out

    # --- those of other processes ---------------------------------------------------------------

    def hear(self, event):
        """Take what another process announced. What was lost before it is read at the next look."""
        if event["process"] != self.name:
            peer = self._peers[event["process"]]
            if len(peer.early) < EARLY:
                peer.early[event["version"]] = event
            self._catch_up(peer)

    def _catch_up(self, peer):
        while event := peer.early.pop(peer.version + 1, None):
            self._note_elsewhere(event["elsewhere"])
            for row in event["in"]:
                self._roster.add(event["process"], *row)
            for pair in event["out"]:
                self._roster.remove(event["process"], *pair)
            peer.version += 1
        peer.early = {v: event for v, event in peer.early.items() if v > peer.version}

    def _note_elsewhere(self, rows):
        """Note where people still are who have gone from one process: who moved never left, even
        when nobody has heard yet from where they went."""
        for process, version, room_id, user_id, username in rows:
            if process != self.name and self._peers[process].version < version:
                self._roster.add(process, room_id, user_id, username)

    async def keep_looking(self):
        """Compare what is known of the other processes with the database, for ever."""
        while True:
            await _attempt(self.look)
            await asyncio.sleep(look_seconds())

    async def look(self):
        """Read what was missed, and forget who is dead. Raises ClientError."""
        known = self._peers.keys() | self._roster.processes
        signs = await self._threads.read(Process.objects.signs)
        signs.pop(self.name, None)
        expired = self._leases.expired(signs, count=self._writing_works)
        living = signs.keys() - expired
        found = await self._read_behind({name: signs[name][1] for name in living})
        self._roster.learn(found, gone=known - living - {self.name})
        for name in known - living:
            self._peers.pop(name, None)
        for name in found:
            self._catch_up(self._peers[name])
        self._known.set()
        for name in expired:
            await self._threads.write(Process.objects.remove, name, signs[name])

    async def _read_behind(self, versions):
        """Return all who are present in the processes of which less is known than what they have
        written, and note that it is known now."""
        if not self._behind(versions):
            return {}
        if self._known.is_set():
            await asyncio.sleep(REORDER_SECONDS)
        behind = self._behind(versions)
        read = await self._threads.read(Process.objects.people, behind) if behind else {}
        found = {}
        for name, (version, rows) in read.items():
            if version > self._peers[name].version:  # else events were faster
                self._peers[name].version = version
                found[name] = rows
        return found

    def _behind(self, versions):
        return [name for name, version in versions.items() if self._peers[name].version < version]

    async def ready(self):
        """Wait until it is known who is present elsewhere. Raises ClientError("UNAVAILABLE") when
        the database does not say so in time."""
        if self._known.is_set():
            return
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._known.wait()
        except TimeoutError:
            raise ClientError("UNAVAILABLE") from None


async def _attempt(step):
    """Call an async function; return whether that went well."""
    try:
        await step()
    except ClientError:
        return False  # the database is out of reach, which has been logged
    except Exception:
        logger.exception("Presence failed; it is tried again")
        return False
    return True
