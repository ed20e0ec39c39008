"""Stand-ins for what a hub's parts talk to."""

import asyncio
import json
from types import SimpleNamespace

from chat.changes import Change
from chat.hub.room import LocalRoom


class FakeSocket:
    """Keeps what is put to it, as the dicts that a client would read."""

    def __init__(self, person=None, session_key="s"):
        self.person, self.session_key = person, session_key
        self.memberships = {}
        self.frames, self.closed = [], []

    def put(self, frame):
        self.frames.append(json.loads(frame))

    def put_ready(self, ready):
        self.frames += map(json.loads, ready.texts)

    def close(self, code):
        self.closed.append(code)

    def take(self):
        """Return what came since the last call."""
        taken, self.frames = self.frames, []
        return taken

    def heard(self):
        """Return what came of messages since the last call, as (type, id, version)."""
        return [
            (frame["type"], said["id"], said["version"])
            for frame in self.take()
            if frame["type"] in ("message", "update")
            for said in (frame["messages"] if frame["type"] == "update" else [frame])
        ]


class Connection:
    """Takes what a Socket sends by ASGI; while it is not `fast`, it takes nothing."""

    def __init__(self):
        self.sent, self.fast, self.broken = [], asyncio.Event(), False
        self.fast.set()

    async def __call__(self, event):
        await self.fast.wait()
        if self.broken:
            raise ConnectionError("gone")
        self.sent.append(event)

    @property
    def texts(self):
        return [event["text"] for event in self.sent if event["type"] == "websocket.send"]

    @property
    def closed(self):
        return [event["code"] for event in self.sent if event["type"] == "websocket.close"]


class Transport:
    """Stands in for multichat.server.transport.Transport; `blocked`, the kernel takes nothing."""

    def __init__(self):
        self.written, self.blocked, self.closed, self.ready = [], False, False, None

    def write(self, data):
        assert self.ready is None, "it has not taken what was written before"
        self.written.append(data)
        return not self.blocked

    def close(self):
        """The connection is gone."""
        self.closed = True
        if self.ready:
            self.ready()

    def drain(self, blocked=False):
        """The kernel has taken what waited, and may be full again with the next piece."""
        self.blocked = blocked
        self.ready()


async def turns(number=10):
    """Let the other tasks run until each waits for something."""
    for _ in range(number):
        await asyncio.sleep(0)


def somebody(number):
    return SimpleNamespace(id=number, username=f"person{number}")


def local_room(seen=None):
    """Make a LocalRoom whose socket's pages a test hands out itself; somebody entered at `seen`."""
    room = LocalRoom(1)
    if seen is not None:
        room.start(seen, rights=0)
    return room


def change(version, message=None, first=None, room=1, user=1, key=None, digest="d", rights=0):
    """Make a change: by default a new message whose id is a hundred times its version."""
    first = version if first is None else first
    message = first * 100 if message is None else message
    text = json.dumps({"id": message, "room": room, "version": version})
    return Change(
        room=room,
        version=version,
        first=first,
        id=message,
        user=user,
        key=key,
        digest=digest,
        rights=rights,
        object=text,
    )
