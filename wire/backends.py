"""What a site keeps its data in: SQLite, or PostgreSQL with Redis.

Both are context managers that yield the environment variables of one migrated database of its own,
and drop it at the end. `missing` is the one place that skips: see there.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432")
SECRET_KEY = "the-key-of-sites-that-live-for-one-test-run-only-and-hold-nothing"


def missing(what, how):
    """Skip for want of a server, and say how to get it; fail with CI set: nothing skips there."""
    sentence = f"There is no {what} here. {how}"
    if os.environ.get("CI"):
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


def free_port():
    """Return a port of the loopback that nobody uses now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(directory, **variables):
    """Return a whole environment for a process of a site: nothing of the tester's own leaks in."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "wire.settings",
        "WIRE_DIRECTORY": str(directory),
        "SECRET_KEY": SECRET_KEY,
        "DEBUG": "0",
        **variables,
    }


def manage(variables, *command):
    """Run a command of manage.py; raise AssertionError with what it printed when it fails."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, f"manage.py {' '.join(command)}: {done.stdout}{done.stderr}"


@contextmanager
def sqlite(directory):
    """A file in the directory, and the in-memory layer."""
    variables = {"DATABASE_URL": f"sqlite:///{directory / 'site.sqlite3'}"}
    manage(environment(directory, **variables), "migrate", "--verbosity", "0")
    yield variables


@contextmanager
def postgres_and_redis(directory):
    """A database in the PostgreSQL server of TEST_POSTGRES_URL, and a Redis process of its own."""
    with postgres_database() as database, redis_server(directory) as redis:
        variables = {"DATABASE_URL": database}
        manage(environment(directory, **variables), "migrate", "--verbosity", "0")
        yield {**variables, "REDIS_URL": redis}


@contextmanager
def postgres_database():
    """Create a database, yield its address, and drop it."""
    name = f"multichat_test_{secrets.token_hex(4)}"
    try:
        server = psycopg.connect(f"{POSTGRES}/postgres", autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        missing(
            "PostgreSQL",
            "Debian and Ubuntu: apt install postgresql; or name a server where databases may be "
            f"made: TEST_POSTGRES_URL=postgres://user:password@host:5432. ({error})",
        )
    with server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{POSTGRES}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def redis_server(directory):
    """Start a Redis that keeps nothing, yield its address, and end it."""
    if not shutil.which("redis-server"):
        missing("redis-server", "Debian and Ubuntu: apt install redis-server")
    port = free_port()
    options = f"--bind 127.0.0.1 --port {port} --save --appendonly no --loglevel warning"
    with (
        (directory / "redis.log").open("wb") as log,
        subprocess.Popen(
            ["redis-server", *options.split(), "--dir", str(directory)], stdout=log, stderr=log
        ) as process,
    ):
        try:
            wait_for_port(port, process)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.kill()


def wait_for_port(port, process, seconds=60):
    """Return when somebody listens there; raise AssertionError when the process is gone first."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, f"{process.args} ended with {process.returncode}"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise AssertionError(f"{process.args} does not listen on port {port}")


BACKENDS = {"sqlite": sqlite, "postgres": postgres_and_redis}
