"""How often: rates of what a person and a socket may ask.

A token bucket is asked when something happens, by the monotonic clock: nothing runs beside it.
"""

from time import monotonic_ns

from django.conf import settings

from .exceptions import ClientError

# How often a person leaves rooms by `leave` and is seen to go: further exits are told like that of
# a lost socket, some seconds later and only if the person has not come back. So who comes and goes
# all the time is not seen to do so, and nobody is refused anything.
LEAVES_PER_SECOND, LEAVE_BURST = 1, 10
SECOND = 1_000_000_000  # nanoseconds
KEPT = 1000  # buckets, at least, before those that are full are forgotten


class Bucket:
    """Tokens: `burst` at once, and `rate` a second; a rate of 0 is no limit.

    It keeps one moment instead of a count: when it will be full again (the generic cell rate
    algorithm, of ATM networks). In whole nanoseconds, which add up.
    """

    __slots__ = ("_full_at", "_promised", "_reach", "_token")

    def __init__(self, rate, burst):
        self._token = round(SECOND / rate) if rate else 0
        self._reach = (burst - 1) * self._token
        self._full_at = self._promised = 0

    def take(self):
        """Take a token and return 0; or, without one, return in how many seconds to come again.

        Who are refused one after the other are told moments one after the other, so that they do
        not all come at once; but none later than an empty bucket fills.
        """
        now = monotonic_ns()
        full_at = self._full_at if self._full_at > now else now
        if full_at - now <= self._reach:
            self._full_at = full_at + self._token
            return 0
        next_one = max(full_at - self._reach, self._promised + self._token)
        self._promised = min(next_one, now + self._reach + self._token)
        return (self._promised - now) / SECOND

    @property
    def full(self):
        return self._full_at <= monotonic_ns()

    @property
    def fill_seconds(self):
        """How long it takes to fill when it is empty."""
        return (self._reach + self._token) / SECOND


class Buckets:
    """A bucket for each of many, by a key. A full one is as good as none, and is forgotten."""

    def __init__(self, rate, burst):
        self._rate, self._burst = rate, burst
        self._buckets = {}
        self._most = KEPT

    def take(self, key):
        """Take a token of this key's; see Bucket.take."""
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= self._most:
                self._forget_full()
            bucket = self._buckets[key] = Bucket(self._rate, self._burst)
        return bucket.take()

    def _forget_full(self):
        self._buckets = {key: each for key, each in self._buckets.items() if not each.full}
        self._most = max(
            KEPT, 2 * len(self._buckets)
        )  # so that this is rare, however many are left

    def __len__(self):
        return len(self._buckets)


def sends_of_people():
    """Return the Buckets of messages, by person."""
    return Buckets(settings.CHAT_SENDS_PER_SECOND, settings.CHAT_SEND_BURST)


def leaves_of_people():
    """Return the Buckets of exits that others are told of at once, by person."""
    return Buckets(LEAVES_PER_SECOND, LEAVE_BURST)


class Pace:
    """One socket's: how often it asks, and whether it goes on when it was told to wait.

    It is `flooding` with the CHAT_COMMAND_BURSTth frame that was refused before the moment that an
    earlier refusal had named, without a pause in between in which its bucket would have filled. Who
    waits as long as they are told never floods; nobody does where CHAT_COMMANDS_PER_SECOND is 0.
    """

    __slots__ = ("_early", "_refused_at", "_told", "commands")

    def __init__(self):
        self.commands = Bucket(settings.CHAT_COMMANDS_PER_SECOND, settings.CHAT_COMMAND_BURST)
        self._early = 0
        self._refused_at = self._told = 0

    def refusal(self, wait):
        """Return the ClientError for who has to wait so many seconds; None for 0."""
        if not wait:
            return None
        now = monotonic_ns()
        if now - self._refused_at > self.commands.fill_seconds * SECOND:
            self._early = 0
        elif now < self._told:
            self._early += 1
        if now >= self._told:
            self._told = now + wait * SECOND
        self._refused_at = now
        return ClientError("RATE_LIMITED", retry_after=wait)

    @property
    def flooding(self):
        return self._early >= settings.CHAT_COMMAND_BURST
