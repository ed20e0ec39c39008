"""What the figures were taken on and with."""

import os
import platform
import re
import shutil
import sqlite3
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .contenders import NODE

PACKAGES = ("Django", "channels", "channels_redis", "daphne", "uvicorn", "websockets", "aiohttp")
NUMBER = re.compile(r"\d+(\.\d+)+")
PROGRAMS = {
    "node": ["node", "--version"],
    "PostgreSQL": ["psql", "--version"],
    "Redis": ["redis-server", "--version"],
}


def description():
    """Return processor, cores, memory and kernel, in words."""
    found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    model = found[1] if found else platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} cores, {memory:.0f} GiB of memory, Linux {platform.release()}"


def versions():
    """Return the versions of all that took part, in words; what is not here is left out."""
    found = {"Python": platform.python_version(), "SQLite": sqlite3.sqlite_version}
    found |= {package: installed(package) for package in PACKAGES}
    found |= {name: printed(command) for name, command in PROGRAMS.items()}
    found |= {package: in_node(package) for package in ("socket.io", "ws")}
    return ", ".join(f"{name} {number}" for name, number in found.items() if number)


def installed(package):
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def printed(command):
    if not shutil.which(command[0]):
        return None
    return NUMBER.search(subprocess.run(command, capture_output=True, text=True).stdout)[0]


def in_node(package):
    about = NODE / "node_modules" / package / "package.json"
    found = about.exists() and re.search(r'"version": "(.*?)"', about.read_text())
    return found and found[1]
