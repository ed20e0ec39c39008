"""Stand-ins for what a hub's parts talk to."""

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


def somebody(number):
    return SimpleNamespace(id=number, username=f"person{number}")


def local_room(seen=None):
    """Make a LocalRoom whose socket's pages a test hands out itself; somebody entered at `seen`."""

    async def read_entries(room, items):
        raise AssertionError("this room has no database")

    room = LocalRoom(1, read_entries, 1)
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
