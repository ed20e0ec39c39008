"""What people write is text: in a title, a name, a message."""

from playwright.sync_api import expect

SCRIPT = "<img src=x onerror='window.taken=1'><script>window.taken=1</script>"


def test_script_in_a_title_a_name_and_a_message_is_shown_as_text(site, person, open_for):
    made = site.outside.room(f"Tea {SCRIPT[:60]}")
    villain = open_for(site, site.outside.person("<b>villain</b>")).open(made.title)
    ada = person("ada").open(made.title)
    villain.say(made.title, SCRIPT)
    message = ada.hears(made.title, SCRIPT)
    expect(message).to_contain_text("<b>villain</b>")
    expect(message.locator("img, script")).to_have_count(0)
    for somebody in (ada, villain):
        assert somebody.page.evaluate("window.taken") is None
    admin = person("admin", is_staff=True, is_superuser=True)
    for path in ("/admin/chat/room/", "/admin/chat/message/", "/admin/accounts/user/"):
        admin.page.goto(path)
        assert admin.page.evaluate("window.taken") is None
        expect(admin.page.locator("td img[src=x], th img[src=x], td b")).to_have_count(0)


def test_markdown_is_shown_and_links_are_safe(person, room):
    tea = room("Tea")
    ada = person("ada").open(tea)
    ada.say(tea, "see [this](https://example.com/a) and [that](javascript:alert(1)) `code`")
    message = ada.hears(tea, "see this")
    expect(message.locator("a")).to_have_count(1)
    expect(message.locator("a")).to_have_attribute("href", "https://example.com/a")
    assert {"noopener", "nofollow"} <= set(message.locator("a").get_attribute("rel").split())
    expect(message.locator("code")).to_have_text("code")
