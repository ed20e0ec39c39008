"""Random stories, told to a site and to a model of the protocol: both say the same.

A failure prints the story, as short as hypothesis can make it. With CI set, the stories are the
same each time; without, each run has others.
"""

import asyncio
import os
import uuid
from copy import deepcopy
from dataclasses import asdict, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wire.cast import Cast
from wire.model import Model, PersonState, PlaceState, RoomState, looks, sees
from wire.site import NO_RATES

NAMES, PLACES = ("ada", "bob", "eve"), ("Tea", "Coffee")
SOON = 3  # seconds, for what an admin does to be felt: a failure is tried many times to shorten it
SETTINGS = settings(
    max_examples=20,
    deadline=None,
    derandomize="CI" in os.environ,
    print_blob=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="session", params=["serve-sqlite", "serve-postgres"])
def site(request, start_site):
    """One that soon notices what was changed behind its back."""
    return start_site(*request.param.split("-"), CHAT_SWEEP_SECONDS="0.05", **NO_RATES)


who, where = st.sampled_from(NAMES), st.sampled_from(PLACES)
which = st.integers(0, 5)  # of the messages that there are; 0 is one that there is not
text = st.sampled_from(["hello", "*hello*", "hello again", " ", "é\n2"])
yes = st.booleans()
role = st.sampled_from(["guest", "member", "moderator"])
STORY = st.lists(
    st.one_of(
        st.tuples(st.just("send"), who, where, text, st.none() | which),
        st.tuples(st.just("send"), who, where, text, st.none()),
        st.tuples(st.just("repeat"), who, where, which, st.none() | text),
        st.tuples(st.just("edit"), who, where, which, text),
        st.tuples(st.just("delete"), who, where, which),
        st.tuples(st.just("history"), who, where, which, st.integers(1, 3)),
        st.tuples(st.just("join"), who, where, yes),
        st.tuples(st.just("leave"), who, where),
        st.tuples(st.just("reconnect"), who),
        st.tuples(st.just("lock"), where, yes),
        st.tuples(
            st.just("admit"), where, st.sampled_from(["open", "members", "staff", "superusers"])
        ),
        st.tuples(st.just("post"), where, st.sampled_from(["everyone", "moderators"])),
        st.tuples(st.just("place"), who, where, role, yes, yes),
        st.tuples(st.just("place"), who, where, role, st.just(False), st.just(False)),
        st.tuples(st.just("promote"), who, yes),
        st.tuples(st.just("activate"), who, yes),
        st.tuples(st.just("password"), who),
        st.tuples(st.just("remove"), where),
    ),
    min_size=15,
    max_size=50,
)


@SETTINGS
@given(STORY)
def test_a_story_ends_as_the_model_says(site, story):
    async def tell():
        stage = Stage(Cast(site))
        try:
            await stage.begin()
            for step, *details in story:
                await getattr(stage, step)(*details)
            await stage.agree()
        finally:
            await stage.cast.close()

    asyncio.run(tell())
    site.check_log()


