import re
from xml.etree import ElementTree

import pytest

from bench import report
from bench.__main__ import FULL, Plan
from bench.contenders import CONTENDERS

CLOSED = {"deliveries": 1234.5, "us": 6.78, "cores": {"server": 0.99, "load client": 0.25}}
RESULTS = {
    "serve-sqlite": {
        "room200": CLOSED,
        "connect": {"join_cpu": 0.9, "join_wall": 1.1, "cores": {"server": 0.9}},
        "stored": {f"{what}_{key}": 2.5 for what in report.WHAT for key in report.FILLED},
    },
    "stock-sqlite": {"room200": CLOSED | {"deliveries": 25}},
    "ws": {"failed": "There is no node here.", "room200": {"failed": "the server closed a socket"}},
}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def written(tmp_path):
    def write():
        plan = Plan(list(RESULTS), FULL.figures, FULL.times, tmp_path)
        report.write(plan, RESULTS, seconds=540)
        return (tmp_path / report.PAGE).read_text()

    return write


def test_the_page_has_the_figures_and_the_ratios(written):
    page = written()
    assert "in about 9 min" in page
    assert "| multichat, SQLite | 1,234 | 6.8 |" in page
    assert "| room of 200, to the stock design, storing | 40 × | 49.4 ×, reached |" in page
    assert "server 0.99, load client 0.25" in page
    assert "| multichat, SQLite | 1,000,000, 5 rooms | 2.50 | 2.50 | 2.50 |" in page
    assert "$" not in page


def test_what_was_not_measured_is_said(written):
    assert written().count("Not measured in this run.") == 1  # how late


def test_what_failed_is_said_in_its_place(written):
    assert re.search(r"\| ws \| failed \|", written())


def test_what_was_written_by_hand_stays(written, tmp_path):
    page = tmp_path / report.PAGE
    page.write_text(written() + "Because of this.\n")
    assert written().endswith("Because of this.\n")
    assert written().count("Because of this.") == 1


def test_the_picture_has_a_bar_for_each(written, tmp_path):
    written()
    picture = ElementTree.parse(tmp_path / report.PICTURE)  # noqa: S314 - our own
    widths = [int(bar.get("width")) for bar in picture.iter(f"{SVG}rect")]
    assert len(widths) == 2
    assert widths[0] > 30 * widths[1]
    texts = {text.text for text in picture.iter(f"{SVG}text")}
    assert {"1,234", "25", CONTENDERS["stock-sqlite"].title} <= texts


def test_a_line_says_what_was_measured():
    assert report.line({"failed": "why"}) == "why"
    assert report.line(CLOSED) == (
        "1,234 deliveries/s, 6.8 us CPU a delivery (cores: server 0.99, load client 0.25)"
    )
