"""Staff invite somebody, who signs up by the link, once."""

import pytest
from playwright.sync_api import expect

from .browser import PHONE, WIDE
from .test_first_day import fill_account
from .test_layout import has_no_sideways_scroll, look

WIDTHS = pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])


@pytest.fixture(scope="session")
def invited_site(start_site):
    """A site that one gets into by an invitation only."""
    site = start_site("serve", "sqlite", static=True, SIGN_UP="invite")
    site.outside.person("root", is_staff=True, is_superuser=True)
    return site


@pytest.fixture
def boss(invited_site, open_for):
    def make(name, **options):
        account = invited_site.outside.person(name, is_staff=True)
        return open_for(invited_site, account, **options)

    return make


def invite(boss, note):
    """Make an invitation on the page, and return its link."""
    boss.page.goto("/accounts/invitations/")
    boss.page.get_by_label("Note").fill(note)
    boss.page.get_by_role("button", name="Make an invitation").click()
    link = boss.page.get_by_label("The link, which is shown only now")
    expect(link).to_be_focused()
    return link.input_value()


def item(boss, note):
    return boss.page.get_by_role("listitem").filter(has_text=note)


def test_a_stranger_signs_up_with_an_invitation_and_nobody_does_again(invited_site, boss, open_for):
    ada = boss("ada")
    ada.visit("/").page.get_by_role("button", name="Account of ada").click()
    ada.page.get_by_role("link", name="Invitations").click()
    link = invite(ada, "for Grace")

    stranger, late = open_for(invited_site), open_for(invited_site)
    stranger.page.goto("/accounts/signup/")
    expect(stranger.page.get_by_text("needs an invitation")).to_be_visible()
    for person in (stranger, late):
        person.page.goto(link)
        expect(person.page.get_by_text("ada invites you")).to_be_visible()
        fill_account(person.page, "grace" if person is stranger else "eve")
    stranger.page.get_by_role("button", name="Sign up").click()
    expect(stranger.page.get_by_role("button", name="Account of grace")).to_be_visible()
    expect(stranger.rooms).to_be_visible()

    late.watch.forgive("404")
    late.page.get_by_role("button", name="Sign up").click()
    expect(late.page.get_by_role("heading", name="does not hold")).to_be_visible()
    late.page.goto(link)
    expect(late.page.get_by_role("heading", name="does not hold")).to_be_visible()

    ada.page.reload()
    ada.page.goto("/accounts/invitations/")
    expect(item(ada, "for Grace")).to_contain_text("Used by grace")
    invited_site.check_log()


def test_a_revoked_invitation_is_refused(invited_site, boss, open_for):
    bea = boss("bea")
    link = invite(bea, "for Alan")
    bea.page.get_by_role("button", name="Revoke: for Alan").click()
    expect(bea.page.get_by_text("The invitation is revoked")).to_be_visible()
    expect(item(bea, "for Alan")).to_contain_text("revoked")
    stranger = open_for(invited_site)
    stranger.watch.forgive("404")
    stranger.page.goto(link)
    expect(stranger.page.get_by_role("heading", name="does not hold")).to_be_visible()
    invited_site.check_log()


def test_the_link_is_copied_by_a_button_and_by_hand(boss):
    cai = boss("cai", permissions=["clipboard-read", "clipboard-write"])
    link = invite(cai, "for Kurt")
    selected = cai.page.evaluate("document.activeElement.selectionEnd")
    assert selected == len(link)
    cai.page.get_by_role("button", name="Copy").click()
    expect(cai.page.get_by_role("status").filter(has_text="Copied.")).to_be_visible()
    assert cai.page.evaluate("navigator.clipboard.readText()") == link


def test_without_scripts_the_link_is_there_to_be_marked(boss):
    link = invite(boss("dan", java_script_enabled=False), "for Rosa")
    assert "/accounts/invitation/" in link


@WIDTHS
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_invitations(
    invited_site, boss, open_for, scheme, viewport
):
    options = {"bypass_csp": True, "color_scheme": scheme, "viewport": viewport}
    eli = boss(f"eli-{scheme}-{viewport['width']}", **options)
    link = invite(eli, "for somebody with a long name that goes on and on and on, and on")
    look(eli.page)
    assert has_no_sideways_scroll(eli.page)
    stranger = open_for(invited_site, **options)
    stranger.watch.forgive("404")
    for path in (link, "/accounts/invitation/wrong/", "/accounts/signup/"):
        stranger.page.goto(path)
        look(stranger.page)
        assert has_no_sideways_scroll(stranger.page)