class Stage:
    """People with a socket each, rooms, and the model that they are held against."""

    def __init__(self, cast):
        self.cast, self.outside = cast, cast.outside
        self.clients, self.mirrors = {}, {name: {} for name in NAMES}
        self.sent = {}  # (who, where) -> [(key, text, reply_to), ...]

    async def begin(self):
        self.people = dict(zip(NAMES, self.cast.people(*NAMES), strict=True))
        self.rooms = dict(zip(PLACES, self.cast.rooms(*PLACES), strict=True))
        self.model = Model(
            {name: PersonState(person.id) for name, person in self.people.items()},
            {place: RoomState(room.id) for place, room in self.rooms.items()},
        )
        for name in NAMES:
            await self.reconnect(name)
            for place in PLACES:
                await self.join(name, place, False)

    async def ask(self, name, expected, command, **fields):
        """Ask something of the site; the answer must have all that the model expects."""
        frame = await self.clients[name].command(command, **fields)
        told = dict(frame)
        if "messages" in frame:
            told["messages"] = [(m["id"], m["version"], m["message"]) for m in frame["messages"]]
        assert told == {**told, **expected}, f"{name} {command} {fields}"
        return frame

    def id(self, place, number):
        """Return the id of one of the room's messages, or one that it has not."""
        ids = sorted(self.model.rooms[place].messages)
        return ids[number % len(ids)] if ids and number else 10**9

    # --- what people do ---------------------------------------------------------------------------

    async def reconnect(self, name):
        """Lose the connection and come back, if there is a login; with a new one if need be."""
        person = self.model.people[name]
        if name in self.clients:
            self.clients[name].cut()
            self.model.lose(person)
        if not person.logged_in and person.is_active:
            cookie = self.outside.session(self.people[name])
            self.people[name] = replace(self.people[name], cookie=cookie)
            person.logged_in = True
        client = self.clients[name] = await self.cast.connect(
            self.people[name], mirrors=self.mirrors[name]
        )
        person.connected = person.is_active and person.logged_in
        if not person.connected:
            assert await client.close_code() == 4401
            return
        told = {summary["room"] for summary in client.hello["rooms"]}
        for room in self.model.rooms.values():
            assert (room.id in told) == sees(person, room)

    async def join(self, name, place, again):
        """Join, or join `again` with what was seen before."""
        if not self.model.people[name].connected:
            return
        room, fields = self.rooms[place], {}
        mirror = self.mirrors[name].get(room.id)
        if again and mirror:
            fields = {"after": mirror.version, "epoch": mirror.epoch}
        expected = self.model.join(name, place, fields.get("after"))
        await self.ask(name, expected, "join", room=room.id, **fields)

    async def leave(self, name, place):
        if self.model.people[name].connected:
            await self.ask(name, self.model.leave(name, place), "leave", room=self.rooms[place].id)

    async def send(self, name, place, text, number):
        reply_to = None if number is None else self.id(place, number)
        said = (uuid.uuid4().hex, text, reply_to)
        self.sent.setdefault((name, place), []).append(said)
        await self._send(name, place, *said)

    async def repeat(self, name, place, number, other):
        """Send once more what was sent before, or another text with its ref."""
        said = self.sent.get((name, place), [])
        if said:
            key, text, reply_to = said[number % len(said)]
            await self._send(name, place, key, other or text, reply_to)

    async def _send(self, name, place, key, text, reply_to):
        if not self.model.people[name].connected:
            return
        expected = self.model.send(name, place, key, text, reply_to)
        fields = {} if reply_to is None else {"reply_to": reply_to}
        frame = await self.ask(
            name, expected, "send", room=self.rooms[place].id, message=text, ref=key, **fields
        )
        if frame["type"] == "ack":
            self.model.stored(name, place, key, text, reply_to, frame["id"])

    async def edit(self, name, place, number, text):
        if self.model.people[name].connected:
            room, id = self.rooms[place].id, self.id(place, number)
            expected = self.model.edit(name, place, id, text)
            await self.ask(name, expected, "edit", room=room, id=id, message=text)

    async def delete(self, name, place, number):
        if self.model.people[name].connected:
            room, id = self.rooms[place].id, self.id(place, number)
            await self.ask(name, self.model.delete(name, place, id), "delete", room=room, id=id)

    async def history(self, name, place, number, limit):
        if self.model.people[name].connected:
            room, id = self.rooms[place].id, self.id(place, number)
            expected = self.model.history(name, place, id, limit)
            await self.ask(name, expected, "history", room=room, before=id, limit=limit)

    # --- what admins do ---------------------------------------------------------------------------

    async def lock(self, place, locked):
        await self._change_room(place, locked=locked)

    async def admit(self, place, access):
        await self._change_room(place, access=access)

    async def post(self, place, posting):
        await self._change_room(place, posting=posting)

    async def place(self, name, place, role, banned, silenced):
        """Give somebody a place in a room, or another one."""
        room, person = self.model.rooms[place], self.model.people[name]
        if not room.gone:
            before, now = deepcopy(self.model), PlaceState(role, banned, silenced)
            fields = {"room": room.id, "user": person.id, "fields": asdict(now)}
            self.outside.call("place", **fields)
            room.places[person.id] = now
            await self._felt(before)

    async def remove(self, place):
        if not self.model.rooms[place].gone:
            before = deepcopy(self.model)
            self.outside.remove("room", self.rooms[place])
            room = self.model.rooms[place]
            room.gone, room.version, room.messages = True, 0, {}
            await self._felt(before)

    async def _change_room(self, place, **fields):
        room = self.model.rooms[place]
        if not room.gone and any(getattr(room, name) != value for name, value in fields.items()):
            before = deepcopy(self.model)
            self.outside.change("room", self.rooms[place], **fields)
            vars(room).update(fields)
            await self._felt(before)

    async def promote(self, name, is_staff):
        await self._change_person(name, {"is_staff": is_staff}, is_staff=is_staff)

    async def activate(self, name, is_active):
        await self._change_person(name, {"is_active": is_active}, is_active=is_active)

    async def password(self, name):
        await self._change_person(name, {"password": f"!{uuid.uuid4()}"}, logged_in=False)

    async def _change_person(self, name, fields, **meaning):
        before = deepcopy(self.model)
        self.outside.change("user", self.people[name], **fields)
        vars(self.model.people[name]).update(meaning)
        await self._felt(before)

    async def _felt(self, before):
        """Wait until every socket has been told what an admin's change means for it."""
        self.model.settle()
        for name, person in self.model.people.items():
            was, client = before.people[name], self.clients[name]
            if was.connected and not person.connected:
                assert await client.close_code(SOON) == 4401
            if not person.connected:
                continue
            for place, room in self.model.rooms.items():
                was_room = before.rooms[place]
                saw, now = sees(was, was_room), sees(person, room)
                if room.id in was.inside - person.inside:
                    reason = "ROOM_INVALID" if room.gone else "ROOM_ACCESS_DENIED"
                    await client.expect("leave", leave=room.id, reason=reason, within=SOON)
                if saw and not now:
                    await client.expect("room_gone", room=room.id, within=SOON)
                told = looks(person, room)
                if now and not (saw and told == looks(was, was_room)):
                    await client.expect("room", room=room.id, within=SOON, **told)

    # --- the end ----------------------------------------------------------------------------------

    async def agree(self):
        """The database holds what the model does, and so does each who is there."""
        for place, room in self.model.rooms.items():
            if room.gone:
                continue
            assert self.outside.messages(self.rooms[place]) == room.rows()
            assert self.outside.version(self.rooms[place]) == room.version
            inside = [
                self.clients[name]
                for name, person in self.model.people.items()
                if room.id in person.inside
            ]
            await self.cast.agree(self.rooms[place], *inside)
