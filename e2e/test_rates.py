"""A page that asks too much: it waits as it is told, and says so when it was put out."""

import re

from playwright.sync_api import expect

from .talk import status


def test_what_is_written_too_fast_goes_out_later_in_order(start_site, open_for):
    site = start_site(
        "serve", "sqlite", static=True, CHAT_SENDS_PER_SECOND="2", CHAT_SEND_BURST="2"
    )
    tea = site.outside.room("Tea").title
    ada, bob = (
        open_for(site, account).open(tea) for account in site.outside.people(["ada", "bob"])
    )
    texts = [f"number {number}" for number in range(6)]
    for text in texts:
        ada.say(tea, text)
    for text in texts:
        bob.hears(tea, text)
    order = bob.log(tea).get_by_role("article").all_inner_texts()
    assert [re.search(r"number \d", text).group() for text in order] == texts
    ada.sent(tea)


def test_a_page_that_was_put_out_for_flooding_comes_back_when_somebody_asks(person, room):
    tea, sockets = room("Tea"), []
    ada = person("ada")

    def pass_on(socket):
        socket.connect_to_server()
        sockets.append(socket)

    ada.page.route_web_socket(re.compile("/chat/stream/"), pass_on)
    ada.open(tea)
    sockets[0].close(code=4429)
    expect(status(ada)).to_contain_text("too much of the server at once")
    ada.page.evaluate("dispatchEvent(new Event('online'))")  # which brings back a lost connection
    ada.page.wait_for_timeout(2_000)
    assert len(sockets) == 1
    ada.page.get_by_role("button", name="Connect again").click()
    ada.say(tea, "here again")
    ada.hears(tea, "here again")
    assert len(sockets) == 2
