"""The load that every fault has to bear, and what must hold afterwards.

    async with Load(pair) as load:
        await load.goes_on(2)
        pair.one.kill()
        await load.goes_on(2)

On entry, people are in one room over both processes and talk; on leaving, all that was said is
acknowledged, and is held against the database, each reader's copy, the logs, and what the site held
in files, connections and threads before.
"""

import asyncio
import time
from contextlib import contextmanager

from faults.bystander import Bystander
from faults.participant import Participant
from faults.resources import SPARE, given_back, still

SENDERS, READERS = 4, 4
EVERY_SECONDS = 0.08  # between two messages of a sender
BYSTANDER_EVERY = 0.05
BYSTANDER_SECONDS = 1.0  # the 99th percentile of their round trips stays below
HARMLESS = {1000, 1006, 1012}  # codes of sockets that a fault may close: see docs/protocol.md


class Load:
    """Senders and readers in `room`, half of them at each process, and a bystander at each.

    pair: see pair.py; every: seconds between two messages of a sender; padding: what each text ends
    with; beside: whether there are bystanders. `spare` may be raised: see resources.py.
    """

    def __init__(self, pair, *, every=EVERY_SECONDS, padding="", beside=True):
        self.pair, self.outside = pair, pair.outside
        self.every, self.padding, self.beside = every, padding, beside
        self.participants, self.bystanders = [], {}  # a bystander's value is their room
        self.spare, self._down = dict(SPARE), []

    async def __aenter__(self):
        """Return when everybody is there and talks."""
        await self._warm_up()
        self.before = await still(self.pair)
        self.room = self._room()
        try:
            if self.beside:
                self._stand_bystanders()
            self.participants = self._come(SENDERS + READERS)
            for somebody in (*self.participants, *self.bystanders):
                await somebody.arrived()
        except BaseException:
            await self._break_off()
            raise
        self.talk()
        return self

    async def __aexit__(self, kind, error, trace):
        try:
            if error is None:
                await self._check()
        finally:
            await self._break_off()

    async def goes_on(self, seconds):
        """Let the load be for so long; raise at once what a participant finds wrong."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for participant in self.participants:
                participant.raise_trouble()
            await asyncio.sleep(0.05)

    @contextmanager
    def out_of_reach(self, after=0.0):
        """What bystanders say meanwhile, and for `after` seconds more, is not timed: something that
        no answer comes without is down."""
        start = time.monotonic()
        yield
        self._down.append((start, time.monotonic() + after))

    def talk(self, *doors):
        """Let everybody talk whose part it is, or only those at one of these doors (0, 1)."""
        for participant in self.participants:
            if participant.at in doors or not doors:
                participant.talk()

    def pause(self):
        """Let nobody say anything new."""
        for participant in self.participants:
            participant.pause()

    async def settled(self):
        """Let nobody say anything new, and wait until all that was said is acknowledged."""
        self.pause()
        for participant in self.participants:
            await participant.settled()

    def all_read_within(self, seconds, start, end):
        """Whether something was made between two moments, and everybody read it in so many
        seconds."""
        made = [
            (ref, moment)
            for participant in self.participants
            for ref, moment in participant.made.items()
            if start <= moment <= end
        ]
        return bool(made) and all(
            participant.read.get(ref, float("inf")) - moment <= seconds
            for participant in self.participants
            for ref, moment in made
        )

    @property
    def refusals(self):
        """How many sends and joins have been answered with UNAVAILABLE."""
        return sum(participant.refusals for participant in self.participants)

    # --- setting out ----------------------------------------------------------------------------

    def _room(self):
        return self.outside.room("Load")

    def _people(self, count):
        prefix = f"{time.time_ns():x}"
        return self.outside.people([f"{prefix}-{number}" for number in range(count)])

    def _come(self, count):
        """Bring people in: SENDERS of them talk, and each second one is at `other`."""
        come = [
            Participant(
                self.pair.doors,
                person.cookie,
                self.room.id,
                at=number % 2,
                every=self.every if number < SENDERS else None,
                padding=self.padding,
            )
            for number, person in enumerate(self._people(count))
        ]
        for participant in come:
            participant.come()
        return come

    async def _warm_up(self):
        """Let the site hold what it holds from its first visitors on."""
        self.room = self._room()
        guests = self._come(SENDERS)
        for guest in guests:
            await guest.arrived()
            guest.talk()
        await asyncio.sleep(3 * self.every)
        for guest in guests:
            await guest.settled()
        for guest in guests:
            await guest.go()

    def _stand_bystanders(self):
        for number, person in enumerate(self._people(len(self.pair.sites))):
            room = self._room()
            bystander = Bystander(
                doors=self.pair.doors,
                cookie=person.cookie,
                room=room.id,
                at=number,
                every=BYSTANDER_EVERY,
            )
            self.bystanders[bystander] = room

    # --- the end --------------------------------------------------------------------------------

    async def _check(self):
        for door in range(len(self.pair.sites)):
            await self._last_word(door)
        await self._check_room()
        for participant in self.participants:
            await participant.go()
        for bystander, room in self.bystanders.items():
            self._check_witness(await bystander.go(), room)
        codes = {code for participant in self.participants for code in participant.codes}
        assert codes <= HARMLESS, f"sockets were closed with {codes}"
        await given_back(self.pair, self.before, self.spare)
        for site in self.pair.sites:
            site.check_log()

    async def _last_word(self, door):
        """Let only those at one process talk, and everybody read it: nothing that people at the
        other one say makes their hub look for what it was not told of."""
        await self.settled()
        self.talk(door)
        await self.goes_on(3 * self.every)
        await self.settled()
        newest = self.outside.version(self.room)
        for participant in self.participants:
            await participant.until(lambda p=participant: p.version >= newest, "last message")

    async def _check_room(self):
        rows = self.outside.messages(self.room)
        everything = list(range(1, len(rows) + 1))
        assert [row["version"] for row in rows] == everything, "the versions have holes"
        assert self.outside.version(self.room) == len(rows)
        acks = {ref: ack for each in self.participants for ref, ack in each.acks.items()}
        assert {row["key"]: (row["id"], row["version"]) for row in rows} == acks
        assert len(acks) == len(rows) > 2 * SENDERS
        for participant in self.participants:
            assert participant.versions == everything, "not each message once, in order"
            wrong = participant.mirrors[self.room.id].differences(rows)
            assert not wrong, wrong

    def _check_witness(self, witness, room):
        rows = self.outside.messages(room)
        assert witness.versions == list(range(1, len(rows) + 1))
        assert witness.acks == {row["key"]: [row["id"], row["version"]] for row in rows}
        assert set(witness.codes) <= HARMLESS
        slowest = witness.percentile(self._down)
        assert slowest < BYSTANDER_SECONDS, f"a bystander's 99th percentile is {slowest:.2f} s"

    async def _break_off(self):
        """End what is left of a load that did not come to its end."""
        await asyncio.gather(*(participant.end() for participant in self.participants))
        for bystander in self.bystanders:
            bystander.end()
