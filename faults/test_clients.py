"""Clients that stop, that never read, that never end a message, or that all come at once."""

import asyncio
import signal
import time

import pytest

from faults.bystander import Bystander
from faults.load import Load
from faults.raw import RawSocket
from faults.resources import clients, memory
from wire.client import Client
from wire.raw import CONTINUATION, TEXT, frame

pytestmark = pytest.mark.parametrize("shared_pair", ["postgres"], indirect=True)

TALL = "<" * 3900  # a text whose frame is of 20 kB
MEGABYTE = 2**20
GROWTH = (
    40 * MEGABYTE
)  # of a process: outbox, kernel buffers and what Python keeps, many times over
GIVEN_UP_SECONDS = 50  # a client that takes nothing is closed by then
FRAGMENT_SECONDS = 40  # a message whose fragments do not end is closed by then
CROWD, PER_PERSON = 1000, 10
BACK_SECONDS = 90  # for the whole crowd, this machine serving both sides
TOO_SLOW, TOO_BIG, PROTOCOL_ERROR = 4408, 1009, 1002


async def test_a_client_that_is_stopped_is_closed_and_catches_up_later(pair):
    async with Load(pair, padding=TALL) as load:
        person = pair.outside.person(f"sleeper-{time.time_ns()}")
        sleeper = Bystander(doors=pair.doors, cookie=person.cookie, room=load.room.id, resets=True)
        await sleeper.arrived()
        sleeper.process.send_signal(signal.SIGSTOP)
        connected, size = clients(pair.one), memory(pair.one)
        try:
            deadline = time.monotonic() + GIVEN_UP_SECONDS
            while clients(pair.one) >= connected:
                await load.goes_on(0.2)
                assert time.monotonic() < deadline, "the stopped client is still connected"
            assert memory(pair.one) < size + GROWTH
        finally:
            sleeper.process.send_signal(signal.SIGCONT)
        await load.goes_on(1)
        await load.settled()
        rows = pair.outside.messages(load.room)
        witness = await sleeper.go(len(rows))
        assert witness.versions == list(range(witness.versions[0], len(rows) + 1))
        assert set(witness.codes) <= {TOO_SLOW, 1006, 1000}
        assert len(witness.codes) == 2  # one when it was given up, one at the end


async def test_a_client_that_writes_and_never_reads_costs_nobody_anything(pair):
    ping = frame(b'{"command": "ping", "ref": "%s"}' % (b"x" * 64))
    block, most = ping * 1000, 64 * MEGABYTE

    def flood(person):
        """Write until the server takes no more; return how many bytes it took."""
        with RawSocket(pair.one, person.cookie, seconds=4) as socket:
            for written in range(0, most, len(block)):
                try:
                    socket.send(block)
                except OSError:
                    return written
            return most

    async with Load(pair) as load:
        await load.goes_on(1)
        person = pair.outside.person(f"flood-{time.time_ns()}")
        size = memory(pair.one)
        written = asyncio.create_task(asyncio.to_thread(flood, person))
        while not written.done():
            await load.goes_on(0.2)
            assert memory(pair.one) < size + GROWTH
        assert await written < most
        await load.goes_on(1)


@pytest.mark.parametrize(
    ("size", "pause", "code"), [(1000, 0, TOO_BIG), (1, 0.5, PROTOCOL_ERROR)], ids=["fast", "slow"]
)
async def test_fragments_without_end_are_ended(pair, size, pause, code):
    def send_fragments(person):
        """Write fragments until the server ends it; return the code."""
        with RawSocket(pair.one, person.cookie, seconds=FRAGMENT_SECONDS) as socket:
            deadline = time.monotonic() + FRAGMENT_SECONDS
            opcode = TEXT
            try:
                while time.monotonic() < deadline:
                    socket.send(frame(b"x" * size, opcode, final=False))
                    opcode = CONTINUATION
                    time.sleep(pause)
            except OSError:
                pass  # the server has ended it
            else:
                return "no end"
            return socket.close_code()

    async with Load(pair) as load:
        person = pair.outside.person(f"fragments-{time.time_ns()}")
        ended = asyncio.create_task(asyncio.to_thread(send_fragments, person))
        while not ended.done():
            await load.goes_on(0.2)
        assert await ended == code


async def test_a_thousand_sockets_reconnect_at_once(pair):
    """They lose their connections in one moment, while people talk, and all come back with what
    they have seen."""
    async with Load(pair, every=0.5) as load:
        people = pair.outside.people(
            [f"crowd-{time.time_ns()}-{number}" for number in range(CROWD // PER_PERSON)]
        )
        crowd = [
            Member(pair.doors[number % 2], people[number % len(people)].cookie, load.room.id)
            for number in range(CROWD)
        ]
        gate = asyncio.Semaphore(20)
        await asyncio.gather(*(member.come(gate) for member in crowd))
        await load.goes_on(1)
        for member in crowd:
            member.client.cut()
        gate = asyncio.Semaphore(CROWD)
        async with asyncio.timeout(BACK_SECONDS):
            await asyncio.gather(*(member.come(gate) for member in crowd))
        await load.goes_on(1)
        await load.settled()
        rows = pair.outside.messages(load.room)
        for member in crowd:
            await member.client.seen(load.room.id, len(rows))
            assert not member.client.mirrors[load.room.id].differences(rows)
        await asyncio.gather(*(member.go() for member in crowd))


class Member:
    """One of a crowd: listens in a room."""

    def __init__(self, door, cookie, room):
        self.door, self.cookie, self.room = door, cookie, room
        self.client, self.mirrors = None, {}

    async def come(self, gate):
        """Connect and join, with what was seen before."""
        address, origin = self.door
        async with gate:
            self.client = await Client.connect(
                address,
                cookie=self.cookie,
                origin=origin,
                mirrors=self.mirrors,
                mind=lambda frame: frame["type"] not in ("hello", "join", "leave", "error"),
                open_timeout=BACK_SECONDS,
            )
            mirror = self.mirrors.get(self.room)
            known = {"after": mirror.version, "epoch": mirror.epoch} if mirror else {}
            reply = {"error": "UNAVAILABLE"}
            while reply.get("error") == "UNAVAILABLE":
                reply = await self.client.command(
                    "join", room=self.room, within=BACK_SECONDS, **known
                )
            assert reply["type"] == "join", reply
            assert reply["reset"] == (not known)

    async def go(self):
        await self.client.leave(self.room)
        await self.client.close()
