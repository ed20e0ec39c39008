"""What is measured: each function drives a started contender and returns {name of a value: value}.

Arguments: the contender, the Times, and what was measured of this contender before, {figure:
values}. The values, with their units: UNITS in report.py.
"""

import gc
import statistics
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from .load import Load
from .stored import stored
from .stream import WrongDelivery

MICRO, MILLI, KIB = 1e6, 1e3, 1024
SENDERS = 10  # in a room of many
ROOM_OF = 10  # sockets, where there are many rooms


@contextmanager
def load(contender):
    """Yield a Load on the contender; the collector waits: its pauses would be the client's."""
    gc.collect()
    gc.disable()
    try:
        with Load(contender.port, contender.dialect, contender.cpu) as load:
            yield load
    finally:
        gc.enable()


def cores(sample):
    """Return how many cores each process kept busy."""
    return {name: spent / sample.seconds for name, spent in sample.cpu.items()}


def most(clients, times, senders):
    """Measure a closed loop on connections that have entered."""
    clients.settle()
    clients.choose_senders(senders)
    sample = clients.closed_loop(times.warm, times.measure)
    if not sample.deliveries:
        raise WrongDelivery(f"nothing came in {times.measure} s")
    return {
        "deliveries": sample.deliveries / sample.seconds,
        "us": sample.cpu["server"] / sample.deliveries * MICRO,
        "cores": cores(sample),
    }


def one_room(contender, times, results, *, sockets):
    """The most that a room of so many sockets takes."""
    room = contender.rooms(1)
    with load(contender) as clients:
        clients.connect([(cookie, room) for cookie in contender.people(sockets)])
        return most(clients, times, SENDERS)


def latency(contender, times, results):
    """How late messages come to a room of 200 at 10 % and at half of the most that it takes."""
    highest = results.get("room200", {}).get("deliveries")
    if highest is None:
        highest = one_room(contender, times, results, sockets=200)["deliveries"]
    room, values = contender.rooms(1), {}
    for share in (10, 50):
        with load(contender) as clients:
            clients.connect([(cookie, room) for cookie in contender.people(200)])
            clients.settle()
            clients.choose_senders(SENDERS)
            rate = highest * share / 100 / 200
            sample, late = clients.open_loop(rate, times.warm, times.measure)
            if not late:
                raise WrongDelivery(f"nothing was sent in {times.measure} s")
            values |= {
                f"median_{share}": statistics.median(late) * MILLI,
                f"p99_{share}": late[int(len(late) * 0.99)] * MILLI,
                "cores": cores(sample),
            }
    return values


def many_rooms(contender, times, results, *, rooms=100, senders=2):
    """The most that so many rooms of ten take together."""
    with load(contender) as clients:
        clients.connect(in_rooms_of(ROOM_OF, contender, rooms * ROOM_OF))
        return most(clients, times, senders)


def in_rooms_of(size, contender, sockets):
    """Return entrants (see Load.connect) who fill one room after another."""
    ids = contender.rooms(-(-sockets // size))
    return [(cookie, [ids[i // size]]) for i, cookie in enumerate(contender.people(sockets))]


def connecting(contender, times, results, *, sockets=500, room_of=ROOM_OF):
    """What it costs to connect and join a room, up to 50 at once."""
    with load(contender) as clients:
        sample = clients.connect(in_rooms_of(room_of, contender, sockets))
    return {
        "join_cpu": sample.cpu["server"] / sockets * MILLI,
        "join_wall": sample.seconds / sockets * MILLI,
        "cores": cores(sample),
    }


def memory(contender, times, results, *, first=200, sockets=1000):
    """What a connection that is in three rooms and idle adds to the server's memory."""
    ids = contender.rooms(30)
    entrants = [
        (cookie, [ids[(3 * number + more) % len(ids)] for more in range(3)])
        for number, cookie in enumerate(contender.people(first + sockets))
    ]
    with load(contender) as clients:
        clients.connect(entrants[:first])  # what only the first ones cost is not counted
        clients.settle(quiet=times.idle)
        before = contender.memory()
        clients.connect(entrants[first:])
        clients.settle(quiet=times.idle)
        return {"memory": (contender.memory() - before) / sockets / KIB}


@dataclass
class Figure:
    """measure: a function as above; groups: of contenders, None for all; settings: environment
    variables of the server; alone: whether it needs a database of its own."""

    measure: Callable
    groups: tuple | None = None
    settings: dict = field(default_factory=dict)
    alone: bool = False

    def is_of(self, contender):
        return self.groups is None or contender.group in self.groups


# The stock design tells each that comes in to everybody present: a thousand in one room would take
# minutes to come in. There it is spared that.
QUIET = {"BENCH_ANNOUNCES": "0"}
FIGURES = {
    "connect": Figure(connecting),
    "connect500": Figure(partial(connecting, room_of=500), groups=("site",)),
    "memory": Figure(memory, settings=QUIET),
    "room200": Figure(partial(one_room, sockets=200)),
    "latency": Figure(latency),
    "room1000": Figure(partial(one_room, sockets=1000), settings=QUIET),
    "rooms100": Figure(many_rooms),
    "stored": Figure(stored, groups=("site",), alone=True),
}
