"""A site to test: a server process of its own, with a database of its own.

`Site` is for every kind of test from outside: the wire's, and those with a browser. It is made by
the fixture `start_site` (conftest.py at the top), which ends it too:

    site = start_site("serve", "sqlite", static=True, CHAT_ROOMS_PER_SOCKET="3")
    site.url          "http://localhost:40123": SITE_URL, what a browser opens
    site.socket_url   "ws://127.0.0.1:40123": what wire.client.Client.connect takes
    site.origin       the Origin that sockets need
    site.outside      people, rooms, sessions, locks: the database's side (see outside.py)
    site.kill()       kill -9;  site.terminate(): SIGTERM, and the end awaited
    site.start()      again, on the same port and database
    site.check_log()  raise AssertionError when the log has trouble that was not told yet
"""

import re
import shutil
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from wire.backends import BACKENDS, ROOT, environment, free_port, manage, wait_for_port
from wire.outside import Outside

SERVERS = {
    "serve": [sys.executable, "manage.py", "serve"],
    "processes": [sys.executable, "manage.py", "serve", "--processes", "2"],
    "daphne": [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", "{port}"],
    "uvicorn": [
        sys.executable,
        "-m",
        "uvicorn",
        "--no-proxy-headers",
        "--host",
        "127.0.0.1",
        "--port",
        "{port}",
    ],
}
OTHERS = ("daphne", "uvicorn")  # which have to be told what to serve
APPLICATION = "multichat.asgi:application"
TROUBLE = re.compile(r"Traceback|\b(ERROR|CRITICAL)\b|[Uu]nhandled|never awaited|Exception ignored")
# For tests that are not about rates: programs ask faster than people do.
NO_RATES = {
    "CHAT_SENDS_PER_SECOND": "0",
    "CHAT_COMMANDS_PER_SECOND": "0",
    "HANDSHAKES_PER_MINUTE": "0",
}
# Hosts and origins that are allowed beside the site's own, for the tests of origins.
ALLOWED = {
    "ALLOWED_HOSTS": "chat.example.com",
    "CSRF_TRUSTED_ORIGINS": "https://trusted.example.com:8443",
}


class Site:
    """One server process on a free port of the loopback, and its database.

    server: serve, processes (two of serve), daphne or uvicorn; backend: sqlite or postgres (see
    backends.py); directory: an empty one, for the database, the log and the static files; static:
    whether pages will be opened, which need the hashed static files (a few seconds), or the Path of
    a directory that has them; beside: another Site, whose database this one shares; stored: the
    variables of a database that is there already; settings: environment variables.
    """

    def __init__(
        self, server, backend, directory, *, static=False, beside=None, stored=None, **settings
    ):
        self.server, self.backend, self.directory = server, backend, directory
        self.stored = beside.stored if beside else stored
        self.outside = beside and beside.outside
        self.port = free_port()
        self.url = self.origin = f"http://localhost:{self.port}"
        self.socket_url = f"ws://127.0.0.1:{self.port}"
        self.settings = {
            **ALLOWED,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "SITE_URL": self.url,
            **settings,
        }
        self.static = static
        self.process = None
        self._told = 0
        self._things = ExitStack()  # what is to be ended, the last first

    def __enter__(self):
        """Make the database, start the server, and return when it answers."""
        try:
            self._prepare()
            self.start()
        except BaseException:
            self._things.close()
            raise
        return self

    def _prepare(self):
        (self.directory / "static").mkdir()
        self.stored = self.stored or self._things.enter_context(
            BACKENDS[self.backend](self.directory)
        )
        self.environment = environment(self.directory, **{**self.stored, **self.settings})
        if isinstance(self.static, Path):
            shutil.copytree(self.static, self.directory / "static", dirs_exist_ok=True)
        elif self.static:
            manage(self.environment, "collectstatic", "--noinput", "--verbosity", "0")
        if self.outside is None:
            # No Redis: what is done from outside is heard by nobody, only seen in the database.
            silent = environment(self.directory, DATABASE_URL=self.stored["DATABASE_URL"])
            self.outside = self._things.enter_context(Outside(silent))
        self._log = self._things.enter_context((self.directory / "server.log").open("ab"))
        self._things.callback(self._end)

    def __exit__(self, *error):
        """End the server and all it needed; raise AssertionError when it did not end cleanly."""
        with self._things:
            if self.process.poll() is None:
                self.terminate()
            self.check_log()

    def start(self):
        """Start the server, also again, and return when it answers a request."""
        command = [word.format(port=self.port) for word in SERVERS[self.server]]
        if self.server in OTHERS:
            command.append(APPLICATION)
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for_port(self.port, self.process)
            assert self.handshake("/chat/stream/") == 403, "a socket without an origin got in"
        except (AssertionError, OSError) as error:
            raise AssertionError(f"The site does not answer: {error}\n{self.log}") from error

    def kill(self):
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def terminate(self, seconds=15):
        """Ask the server to end, and wait until it has."""
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"SIGTERM did not end the server in {seconds} s") from None
        code = self.process.returncode
        assert code == 0 or self.server in OTHERS, f"SIGTERM ended the server with {code}"

    def _end(self):
        if self.process and self.process.poll() is None:
            self.kill()

    @property
    def log(self):
        """All that the server has written to stdout and stderr."""
        return (self.directory / "server.log").read_text(errors="replace")

    def check_log(self):
        """Raise AssertionError when the log has trouble in it that was not told yet."""
        news = self.log[self._told :]
        self._told += len(news)
        assert not TROUBLE.search(news), f"The server's log:\n{news}"

    def overlook(self, sentence):
        """Do not complain of what the log says up to now, if this is in it."""
        if sentence in self.log[self._told :]:
            self._told = len(self.log)

    def handshake(self, path, **headers):
        """Ask for a WebSocket byte by byte; return the HTTP status of the answer.

        headers: beside or instead of the usual ones, underscores for hyphens; None leaves one out.
        """
        usual = {
            "Host": f"127.0.0.1:{self.port}",
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec_WebSocket_Version": "13",
            "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
        }
        lines = [
            f"{name.replace('_', '-')}: {value}"
            for name, value in {**usual, **headers}.items()
            if value is not None
        ]
        request = "\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""])
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(request.encode())
            answer = connection.makefile("rb").readline().split()
        assert len(answer) > 1, f"no answer to {request}"
        return int(answer[1])
