"""Several processes behind one port, with real ones: see supervised.py."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter

import pytest
from django.conf import settings

from multichat.server import supervisor

PATIENCE = 20  # seconds


class Site:
    """A supervisor of two processes."""

    def __init__(self, directory, **variables):
        self.broken, self.log = directory / "broken", directory / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "multichat.tests.supervised", "2"],
                cwd=settings.BASE_DIR,
                env={**os.environ, "BROKEN": str(self.broken), **variables},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def wait(self):
        """Return when the processes are ready."""
        word, port = self.process.stdout.readline().split()
        assert word == "ready"
        self.port = int(port)

    def ask(self):
        """Return the id of the process that answers a request."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            return int(connection.makefile("rb").read().split()[-1])

    @property
    def children(self):
        """The ids of the processes, of those that have ended but were not waited for too."""
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with open(path) as children:
            return {int(child) for child in children.read().split()}

    def signal(self, number):
        self.process.send_signal(number)

    def end(self):
        self.signal(signal.SIGTERM)
        assert self.process.wait(PATIENCE) == 0


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().split()[2] != "Z"
    except FileNotFoundError:
        return False


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "It does not come to that."
        time.sleep(0.05)


@pytest.fixture
def site(tmp_path):
    site = Site(tmp_path)
    site.wait()
    children = site.children
    yield site
    children |= close(site)
    for child in filter(alive, children):
        os.kill(child, signal.SIGKILL)


def close(site):
    """Kill the supervisor; return the processes that it leaves."""
    left = set()
    if site.process.poll() is None:
        left = site.children
        site.process.kill()
        site.process.wait()
    site.process.stdout.close()
    return left


def test_all_processes_answer_and_all_end(site):
    answers = Counter(site.ask() for _ in range(200))
    assert set(answers) == site.children
    assert len(answers) == 2
    assert min(answers.values()) > 20
    site.end()
    assert not any(map(alive, answers))
    assert site.process.stdout.read() == ""  # it was said once that they are ready
    assert site.log.read_text() == ""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_process_that_ends_is_started_again(site, number):
    first, second = site.children
    os.kill(first, number)
    assert site.ask() in (first, second)  # which may be ending, and answers while it does
    until(lambda: len(site.children) == 2 and first not in site.children)
    [new] = site.children - {second}
    until(lambda: site.ask() == new)
    assert f"Process {first} of the site ended by itself" in site.log.read_text()
    site.end()


def test_one_that_dies_as_soon_as_it_starts_is_not_started_all_the_time(site):
    first, second = site.children
    site.broken.touch()
    os.kill(first, signal.SIGKILL)
    until(lambda: "exit code 3" in site.log.read_text())
    time.sleep(2)
    assert site.log.read_text().count("exit code 3") < 6
    assert site.ask() == second  # meanwhile the other one serves
    site.broken.unlink()
    until(lambda: site.ask() not in (first, second))
    site.end()


def test_the_processes_are_replaced_one_after_the_other(site):
    old = site.children
    site.signal(signal.SIGHUP)
    until(lambda: {site.ask() for _ in range(10)}.isdisjoint(old))
    until(lambda: len(site.children) == 2)
    assert site.children.isdisjoint(old)
    site.end()
    assert site.log.read_text() == ""


def test_the_old_ones_stay_where_new_ones_do_not_start(site):
    old = site.children
    site.broken.touch()
    site.signal(signal.SIGHUP)
    until(lambda: "A new process did not start" in site.log.read_text())
    until(lambda: site.children == old)
    assert site.ask() in old
    site.broken.unlink()
    site.signal(signal.SIGHUP)
    until(lambda: site.children.isdisjoint(old) and len(site.children) == 2)
    site.end()


def test_the_processes_end_by_themselves_when_their_supervisor_is_killed(site):
    children = site.children
    site.process.kill()
    until(lambda: not any(map(alive, children)))


def test_ending_before_all_have_started_leaves_no_trace(tmp_path):
    site = Site(tmp_path, START_SECONDS="1")
    try:
        until(lambda: len(site.children) == 2)
        time.sleep(0.5)
        site.end()
        assert site.process.stdout.read() == ""
        assert site.log.read_text() == ""
    finally:
        close(site)


def test_a_second_signal_ends_all_at_once(site):
    children = site.children
    for child in children:
        os.kill(child, signal.SIGSTOP)
    site.signal(signal.SIGTERM)
    time.sleep(0.2)
    assert site.process.poll() is None
    site.signal(signal.SIGTERM)
    site.process.wait(supervisor.END_SECONDS / 2)
    assert not any(map(alive, children))


def test_pauses_grow_and_differ():
    pauses = [supervisor.pause_before(deaths) for deaths in range(20)]
    assert pauses[:2] == [0, 0]
    assert 0 < pauses[2] < 1
    assert supervisor.LONGEST * 0.5 <= pauses[19] <= supervisor.LONGEST * 1.5
    assert len(set(pauses[10:])) == 10
