"""Which processes still live: a lease that each renews, watched without comparing clocks."""

import time

from django.conf import settings


def beat_seconds():
    """Return how often a process shows that it lives: a few of its signs may be late or lost."""
    return settings.CHAT_PRESENCE_SECONDS / 5


def look_seconds():
    """Return how often a process looks at what the others have written."""
    return min(settings.CHAT_SWEEP_SECONDS, settings.CHAT_PRESENCE_SECONDS / 10)


class Leases:
    """How long each process has shown no sign of life, as far as this one has watched.

    Only time spent looking counts. A process that was frozen, or that had no database for a while,
    has seen nothing of the others in that time, and knows nothing against them.
    """

    def __init__(self):
        self._looked = time.monotonic()
        self._seen = {}  # name -> (sign, seconds that it has been the same)

    def expired(self, signs, count=True):
        """Return the names of those that are to be taken for dead.

        `signs` is {name: what changes while it lives}, read just now. With `count` false no time
        is counted since the last look.
        """
        now = time.monotonic()
        passed = min(now - self._looked, beat_seconds()) if count else 0
        self._looked = now
        last = self._seen
        self._seen = {}
        for name, sign in signs.items():
            known, age = last.get(name, (None, 0))
            self._seen[name] = sign, age + passed if sign == known else 0
        return {name for name, (_, age) in self._seen.items() if age >= self._limit()}

    def _limit(self):
        # A last sign may be seen one look late and the end of its lease another; the tenth is for
        # the looks' own time. So people are gone within the setting.
        return 0.9 * settings.CHAT_PRESENCE_SECONDS - 2 * look_seconds()
