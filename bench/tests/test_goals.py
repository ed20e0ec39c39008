import pytest

from bench.goals import Goal, rows, said


def results(**deliveries):
    return {
        name.replace("_", "-"): {"room200": {"deliveries": n}} for name, n in deliveries.items()
    }


def test_the_stock_design_is_the_one_on_the_same_storage():
    found = results(serve_sqlite=400, serve_postgres=900, stock_sqlite=10, stock_postgres=30)
    goal = Goal("", "room200", "deliveries", 40, to="stock")
    assert [goal.reached(found, site) for site in ("serve-sqlite", "serve-postgres")] == [40, 30]


def test_a_full_site_is_held_against_an_empty_one():
    found = {"serve-sqlite": {"stored": {"join_full": 3.0, "join_empty": 2.0}}}
    goal = Goal("", "stored", "join_full", 1.2, most=True, beside="join_empty")
    assert goal.reached(found, "serve-sqlite") == 1.5


def test_what_was_not_measured_has_no_row_and_an_empty_cell():
    found = results(serve_sqlite=400, stock_sqlite=10)
    assert [row[2:] for row in rows(found)] == [["40 ×, reached", ""]]
    assert rows({"serve-sqlite": {"room200": {"failed": "no"}}}) == []


@pytest.mark.parametrize(
    ("most", "value", "enough"),
    [(False, 41, True), (False, 39, False), (True, 39, True), (True, 41, False)],
)
def test_what_is_not_reached_is_said(most, value, enough):
    assert ("not reached" in said(Goal("", "", "", 40, most), value)) is not enough
