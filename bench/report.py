"""What is written of the figures: lines while they are taken, a page and a picture at the end."""

import datetime
from dataclasses import asdict
from pathlib import Path
from string import Template

from . import chart, goals, load, machine
from .contenders import CONTENDERS

PAGE, PICTURE = "performance.md", "pictures/performance.svg"
BY_HAND = "## What is not reached, and why\n"
UNITS = {
    "deliveries": "{:,.0f} deliveries/s",
    "us": "{:.1f} us CPU a delivery",
    "join_cpu": "{:.2f} ms CPU to connect and join",
    "join_wall": "{:.2f} ms wall",
    "memory": "{:.1f} KiB a connection",
    "median_10": "at 10 %: median {:.1f} ms",
    "p99_10": "p99 {:.1f} ms",
    "median_50": "at half: median {:.1f} ms",
    "p99_50": "p99 {:.1f} ms",
}
# (heading, figure, value, format) of the tables with a row for each contender.
COLUMNS = [
    ("room of 200, deliveries/s", "room200", "deliveries", "{:,.0f}"),
    ("CPU µs each", "room200", "us", "{:.1f}"),
    ("room of 1,000", "room1000", "deliveries", "{:,.0f}"),
    ("CPU µs", "room1000", "us", "{:.1f}"),
    ("100 rooms of 10", "rooms100", "deliveries", "{:,.0f}"),
    ("CPU µs", "rooms100", "us", "{:.1f}"),
    ("connect and join, CPU ms", "connect", "join_cpu", "{:.2f}"),
    ("wall ms", "connect", "join_wall", "{:.2f}"),
    ("into one room, CPU ms", "connect500", "join_cpu", "{:.2f}"),
    ("KiB a connection", "memory", "memory", "{:.1f}"),
]
LATE = [
    ("median at 10 %", "latency", "median_10", "{:.1f}"),
    ("p99 at 10 %", "latency", "p99_10", "{:.1f}"),
    ("median at half", "latency", "median_50", "{:.1f}"),
    ("p99 at half", "latency", "p99_50", "{:.1f}"),
]
WHAT = ("connect", "join", "send")
FILLED = {
    "empty": "nothing, 5 rooms",
    "page": "a page in each of 5 rooms",
    "full": "1,000,000, 5 rooms",
    "empty_many": "nothing, 1,000 rooms",
    "full_many": "1,000,000, 1,000 rooms",
}


def line(values):
    """Return the values of a figure as a line of text."""
    if "failed" in values:
        return values["failed"]
    parts = [
        UNITS.get(name, name + " {:.2f} ms").format(value)
        for name, value in values.items()
        if name != "cores"
    ]
    busy = [f"{name} {share:.2f}" for name, share in values.get("cores", {}).items()]
    return ", ".join(parts) + (f" (cores: {', '.join(busy)})" if busy else "")


def write(plan, results, seconds):
    """Write the page and the picture into the plan's directory; what was written by hand stays.

    results: {contender: {figure: values}}.
    """
    page, picture = plan.directory / PAGE, plan.directory / PICTURE
    picture.parent.mkdir(parents=True, exist_ok=True)
    by_hand = page.read_text().partition(BY_HAND)[2] if page.exists() else ""
    text = Template(Path(__file__).with_name("template.md").read_text()).substitute(
        date=datetime.date.today().isoformat(),
        minutes=round(seconds / 60),
        goals=table(["", "at least", *goals.SITES.values()], goals.rows(results)),
        table=figures(results, COLUMNS),
        latency=figures(results, LATE),
        stored=stored(results),
        cores=cores(results),
        machine=machine.description(),
        versions=machine.versions(),
        window=load.WINDOW,
        round=round(load.ROUND_SECONDS * 1000 * 1000),
        **asdict(plan.times),
    )
    page.write_text(text + BY_HAND + by_hand)
    picture.write_text(chart.draw(results))


def table(head, rows):
    """Return a Markdown table; the first column is text, the others are figures."""
    if not rows:
        return "Not measured in this run."
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def figures(results, columns):
    """Return a table with a row for each contender that has any of the columns."""
    rows = [
        [CONTENDERS[name].title, *(cell(values, *column[1:]) for column in columns)]
        for name, values in results.items()
        if any(figure in values for _, figure, _, _ in columns)
    ]
    return table(["", *(heading for heading, _, _, _ in columns)], rows)


def cell(values, figure, name, text):
    if "failed" in values.get(figure, {}):
        return "failed"
    value = values.get(figure, {}).get(name)
    return "" if value is None else text.format(value)


def stored(results):
    """Return the table of what a full site costs."""
    rows = [
        [CONTENDERS[name].title, words, *(f"{filled[f'{what}_{key}']:.2f}" for what in WHAT)]
        for name, values in results.items()
        if "failed" not in (filled := values.get("stored", {"failed": ""}))
        for key, words in FILLED.items()
    ]
    return table(["", "stored", *WHAT], rows)


def cores(results):
    """Return the table of cores in use, a row for each contender, a column for each figure."""
    names = [name for _, name, _, _ in COLUMNS]
    columns = [name for name in dict.fromkeys([*names, "latency"]) if name != "memory"]
    rows = [
        [CONTENDERS[name].title, *(busy(values.get(figure, {})) for figure in columns)]
        for name, values in results.items()
    ]
    return table(["", *columns], rows)


def busy(values):
    return ", ".join(f"{name} {share:.2f}" for name, share in values.get("cores", {}).items())
