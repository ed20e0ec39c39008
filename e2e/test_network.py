"""Networks fail and servers die: nothing is lost, nothing comes twice."""

import re

import pytest
from playwright.sync_api import expect

LOST = r"WebSocket|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|ERR_NETWORK"


@pytest.fixture
def own_site(start_site):
    """A site that the test may kill."""
    return start_site("serve", "sqlite", static=True)


def state(person):
    return person.page.locator("#connection").get_by_role("status")


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
    expect(state(ada)).to_contain_text(re.compile("connection", re.I), timeout=45_000)
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
    expect(state(ada)).to_contain_text(re.compile("connection", re.I))
    ada.say(tea, "while it was down")
    own_site.start()
    for text in ("acknowledged", "while it was down"):
        ada.hears(tea, text)
        bob.hears(tea, text)
    bob.say(tea, "and on")
    ada.hears(tea, "and on")
    own_site.check_log()


def test_a_refused_message_says_why_and_can_be_sent_again(site, person, room):
    tea = site.outside.room("Tea to be refused")
    ada = person("ada").open(tea.title)
    ada.say(tea.title, "x" * 3999)
    ada.hears(tea.title, "xxx")
    ada.composer(tea.title).fill("y" * 4100)
    ada.composer(tea.title).press("Enter")
    expect(
        ada.column(tea.title).get_by_role("alert").filter(has_text=re.compile("long"))
    ).to_be_visible()
    expect(ada.message(tea.title, "yyy")).to_have_count(0)
