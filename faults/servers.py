"""Servers that a test may break: a PostgreSQL cluster and a Redis of its own, each on a free port.

Both are context managers; what a test has broken is whole again after `restore`.
"""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis

from wire.backends import free_port, missing, wait_for_port

INSTALL = "Debian and Ubuntu: apt install {}"


class Postgres:
    """A cluster in a directory that its system user can enter, which pytest's own are not."""

    user = "postgres"

    def __enter__(self):
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if not found:
            missing("PostgreSQL", INSTALL.format("postgresql"))
        self._programs = found[-1].parent
        self.port = free_port()
        self._directory = Path(tempfile.mkdtemp(prefix="multichat-faults-"))
        # PostgreSQL refuses to run as root: then its own system user runs it.
        self._as = {"user": self.user, "group": self.user, "extra_groups": []}
        if os.geteuid():
            self._as = {}
        else:
            shutil.chown(self._directory, self.user)
        try:
            self._run("initdb", "--auth", "trust", "--username", self.user, "--no-sync")
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error):
        if self.alive:
            self.stop("immediate")
        shutil.rmtree(self._directory)

    def _run(self, program, *arguments):
        done = subprocess.run(
            [self._programs / program, "--pgdata", self._directory / "data", *arguments],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            **self._as,
        )
        assert done.returncode == 0, f"{program}: {done.stdout}"

    def start(self):
        """Start the server, and return when it takes connections."""
        options = (
            f"-p {self.port} -k {self._directory} -c listen_addresses=127.0.0.1"
            " -c max_connections=100"
        )
        log = self._directory / "log"
        self._run("pg_ctl", "start", "--wait", "--log", log, "--options", options)

    def stop(self, mode):
        """End the server: `immediate` is a crash, after which it recovers from its log."""
        self._run("pg_ctl", "stop", "--wait", "--mode", mode)

    @property
    def alive(self):
        return (self._directory / "data" / "postmaster.pid").exists()

    def restore(self):
        if not self.alive:
            self.start()

    @property
    def address(self):
        return f"postgres://{self.user}@127.0.0.1:{self.port}"

    def connect(self, database="postgres"):
        """Return a connection for what a test does to the server, each statement by itself."""
        return psycopg.connect(f"{self.address}/{database}", autocommit=True, connect_timeout=5)

    @contextmanager
    def database(self):
        """Create a database, yield its address, and drop it."""
        name = f"multichat_{secrets.token_hex(4)}"
        with self.connect() as server:
            server.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{self.address}/{name}"
        finally:
            self.restore()
            with self.connect() as server:
                server.execute(f"DROP DATABASE {name} WITH (FORCE)")


class Redis:
    """A server that keeps nothing on disk: killed and started again it is empty."""

    def __init__(self, directory):
        self._directory = directory
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = None

    def __enter__(self):
        if not shutil.which("redis-server"):
            missing("redis-server", INSTALL.format("redis-server"))
        self.start()
        return self

    def __exit__(self, *error):
        self.kill()

    def start(self):
        """Start the server, and return when it takes connections."""
        options = f"--bind 127.0.0.1 --port {self.port} --save --appendonly no --loglevel warning"
        with (self._directory / "redis.log").open("ab") as log:
            self.process = subprocess.Popen(
                ["redis-server", *options.split(), "--dir", str(self._directory)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_for_port(self.port, self.process)

    def kill(self):
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def freeze(self):
        """Let it hold every connection and answer nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    @property
    def alive(self):
        return self.process.poll() is None

    def restore(self):
        if not self.alive:
            self.start()
        self.thaw()
        with self.connect() as client:
            client.config_set("maxmemory", 0)

    def connect(self):
        """Return a client for what a test does to the server; a context manager."""
        return redis.Redis(port=self.port, socket_timeout=10)
