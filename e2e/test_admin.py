"""What admins change holds at once, on the open pages of everybody."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def admin(person):
    return person("admin", is_staff=True, is_superuser=True)


def tick(admin, title):
    """Choose a room in the admin's list, alone on its page."""
    admin.page.goto(f"/admin/chat/room/?q={title.replace(' ', '+')}")
    admin.page.locator("#action-toggle").check()


def do(admin, label):
    admin.page.get_by_label("Action:").select_option(label=label)
    admin.page.get_by_role("button", name=re.compile("Run|Go")).click()


def test_a_room_that_is_made_in_the_admin_appears(admin, person, room):
    ada = person("ada").open(room("Tea"))
    admin.page.goto("/admin/chat/room/add/")
    admin.page.get_by_label("Title").fill("Brand new")
    admin.page.get_by_role("button", name="Save", exact=True).click()
    expect(admin.page.get_by_text("was added successfully")).to_be_visible()
    ada.open_room("Brand new")


def test_a_lock_is_felt_by_who_is_writing_and_so_is_its_end(admin, person, room):
    tea = room("Tea")
    ada = person("ada").open(tea)
    ada.composer(tea).fill("half a sentence")
    tick(admin, tea)
    do(admin, "Lock: only staff change anything in it")
    expect(ada.composer(tea)).to_be_disabled()
    expect(ada.column(tea).get_by_text(re.compile("only staff"))).to_be_visible()
    tick(admin, tea)
    do(admin, "Unlock")
    expect(ada.composer(tea)).to_be_enabled()
    expect(ada.composer(tea)).to_have_value("half a sentence")
    ada.composer(tea).press("Enter")
    ada.hears(tea, "half a sentence")


def test_a_room_for_staff_is_not_seen_by_others(site, person, room):
    secret = room("Secret plans", access="staff")
    tea = room("Tea")
    ada, boss = person("ada").open(tea), person("boss", is_staff=True).open(tea)
    expect(boss.rooms.get_by_role("link", name=secret)).to_be_visible()
    expect(ada.rooms.get_by_role("link", name=secret)).to_have_count(0)
    ada.watch.forgive("404")
    ada.page.goto(f"/rooms/{secret.lower().replace(' ', '-')}/")
    expect(ada.page.get_by_text(secret)).to_have_count(0)


def test_who_is_put_out_reads_why_and_keeps_what_was_typed(admin, site, person, room):
    tea = room("Tea")
    ada = person("ada").open(tea)
    ada.composer(tea).fill("unsent words")
    tick(admin, tea)
    admin.page.get_by_role("link", name=tea).first.click()
    admin.page.get_by_label("Who may enter").select_option("staff")
    admin.page.get_by_role("button", name="Save", exact=True).click()
    expect(ada.column(tea).get_by_text("changed who may enter")).to_be_visible()
    expect(ada.column(tea).get_by_label("had not sent yet")).to_have_value("unsent words")
    expect(ada.rooms.get_by_role("link", name=tea)).to_have_count(0)


def test_a_message_deleted_in_the_admin_leaves_a_tombstone_on_open_pages(admin, person, room):
    tea = room("Tea")
    ada = person("ada").open(tea)
    ada.say(tea, "unkind words")
    ada.hears(tea, "unkind words")
    admin.page.goto(f"/admin/chat/message/?q={tea.replace(' ', '+')}")
    admin.page.locator("#action-toggle").check()
    do(admin, "Delete selected messages")
    admin.page.get_by_role("button", name="Yes, delete").click()
    ada.hears(tea, "deleted")
    expect(ada.message(tea, "unkind words")).to_have_count(0)


def test_a_deactivated_person_is_shown_to_the_door(site, person, room):
    ada = person("ada").open(room("Tea"))
    site.outside.change("user", ada.account, is_active=False)
    expect(ada.page.get_by_role("heading", name="Log in")).to_be_visible()
