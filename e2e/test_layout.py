"""A phone's width, a keyboard alone, and what axe says of every page."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from .browser import PHONE

MARKDOWN = """no title

- a
- b

> quote

```python
def f(): return "x"  # why
```"""
PAGES = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
PAGES_INSIDE = [
    "/accounts/password/change/",
    "/accounts/email/",
    "/accounts/security/",
    "/accounts/security/passkeys/",
    "/accounts/security/sessions/",
    "/accounts/logout/",
    "/nowhere/",
]


def has_no_sideways_scroll(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [360, 390])
def test_a_phone_shows_one_room_at_a_time(person, room, width):
    tea, cake = room("Tea"), room("Cake")
    ada = person("ada", options={"viewport": {**PHONE, "width": width}, "has_touch": True})
    ada.open(tea)
    expect(ada.rooms).to_be_hidden()
    ada.say(tea, "from a phone " + "longword" * 30)
    ada.hears(tea, "from a phone")
    assert has_no_sideways_scroll(ada.page)
    ada.page.go_back()
    ada.open_room(cake)
    expect(ada.column(tea)).to_be_hidden()
    ada.column(cake).get_by_role("button", name="Back").click()
    expect(ada.rooms).to_be_visible()


def test_a_room_is_found_opened_and_written_in_by_keyboard_alone(person, room):
    tea = room("Teatime")
    ada = person("ada").open()
    ada.page.keyboard.press("Control+k")
    ada.page.keyboard.type(tea)
    ada.page.keyboard.press("ArrowDown")
    ada.page.keyboard.press("Enter")
    expect(ada.composer(tea)).to_be_focused()
    ada.page.keyboard.type("no mouse")
    ada.page.keyboard.press("Enter")
    ada.hears(tea, "no mouse")
    ada.page.keyboard.press("ArrowUp")
    ada.page.keyboard.type(" needed")
    ada.page.keyboard.press("Enter")
    ada.hears(tea, "no mouse needed")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing_on_any_page(site, person, open_for, room, scheme, viewport):
    # axe is injected as a script, which the pages' own policy forbids.
    options = {"bypass_csp": True, "color_scheme": scheme, "viewport": viewport}
    stranger = open_for(site, **options)
    for path in PAGES:
        stranger.page.goto(path)
        look(stranger.page)
    ada = person("ada", options=options)
    ada.watch.forgive("404")
    for path in PAGES_INSIDE:
        ada.page.goto(path)
        look(ada.page)
    tea, cake = room("Tea", locked=True), room("Cake")
    ada.open()
    look(ada.page)
    ada.open_room(tea)
    look(ada.page)
    if viewport != PHONE:
        cake = room("Cake")
        ada.open_room(cake)
        ada.say(
            cake, "# no title\n\n- a\n- b\n\n> quote\n\n```python\ndef f(): return 'x'  # why\n```"
        )
        ada.hears(cake, "no title")
        look(ada.page)


def look(page):
    expect(page.locator("body")).to_be_visible()
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
