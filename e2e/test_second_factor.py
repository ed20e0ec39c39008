"""Two factors, passkeys, and the list of one's sessions, in real browsers."""

import re

import pytest
from playwright.sync_api import expect

from accounts.tests.second_factors import code_of

from .browser import PHONE
from .test_layout import has_no_sideways_scroll, look

PASSWORD = "a long and quiet sentence"
SECURITY = "/accounts/security/"
LOG_IN = re.compile(r"/accounts/login/(\?|$)")


@pytest.fixture
def ada(person):
    return person("ada", password=PASSWORD)


def give_device(person, knows_its_owner=True):
    """Give the browser a device that keeps passkeys."""
    cdp = person.context.new_cdp_session(person.page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": knows_its_owner,
        "automaticPresenceSimulation": True,
    }
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def press(person, name):
    person.page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def follow(person, name):
    person.page.get_by_role("main").get_by_role("link", name=name).click()


def log_out(person):
    person.page.goto("/accounts/logout/")
    press(person, "Log out")
    expect(person.page.get_by_label("Username")).to_be_visible()


def say_password(person):
    person.page.locator("input[name=password]").fill(PASSWORD)


def log_in(person):
    """Type the name and the password."""
    person.page.goto("/accounts/login/")
    person.page.get_by_label("Username").fill(person.account.username)
    say_password(person)
    press(person, "Log in")


def is_in(person):
    expect(person.rooms).to_be_visible()


def prove(person):
    """Go to the security page, having said the password again."""
    person.page.goto(f"/accounts/reauthenticate/?next={SECURITY}")
    say_password(person)
    press(person, "Go on")
    expect(person.page.get_by_role("heading", name="Security")).to_be_visible()


