"""Takes the pictures of the README into docs/pictures: `make screenshots`.

The site is a new one on a database that is thrown away, with a talk in it that never was.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import expect

from wire.backends import ROOT, manage
from wire.site import Site

from .browser import PHONE, Person, chromium

PICTURES = ROOT / "docs" / "pictures"
WIDE = {"width": 1440, "height": 900}
TALK = {
    "Engineering": [
        ("maya", "Morning! The nightly build is green again."),
        ("tomas", "It was the clock. The test compared *local* time with UTC."),
        (
            "tomas",
            "```python\ndef sent_at(message):\n    # stored in UTC, shown in the reader's zone\n"
            "    return message.created.astimezone(UTC)\n```",
        ),
        ("maya", "Thanks. Merging then, and I will tag **v2.4** after lunch."),
        ("ines", "Please wait for the copy of the release notes:\n\n- search\n- two new languages"),
        ("tomas", "Sure, no hurry."),
    ],
    "Kitchen": [
        ("ines", "There is rhubarb cake, second floor."),
        ("maya", "How much of it?"),
        ("ines", "Less and less ..."),
        ("jun", "> Less and less\n\nOn my way."),
    ],
    "Design": [
        ("jun", "Draft of the new start page: https://design.example.com/start"),
        ("ines", "I like how quiet it is. Is the button high enough for a thumb?"),
        ("jun", "44 pixels, yes."),
    ],
}


def main():
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as directory,
        Site("serve", "sqlite", Path(directory), static=True) as site,
        chromium() as browser,
    ):
        take_all(Studio(browser, site))


class Studio:
    """A browser, and a site that its people are on."""

    def __init__(self, browser, site):
        self.browser, self.site = browser, site
        names = ["maya", "tomas", "ines", "jun"]
        self.people = dict(zip(names, site.outside.people(names), strict=True))
        self.admin = site.outside.person("grace", is_staff=True, is_superuser=True)

    def person(self, account=None, viewport=WIDE, scheme="light"):
        return Person(self.browser, self.site, account, viewport=viewport, color_scheme=scheme)

    def take(self, person, name):
        person.page.wait_for_timeout(400)  # what fades in has done so
        person.page.screenshot(path=PICTURES / f"{name}.png")
        person.close()


def take_all(studio):
    studio.take(studio.person(studio.people["maya"]).visit("/"), "empty")
    manage(studio.site.environment, "loaddata", "sample_rooms", "--verbosity", "0")
    talk(studio)
    for scheme in ("light", "dark"):
        suffix = "" if scheme == "light" else "-dark"
        studio.take(studio.person(scheme=scheme).visit("/accounts/login/"), f"log-in{suffix}")
        maya = studio.person(studio.people["maya"], scheme=scheme)
        studio.take(maya.open("Engineering", "Kitchen", "Design"), f"dashboard{suffix}")
        tomas = studio.person(studio.people["tomas"], PHONE, scheme)
        studio.take(tomas.open("Engineering"), f"phone{suffix}")
    studio.take(studio.person(studio.people["jun"], PHONE).open(), "phone-rooms")
    studio.take(studio.person(studio.people["ines"]).open("Announcements"), "locked")
    studio.take(studio.person(studio.admin).visit("/admin/chat/room/"), "admin")


def talk(studio):
    """Let people say their lines, everybody from a page of their own."""
    speakers = {name: studio.person(account).open(*TALK) for name, account in studio.people.items()}
    for title, lines in TALK.items():
        for name, text in lines:
            speakers[name].say(title, text)
            speakers[name].sent(title)
    admin = studio.person(studio.admin).open("Announcements")
    admin.say("Announcements", "Welcome to multichat! Only staff write here; everybody reads.")
    admin.sent("Announcements")
    for speaker in (*speakers.values(), admin):
        speaker.close()


if __name__ == "__main__":
    expect.set_options(timeout=15_000)
    main()
