"""Two people in a room of their own on a site, whom nothing that others do may hold up."""

import json
import time
from contextlib import ExitStack
from pathlib import Path

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

PATIENCE = 10  # seconds: long enough for a slow machine, and no promise
WITHIN = 1.0  # seconds, from one of them to the other
GROWTH = 48 * 2**20  # bytes that one attack may cost at its height: some outboxes, and a batch


class Bystander:
    """Their two sockets. They outlive the event loops of tests, so threads read them. A context
    manager."""

    def __init__(self, site):
        self._site, self._number = site, 0
        self._process = None  # the server that they are connected to
        self._things = ExitStack()

    def __enter__(self):
        self.come()
        return self

    def come(self):
        """Be there, also on a server that another test has ended and started anew."""
        site = self._site
        if self._process is site.process:
            return
        self._things.close()
        self._process = site.process
        people = site.outside.people([f"bystander-{name}-{time.time_ns()}" for name in "ab"])
        self._room = site.outside.room(f"Bystanders {time.time_ns()}")
        self._talks, self._listens = [self._enter(person) for person in people]
        self.peak = peak(site)

    def __exit__(self, *error):
        self._things.close()

    def _enter(self, person):
        how = connect(
            f"{self._site.socket_url}/chat/stream/",
            origin=self._site.origin,
            additional_headers={"Cookie": f"sessionid={person.cookie}"},
            compression=None,
            max_queue=None,  # or what comes between two looks would make it a slow client
            ping_interval=None,
            proxy=None,
        )
        client = self._things.enter_context(how)
        client.send(json.dumps({"command": "join", "room": self._room.id}))
        until(client, PATIENCE, type="join")
        return client

    def undisturbed(self):
        """Say something, and see it come. Raises AssertionError when it takes too long, or when
        memory has risen too far since the last call."""
        self._number += 1
        text = f"line {self._number}"
        self._talks.send(
            json.dumps({"command": "send", "room": self._room.id, "message": text, "ref": text})
        )
        until(self._listens, WITHIN, type="message", key=text)
        until(self._talks, WITHIN, type="ack", ref=text)
        before, self.peak = self.peak, peak(self._site)
        assert self.peak - before < GROWTH, f"{(self.peak - before) >> 20} MB at the height of it"


def until(client, within, **match):
    """Read until a frame has these values."""
    deadline = time.monotonic() + within
    frame = {}
    while any(frame.get(key) != value for key, value in match.items()):
        try:
            frame = json.loads(client.recv(timeout=max(0, deadline - time.monotonic())))
        except TimeoutError:
            raise AssertionError(f"a bystander waited {within} s for {match}") from None
        except ConnectionClosed as end:
            raise AssertionError(f"a bystander was put out: {end}") from None


def peak(site):
    """Return the most bytes that a site's process has had in memory so far."""
    status = Path(f"/proc/{site.process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024
