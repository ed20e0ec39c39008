"""Somebody in one room who minds what the page in the browser minds.

They come back when the socket is lost, to the other process by turns, with `after` and the epoch;
and they repeat every send that nobody has acknowledged, with the same `ref`.
"""

import asyncio
import itertools
import random
import time

from websockets.exceptions import WebSocketException

from wire.client import Client, Lost

LOST = (OSError, EOFError, WebSocketException, Lost)
BACK_SECONDS = 0.3  # at most, between the loss of a socket and the next try
AGAIN_SECONDS = 0.3  # after UNAVAILABLE
SILENT_SECONDS = 20  # what is not answered by then, on a socket that is open, never will be


class Participant:
    """One person with one socket at a time.

    doors: (socket address, origin) of each process; at: the index of the first one; every: seconds
    between two sends, or None for one who only reads; padding: what each text ends with; resets:
    whether so much may be missed that the room starts afresh.

    versions: of every message, as they came; acks: ref to (id, version); made, read: ref to when a
    message of one's own was made, and any was read; codes: of every closed socket; refusals: how
    many sends and joins were UNAVAILABLE. Times are those of time.monotonic.
    """

    def __init__(self, doors, cookie, room, *, at=0, every=None, padding="", resets=False):
        self.doors, self.cookie, self.room = doors, cookie, room
        self.at, self.every, self.padding, self.resets = at, every, padding, resets
        self.client, self.mirrors = None, {}
        self.versions, self.acks = [], {}
        self.made, self.read = {}, {}
        self.codes, self.refusals, self.exits = [], 0, 0
        self.waiting = {}  # ref -> when (time.monotonic) to send it, or to give up
        self._unanswered = set()  # refs that were sent on this socket
        self._name = f"{cookie[:8]}-{random.randrange(10**6)}"  # noqa: S311 - a ref is no secret
        self._talking = self._leaving = False
        self._tasks = []

    # --- from outside ---------------------------------------------------------------------------

    def come(self):
        """Begin to be there."""
        self._tasks = [
            asyncio.create_task(task()) for task in (self._stay, self._deliver, self._talk)
        ]

    async def until(self, condition, what, within=30):
        """Wait for something that only this participant's doings can bring about."""
        deadline = time.monotonic() + within
        while not condition():
            self.raise_trouble()
            left = deadline - time.monotonic()
            assert left > 0, f"{self._name} at door {self.at}: no {what} in {within} s"
            await asyncio.sleep(0.02)
        self.raise_trouble()

    async def arrived(self):
        await self.until(lambda: self.client, "connection")

    def talk(self):
        self._talking = self.every is not None

    def pause(self):
        """Say nothing new."""
        self._talking = False

    async def settled(self):
        """Say nothing new; return when all that was said is acknowledged."""
        self.pause()
        await self.until(lambda: self.client and not self.waiting, "acknowledgement of everything")

    async def go(self):
        """Leave the room and hang up, if that is possible; raise what went wrong."""
        self._leaving = True
        try:
            if self.client:
                await self.client.leave(self.room)
                await self.client.close()
        except LOST:
            pass
        await self.end()
        self.raise_trouble()

    async def end(self):
        """Hang up, whatever has happened."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def raise_trouble(self):
        for task in self._tasks:
            if task.done() and not task.cancelled():
                task.result()

    @property
    def version(self):
        return self.mirrors[self.room].version

    # --- being there ----------------------------------------------------------------------------

    async def _stay(self):
        while not self._leaving:
            client = None
            try:
                client = await self._connect()
                await self._join(client)
                self._due_now()
                self.client = client
                await client.socket.wait_closed()
            except LOST:
                pass
            finally:
                self.client = None
                if client:
                    client.cut()
            if client:
                await self._lose(client)
            await asyncio.sleep(BACK_SECONDS * random.random())  # noqa: S311
            self.at = (self.at + 1) % len(self.doors)

    async def _connect(self):
        address, origin = self.doors[self.at]
        return await Client.connect(
            address, cookie=self.cookie, origin=origin, mirrors=self.mirrors, mind=self._mind
        )

    async def _lose(self, client):
        """Note how a socket ended, and raise what the client found wrong with it."""
        self.codes.append(await client.close_code())
        client.raise_fault()

    async def _join(self, client):
        while True:
            mirror = self.mirrors.get(self.room)
            known = {"after": mirror.version, "epoch": mirror.epoch} if mirror else {}
            reply = await client.command("join", room=self.room, within=SILENT_SECONDS, **known)
            if reply["type"] == "join":
                missed = mirror and reply["reset"]
                assert self.resets or not missed, "more was missed than one answer holds"
                return
            assert reply["error"] == "UNAVAILABLE", reply
            self.refusals += 1
            await asyncio.sleep(AGAIN_SECONDS)

    # --- talking --------------------------------------------------------------------------------

    async def _talk(self):
        for number in itertools.count(1):
            await asyncio.sleep(self.every or 1)
            if self._talking:
                ref = f"{self._name}-{number}"
                self.made[ref] = time.monotonic()
                self.waiting[ref] = 0.0

    def _due_now(self):
        self._unanswered.clear()
        self.waiting = dict.fromkeys(self.waiting, 0.0)

    async def _deliver(self):
        while True:
            client, now = self.client, time.monotonic()
            due = [ref for ref, when in self.waiting.items() if client and when <= now]
            for ref in due:
                assert ref not in self._unanswered, f"no answer to {ref} in {SILENT_SECONDS} s"
                self._unanswered.add(ref)
                self.waiting[ref] = now + SILENT_SECONDS
                try:
                    await client.tell("send", room=self.room, message=ref + self.padding, ref=ref)
                except LOST:
                    break  # it goes out again on the next socket
            await asyncio.sleep(0.01)

    # --- listening ------------------------------------------------------------------------------

    def _mind(self, frame):
        """Note what a frame says; return whether nobody waits for it."""
        kind = frame["type"]
        if kind == "join":
            if frame["reset"]:
                self.versions.clear()
            for message in frame["messages"]:
                self._read(message)
        elif kind == "message":
            self._read(frame)
        elif kind == "ack":
            self._acknowledge(frame)
        elif kind == "error" and frame.get("command") == "send":
            assert frame["error"] == "UNAVAILABLE", frame
            self.refusals += 1
            self._unanswered.discard(frame["ref"])
            if frame["ref"] in self.waiting:
                self.waiting[frame["ref"]] = time.monotonic() + AGAIN_SECONDS
        self.exits += kind == "exit"
        return kind not in ("hello", "join", "leave", "error") or frame.get("command") == "send"

    def _read(self, message):
        self.versions.append(message["version"])
        self.read.setdefault(message["key"], time.monotonic())

    def _acknowledge(self, frame):
        ref, ack = frame["ref"], (frame["id"], frame["version"])
        assert self.acks.setdefault(ref, ack) == ack, f"{ref} was {self.acks[ref]}, now is {ack}"
        self.waiting.pop(ref, None)
        self._unanswered.discard(ref)
