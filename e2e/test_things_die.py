"""A process, Redis or PostgreSQL dies and comes back: an open page loses nothing, and says in words
what it waits for.

The servers are the tests' own, so that they may be killed.
"""

import os
import signal
import time
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import expect

from faults.servers import Postgres, Redis
from wire.backends import environment, manage
from wire.site import Site

from .talk import RECOVERY, Talk, complaints, status

FROZEN_SECONDS = 10
NOTICED = 30_000  # milliseconds until a page knows that the server has no database
numbers = count(1)


@pytest.fixture(scope="module")
def postgres():
    with Postgres() as server:
        yield server


@pytest.fixture(scope="module")
def redis(tmp_path_factory):
    with Redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="module")
def stored(tmp_path_factory, postgres, redis):
    """The variables of a database and a Redis that the sites share."""
    with postgres.database() as address:
        variables = {"DATABASE_URL": address}
        directory = tmp_path_factory.mktemp("migrate")
        manage(environment(directory, **variables), "migrate", "--verbosity", "0")
        yield {**variables, "REDIS_URL": redis.url}


@pytest.fixture(scope="module")
def one_process(tmp_path_factory, stored):
    directory = tmp_path_factory.mktemp("one")
    with Site("serve", "postgres", directory, static=True, stored=stored) as site:
        yield site


@pytest.fixture(scope="module")
def two_processes(tmp_path_factory, stored):
    directory = tmp_path_factory.mktemp("two")
    with Site("processes", "postgres", directory, static=True, stored=stored) as site:
        yield site


@pytest.fixture
def start_talk(open_for):
    """Return a function that brings two people together in a room of a site, and has them talk."""

    def start(site):
        number = next(numbers)
        room = site.outside.room(f"Tea {number}")
        accounts = site.outside.people([f"ada-{number}", f"bob-{number}"])
        people = [open_for(site, account).open(room.title) for account in accounts]
        talk = Talk(site, room, people)
        talk.all_say("before")
        talk.settles()
        return talk, *people

    return start


def goes_on(talk):
    """All is well again: what was kept is there, and what is said now arrives without a word."""
    talk.settles()
    told = [talk.told(person) for person in talk.said]
    talk.all_say("afterwards")
    talk.settles()
    assert told == [talk.told(person) for person in talk.said]
    talk.site.check_log()


def test_a_process_killed_and_started_again(one_process, start_talk):
    talk, ada, bob = start_talk(one_process)
    one_process.kill()
    for person in (ada, bob):
        expect(status(person)).to_have_text("No connection.")
        expect(person.page.get_by_text("Trying again in")).to_be_visible()
    talk.all_say("meanwhile")
    for person in (ada, bob):
        expect(status(person)).to_have_text("No connection. 2 messages wait.")
        expect(person.composer(talk.title)).to_be_focused()
        talk.waits(person, "Waiting for the connection")
    one_process.start()
    goes_on(talk)


def test_a_process_that_is_restarted_says_so(one_process, start_talk):
    talk, ada, bob = start_talk(one_process)
    one_process.terminate()
    talk.all_say("meanwhile")
    one_process.start()
    goes_on(talk)
    for person in (ada, bob):
        assert talk.told(person)[0] == "The server is restarting."


def test_one_of_two_processes_killed(two_processes, start_talk):
    talk, ada, bob = start_talk(two_processes)
    for process in children(two_processes):
        os.kill(process, signal.SIGKILL)
        talk.all_say(f"without {process}")
        talk.settles()
    for person in (ada, bob):
        assert "No connection." in talk.told(person)[0]
    goes_on(talk)


def children(site):
    """Return the process ids of what a supervisor has started."""
    pid = site.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_redis_killed_and_back_empty(two_processes, redis, start_talk):
    talk, ada, bob = start_talk(two_processes)
    redis.kill()
    try:
        talk.all_say("meanwhile")
        talk.settles()
    finally:
        redis.start()
    goes_on(talk)
    assert talk.told(ada) == talk.told(bob) == []  # there was nothing to be told of


def test_redis_frozen(two_processes, redis, start_talk):
    talk, ada, bob = start_talk(two_processes)
    redis.freeze()
    try:
        thaw = time.monotonic() + FROZEN_SECONDS
        while time.monotonic() < thaw:
            talk.all_say(f"{thaw - time.monotonic():.3f} s before it thaws")
            talk.settles()
    finally:
        redis.thaw()
    goes_on(talk)
    assert talk.told(ada) == talk.told(bob) == []


def test_postgres_stopped_and_started_again(one_process, postgres, start_talk):
    talk, ada, bob = start_talk(one_process)
    cake = one_process.outside.room(f"Cake for {talk.title}").title
    expect(ada.rooms.get_by_role("link", name=cake)).to_be_visible()
    postgres.stop("immediate")
    try:
        talk.all_say("meanwhile")
        for person in (ada, bob):
            words = "The server has trouble storing messages. 2 messages wait."
            expect(status(person)).to_have_text(f"{words} The page keeps trying.", timeout=NOTICED)
            talk.waits(person, "Waiting for the server")
        ada.open_room(cake)
        expect(complaints(ada)).to_contain_text("The server cannot open this room", timeout=NOTICED)
        comes_back_too_soon(bob)
        talk.waits(bob, "Waiting for the connection")
    finally:
        postgres.start()
    goes_on(talk)
    expect(ada.column(cake).get_by_text("This is the beginning")).to_be_visible(timeout=RECOVERY)
    expect(complaints(ada)).to_have_count(0)


def comes_back_too_soon(person):
    """Lose the network for a moment, and find that the server has no database."""
    person.context.set_offline(True)
    expect(status(person)).to_contain_text("No connection.")
    person.context.set_offline(False)
    expect(status(person)).to_contain_text(
        "The server is there, but cannot let anybody in just now.", timeout=NOTICED
    )
