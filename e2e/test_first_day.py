"""The first day of a site: from the link in the terminal to people talking."""

import re

import pytest
from playwright.sync_api import expect

from wire.backends import manage

PASSWORD = "a long and quiet sentence"


@pytest.fixture
def new_site(start_site):
    """A site where nobody has been yet, with the sample rooms."""
    site = start_site("serve", "sqlite", static=True)
    manage(site.environment, "loaddata", "sample_rooms", "--verbosity", "0")
    return site


def test_the_first_admin_a_second_person_and_a_talk_in_two_rooms(new_site, open_for):
    admin, guest = open_for(new_site), open_for(new_site)

    guest.page.goto("/")
    expect(guest.page.get_by_text("waiting for its first admin")).to_be_visible()
    expect(guest.page.get_by_role("link", name="Sign up")).to_have_count(0)

    [link] = re.findall(r"http://localhost\S+/first-admin/\S+", new_site.log)
    admin.page.goto(link)
    fill_account(admin.page, "grace")
    admin.page.get_by_role("button", name="Make the account").click()
    expect(admin.rooms.get_by_role("link", name="Operations")).to_be_visible()

    guest.watch.forgive("404")
    guest.page.goto(link)
    expect(guest.page.get_by_label("Username")).to_have_count(0)

    guest.page.goto("/")
    guest.page.get_by_role("link", name="Sign up").click()
    fill_account(guest.page, "linus")
    guest.page.get_by_role("button", name="Sign up").click()
    expect(guest.rooms.get_by_role("link", name="Lobby")).to_be_visible()
    expect(guest.rooms.get_by_role("link", name="Operations")).to_have_count(0)

    for title in ("Lobby", "Kitchen"):
        admin.open_room(title)
        guest.open_room(title)
        admin.say(title, f"Welcome to the {title}")
        guest.hears(title, f"Welcome to the {title}")
        guest.say(title, f"Thank you, {title}")
        admin.hears(title, f"Thank you, {title}")


def fill_account(page, name):
    page.get_by_label("Username").fill(name)
    page.locator("input[name=password1]").fill(PASSWORD)
    page.locator("input[name=password2]").fill(PASSWORD)
