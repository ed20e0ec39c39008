"""People talk: what one writes the other sees, in several rooms at once."""

import re

from playwright.sync_api import expect


def test_two_people_talk_in_two_rooms_side_by_side(person, room):
    tea, cake = room("Tea"), room("Cake")
    ada, bob = person("ada").open(tea, cake), person("bob").open(tea, cake)
    ada.say(tea, "Who wants **tea**?")
    bob.say(cake, "There is cake")
    expect(bob.hears(tea, "Who wants tea?").locator("strong")).to_have_text("tea")
    ada.hears(cake, "There is cake")
    expect(ada.message(cake, "Who wants")).to_have_count(0)
    assert ada.column(tea).bounding_box()["y"] == ada.column(cake).bounding_box()["y"]


def test_open_rooms_are_remembered_across_a_reload(person, room):
    tea, cake = room("Tea"), room("Cake")
    ada = person("ada").open(tea, cake)
    ada.say(tea, "still here")
    ada.hears(tea, "still here")
    ada.page.reload()
    ada.hears(tea, "still here")
    expect(ada.column(cake)).to_be_visible()
    ada.column(cake).get_by_role("button", name=re.compile("Close")).click()
    expect(ada.column(cake)).to_have_count(0)
    ada.page.reload()
    expect(ada.column(tea)).to_be_visible()
    expect(ada.column(cake)).to_have_count(0)


def test_the_address_of_a_room_opens_it(site, person, room):
    tea = site.outside.room("Tea with an address")
    ada = person("ada")
    ada.page.goto(tea.url)
    expect(ada.composer(tea.title)).to_be_focused()


def test_ones_own_message_can_be_edited_and_deleted(person, room):
    tea = room("Tea")
    ada, bob = person("ada").open(tea), person("bob").open(tea)
    ada.say(tea, "frist")
    bob.hears(tea, "frist")
    ada.composer(tea).press("ArrowUp")
    expect(ada.composer(tea)).to_have_value("frist")
    ada.composer(tea).press("Escape")
    expect(ada.composer(tea)).to_have_value("")
    ada.hears(tea, "frist")
    ada.composer(tea).press("ArrowUp")
    ada.say(tea, "first")
    expect(bob.hears(tea, "first")).to_contain_text("edited")
    expect(bob.message(tea, "frist")).to_have_count(0)

    message = ada.hears(tea, "first")
    message.hover()
    message.get_by_role("button", name="Delete").click()
    ada.page.get_by_role("dialog").get_by_role("button", name="Keep it").click()
    ada.hears(tea, "first")
    message.hover()
    message.get_by_role("button", name="Delete").click()
    ada.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    bob.hears(tea, "deleted")
    expect(bob.message(tea, "first")).to_have_count(0)


def test_nobody_can_change_what_others_wrote(person, room):
    tea = room("Tea")
    ada, bob = person("ada").open(tea), person("bob").open(tea)
    ada.say(tea, "mine alone")
    message = bob.hears(tea, "mine alone")
    message.hover()
    expect(message.get_by_role("button", name="Edit")).to_have_count(0)
    expect(message.get_by_role("button", name="Delete")).to_have_count(0)
    own = ada.hears(tea, "mine alone")
    own.hover()
    expect(own.get_by_role("button", name="Delete")).to_be_visible()


def test_shift_and_enter_breaks_the_line(person, room):
    tea = room("Tea")
    ada = person("ada").open(tea)
    ada.composer(tea).press_sequentially("one")
    ada.composer(tea).press("Shift+Enter")
    ada.composer(tea).press_sequentially("two")
    ada.composer(tea).press("Enter")
    expect(ada.hears(tea, "one").locator("br")).to_have_count(1)


def test_a_long_history_loads_as_one_scrolls_up_without_jumping(site, person):
    made = site.outside.room("A long history")
    writer = site.outside.person("writer-of-history")
    site.outside.fill(made, writer, [f"line {number:03}" for number in range(180)])
    ada = person("ada").open(made.title)
    ada.hears(made.title, "line 179")
    expect(ada.message(made.title, "line 000")).to_have_count(0)
    log = ada.log(made.title)
    first = ada.hears(made.title, "line 130")
    log.evaluate("log => { log.scrollTop = 30; }")
    before = first.bounding_box()["y"]
    ada.hears(made.title, "line 090")
    assert abs(first.bounding_box()["y"] - before) < 60
    for _ in range(6):
        log.evaluate("log => { log.scrollTop = 0; }")
        ada.page.wait_for_timeout(150)
    ada.hears(made.title, "line 000")
    expect(ada.column(made.title).get_by_text("beginning of the room")).to_be_visible()


def test_what_is_new_below_is_offered_and_not_scrolled_to(site, person):
    made = site.outside.room("Reading above")
    writer = site.outside.person("writer-above")
    site.outside.fill(made, writer, [f"old line {number:03}" for number in range(60)])
    ada, bob = person("ada").open(made.title), person("bob").open(made.title)
    ada.hears(made.title, "old line 059")
    ada.log(made.title).evaluate("log => { log.scrollTop -= 200; }")
    expect(ada.message(made.title, "old line 059")).not_to_be_in_viewport()
    bob.say(made.title, "news")
    newest = ada.column(made.title).get_by_role("button", name=re.compile("new message"))
    expect(newest).to_be_visible()
    newest.click()
    expect(ada.hears(made.title, "news")).to_be_in_viewport()
    bob.say(made.title, "more news")
    expect(ada.hears(made.title, "more news")).to_be_in_viewport()


def test_who_is_there_is_shown(person, room):
    tea = room("Tea")
    ada, bob = person("ada").open(tea), person("bob").open(tea)
    present = ada.column(tea).get_by_role("button", name="2 people are here")
    expect(present).to_be_visible()
    present.click()
    names = ada.column(tea).get_by_role("list").filter(has_text=bob.account.username)
    expect(names).to_be_visible()
    bob.column(tea).get_by_role("button", name=re.compile("Close")).click()
    expect(ada.column(tea).get_by_role("button", name="1 person is here")).to_be_visible()
