"""How often sockets are opened: by a person, and without a login from one address.

Counted here at once, and added up with what other processes have counted once a second: a
handshake waits for no database. It counts when it is known whose it is: of those that come in the
same moment some more may pass.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic

from django.conf import settings

from chat.exceptions import ClientError
from multichat import rates

WINDOW = 60  # seconds, from the first that is counted
ADD_UP_SECONDS = 1
MOST = 10_000  # counts, and sessions; over it the oldest go: a bound, which no site comes near


@dataclass(slots=True)
class Count:
    until: float  # when its window is over, as monotonic() has it
    total: int = 0  # of all processes, as far as it is known
    news: int = 0  # of that, what other processes do not know of


class Handshakes:
    """The handshakes that a hub has seen.

    `threads` are its DatabaseThreads; what they count is added up by multichat/rates.py.
    """

    def __init__(self, threads):
        self._threads = threads
        self._counts = OrderedDict()  # key -> Count, the oldest first
        self._people = OrderedDict()  # session key -> id of the person who got in with it
        self._news = asyncio.Event()

    def wait(self, network, session_key):
        """Return 0 when a handshake may go on, or in how many seconds to come again.

        network: what the client's address is counted by. A session with which somebody got in goes
        by the person's count alone: who guesses sessions beside them keeps nobody out.
        """
        most = settings.HANDSHAKES_PER_MINUTE
        person = self._people.get(session_key)
        key = _of_network(network) if person is None else _of_person(person)
        count = self._counts.get(key)
        if not most or count is None or count.total < most:
            return 0
        return max(0, count.until - monotonic())

    def note(self, network, session_key, person_id):
        """Count a handshake: of the person who got in with it, or of nobody (None)."""
        self._people.pop(session_key, None)
        if person_id is not None:
            self._people[session_key] = person_id
            _bound(self._people)
        self._count(_of_network(network) if person_id is None else _of_person(person_id))

    def _count(self, key):
        count = self._counts.get(key)
        if count is None or count.until <= monotonic():
            self._counts.pop(key, None)  # so that the new one is the newest
            count = self._counts[key] = Count(monotonic() + WINDOW)
            _bound(self._counts)
        count.total += 1
        count.news += 1
        self._news.set()

    async def keep_added_up(self):
        """Add up with other processes what is new, for ever."""
        while True:
            await self._news.wait()
            await asyncio.sleep(ADD_UP_SECONDS)
            self._news.clear()
            await self.add_up()

    async def add_up(self):
        """Tell the others what is new here, and take the totals."""
        news = {key: count.news for key, count in self._counts.items() if count.news}
        if not news:
            return
        for key in news:
            self._counts[key].news = 0
        try:
            totals = await self._threads.write(rates.add, news, WINDOW)
        except ClientError:
            totals = {}  # the database is away, which was logged: others do not learn of these
        for key, total in totals.items():
            if count := self._counts.get(key):
                count.total = total + count.news


def _of_network(network):
    return f"handshakes without a login {network}"


def _of_person(person_id):
    return f"handshakes of {person_id}"


def _bound(kept):
    while len(kept) > MOST:
        kept.popitem(last=False)
