"""What processes cost: CPU time and memory, as Linux's /proc tells."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")  # a second


def family(pid):
    """Return the ids of a process and of all that descend from it and live."""
    found = [pid]
    for parent in found:
        for listing in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += map(int, listing.read_text().split())
            except FileNotFoundError:  # the thread has ended meanwhile
                continue
    return found


def parent(pid):
    """Return the id of a process's parent."""
    return int(_stat(pid)[1])


def cpu_seconds(pid):
    """Return the CPU seconds, of user and system, that a process and its descendants have used."""
    return sum(_ticks(member) for member in family(pid)) / TICKS


def _ticks(pid):
    try:
        return sum(map(int, _stat(pid)[11:15]))  # its own, and those of children that have ended
    except FileNotFoundError:
        return 0


def _stat(pid):
    """Return the fields of /proc/pid/stat behind the name, which may have blanks in it."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def resident_bytes(pid):
    """Return the memory of a process and its descendants; shared pages count by their share."""
    return sum(_proportional_kib(member) for member in family(pid)) * 1024


def _proportional_kib(pid):
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
