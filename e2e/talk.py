"""A talk between people who have its room open, each in a browser of their own."""

import re

from playwright.sync_api import expect

LOST = r"WebSocket|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|ERR_NETWORK"
RECOVERY = 60_000  # milliseconds for pages to have come back: pauses between tries grow to 15 s
DRAFT = "a thought half written"

# What the page says of its connection, each sentence as it comes: some stand for a moment only.
LISTEN = """status => {
  window.told = [];
  new MutationObserver(() => window.told.push(status.textContent)).observe(status, {
    childList: true, characterData: true, subtree: true
  });
}"""


class Talk:
    """One room, the people in it, and all that they have said.

    people: Persons (see browser.py) who have the room open.
    """

    def __init__(self, site, room, people):
        self.site, self.room, self.title = site, room, room.title
        self.said = {person: [] for person in people}
        for person in people:
            person.watch.forgive(LOST)
            status(person).evaluate(LISTEN)

    def all_say(self, about):
        """Let everybody say two lines, the second at once after the first, and begin a third."""
        for person, lines in self.said.items():
            for number in (1, 2):
                lines.append(f"{about} {number}, says {person.account.username}")
                person.say(self.title, lines[-1])
            person.composer(self.title).fill(DRAFT)

    def told(self, person):
        """Return what the page has said of its connection since the talk began."""
        return person.page.evaluate("window.told")

    def waits(self, person, words):
        """Expect all that the person has not got stored to wait, and the line to say for what."""
        waiting = person.log(self.title).locator("[data-state=waiting]")
        expect(waiting).to_have_count(2)
        for line in waiting.all():
            expect(line).to_contain_text(words)

    def settles(self):
        """Expect every page to show all that was said as the database holds it, and nothing else:
        nothing that waits, no complaint, and what was begun still there to be written on."""
        everything = sorted(line for lines in self.said.values() for line in lines)
        for person in self.said:
            stored = person.log(self.title).locator("[data-message]")
            expect(stored).to_have_count(len(everything), timeout=RECOVERY)
            person.sent(self.title)
            expect(status(person)).to_have_text("", timeout=RECOVERY)
            expect(complaints(person)).to_have_count(0)
            expect(person.composer(self.title)).to_have_value(DRAFT)
        held = [row["message"] for row in self.site.outside.messages(self.room)]
        assert sorted(held) == everything
        for person, lines in self.said.items():
            assert [line for line in held if line in lines] == lines, "not in the order of writing"
            shown = person.log(self.title).locator(".message-body").all_inner_texts()
            assert shown == held


def status(person):
    """What the page says of its connection, for the eye and for a screen reader."""
    return person.page.locator("#connection").get_by_role("status")


def complaints(person):
    """What the page complains of, in any room."""
    return person.page.get_by_role("alert").filter(has_text=re.compile(r"\S"))
