"""What may not take for ever."""

import asyncio


class Deadlines:
    """A deadline for each of many things, at most one. What is late is called when the server
    looks, once a second."""

    def __init__(self):
        self._due = {}  # thing: (when, what to call)

    def set(self, thing, seconds, call):
        """Call `call()` after this many seconds, unless the thing is cleared or set again."""
        self._due[thing] = (asyncio.get_running_loop().time() + seconds, call)

    def clear(self, thing):
        self._due.pop(thing, None)

    def look(self):
        """Call what is late."""
        now = asyncio.get_running_loop().time()
        for thing in [thing for thing, (when, _) in self._due.items() if when <= now]:
            if due := self._due.pop(thing, None):  # one that is late may have cleared another
                due[1]()
