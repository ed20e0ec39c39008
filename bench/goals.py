"""The figures to reach, and how near each is."""

from dataclasses import dataclass

SITES = {"serve-sqlite": "SQLite", "serve-postgres": "PostgreSQL and Redis"}
STOCK = {"serve-sqlite": "stock-sqlite", "serve-postgres": "stock-postgres"}


@dataclass
class Goal:
    """A value to reach: at least `bound`, or at most where `most`.

    It is held against the same value of another contender (`to`; "stock" is the one that stores on
    the same storage), or against another value of the same figure (`beside`), or taken as it is.
    """

    words: str
    figure: str
    value: str
    bound: float
    most: bool = False
    unit: str = "×"
    to: str | None = None
    beside: str | None = None

    def reached(self, results, site):
        """Return the ratio, or the value, of a site; None where something is missing."""
        mine = value(results, site, self.figure, self.value)
        if not (self.to or self.beside) or mine is None:
            return mine
        other = STOCK[site] if self.to == "stock" else self.to or site
        theirs = value(results, other, self.figure, self.beside or self.value)
        return mine / theirs if theirs else None


def value(results, contender, figure, name):
    return results.get(contender, {}).get(figure, {}).get(name)


def throughput(to, words, **bounds):
    """Return the goals of deliveries a second against one contender; bounds: {figure: bound}."""
    places = {"room200": "room of 200", "room1000": "room of 1,000", "rooms100": "100 rooms of 10"}
    return [
        Goal(f"{places[figure]}, to {words}", figure, "deliveries", bound, to=to)
        for figure, bound in bounds.items()
    ]


def full(words, value, beside, emptier="none"):
    """Return the goal of what is done on a full site, to the same on an emptier one."""
    words = f"{words}, with 1,000,000 messages stored to {emptier}"
    return Goal(words, "stored", value, 1.2, most=True, beside=beside)


GOALS = [
    *throughput("stock", "the stock design, storing", room200=40, room1000=40, rooms100=12),
    *throughput("socketio", "socket.io", room200=1.2, room1000=1.2, rooms100=0.8),
    *throughput("ws", "ws", room200=1.2, room1000=1.2),
    Goal(
        "connect and join, CPU, to the stock design", "connect", "join_cpu", 0.2, True, to="stock"
    ),
    Goal("memory a connection, in 3 rooms", "memory", "memory", 30, True, "KiB"),
    Goal("99th percentile at half load", "latency", "p99_50", 50, True, "ms"),
    full("join", "join_full", "join_empty"),
    full("join", "join_full", "join_page", "a page in each room"),
    full("send", "send_full", "send_empty"),
    full("join, 1,000 rooms", "join_full_many", "join_empty_many"),
    full("send, 1,000 rooms", "send_full_many", "send_empty_many"),
]


def rows(results):
    """Return the rows of the table: words, the bound, and what each site has reached."""
    found = [(goal, [goal.reached(results, site) for site in SITES]) for goal in GOALS]
    return [
        [
            goal.words,
            f"{'at most ' if goal.most else ''}{goal.bound:g} {goal.unit}",
            *(said(goal, value) for value in values),
        ]
        for goal, values in found
        if any(value is not None for value in values)
    ]


def said(goal, value):
    """Return a value with its unit, and whether it is enough."""
    if value is None:
        return ""
    enough = value <= goal.bound if goal.most else value >= goal.bound
    rounded = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return f"{rounded} {goal.unit}, {'reached' if enough else '**not reached**'}"
