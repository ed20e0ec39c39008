"""What moderators do, from the page: by mouse, by keyboard, and what others see of it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

SPAM = "Buy my cheap watches"


@pytest.fixture
def tea(room):
    return room("Tea")


@pytest.fixture
def mona(person, tea, site):
    """A moderator of the room, who is not staff."""
    mona = person("mona")
    [row] = [row for row in site.outside.call("all_rooms") if row["title"] == tea]
    site.outside.call("place", room=row["id"], user=mona.account.id, fields={"role": "moderator"})
    return mona.open(tea)


@pytest.fixture
def troll(person, tea):
    troll = person("troll").open(tea)
    troll.say(tea, SPAM)
    troll.hears(tea, SPAM)
    return troll


def menu_of(person, room, text):
    """Open the menu of a message's author; return the dialog."""
    message = person.hears(room, text)
    message.hover()
    message.get_by_role("button", name="Moderate its author").click()
    dialog = person.page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Silence", exact=True)).to_be_visible()
    return dialog


def clean(page):
    """Expect axe to find nothing."""
    found = Axe().run(page).response["violations"]
    assert not found, [(rule["id"], rule["nodes"][0]["html"]) for rule in found]


def test_a_moderator_silences_and_lets_speak_again(mona, troll, tea):
    dialog = menu_of(mona, tea, SPAM)
    clean(mona.page)
    dialog.get_by_label("For how long").select_option("1 day")
    dialog.get_by_label("Why").fill("advertising")
    dialog.get_by_role("button", name="Silence", exact=True).click()
    expect(dialog.get_by_text("Silenced until")).to_be_visible()
    expect(dialog.get_by_role("status")).to_have_text("Done.")
    expect(troll.composer(tea)).to_be_hidden()
    dialog.get_by_role("button", name="End the silence").click()
    expect(dialog.get_by_text("Silenced until")).to_have_count(0)
    expect(troll.composer(tea)).to_be_enabled()


def test_a_moderator_bans_and_lets_in_again(mona, troll, tea):
    dialog = menu_of(mona, tea, SPAM)
    expect(dialog.get_by_role("button", name="Ban from site")).to_have_count(0)
    dialog.get_by_role("button", name="Ban from room").click()
    expect(dialog.get_by_text("Banned from this room.")).to_be_visible()
    expect(troll.column(tea).get_by_text("You are not in this room any more")).to_be_visible()
    dialog.get_by_role("button", name="Let back in").click()
    expect(troll.composer(tea)).to_be_enabled()


def test_a_moderator_deletes_what_somebody_else_wrote(mona, troll, tea):
    message = mona.hears(tea, SPAM)
    message.hover()
    message.get_by_role("button", name="Delete").click()
    mona.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    troll.hears(tea, "This message was deleted.")
    expect(troll.message(tea, SPAM)).to_have_count(0)


def test_a_moderator_finds_a_person_among_those_present(mona, troll, tea):
    mona.column(tea).get_by_role("button", name="people are here").click()
    mona.page.get_by_role("button", name=troll.account.username).click()
    heading = mona.page.get_by_role("dialog").get_by_role("heading")
    expect(heading).to_have_text(troll.account.username)


def test_all_of_it_goes_by_keyboard(mona, troll, tea):
    mona.hears(tea, SPAM)
    press = mona.page.keyboard.press
    mona.log(tea).focus()
    press("ArrowUp")
    expect(mona.message(tea, SPAM)).to_be_focused()
    press("Tab")  # past the link or straight to the buttons
    button = mona.message(tea, SPAM).get_by_role("button", name="Moderate its author")
    expect(button).to_be_focused()
    press("Enter")
    dialog = mona.page.get_by_role("dialog")
    silence = dialog.get_by_role("button", name="Silence", exact=True)
    expect(silence).to_be_visible()
    for _ in range(12):
        if silence.evaluate("button => button === document.activeElement"):
            break
        press("Tab")
    press("Enter")
    expect(dialog.get_by_text("Silenced until")).to_be_visible()
    press("Escape")
    expect(dialog).to_have_count(0)
    expect(mona.message(tea, SPAM)).to_be_focused()


def test_staff_ban_from_the_site_and_undo_it(person, troll, tea, site):
    boss = person("boss", is_staff=True).open(tea)
    dialog = menu_of(boss, tea, SPAM)
    dialog.get_by_role("button", name="Ban from site").click()
    expect(dialog.get_by_text("May not log in.")).to_be_visible()
    expect(troll.page.get_by_role("heading", name="Log in")).to_be_visible()
    dialog.get_by_role("button", name="End the site ban").click()
    expect(dialog.get_by_text("May not log in.")).to_have_count(0)
    troll.page.goto("/")  # the old session has ended for good
    expect(troll.page.get_by_role("heading", name="Log in")).to_be_visible()


def test_people_report_and_staff_settle(person, troll, tea):
    ada = person("ada").open(tea)
    message = ada.hears(tea, SPAM)
    message.hover()
    expect(message.get_by_role("button", name="Moderate its author")).to_have_count(0)
    message.get_by_role("button", name="Report").click()
    dialog = ada.page.get_by_role("dialog")
    clean(ada.page)
    dialog.get_by_label("Why").fill("an advertisement")
    dialog.get_by_role("button", name="Report").click()
    expect(dialog.get_by_role("status")).to_have_text("Thank you. Somebody will look at it.")
    boss = person("boss", is_staff=True, is_superuser=True)
    boss.page.goto("/admin/chat/report/?state=waiting")
    row = boss.page.locator("#result_list tr").filter(has_text=tea)
    expect(row).to_contain_text("an advertisement")
    row.get_by_role("link", name=SPAM).click()
    boss.page.get_by_role("button", name="Delete the message").click()
    expect(boss.page.get_by_text("message deleted").first).to_be_visible()
    ada.hears(tea, "This message was deleted.")


def test_people_make_a_room_and_choose_who_is_in_it(person, open_for, start_site):
    site = start_site("serve", "sqlite", static=True, ROOM_CREATION="everyone")
    site.outside.person("root", is_superuser=True)
    ada, bob = (open_for(site, account) for account in site.outside.people(["ada", "bob"]))
    site.outside.room("Lobby")
    bob.open("Lobby")
    ada.open("Lobby")
    ada.rooms.get_by_role("link", name="New room").click()
    ada.page.get_by_label("Title").fill("Book club")
    ada.page.get_by_label("Who may enter").select_option("members")
    clean(ada.page)
    ada.page.get_by_role("button", name="Make the room").click()
    expect(ada.column("Book club")).to_be_visible()
    expect(bob.rooms.get_by_role("link", name="Book club")).to_have_count(0)
    ada.column("Book club").get_by_role("button", name="1 person is here").click()
    ada.page.get_by_role("link", name="About this room").click()
    clean(ada.page)
    ada.page.get_by_label("Username").fill("bob")
    ada.page.get_by_role("button", name="Add").click()
    expect(ada.page.get_by_text("bob is a member now.")).to_be_visible()
    bob.open_room("Book club")
    ada.page.get_by_role("link", name="Change bob").click()
    clean(ada.page)
    ada.page.get_by_role("button", name="Remove member").click()
    expect(ada.page.get_by_text("Done.")).to_be_visible()
    heading = bob.column("Book club").get_by_text("You are not in this room any more")
    expect(heading).to_be_visible()
