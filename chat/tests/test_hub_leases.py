"""Who lives and who is dead, by what one has watched oneself."""

import pytest

from chat.hub import leases as leases_module
from chat.hub.leases import Leases, beat_seconds, look_seconds

from .presence import Clock


@pytest.fixture
def clock(monkeypatch, settings):
    settings.CHAT_PRESENCE_SECONDS, settings.CHAT_SWEEP_SECONDS = 30, 0.5
    clock = Clock()
    monkeypatch.setattr(leases_module, "time", clock)
    return clock


@pytest.fixture
def leases(clock):
    return Leases()


def watch(leases, clock, seconds, signs, **kwargs):
    """Look regularly for so long; return the names that expired at the last look."""
    expired = set()
    for _ in range(round(seconds / look_seconds())):
        clock.now += look_seconds()
        expired = leases.expired(signs(), **kwargs)
    return expired


def beating(clock):
    """Signs of a process that lives and of one that does not."""
    return lambda: {"alive": (clock.now // beat_seconds(), 1), "dead": (3, 1)}


@pytest.mark.parametrize(("presence", "sweep"), [(30, 0.5), (2, 0.5), (30, 60), (10, 0.05)])
def test_who_is_silent_expires_within_the_setting(leases, clock, settings, presence, sweep):
    settings.CHAT_PRESENCE_SECONDS, settings.CHAT_SWEEP_SECONDS = presence, sweep
    # At its worst the last sign comes just after a look.
    assert watch(leases, clock, presence / 2, beating(clock)) == set()
    assert watch(leases, clock, presence / 2 - 2 * look_seconds(), beating(clock)) == {"dead"}


def test_who_beats_lives_on(leases, clock):
    assert watch(leases, clock, 300, beating(clock)) == {"dead"}


def test_any_sign_is_a_sign_of_life(leases, clock):
    watch(leases, clock, 25, lambda: {"a": (3, 1)})
    watch(leases, clock, 25, lambda: {"a": (3, 2)})
    assert watch(leases, clock, 0.5, lambda: {"a": (4, 2)}) == set()


def test_who_was_frozen_knows_nothing_against_the_others(leases, clock):
    signs = {"a": (3, 1)}
    watch(leases, clock, 6, lambda: signs)
    clock.now += 3600
    assert leases.expired(signs) == set()
    assert watch(leases, clock, 8, lambda: signs) == set()
    assert watch(leases, clock, 10, lambda: signs) == {"a"}


def test_no_time_is_counted_for_who_cannot_write(leases, clock):
    """The others cannot either: the disk is full, or the database locked."""
    signs = {"a": (3, 1)}
    assert watch(leases, clock, 300, lambda: signs, count=False) == set()
    assert watch(leases, clock, 30, lambda: signs) == {"a"}


def test_who_is_gone_and_comes_back_begins_anew(leases, clock):
    signs = {"a": (3, 1)}
    watch(leases, clock, 30, lambda: signs)
    leases.expired({})
    assert leases.expired(signs) == set()
