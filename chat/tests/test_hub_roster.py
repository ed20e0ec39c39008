"""Who is present by way of several processes."""

import pytest

from chat import frames
from chat.hub.roster import Roster


@pytest.fixture
def told():
    return []


@pytest.fixture
def roster(told):
    return Roster(
        lambda *who: told.append(("enter", *who)), lambda *who: told.append(("exit", *who))
    )


def take(told):
    taken = list(told)
    told.clear()
    return taken


def test_a_person_is_present_once_however_many_processes(roster, told):
    roster.add("a", 1, 7, "anna")
    assert take(told) == [("enter", 1, 7, "anna")]
    roster.add("b", 1, 7, "anna")
    roster.add("b", 1, 7, "anna")
    assert (roster.members(1), roster.count(1), roster.counts()) == (["anna"], 1, {1: 1})
    roster.remove("a", 1, 7)
    roster.remove("a", 1, 7)
    assert take(told) == []
    roster.remove("b", 1, 7)
    assert take(told) == [("exit", 1, 7, "anna")]
    assert (roster.members(1), roster.count(1), roster.counts()) == ([], 0, {})


def test_rooms_are_apart(roster, told):
    roster.add("a", 1, 7, "anna")
    roster.add("a", 2, 7, "anna")
    roster.remove("a", 1, 7)
    assert roster.counts() == {2: 1}
    assert take(told) == [("enter", 1, 7, "anna"), ("enter", 2, 7, "anna"), ("exit", 1, 7, "anna")]


def test_names_are_in_order_and_the_first_are_named(roster, monkeypatch):
    monkeypatch.setattr(frames, "MEMBERS_NAMED", 3)
    for number, name in enumerate(["eve", "bob", "dora", "ada", "carl"]):
        roster.add("a", 1, number, name)
    assert (roster.members(1), roster.count(1)) == (["ada", "bob", "carl"], 5)
    roster.remove("a", 1, 1)
    assert (roster.members(1), roster.count(1)) == (["ada", "carl", "dora"], 4)


def test_another_name_replaces_the_first(roster, told):
    roster.add("a", 1, 7, "anna")
    roster.add("a", 1, 8, "carl")
    take(told)
    roster.add("b", 1, 7, "zoe")
    assert roster.members(1) == ["carl", "zoe"]
    roster.remove("a", 1, 7)
    roster.remove("b", 1, 7)
    assert roster.members(1) == ["carl"]
    assert take(told) == [("exit", 1, 7, "zoe")]


def test_a_crowd_is_not_told_who_comes_and_goes(roster, told, monkeypatch):
    monkeypatch.setattr(frames, "MEMBERS_NAMED", 3)
    for number in range(5):
        roster.add("ab"[number % 2], 1, number, f"p{number}")
    assert [user for _, _, user, _ in take(told)] == [0, 1, 2]
    for number in range(5):
        roster.remove("ab"[number % 2], 1, number)
    assert [user for _, _, user, _ in take(told)] == [2, 3, 4]


def test_what_is_read_replaces_what_was_known(roster, told):
    roster.add("a", 1, 7, "anna")
    roster.add("a", 1, 8, "berta")
    roster.add("b", 1, 8, "berta")
    take(told)
    roster.learn({"a": [(2, 7, "anna"), (1, 9, "carl")]}, gone=[])
    assert sorted(take(told)) == [
        ("enter", 1, 9, "carl"),
        ("enter", 2, 7, "anna"),
        ("exit", 1, 7, "anna"),
    ]
    assert roster.members(1) == ["berta", "carl"]


def test_who_moved_in_what_is_read_never_left(roster, told):
    roster.add("a", 1, 7, "anna")
    roster.add("b", 1, 8, "berta")
    roster.add("c", 1, 9, "carl")
    take(told)
    roster.learn({"a": [(1, 8, "berta"), (1, 9, "carl")], "b": [(1, 7, "anna")]}, gone=["c"])
    assert take(told) == []
    assert roster.processes == {"a", "b"}
    roster.learn({"a": [], "b": []}, gone=[])
    assert roster.counts() == {}


def test_who_is_forgotten_goes_with_all_their_people(roster, told):
    roster.add("a", 1, 7, "anna")
    roster.add("b", 1, 7, "anna")
    roster.add("a", 2, 7, "anna")
    take(told)
    roster.learn({}, gone=["a", "unheard"])
    assert take(told) == [("exit", 2, 7, "anna")]
    assert roster.processes == {"b"}
