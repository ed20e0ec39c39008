"""A stage for what has to be in force: two processes of one site, and people on both.

    ada        whom it is about: TWENTY sockets on the first process; her phone, in a session of its
               own, on the other
    members    Bob on the first process, Cid on the second
    mia        a moderator of rooms of members, on the first; on the other she has a browser
    eve        of the staff, on both
    stranger   Dot, on the first, who is in no room of members
    root       a superuser without a socket, with a browser on the second

What is done by a page is done on the second process: the sockets are the other's.
"""

import asyncio
import time

from wire.cast import Cast, numbers
from wire.pages import Browser

TWENTY = 20  # CHAT_SOCKETS_PER_USER
PASSWORD = "the old one of ada"
TOLD = ("room", "room_gone", "leave")


class Ear:
    """A client, and what it is told of rooms beside the answers to its own commands."""

    def __init__(self, name):
        self.name, self.client = name, None
        self.news = []  # (moment, frame) of each such frame since `begin`
        self.expected = []  # (type, values) of what is to come of the room in question

    def mind(self, frame):
        """Note a frame as it comes."""
        if frame["type"] in TOLD and "ref" not in frame:
            self.news.append((time.monotonic(), frame))

    def begin(self):
        self.client.raise_fault()
        self.client.forget()
        self.news, self.expected = [], []

    def told(self, room):
        """Return the (moment, frame) pairs about a room."""
        return [
            (at, frame)
            for at, frame in self.news
            if room.id in (frame.get("room"), frame.get("leave"))
        ]

    async def hear(self, room, expected):
        """Wait for these (type, values) pairs; return the moment of the last, or None for none."""
        self.expected = self.expected + expected
        try:
            await self.client.until(lambda: len(self.told(room)) >= len(self.expected), "news")
        finally:
            self.check(room)
        return self.told(room)[-1][0] if expected else None

    def check(self, room):
        """Assert that all that was expected has come, in this order, and nothing else."""
        self.client.raise_fault()
        frames = [frame for _, frame in self.told(room)]
        fits = len(frames) == len(self.expected) and all(
            frame == {**frame, "type": kind, **values}
            for frame, (kind, values) in zip(frames, self.expected, strict=True)
        )
        assert fits, f"{self.name} was told {frames}\ninstead of {self.expected}"


class Stage:
    """One site; `name` tells which."""

    def __init__(self, name, site, other):
        self.name, self.site, self.other, self.outside = name, site, other, site.outside
        self.cast, self.there = Cast(site), Cast(other)
        self.ears = {}  # group -> [Ear]
        self.room = None
        self.phones = {}  # person -> the Browser on their phone
        self.places = {}  # person -> Member's id

    async def open(self):
        """Bring everybody in."""
        new = self.cast
        self.hall = new.room("Hall")
        self.ada, self.bob, self.cid, self.mia, self.dot = new.people(
            *("ada", "bob", "cid", "mia", "dot"), password=PASSWORD
        )
        self.eve = new.person("eve", is_staff=True)
        self.root = new.person("root", is_staff=True, is_superuser=True)
        self.by_root, self.by_mia = self.browser(self.root), self.browser(self.mia)
        self.ears = {
            "ada": await self.twenty(self.ada),
            "members": [await self.ear(self.bob), await self.ear(self.cid, self.there)],
            "mia": [await self.ear(self.mia)],
            "eve": [await self.ear(self.eve), await self.ear(self.eve, self.there)],
            "stranger": [await self.ear(self.dot)],
        }
        return self

    def browser(self, person, cookie=None):
        return Browser(self.other, cookie or person.cookie)

    async def ear(self, person, cast=None, cookie=None):
        ear, cookie = Ear(person.username), cookie or person.cookie
        ear.client = await (cast or self.cast).connect(person, cookie=cookie, mind=ear.mind)
        return ear

    async def twenty(self, person):
        """Open TWENTY sockets of somebody, and one in another session on the other process, the
        last of those that are returned."""
        cookie = self.outside.session(person)
        self.phones[person] = self.browser(person, cookie)
        phone = self.ear(person, self.there, cookie)
        return await asyncio.gather(*(self.ear(person) for _ in range(TWENTY)), phone)

    def everybody(self):
        return [ear for ears in self.ears.values() for ear in ears]

    async def begin(self, roles, inside, **fields):
        """Make a new room, with roles ({name of a person: role}), a message of Ada's and some of
        Bob's, and let groups enter it."""
        self.outside.change("user", self.ada, is_staff=False, is_superuser=False)
        self.room = self.cast.room("Tea", **fields)
        self.places = {
            name: self.outside.call(
                "make",
                model="member",
                fields={"room_id": self.room.id, "user_id": getattr(self, name).id, "role": role},
            )
            for name, role in roles.items()
        }
        self.mine, *self.theirs = self.outside.fill(self.room, self.bob, ["something"] * 20)
        self.outside.call("change", model="message", id=self.mine, fields={"user": self.ada.id})
        await self.settle()
        await asyncio.gather(*map(self.enter, inside))
        for ear in self.everybody():
            ear.begin()

    async def enter(self, group):
        await asyncio.gather(*(ear.client.join(self.room.id) for ear in self.ears[group]))

    async def attempt(self, command, *codes):
        """Let Ada's first socket do something; assert that it gets one of these error codes (None:
        it may)."""
        client, fields = self.ears["ada"][0].client, {}
        if command in ("send", "edit"):
            fields["message"] = f"said {next(numbers)}"
        if command == "edit":
            fields["id"] = self.mine
        if command == "delete":
            fields["id"] = self.theirs.pop()
        frame = await client.command(command, room=self.room.id, **fields)
        assert frame.get("error") in codes, f"{command} was answered with {frame}"

    async def settle(self):
        """Wait until both processes have put in force all that was changed up to now."""
        title = f"Hall {next(numbers)}"
        self.outside.change("room", self.hall, title=title)
        await asyncio.gather(*(ear.client.expect("room", title=title) for ear in self.everybody()))

    async def felt(self, what, changed=None):
        """Assert that each group is told what it is to be told ({group: (type, values) pairs}) and
        nobody else anything. Return how many seconds after a moment (`changed`, or the last change
        of rights) the slowest was told."""
        changed = changed or self.outside.last_change()
        moments = await asyncio.gather(
            *(
                ear.hear(self.room, what.get(group, []))
                for group, ears in self.ears.items()
                for ear in ears
            )
        )
        return max(filter(None, moments), default=changed) - changed

    def check(self):
        for ear in self.everybody():
            ear.check(self.room)
        for site in (self.site, self.other):
            site.check_log()

    async def close(self):
        await self.cast.close()
        await self.there.close()
