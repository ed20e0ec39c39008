"""Counting in the database; test_rates_processes.py has several processes do it."""

import pytest
from django.core.cache import cache

from multichat import rates
from multichat.models import Tally

pytestmark = pytest.mark.django_db


def make_old(seconds):
    """Let so many seconds go by for all tallies."""
    for tally in Tally.objects.all():
        Tally.objects.filter(pk=tally.pk).update(until=tally.until - seconds)


def test_each_key_has_a_total_of_its_own():
    assert rates.add({"a": 1, "b": 5}, 60) == {"a": 1, "b": 5}
    assert rates.add({"b": 2, "c": 1}, 60) == {"b": 7, "c": 1}


def test_many_keys_are_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert set(rates.add(dict.fromkeys(map(str, range(300)), 1), 60).values()) == {1}


def test_a_window_begins_anew_when_it_is_over_and_not_before():
    rates.add({"a": 3}, 60)
    make_old(58)
    assert rates.add({"a": 1}, 60) == {"a": 4}  # which does not prolong it
    make_old(3)
    assert rates.add({"a": 1}, 60) == {"a": 1}


def test_tries_are_asked_for_taken_back_and_forgotten():
    rates.add({"a": 3, "b": 1}, 60)
    assert rates.add({"a": 0}, 60) == {"a": 3}
    assert rates.add({"a": -1}, 60) == {"a": 2}
    rates.forget(["a"])
    assert rates.add({"a": 0, "b": 0}, 60) == {"a": 0, "b": 1}


def test_nobody_reads_a_key_in_the_table(settings):
    rates.add({"10.1.2.3 anna": 1}, 60)
    row = str(Tally.objects.values().get())
    assert "anna" not in row
    assert "10.1" not in row
    settings.SECRET_KEY = "another" * 9
    assert rates.add({"10.1.2.3 anna": 0}, 60) == {"10.1.2.3 anna": 0}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_an_address_is_counted_by_its_network(address, network):
    assert rates.network_of(address) == network


def test_what_is_over_is_purged_in_batches(monkeypatch):
    monkeypatch.setattr(rates, "BATCH", 2)
    rates.add(dict.fromkeys("abcde", 1), 60)
    make_old(61)
    rates.add({"f": 1}, 60)
    assert len(list(rates.purge())) == 3
    assert Tally.objects.count() == 1


def test_of_several_who_add_to_the_cache_one_can():
    assert cache.add("code", "y", timeout=30)
    assert not cache.add("code", "y", timeout=30)
    make_old(31)
    assert cache.add("code", "y", timeout=30)


def test_the_cache_keeps_nothing():
    """It would be another place for what all processes have to agree on."""
    for ask in (lambda: cache.get("a"), lambda: cache.set("a", 1), lambda: cache.delete("a")):
        with pytest.raises(NotImplementedError):
            ask()
