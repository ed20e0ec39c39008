import pytest

from chat import limits
from chat.limits import Bucket, Buckets, Pace


@pytest.fixture
def clock(monkeypatch):
    """The time that buckets go by: `clock.at`, in seconds."""

    class Clock:
        at = 1000.0

        def __call__(self):
            return round(self.at * limits.SECOND)

    clock = Clock()
    monkeypatch.setattr(limits, "monotonic_ns", clock)
    return clock


@pytest.fixture
def pace(settings, clock):
    """A socket's: ten commands a second, five at once."""
    settings.CHAT_COMMANDS_PER_SECOND, settings.CHAT_COMMAND_BURST = 10, 5
    return Pace()


def take_all(bucket):
    """Take tokens until there is none; return how many there were."""
    for taken in range(1000):
        if bucket.take():
            return taken
    raise AssertionError("It has no end.")


def test_so_many_at_once_and_then_so_many_a_second(clock):
    bucket = Bucket(10, 20)
    assert take_all(bucket) == 20
    clock.at += 1.01
    assert take_all(bucket) == 10
    clock.at += 100
    assert take_all(bucket) == 20


def test_who_waits_as_long_as_they_are_told_has_a_token(clock):
    bucket = Bucket(3, 7)
    take_all(bucket)
    for _ in range(1000):
        if wait := bucket.take():
            clock.at += wait
            assert bucket.take() == 0


def test_who_are_refused_at_once_are_told_different_moments(clock):
    bucket = Bucket(10, 5)
    assert [bucket.take() for _ in range(5)] == [0] * 5
    waits = [bucket.take() for _ in range(4)]
    assert waits == pytest.approx([0.1, 0.2, 0.3, 0.4])
    for _ in waits:
        clock.at += 0.1 + 1e-9
        assert bucket.take() == 0


def test_nobody_is_told_to_wait_longer_than_an_empty_bucket_fills(clock):
    bucket = Bucket(10, 5)
    assert max(bucket.take() for _ in range(1000)) == pytest.approx(0.5)


def test_a_rate_of_0_is_no_limit():
    bucket = Bucket(0, 1)
    assert not any(bucket.take() for _ in range(1000))
    assert bucket.full


def test_a_burst_of_one_is_one_at_a_time(clock):
    bucket = Bucket(0.5, 1)
    assert take_all(bucket) == 1
    clock.at += 1.9
    assert take_all(bucket) == 0
    clock.at += 0.2
    assert take_all(bucket) == 1


def test_each_key_has_a_bucket_of_its_own(clock):
    buckets = Buckets(1, 2)
    assert [bool(buckets.take(key)) for key in "aaabb"] == [False, False, True, False, False]


def test_full_buckets_are_forgotten_and_others_are_not(clock):
    buckets = Buckets(1, 2)
    for key in range(5000):
        clock.at += 0.01  # so that some 100 are not full at any moment
        buckets.take(key)
    assert len(buckets) <= limits.KEPT
    buckets.take(4999)
    assert buckets.take(4999)


def test_buckets_that_are_all_in_use_are_not_looked_through_each_time(clock, monkeypatch):
    looks = []
    monkeypatch.setattr(Bucket, "full", property(lambda bucket: looks.append(bucket)))
    buckets = Buckets(1, 2)
    for key in range(8 * limits.KEPT):
        buckets.take(key)
    assert len(buckets) == 8 * limits.KEPT
    assert len(looks) < 16 * limits.KEPT


def refuse(pace):
    return pace.refusal(pace.commands.take())


def test_who_is_told_to_wait_hears_how_long(pace):
    assert [refuse(pace) for _ in range(5)] == [None] * 5
    error = refuse(pace)
    assert (error.code, error.retry_after) == ("RATE_LIMITED", pytest.approx(0.1))


def test_who_goes_on_as_often_again_is_flooding(pace, clock):
    for _ in range(5 + 1 + 4):
        refuse(pace)
        clock.at += 1e-6
    assert not pace.flooding
    refuse(pace)
    assert pace.flooding


def test_who_does_what_they_are_told_never_floods(pace, clock):
    refused = 0
    for _ in range(1000):
        if error := refuse(pace):
            refused += 1
            clock.at += error.retry_after
    assert refused > 400
    assert not pace.flooding


def test_a_pause_is_a_new_beginning(pace, clock):
    for _ in range(10):
        for _ in range(9):
            refuse(pace)
        assert not pace.flooding
        clock.at += 0.51


def test_a_trickle_behind_a_flood_does_not_hide_it(pace, clock):
    """Every now and then one is in time."""
    for _ in range(60):
        refuse(pace)
        clock.at += 0.02
    assert pace.flooding


def test_without_a_rate_of_commands_nobody_floods(settings, clock):
    settings.CHAT_COMMANDS_PER_SECOND, settings.CHAT_COMMAND_BURST = 0, 1
    pace = Pace()
    for _ in range(100):
        assert refuse(pace) is None
        clock.at += 1e-6
        assert pace.refusal(0.1)
    assert not pace.flooding
