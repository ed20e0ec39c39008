"""How often sockets are opened."""

from collections import Counter

import pytest

from chat.exceptions import ClientError
from chat.hub import handshakes
from chat.hub.handshakes import Handshakes

from .client import Client
from .threads import in_thread


class Threads:
    """Stands in for DatabaseThreads; `away`, the database does not answer."""

    away = False

    async def write(self, function, *args):
        if self.away:
            raise ClientError("UNAVAILABLE")
        return function(*args)


@pytest.fixture(autouse=True)
def clock(monkeypatch, settings):
    """The time, in seconds, as `clock.at`; and three handshakes a minute."""

    class Clock:
        at = 1000.0

        def __call__(self):
            return self.at

    clock = Clock()
    monkeypatch.setattr(handshakes, "monotonic", clock)
    settings.HANDSHAKES_PER_MINUTE = 3
    return clock


@pytest.fixture
def one():
    return Handshakes(Threads())


@pytest.fixture
def several(monkeypatch):
    """Three processes that share their counts, and the Threads that they count with."""
    shared, threads = Counter(), Threads()

    def add(counts, seconds):
        shared.update(counts)
        return {key: shared[key] for key in counts}

    monkeypatch.setattr(handshakes.rates, "add", add)
    return [Handshakes(threads) for _ in range(3)], threads


def test_who_guesses_sessions_is_stopped_and_others_are_not(one, clock):
    for number in range(3):
        assert one.wait("a", f"guess {number}") == 0
        one.note("a", f"guess {number}", None)
    clock.at += 20
    assert one.wait("a", "another guess") == pytest.approx(40)
    assert one.wait("b", "another guess") == 0
    clock.at += 41
    assert one.wait("a", "another guess") == 0


def test_who_got_in_before_is_let_in_beside_one_who_guesses(one):
    one.note("a", "session", 7)
    for _ in range(3):
        one.note("a", "guess", None)
    assert one.wait("a", "guess")
    assert one.wait("a", "session") == 0


def test_a_session_that_ended_is_a_guess_like_any_other(one):
    one.note("a", "session", 7)
    for _ in range(3):
        one.note("a", "session", None)
    assert one.wait("a", "session")


def test_a_person_is_counted_over_all_sessions_and_addresses(one):
    for number in range(3):
        one.note(f"address {number}", f"session {number}", 7)
    for number in range(3):
        assert one.wait(f"address {number}", f"session {number}")
    one.note("address 0", "a session of somebody else", 8)
    assert one.wait("address 0", "a session of somebody else") == 0


def test_what_was_refused_does_not_count(one, clock):
    """Or who comes again and again would never be let in."""
    for _ in range(3):
        one.note("a", "guess", None)
    for _ in range(60):
        clock.at += 0.9
        assert one.wait("a", "guess")
    clock.at += 7
    assert one.wait("a", "guess") == 0


def test_0_is_no_limit(one, settings):
    settings.HANDSHAKES_PER_MINUTE = 0
    for _ in range(100):
        one.note("a", "guess", None)
    assert one.wait("a", "guess") == 0


async def test_processes_add_up_what_they_have_counted(several):
    processes, _ = several
    for process in processes:
        process.note("a", "guess", None)
        await process.add_up()
    assert [bool(process.wait("a", "guess")) for process in processes] == [False, False, True]
    processes[0].note("a", "guess", None)
    await processes[0].add_up()
    assert processes[0].wait("a", "guess")


async def test_what_comes_while_it_is_added_up_is_not_lost(several):
    [process, *_], threads = several
    write = threads.write

    async def meanwhile(function, *args):
        process.note("a", "guess", None)
        return await write(function, *args)

    process.note("a", "guess", None)
    threads.write = meanwhile
    await process.add_up()
    assert not process.wait("a", "guess")
    await process.add_up()
    assert process.wait("a", "guess")


async def test_without_a_database_a_process_counts_for_itself(several):
    [process, *_], threads = several
    threads.away = True
    for _ in range(3):
        process.note("a", "guess", None)
        await process.add_up()
    assert process.wait("a", "guess")


def test_what_is_kept_is_bounded(one, monkeypatch):
    monkeypatch.setattr(handshakes, "MOST", 10)
    for number in range(100):
        one.note(f"address {number}", f"guess {number}", None)
        one.note("a", f"session {number}", number)
    assert len(one._counts) == len(one._people) == 10


@pytest.mark.django_db(transaction=True)
async def test_the_application_counts_and_refuses(anna, log_in, hub):
    cookie = await in_thread(log_in, anna)
    clients = [Client(cookie) for _ in range(4)] + [Client("guess") for _ in range(4)]
    accepted = []
    for client in clients:
        accepted.append(await client.connect())
        if accepted[-1]:
            await client.wire.receive_output(timeout=10)  # the hello, or the close
    assert accepted == [True, True, True, False] * 2
    for client in clients:
        await client.go()