def set_up_app(person):
    """Set up an authenticator app from the security page; return its secret, and recovery codes."""
    follow(person, "Set up an authenticator app")
    secret = person.page.locator(".secret code").inner_text()
    person.page.get_by_label("Code that the app shows").fill(code_of(secret))
    press(person, "Turn it on")
    expect(person.page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    return secret, person.page.locator(".codes code").all_inner_texts()


def add_passkey(person, name):
    person.page.goto(SECURITY + "passkeys/add/")
    person.page.get_by_label("Name").fill(name)
    press(person, "Add it")
    expect(person.page.get_by_text("The passkey is added.")).to_be_visible()


def test_an_app_is_set_up_and_its_code_or_a_recovery_code_logs_in(ada):
    ada.page.goto("/")
    ada.page.get_by_role("button", name="Account of").click()
    ada.page.get_by_role("link", name="Security").click()
    follow(ada, "Set up an authenticator app")
    say_password(ada)
    press(ada, "Go on")
    ada.page.goto(SECURITY)
    secret, codes = set_up_app(ada)
    assert len(codes) == 10
    with ada.page.expect_download() as download:
        follow(ada, "Download")
    assert download.value.path().read_text().split() == codes

    log_out(ada)
    log_in(ada)
    expect(ada.page.get_by_role("button", name="Use a passkey")).to_have_count(0)
    ada.page.get_by_label("Code").fill("000000")
    press(ada, "Log in")
    expect(ada.page.get_by_text("That code is not right")).to_be_visible()
    ada.page.get_by_label("Code").fill(code_of(secret, 1))  # the one of now was used above
    press(ada, "Log in")
    is_in(ada)

    log_out(ada)
    log_in(ada)
    ada.page.get_by_label("Code").fill(codes[3])
    press(ada, "Log in")
    is_in(ada)
    ada.page.goto(SECURITY)
    expect(ada.page.get_by_text("9 left")).to_be_visible()


def test_a_passkey_logs_in_alone_and_as_the_second_step_until_it_is_removed(ada):
    give_device(ada)
    prove(ada)
    add_passkey(ada, "Phone")
    expect(ada.page.get_by_role("heading", name="Recovery codes")).to_be_visible()

    log_out(ada)
    press(ada, "Use a passkey")
    is_in(ada)

    log_out(ada)
    log_in(ada)
    press(ada, "Use a passkey")
    is_in(ada)

    ada.page.goto(f"/accounts/reauthenticate/passkey/?next={SECURITY}passkeys/")
    press(ada, "Use a passkey")
    follow(ada, "Rename Phone")
    ada.page.get_by_label("Name").fill("Blue key")
    press(ada, "Save the name")
    follow(ada, "Remove Blue key")
    press(ada, "Remove")
    expect(ada.page.get_by_text("You have none yet.")).to_be_visible()

    log_out(ada)
    press(ada, "Use a passkey")  # the device still has it
    expect(ada.page.get_by_text("That passkey did not work here.")).to_be_visible()
    log_in(ada)
    is_in(ada)


def test_a_passkey_leads_to_where_one_wanted_to_go(ada, room):
    tea = room("Tea")
    give_device(ada)
    prove(ada)
    add_passkey(ada, "Phone")
    log_out(ada)
    ada.page.goto(f"/rooms/{tea.lower().replace(' ', '-')}/")
    press(ada, "Use a passkey")
    expect(ada.column(tea)).to_be_visible()


def test_the_same_device_is_not_added_twice(ada):
    give_device(ada)
    prove(ada)
    add_passkey(ada, "Phone")
    ada.page.goto(SECURITY + "passkeys/add/")
    press(ada, "Add it")
    expect(ada.page.get_by_text("keeps a passkey for your account already")).to_be_visible()


def test_a_device_that_does_not_know_who_holds_it_is_told_so_in_words(ada):
    give_device(ada, knows_its_owner=False)
    prove(ada)
    ada.page.goto(SECURITY + "passkeys/add/")
    press(ada, "Add it")
    expect(ada.page.get_by_role("alert")).to_contain_text("You can try again.")
    expect(ada.page.get_by_role("button", name="Add it")).to_be_enabled()


@pytest.mark.parametrize("button", ["End it", "Log out everywhere else", "Log out everywhere"])
def test_an_ended_session_takes_the_other_browser_s_open_page_to_the_log_in(
    site, ada, open_for, room, button
):
    tea = room("Tea")
    other = open_for(site, ada.account, user_agent="Firefox/140.0 on Windows")
    other.context.clear_cookies()
    log_in(other)
    other.open(tea)
    ada.page.goto(SECURITY + "sessions/")
    expect(ada.page.get_by_role("listitem").filter(has_text="this one")).to_have_count(1)
    there = ada.page.get_by_role("listitem").filter(has_text="Firefox on Windows")
    place = there if button == "End it" else ada.page.get_by_role("main")
    place.get_by_text(button, exact=True).click()
    expect(other.page).to_have_url(LOG_IN)
    expect(other.page.get_by_text("You are logged out.")).to_be_visible()
    if button == "Log out everywhere":
        expect(ada.page).to_have_url(LOG_IN)
    else:
        expect(ada.page.get_by_role("listitem").filter(has_text="this one")).to_have_count(1)
        expect(there).to_have_count(0)
        ada.open(tea)


def test_a_new_password_keeps_this_browser_and_ends_the_others(site, ada, open_for, room):
    tea = room("Tea")
    other = open_for(site, ada.account)
    other.context.clear_cookies()
    log_in(other)
    other.open(tea)
    tab = ada.context.new_page()
    tab.goto("/accounts/password/change/")
    tab.locator("input[name=oldpassword]").fill(PASSWORD)
    for name in ("password1", "password2"):
        tab.locator(f"input[name={name}]").fill(f"{PASSWORD} and more")
    ada.open(tea)
    tab.get_by_role("button", name="Change the password").click()
    expect(tab.get_by_text("Your password is changed.")).to_be_visible()
    expect(other.page).to_have_url(LOG_IN)
    ada.say(tea, "still here")
    ada.hears(tea, "still here")


def test_back_after_the_log_out_shows_nothing(ada):
    prove(ada)
    set_up_app(ada)
    log_out(ada)
    ada.page.go_back()
    ada.page.go_back()
    expect(ada.page).to_have_url(LOG_IN)


@pytest.fixture(scope="module")
def strict_site(start_site):
    site = start_site("serve", "sqlite", static=True, STAFF_NEEDS_SECOND_FACTOR="1")
    site.outside.room("Tea")
    return site


def test_staff_is_led_to_set_up_a_second_factor_and_again_when_it_is_gone(strict_site, open_for):
    account = strict_site.outside.person("boss", password=PASSWORD, is_staff=True)
    boss = open_for(strict_site, account)
    boss.page.goto("/")
    expect(boss.page.get_by_text("on this site those need a second factor")).to_be_visible()
    boss.page.goto("/admin/")
    expect(boss.page).to_have_url(re.compile(SECURITY))
    prove(boss)
    set_up_app(boss)
    boss.open("Tea")
    strict_site.outside.take_second_factor(account)
    expect(boss.page.get_by_text("on this site those need a second factor")).to_be_visible()
    strict_site.check_log()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing_on_the_way_to_a_second_factor(person, scheme, viewport):
    # axe is injected as a script, which the pages' own policy forbids.
    options = {"bypass_csp": True, "color_scheme": scheme, "viewport": viewport}
    ada = person("ada", password=PASSWORD, options=options)
    give_device(ada)
    prove(ada)
    follow(ada, "Set up an authenticator app")
    look(ada.page)
    ada.page.goto(SECURITY)
    set_up_app(ada)
    add_passkey(ada, "A name that is longer than others, and goes on for a whole line")
    for page in ("", "recovery-codes/", "recovery-codes/new/", "app/remove/", "passkeys/"):
        ada.page.goto(SECURITY + page)
        look(ada.page)
        assert has_no_sideways_scroll(ada.page)
    for link in ("Rename", "Remove"):
        ada.page.goto(SECURITY + "passkeys/")
        follow(ada, link)
        look(ada.page)
    for page in ("reauthenticate/code/", "reauthenticate/passkey/", "security/passkeys/add/"):
        ada.page.goto("/accounts/" + page)
        look(ada.page)
    log_out(ada)
    log_in(ada)
    expect(ada.page.get_by_label("Code")).to_be_visible()
    look(ada.page)
