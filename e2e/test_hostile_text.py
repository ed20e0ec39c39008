"""Texts that reach out of their place: none paints over others, turns them around, or runs."""

import pytest
from playwright.sync_api import expect

SCRIPT = "<img src=x onerror=window.taken=1><script>window.taken=1</script>"
PILED = ("e" + "\u0301\u0302\u0303\u0308" * 12) * 80
TURNED = "\u202e\u2067\u202d\u202eturned around"


def test_marks_piled_on_letters_stay_within_their_message(person, room):
    """By its style: a picture of the line above differs by how letters are smoothed."""
    tea = room("Tea")
    ada, bob = person("ada").open(tea), person("bob").open(tea)
    for text in ("calm", PILED):
        bob.say(tea, text)
    expect(ada.log(tea).get_by_role("article")).to_have_count(2)
    calm, piled = ada.log(tea).locator(".message-body").all()
    expect(piled).to_have_css("overflow", "clip")
    assert piled.bounding_box()["height"] <= 2 * calm.bounding_box()["height"]


def test_a_text_that_turns_directions_turns_only_itself(person, room):
    tea = room("Tea")
    ada, bob = person("ada").open(tea), person("bob").open(tea)
    ada.say(tea, TURNED)
    bob.hears(tea, "turned around")
    bob.say(tea, "as ever")
    line = ada.hears(tea, "as ever")
    places = [
        line.locator(part).bounding_box()["x"] for part in (".message-author", ".message-time")
    ]
    assert places == sorted(places)
    edges = [
        ada.log(tea).locator(".message-body").nth(number).bounding_box()["x"] for number in (0, 1)
    ]
    assert edges[0] == edges[1]


@pytest.fixture
def tainted(site):
    """A person and a room that have script in every field; made past all forms."""
    villain = site.outside.person(
        f"v{SCRIPT[:50]}",
        email=f"{SCRIPT}@example.com",
        first_name=SCRIPT[:60],
        last_name=SCRIPT[:60],
    )
    made = site.outside.room(f"Tea {SCRIPT}", description=SCRIPT)
    site.outside.fill(made, villain, ["hello"])
    return villain, made


PAGES = ["/", "/admin/", "/admin/accounts/user/", "/admin/chat/room/", "/admin/chat/message/"]


def test_script_in_any_field_is_text_on_every_page(person, open_for, site, tainted):
    villain, made = tainted
    admin = person("admin", is_staff=True, is_superuser=True)
    own = ["/accounts/email/", "/accounts/password/change/"]
    pages = [
        *PAGES,
        made.url,
        f"/admin/accounts/user/{villain.id}/change/",
        f"/admin/accounts/user/{villain.id}/delete/",
        f"/admin/chat/room/{made.id}/change/",
        f"/admin/chat/room/{made.id}/delete/",
    ]
    for somebody, paths in ((admin, pages), (open_for(site, villain), ["/", made.url, *own])):
        for path in paths:
            somebody.visit(path)
            assert somebody.page.evaluate("window.taken") is None, path
            expect(somebody.page.locator("img[src=x]")).to_have_count(0)
