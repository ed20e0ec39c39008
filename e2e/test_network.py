"""Networks fail and servers die: nothing is lost, nothing comes twice."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from .talk import LOST, status

TOO_LATE = timedelta(seconds=16)  # a page waits for an answer no longer than 15 s


@pytest.fixture
def own_site(start_site):
    """A site that the test may kill."""
    return start_site("serve", "sqlite", static=True)


def test_what_is_written_without_a_network_goes_out_when_it_is_back(person, room):
    tea = room("Tea")
    ada, bob = person("ada").open(tea), person("bob").open(tea)
    ada.watch.forgive(LOST)
    ada.say(tea, "before")
    bob.hears(tea, "before")
    ada.context.set_offline(True)
    ada.say(tea, "meanwhile one")
    ada.say(tea, "meanwhile two")
    bob.say(tea, "from elsewhere")
    expect(ada.message(tea, "meanwhile two")).to_be_visible()
    expect(ada.message(tea, "from elsewhere")).to_have_count(0)
    expect(status(ada)).to_contain_text(re.compile("connection", re.I), timeout=45_000)
    ada.context.set_offline(False)
    for text in ("before", "meanwhile one", "meanwhile two", "from elsewhere"):
        ada.hears(tea, text)
        bob.hears(tea, text)
    order = bob.log(tea).get_by_role("article").all_inner_texts()
    positions = [
        next(i for i, t in enumerate(order) if f"meanwhile {n}" in t) for n in ("one", "two")
    ]
    assert positions == sorted(positions)


def test_open_pages_go_on_by_themselves_when_the_server_was_killed(own_site, open_for):
    tea = own_site.outside.room("Tea").title
    ada, bob = (
        open_for(own_site, account).open(tea) for account in own_site.outside.people(["ada", "bob"])
    )
    for somebody in (ada, bob):
        somebody.watch.forgive(LOST)
    ada.say(tea, "acknowledged")
    bob.hears(tea, "acknowledged")
    own_site.kill()
    expect(status(ada)).to_contain_text(re.compile("connection", re.I))
    ada.say(tea, "while it was down")
    ada.say(tea, "better not")
    ada.message(tea, "better not").get_by_role("button", name="Discard").click()
    expect(ada.composer(tea)).to_have_value("better not")
    own_site.start()
    for text in ("acknowledged", "while it was down"):
        ada.hears(tea, text)
        bob.hears(tea, text)
    bob.say(tea, "and on")
    ada.hears(tea, "and on")
    expect(bob.message(tea, "better not")).to_have_count(0)
    own_site.check_log()


def test_an_answer_that_comes_too_late_leaves_no_hole(person, room):
    tea = room("Tea")
    bob = person("bob").open(tea)
    bob.say(tea, "before")
    bob.sent(tea)
    ada = person("ada")
    ada.page.clock.install()
    late = LateAnswers(ada.page)
    ada.open().open_room(tea)
    expect(ada.column(tea).get_by_text("Opening the room")).to_be_visible()
    ada.page.clock.pause_at(datetime.now(UTC) + TOO_LATE)
    expect(ada.column(tea).get_by_text("The page keeps trying")).to_be_visible()
    bob.say(tea, "meanwhile")
    bob.sent(tea)
    late.let_go()
    ada.page.clock.resume()
    ada.hears(tea, "before")
    ada.hears(tea, "meanwhile")


class LateAnswers:
    """Stands between a page and its server: what the server says from its first answer to a join on
    arrives when it is let go."""

    def __init__(self, page):
        self._held, self._holding = [], True
        page.route_web_socket(re.compile("/chat/stream/"), self._connect)

    def _connect(self, page_side):
        self._page_side = page_side
        page_side.connect_to_server().on_message(self._hear)

    def _hear(self, text):
        if self._holding and (self._held or '"type":"join"' in text):
            self._held.append(text)
        else:
            self._page_side.send(text)

    def let_go(self):
        self._holding = False
        for text in self._held:
            self._page_side.send(text)


def test_a_text_that_is_too_long_is_not_sent_and_not_lost(site, person):
    tea = site.outside.room("Tea at length")
    ada = person("ada").open(tea.title)
    ada.say(tea.title, "y" * 4100)
    expect(ada.column(tea.title).get_by_text("100 characters too many")).to_be_visible()
    expect(ada.composer(tea.title)).to_have_value("y" * 4100)
    expect(ada.message(tea.title, "yyy")).to_have_count(0)


def test_a_message_that_the_server_refuses_says_why_and_can_be_tried_again(own_site, open_for):
    tea = own_site.outside.room("Tea behind a lock")
    ada = open_for(own_site, own_site.outside.person("ada-refused")).open(tea.title)
    ada.watch.forgive(LOST)
    own_site.kill()
    ada.say(tea.title, "too late")
    own_site.outside.change("room", tea, locked=True)
    own_site.start()
    failed = ada.message(tea.title, "too late")
    expect(failed).to_contain_text("locked")
    own_site.outside.change("room", tea, locked=False)
    expect(ada.composer(tea.title)).to_be_enabled()
    failed.get_by_role("button", name="Retry").click()
    ada.hears(tea.title, "too late")
