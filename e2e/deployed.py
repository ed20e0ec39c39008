"""A site as docs/deploy.md sets it up, from the very files in deploy/.

What has to differ on the machine of a test (addresses, ports, directories, certificates) is put in
the place of what the files say; a text that is to be replaced and is not there fails.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from wire.backends import ROOT, environment, free_port, missing, wait_for_port
from wire.site import TROUBLE

DEPLOY = ROOT / "deploy"
PYTHON = "/srv/multichat/.venv/bin/python"
ADDRESS = "127.0.0.1"
REPLACED_SECONDS = 60  # for all processes of a machine to be replaced, on a busy machine


def replaced(name, changes):
    """Return the text of a file in deploy/ with {old: new} done."""
    text = (DEPLOY / name).read_text()
    for old, new in changes.items():
        assert old in text, f"deploy/{name} has no {old!r}"
        text = text.replace(old, new)
    return text


class Machine:
    """One machine that serves the site: what systemd does by deploy/multichat.service.

    directory: an empty one, its var/; settings: environment variables, in the place of those in
    deploy/multichat.env, or beside them.
    """

    def __init__(self, directory, **settings):
        self.directory, self.port = directory, free_port()
        pairs = re.findall(r"^(\w+)=(.*)$", (DEPLOY / "multichat.env").read_text(), re.M)
        said = {name: shlex.split(value)[0] for name, value in pairs}
        settings = {**said, **settings, "PORT": str(self.port)}
        self.environment = environment(directory, **settings)
        unit = replaced("multichat.service", {PYTHON: sys.executable})
        self.unit = re.findall(r"^(\w+)=(.+)$", unit, re.M)
        self._things = ExitStack()

    def said(self, name):
        """Return all values that the unit has for a name."""
        return [value for key, value in self.unit if key == name]

    def __enter__(self):
        """Start the service, and return when it answers."""
        self._log = self._things.enter_context((self.directory / "service.log").open("ab"))
        for command in self.said("ExecStartPre"):
            self.run(command)
        [files], [command] = self.said("LimitNOFILE"), self.said("ExecStart")
        self.process = self._start(f"prlimit --nofile={files} {command}")
        self._things.callback(self.stop)
        wait_for_port(self.port, self.process)
        self._until(lambda: f"multichat is at {self.environment['SITE_URL']}" in self.log)
        return self

    def __exit__(self, *error):
        with self._things:
            self.stop()
        assert not TROUBLE.search(self.log), self.log

    def _start(self, command):
        return subprocess.Popen(
            shlex.split(command),
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def run(self, command):
        """Run a command of the unit to its end."""
        assert self._start(command).wait(120) == 0, self.log

    def reload(self):
        """`systemctl reload`: return when every process is another."""
        before = self.processes()
        for command in self.said("ExecReload"):
            self.run(command.replace("$MAINPID", str(self.process.pid)))
        self._until(lambda: len(now := self.processes()) == len(before) and not now & before)

    def stop(self):
        """`systemctl stop`: the main process is told, and has the unit's time for it."""
        if self.process.poll() is not None:
            return
        assert self.said("KillMode") == ["mixed"]
        [seconds] = self.said("TimeoutStopSec")
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(float(seconds))
        finally:
            self.process.kill()  # its processes end when it is gone
            self.process.wait()
        assert code == 0, self.log

    def processes(self):
        """Return the ids of the processes that the main one has."""
        number = self.process.pid
        return set(Path(f"/proc/{number}/task/{number}/children").read_text().split())

    @property
    def log(self):
        return (self.directory / "service.log").read_text(errors="replace")

    def _until(self, condition):
        deadline = time.monotonic() + REPLACED_SECONDS
        while not condition():
            assert time.monotonic() < deadline, self.log
            time.sleep(0.1)


class Nginx:
    """nginx with deploy/nginx.conf, before the machines of a site.

    directory: an empty one; static: the var/ of a machine whose files it can read; upstream: the
    ports of the machines.
    """

    def __init__(self, directory, port, *, static, upstream):
        self.directory, self.port, self.plain_port = directory, port, free_port()
        self.certificate = directory / "fullchain.pem"
        servers = "".join(f"server {ADDRESS}:{machine};\n" for machine in upstream)
        live = "/etc/letsencrypt/live/chat.example.com"
        self.site = replaced(
            "nginx.conf",
            {
                "listen [::]:80;": "",
                "listen [::]:443 ssl http2;": "",
                "listen 80;": f"listen {ADDRESS}:{self.plain_port};",
                "listen 443 ssl": f"listen {ADDRESS}:{port} ssl",
                "server_name chat.example.com;": f"server_name {ADDRESS};",
                live: str(directory),
                "/srv/multichat/var": str(static),
                "server 127.0.0.1:8000;": servers,
            },
        )

    def __enter__(self):
        """Start it, and return when it listens."""
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        if not program:
            missing("nginx", "Debian and Ubuntu: apt install nginx-light")
        self._make_certificate()
        (self.directory / "site.conf").write_text(self.site)
        (self.directory / "nginx.conf").write_text(self._around())
        log = self.directory / "error.log"
        command = [program, "-p", self.directory, "-c", self.directory / "nginx.conf", "-e", log]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        wait_for_port(self.port, self.process)
        return self

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait(10)

    def _make_certificate(self):
        key = self.directory / "privkey.pem"
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
        options = f"-days 2 -subj /CN=test -addext subjectAltName=IP:{ADDRESS}"
        files = ["-keyout", key, "-out", self.certificate]
        done = subprocess.run([*shlex.split(f"{command} {options}"), *files], capture_output=True)
        assert done.returncode == 0, done.stderr

    def _around(self):
        """Return the configuration that Debian's nginx.conf is to the files beside it."""
        temporary = "\n".join(
            f"{kind}_temp_path {self.directory / kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        # Its workers are nobody otherwise, who cannot read in the directories of a test.
        user = "" if os.geteuid() else "user root;"
        return f"""
            {user}
            daemon off;
            worker_processes 2;
            pid {self.directory / "nginx.pid"};
            events {{ worker_connections 1000; }}
            http {{
                include /etc/nginx/mime.types;
                access_log {self.directory / "access.log"};
                {temporary}
                include {self.directory / "site.conf"};
            }}
        """
