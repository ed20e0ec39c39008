"""Does it matter how much is stored? Joining and sending on an empty site and on a full one.

One client, one command at a time. The messages are copies of a few that the site's own models made:
the database multiplies them.
"""

import socket
import statistics
import time
from contextlib import closing

from . import websocket

MESSAGES = 1_000_000
PAGE = 50  # messages: what a join is answered with
FEW, MANY = 5, 1000  # rooms
REPEATS = 200
MILLI = 1e3

COPY = """
INSERT INTO chat_message ({columns})
WITH RECURSIVE numbers(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})
SELECT {values} FROM chat_message AS made CROSS JOIN numbers
WHERE made.version = 1 AND {first} <= {last}
"""


def stored(contender, times, results):
    """Median ms of a connection, a join and a send, with nothing stored, with a page in each room,
    and with a million; and in few and in many rooms."""
    few = contender.rooms(FEW)
    values = talk(contender, few, "empty")
    fill(contender, few, PAGE)
    values |= talk(contender, few, "page")
    fill(contender, few, MESSAGES // FEW)
    values |= talk(contender, few, "full")
    contender.rooms(MANY)
    values |= talk(contender, few, "full_many")
    with contender.database() as database:
        empty(database)
    return values | talk(contender, few, "empty_many")


def talk(contender, rooms, name):
    """Return {"connect_…", "join_…", "send_…": median ms}, each of REPEATS, of a server that has
    just started. What is sent goes to another room than the one that is joined."""
    contender.stop()
    contender.start()
    room, other = rooms[:2]
    cookie, dialect = contender.people(1)[0], contender.dialect
    connects, joins, sends = [], [], []
    for _ in range(REPEATS):
        client, seconds = timed(Client, contender, cookie)
        connects.append(seconds)
        joins.append(timed(client.ask, dialect.join(room), b'"type":"join"')[1])
        client.ask(dialect.leave(room), b'"type":"leave"')
        client.socket.close()
    with closing(Client(contender, cookie)) as client:
        client.ask(dialect.join(other), b'"type":"join"')
        for number in range(REPEATS):
            text = dialect.message(other, f"That is fixed now, {number}", f"{name}-{number}")
            sends.append(timed(client.ask, text, b'"type":"message"')[1])
    medians = {"connect": connects, "join": joins, "send": sends}
    return {f"{what}_{name}": statistics.median(spent) * MILLI for what, spent in medians.items()}


def timed(function, *arguments):
    """Return what the function returns, and the seconds that it took."""
    started = time.perf_counter()
    return function(*arguments), time.perf_counter() - started


class Client:
    """A socket that waits for each answer; it is open when the server has greeted it."""

    def __init__(self, contender, cookie):
        dialect, port = contender.dialect, contender.port
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(websocket.handshake(port, dialect.path, dialect.headers(port, cookie)))
        self.rest = b""
        while websocket.HEAD_END not in self.rest:
            self._read()
        self.rest = self.rest.partition(websocket.HEAD_END)[2]
        self._wait(b'"type":"hello"')

    def close(self):
        self.socket.close()

    def ask(self, text, answer):
        """Send a text, and return when a frame with the answer's bytes in it has come."""
        self.socket.sendall(websocket.frame(text.encode()))
        self._wait(answer)

    def _wait(self, wanted):
        while True:
            for _, body, end in websocket.split(self.rest):
                if wanted in self.rest[body:end]:
                    self.rest = self.rest[end:]
                    return
            self._read()

    def _read(self):
        chunk = self.socket.recv(1 << 16)
        if not chunk:
            raise ConnectionError("the server closed the socket")
        self.rest += chunk


def fill(contender, rooms, each):
    """Have so many messages in each of the rooms, at least PAGE, and none elsewhere."""
    with contender.database() as database:
        empty(database)
        for room in rooms:
            contender.fill(
                room, [f"The kettle is on, who would like cup {n}?" for n in range(PAGE)]
            )
        columns = [about[0] for about in database.execute("SELECT * FROM chat_message").description]
        columns.remove("id")
        values = [
            "n" if name in ("version", "first_version") else f"made.{name}" for name in columns
        ]
        database.execute(
            COPY.format(
                columns=", ".join(columns), values=", ".join(values), first=PAGE + 1, last=each
            )
        )
        database.execute(f"UPDATE chat_feed SET version = {each} WHERE version = {PAGE}")
        database.execute("ANALYZE")


def empty(database):
    """Delete all messages, and what a database keeps of deleted rows for a while."""
    database.execute("DELETE FROM chat_message")
    database.execute("VACUUM")
