"""The system's Chromium, and the pages that people have open in it."""

import os
import re
import shutil
from contextlib import contextmanager

from playwright.sync_api import expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW = "There is no Chromium here. Debian and Ubuntu: apt install chromium; or name one in CHROMIUM."
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def find_chromium():
    """Return the path of a Chromium, or None."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def chromium():
    """Give a running browser, which looks nothing up elsewhere."""
    options = ["--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    if os.geteuid() == 0:
        options.append("--no-sandbox")  # Chromium's own sandbox does not run as root
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=find_chromium(), args=options)


class Watch:
    """Whatever goes wrong in a person's browser: errors, CSP reports, failed requests."""

    def __init__(self, context):
        self.trouble = []
        self.forgiven = []
        context.on("console", self._console)
        context.on("weberror", lambda error: self.trouble.append(f"error: {error.error}"))
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)

    def forgive(self, pattern):
        """Expect trouble of this kind: the test makes it."""
        self.forgiven.append(re.compile(pattern))

    def check(self):
        """Raise AssertionError when something went wrong that the test did not make."""
        left = [
            line for line in self.trouble if not any(kind.search(line) for kind in self.forgiven)
        ]
        assert not left, "\n".join(left)

    def _console(self, message):
        if message.type in ("error", "warning"):
            self.trouble.append(f"console: {message.text} {message.location.get('url')}")

    def _failed(self, request):
        if request.failure == "net::ERR_ABORTED":
            return  # the person went on to another page before this was there
        self.trouble.append(f"failed: {request.method} {request.url} {request.failure}")

    def _answered(self, response):
        if response.status >= 400:
            self.trouble.append(f"status {response.status}: {response.url}")


class Person:
    """Somebody with a browser of their own (a context), and one page in it."""

    def __init__(self, browser, site, account=None, **options):
        self.site, self.account = site, account
        options = {"viewport": WIDE, "base_url": site.url, **options}
        self.context = browser.new_context(**options)
        self.context.set_default_timeout(15_000)
        self.watch = Watch(self.context)
        if account:
            cookie = {"name": "sessionid", "value": account.cookie, "url": site.url}
            self.context.add_cookies([cookie])
        self.page = self.context.new_page()

    def visit(self, path):
        """Go to a page, and return the person when nothing more is being loaded for it."""
        self.page.goto(path, wait_until="networkidle")
        return self

    def open(self, *rooms):
        """Open the dashboard, and these rooms on it; return the person."""
        self.page.goto("/")
        expect(self.rooms.get_by_role("link").first).to_be_visible()
        for room in rooms:
            self.open_room(room)
        return self

    def open_room(self, title):
        self.rooms.get_by_role("link", name=title).click()
        expect(self.column(title)).to_be_visible()
        return self.column(title)

    @property
    def rooms(self):
        """The list of rooms."""
        return self.page.get_by_role("navigation", name="Rooms")

    def column(self, title):
        """The open room of this title."""
        return self.page.get_by_role("region", name=title, exact=True)

    def log(self, title):
        return self.column(title).get_by_role("log")

    def composer(self, title):
        return self.column(title).get_by_role("textbox")

    def say(self, title, text):
        """Write a message into an open room, and send it with Enter."""
        self.composer(title).fill(text)
        self.composer(title).press("Enter")

    def sent(self, title):
        """Wait until nothing in the room is on its way any more."""
        expect(self.log(title).locator("[data-state]")).to_have_count(0)

    def message(self, title, text):
        """The message with this text in an open room."""
        return self.log(title).get_by_role("article").filter(has_text=text)

    def hears(self, title, text):
        """Expect a message to stand in the room, once, and stored."""
        message = self.message(title, text)
        expect(message).to_have_count(1)
        expect(message).to_have_attribute("data-message", re.compile(r"^\d+$"))
        return message

    def close(self):
        self.context.close()
        self.watch.check()
