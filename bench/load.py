"""The load client: thousands of sockets in one process, on epoll, with no event loop between.

Its own CPU time is measured beside the server's. It stays cheap because what is received is
compared rather than parsed (stream.py), and because in a closed loop only those who wait for their
echo are read at once, the others in rounds: what they are sent meanwhile waits in the kernel.
"""

import math
import secrets
import select
import time
from collections import defaultdict, deque
from dataclasses import dataclass

from .sockets import Connection, Sender
from .stream import Stream, WrongDelivery

WINDOW = 8  # messages that a sender has under way in a closed loop
HANDSHAKES_AT_ONCE = 50
ROUND_SECONDS = 50e-6  # for each socket, between two rounds of reading the receivers
PATIENCE_SECONDS = 10  # without anything to read, where something is due
WARM_SECONDS = 10  # at the most, for a server that is slow to get going
FINISH_SECONDS = 5


@dataclass
class Sample:
    """What happened in a stretch of time; cpu: seconds, by whose they are."""

    seconds: float
    deliveries: int
    messages: int
    cpu: dict


class Load:
    """Many connections to one server. A context manager: leaving it closes them.

    port: the server's, on the loopback; cpu: a function that returns {whose: CPU seconds so far}.
    Everything raises ConnectionError when the server ends or refuses something, and WrongDelivery.
    """

    def __init__(self, port, dialect, cpu):
        self.port, self.dialect, self.cpu = port, dialect, cpu
        self.name = secrets.token_hex(4)  # of this load: no two may use a ref twice
        self.poll = select.epoll()
        self.connections, self.by_number = [], {}
        self.streams = defaultdict(Stream)
        self.senders = []
        self.entering = 0
        self.sending = self.timed = False

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for connection in self.connections:
            connection.socket.close()
        self.poll.close()

    # --- coming in ------------------------------------------------------------------------------

    def connect(self, entrants):
        """Connect and join, and return a Sample of it; entrants are (cookie, rooms) pairs."""
        started, before = time.perf_counter(), self._cpu()
        waiting = deque(entrants)
        while waiting or self.entering:
            while waiting and self.entering < HANDSHAKES_AT_ONCE:
                self._open(*waiting.popleft())
            self._read(PATIENCE_SECONDS, due=True)
        return Sample(time.perf_counter() - started, 0, 0, self._cpu_since(before))

    def _open(self, cookie, rooms):
        self.entering += 1
        connection = Connection(self, cookie, rooms)
        self.connections.append(connection)
        self.by_number[connection.socket.fileno()] = connection
        self.poll.register(connection.socket, select.EPOLLIN)

    def settle(self, quiet=0.5, most=10):
        """Read until nothing has come for `quiet` seconds, `most` seconds at the most."""
        deadline = time.perf_counter() + most
        while self._read(quiet) and time.perf_counter() < deadline:
            pass

    def _read(self, timeout, due=False):
        """Read all sockets that have something; return whether any had."""
        events = self.poll.poll(timeout)
        for number, _ in events:
            self.by_number[number].read()
        if due and not events:
            raise ConnectionError(f"the server was silent for {timeout} s")
        return bool(events)

    # --- talking --------------------------------------------------------------------------------

    def choose_senders(self, count):
        """Make senders of the first `count` connections of each room."""
        rooms = defaultdict(list)
        for connection in self.connections:
            rooms[connection.room].append(connection)
        chosen = [connection for members in rooms.values() for connection in members[:count]]
        self.senders = [Sender(connection, number) for number, connection in enumerate(chosen)]

    def closed_loop(self, warm, seconds):
        """Keep WINDOW messages of each sender under way; return a Sample of `seconds`.

        It begins after `warm` seconds, and when the first WINDOW of each sender have come back.
        """
        senders = {sender.connection: sender for sender in self.senders}
        others = [connection for connection in self.connections if connection not in senders]
        for connection in others:
            self.poll.unregister(connection.socket)
        for connection, sender in senders.items():
            connection.receiver.on_message = sender.on_message
        self.sending = True
        for sender in self.senders:
            for _ in range(WINDOW):
                sender.send()
        self._rounds(others, warm)
        deadline = time.perf_counter() + WARM_SECONDS
        # A slow server first takes all that comes, and only then replies.
        while self._first_under_way() and time.perf_counter() < deadline:
            self._rounds(others, 0.1)
        before = self._count()
        self._rounds(others, seconds)
        sample = self._sample_since(before)
        self.sending = False
        for connection in others:
            self.poll.register(connection.socket, select.EPOLLIN)
        self.finish()
        return sample

    def _first_under_way(self):
        return any(len(sender.begun) < 2 * WINDOW for sender in self.senders)

    def _rounds(self, others, seconds):
        pause = ROUND_SECONDS * len(self.connections)
        end = time.perf_counter() + seconds
        due = 0
        while (now := time.perf_counter()) < end:
            if now >= due:
                due = now + pause
                for connection in others:
                    connection.read()
            self._read(max(0, due - now))

    def open_loop(self, rate, warm, seconds):
        """Send `rate` messages a second, whatever comes back; return (Sample, sorted latencies in
        seconds of each delivery of what was sent after `warm`)."""
        self.timed = True
        started = due = time.perf_counter()
        end, number, before = started + warm + seconds, 0, None
        while due < end:
            now = time.perf_counter()
            if before is None and now >= started + warm:
                before = self._count()
            if now >= due:
                self.senders[number % len(self.senders)].send(due)
                number += 1
                due = started + number / rate
            self._read(max(0, due - time.perf_counter()))
        sample = self._sample_since(before)
        self.finish()
        return sample, sorted(self._latencies(started + warm))

    def _latencies(self, since):
        begun = [sender.begun for sender in self.senders]
        for connection in self.connections:
            stream, reads = connection.receiver.stream, iter(connection.reads)
            moment = reached = 0
            for end, (sender, number) in zip(stream.ends, stream.marks, strict=True):
                while reached < end:
                    moment, reached = next(reads, (math.inf, math.inf))  # it never came
                if begun[sender][number] >= since:
                    yield moment - begun[sender][number]

    def finish(self):
        """Read until everybody has everything; raise WrongDelivery when something never comes.

        A slow server is not waited for longer than FINISH_SECONDS, as long as more keeps coming:
        what was missing amid the rest would have been noticed.
        """
        deadline = time.perf_counter() + FINISH_SECONDS
        while (missing := self._missing()) and time.perf_counter() < deadline:
            if not self._read(PATIENCE_SECONDS):
                raise WrongDelivery(f"{missing} deliveries never came")

    def _missing(self):
        sent = defaultdict(int)
        for sender in self.senders:
            sent[sender.connection.room] += len(sender.begun)
        return sum(
            sent[connection.room] - connection.receiver.received for connection in self.connections
        )

    # --- counting -------------------------------------------------------------------------------

    def _cpu(self):
        return {**self.cpu(), "load client": time.process_time()}

    def _cpu_since(self, before):
        return {name: seconds - before[name] for name, seconds in self._cpu().items()}

    def _count(self):
        """Return where things stand, all that has been delivered having been read."""
        for connection in self.connections:
            while connection.read():
                pass
        received = sum(connection.receiver.received for connection in self.connections)
        messages = sum(len(stream.ends) for stream in self.streams.values())
        return time.perf_counter(), received, messages, self._cpu()

    def _sample_since(self, before):
        moment, received, messages, cpu = before
        now, received_now, messages_now, _ = self._count()
        return Sample(
            now - moment, received_now - received, messages_now - messages, self._cpu_since(cpu)
        )
