"""A small client of the protocol, for tests: it keeps every frame, and checks each on arrival.

Every frame is held against shapes.py, and every room that is joined is mirrored (mirror.py). What
the server does wrong is raised by the next call on the client, at the latest by `close`.
"""

import asyncio
import json
import time
import uuid

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from wire.mirror import Mirror
from wire.shapes import check

PATH = "/chat/stream/"
PATIENCE = 10  # seconds: long enough for a slow machine, and no promise
AUTOMATIC = object()


class Lost(AssertionError):
    """What was waited for cannot come any more: the socket is closed."""


def strict(frame):
    """Return a frame's object; raise ValueError or AssertionError when it is not strict JSON."""

    def refuse(constant):
        raise ValueError(f"{constant} is not JSON")

    def once(pairs):
        assert len(dict(pairs)) == len(pairs), f"a key twice: {pairs}"
        return dict(pairs)

    return json.loads(frame, parse_constant=refuse, object_pairs_hook=once)


def fits(frame, kind, match):
    """Whether a frame has this type (None: any) and these values; a callable value is asked."""
    return kind in (None, frame["type"]) and all(
        key in frame and (wanted(frame[key]) if callable(wanted) else frame[key] == wanted)
        for key, wanted in match.items()
    )


class Client:
    """One socket.

    inbox: the frames that no call has taken yet; transcript: every frame with the time it came
    (time.monotonic); mirrors: of each room that was ever joined; mind: called with each frame, and
    a frame of which it says True does not go into the inbox.
    """

    def __init__(self, socket, mirrors=None, mind=None):
        self.socket, self._mind = socket, mind
        self.inbox, self.transcript = [], []
        self.mirrors = {} if mirrors is None else mirrors
        self.hello = self.fault = self.closed_at = None
        self._asked = {}  # room: the `after` of the join that is on its way
        self._sent = set()  # refs of sends
        self._unacknowledged = {}  # ref: (room, text) of a send that is on its way
        self._news = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    # --- connecting -----------------------------------------------------------------------------

    @classmethod
    async def connect(cls, url, *, cookie=None, origin=None, mirrors=None, mind=None, **more):
        """Open a socket; raise websockets' InvalidStatus when the server refuses.

        url: ws://host:port, with a path where it is not /chat/stream/; cookie: a session key.
        Returns when `hello` has come, or the server has closed the socket: then `hello` is None.
        """
        headers = {"Cookie": f"sessionid={cookie}"} if cookie else {}
        socket = await connect(
            url if url.count("/") > 2 else url + PATH,
            origin=origin,
            additional_headers=headers,
            max_size=None,
            ping_interval=None,
            compression=None,
            proxy=None,
            **more,
        )
        client = cls(socket, mirrors, mind)
        await client.until(lambda: client.transcript or client.closed, "hello")
        if client.transcript:
            first = client.transcript[0][1]
            assert first["type"] == "hello", f"the first frame is {first}"
            client.hello = first
            client.inbox.remove(first)
        return client

    @property
    def closed(self):
        return self._reader.done()

    async def close_code(self, within=PATIENCE):
        """Wait until the server has closed the socket, and return the code."""
        await self.until(lambda: self.closed, "the socket closed", within)
        return self.socket.close_code

    async def close(self):
        """Close the socket; raise what the server did wrong since the last call."""
        await self.socket.close()
        await self._reader
        self.raise_fault()

    def cut(self):
        """Lose the connection as a pulled cable or a crash does: without a closing handshake."""
        self.socket.transport.abort()

    # --- frames in ------------------------------------------------------------------------------

    async def _read(self):
        try:
            async for frame in self.socket:
                self._take(frame)
        except ConnectionClosed:
            pass
        except Exception as fault:  # raised by the next call
            self.fault = self.fault or fault
        finally:
            self.closed_at = time.monotonic()
            for mirror in self.mirrors.values():
                mirror.left()
            self._news.set()

    def _take(self, raw):
        assert isinstance(raw, str), f"a binary frame: {raw!r}"
        frame = strict(raw)
        self.transcript.append((time.monotonic(), frame))
        if not (self._mind and self._mind(frame)):
            self.inbox.append(frame)
        self._news.set()
        check(frame)
        self._reflect(frame)

    def _reflect(self, frame):
        kind = frame["type"]
        if kind == "join":
            room = frame["join"]
            mirror = self.mirrors.setdefault(room, Mirror(room))
            mirror.joined(frame, self._asked.pop(room, None))
        elif kind == "leave" and frame["leave"] in self.mirrors:
            self.mirrors[frame["leave"]].left()
        elif kind in ("message", "update"):
            assert frame["room"] in self.mirrors, f"for a room never joined: {frame}"
            getattr(self.mirrors[frame["room"]], kind)(frame)
        if frame.get("ref") is not None:
            self._unacknowledged.pop(frame["ref"], None)
        if kind == "message" and frame["user"] == self.hello_user:
            said = (str(frame["room"]), frame["message"])
            assert self._unacknowledged.get(frame["key"]) != said, f"before its ack: {frame}"

    @property
    def hello_user(self):
        return self.transcript[0][1].get("user", {}).get("id")

    def raise_fault(self):
        if self.fault:
            raise self.fault

    async def until(self, condition, what, within=PATIENCE):
        """Wait for a condition that only arriving frames can change."""
        deadline = time.monotonic() + within
        while not condition():
            self.raise_fault()
            self._news.clear()
            left = deadline - time.monotonic()
            assert left > 0, f"no {what} in {within} s; waiting: {self.inbox[-5:]}"
            if self.closed:
                raise Lost(f"no {what}: closed with {self.socket.close_code}")
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except TimeoutError:
                pass
        self.raise_fault()

    def waiting(self, kind=None, **match):
        """Return the frames in the inbox that fit; they stay there."""
        return [frame for frame in self.inbox if fits(frame, kind, match)]

    def forget(self):
        """Empty the inbox: what is asked for next has to come from now on."""
        self.inbox.clear()

    async def expect(self, kind, *, within=PATIENCE, **match):
        """Take and return the first frame of this type with these values, waiting for it.

        kind None is any type; a callable value is asked, another one must equal.
        """
        await self.until(lambda: self.waiting(kind, **match), f"{kind} {match}", within)
        frame = self.waiting(kind, **match)[0]
        self.inbox = [other for other in self.inbox if other is not frame]
        return frame

    async def quiet(self, seconds, kind=None, **match):
        """Assert that nothing that fits is waiting or comes for so long."""
        await asyncio.sleep(seconds)
        self.raise_fault()
        found = self.waiting(kind, **match)
        assert not found, f"unexpected: {found}"

    # --- commands -------------------------------------------------------------------------------

    async def say(self, raw):
        """Send a frame as it is: a string as text, bytes as a binary frame."""
        await self.socket.send(raw)

    async def tell(self, command, **fields):
        """Send a command and wait for nothing."""
        if command == "join" and type(fields.get("room")) is int:
            self._asked[fields["room"]] = fields.get("after")
        ref = fields.get("ref")
        if command == "send" and type(ref) is str and ref not in self._sent:
            self._sent.add(ref)
            self._unacknowledged[ref] = (str(fields.get("room")), fields.get("message"))
        await self.say(json.dumps({"command": command, **fields}))

    def shares(self, ref):
        """Expect another socket of the person to send with this ref too: that message may come here
        before our ack does."""
        self._sent.add(ref)

    async def command(self, command, *, ref=AUTOMATIC, within=PATIENCE, **fields):
        """Send a command with a ref; return the direct reply or the error with the same ref."""
        ref = uuid.uuid4().hex if ref is AUTOMATIC else ref
        await self.tell(command, ref=ref, **fields)
        return await self.expect(None, within=within, ref=ref)

    async def refused(self, command, **fields):
        """Send a command that the server refuses; return the error's code."""
        frame = await self.command(command, **fields)
        assert frame["type"] == "error", f"{command} {fields} was answered with {frame}"
        assert frame.get("command", command) == command, frame
        return frame["error"]

    async def done(self, command, reply, **fields):
        """Send a command that succeeds; return its direct reply, a frame of type `reply`."""
        frame = await self.command(command, **fields)
        assert frame["type"] == reply, f"{command} {fields} was answered with {frame}"
        return frame

    async def join(self, room, **fields):
        frame = await self.done("join", "join", room=room, **fields)
        assert frame["join"] == room, frame
        return frame

    async def rejoin(self, room):
        """Join with `after` and `epoch`, as a client does that comes back."""
        mirror = self.mirrors[room]
        return await self.join(room, after=mirror.version, epoch=mirror.epoch)

    async def leave(self, room):
        return await self.done("leave", "leave", room=room)

    async def send(self, room, message, **fields):
        """Send a message; return the `ack`, which names id and version."""
        ack = await self.done("send", "ack", room=room, message=message, **fields)
        assert ack["room"] == room, ack
        assert type(ack["id"]) is type(ack["version"]) is int, ack
        return ack

    async def edit(self, room, id, message, **fields):
        return await self.done("edit", "ack", room=room, id=id, message=message, **fields)

    async def delete(self, room, id, **fields):
        return await self.done("delete", "ack", room=room, id=id, **fields)

    async def history(self, room, **fields):
        frame = await self.done("history", "history", room=room, **fields)
        assert frame["room"] == room, frame
        ids = [message["id"] for message in frame["messages"]]
        assert ids == sorted(set(ids)), f"not oldest first: {ids}"
        return frame

    async def seen(self, room, version, within=PATIENCE):
        """Wait until the room's mirror has come to a version."""
        mirror = self.mirrors[room]
        await self.until(lambda: mirror.version >= version, f"version {version}", within)
