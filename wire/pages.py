"""The pages of a site, as a browser without scripts uses them: forms fetched, filled in, sent."""

import asyncio
import http.client
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode

TOKEN = "a" * 32  # what a browser has as the CSRF cookie, and every form beside it
PATIENCE = 30  # seconds


class Forms(HTMLParser):
    """The forms of a page: `forms` is a list of {name: value} as a browser would send them."""

    def __init__(self, page):
        super().__init__()
        self.forms, self.names = [], []  # names: of all fields, those not sent as well
        self._select = self._area = None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.forms.append({})
            self.names.append(set())
        elif self.forms and given.get("name"):
            self._field(tag, given)
        elif tag == "option" and self._select:
            self._option(given)

    def _field(self, tag, given):
        name, form = given["name"], self.forms[-1]
        self.names[-1].add(name)
        if tag == "select":
            self._select = None if "multiple" in given else name
        elif tag == "textarea":
            self._area = name
            form[name] = ""
        elif tag == "input" and given.get("type") not in ("submit", "checkbox", "radio"):
            form[name] = given.get("value") or ""
        elif tag == "input" and given["type"] != "submit" and "checked" in given:
            form[name] = given.get("value", "on")

    def _option(self, given):
        form = self.forms[-1]
        if "selected" in given or self._select not in form:
            form[self._select] = given.get("value", "")

    def handle_data(self, data):
        if self._area:
            self.forms[-1][self._area] += data

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None

    def with_field(self, name):
        """Return the form that has a field of this name."""
        for form, names in zip(self.forms, self.names, strict=True):
            if name in names:
                return dict(form)
        raise AssertionError(f"no form with {name} among {self.names}")


class Browser:
    """Somebody's browser. `cookie` is their session's key, which the site may change."""

    def __init__(self, site, cookie):
        self.site, self.cookie = site, cookie

    async def get(self, path):
        """Return a page's HTML."""
        status, body = await asyncio.to_thread(self._ask, "GET", path, None)
        assert status == 200, f"GET {path}: {status}"
        return body

    async def post(self, path, **fields):
        """Send a form, which has to be taken: every form here answers with a redirect then."""
        status, body = await asyncio.to_thread(self._ask, "POST", path, sent(fields))
        assert status == 302, f"POST {path}: {status} {body}"

    async def fill_in(self, path, **changes):
        """Fetch the form at this address that has these fields, change them, and send it. None and
        False stand for a box that is not ticked."""
        await self.rewrite(path, next(iter(changes)), lambda form: {**form, **changes})

    async def rewrite(self, path, name, how):
        """Fetch the form that has a field of this name, and send what how(form) returns."""
        await self.post(path, **how(Forms(await self.get(path)).with_field(name)))

    async def answer(self, method, path, **fields):
        """Return (status, body) of whatever the site says to this."""
        return await asyncio.to_thread(self._ask, method, path, sent(fields))

    def _ask(self, method, path, body):
        host = self.site.url.partition("//")[2]
        headers = {
            "Host": host,
            "Origin": self.site.origin,
            "Cookie": f"sessionid={self.cookie}; csrftoken={TOKEN}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            for header in answer.headers.get_all("Set-Cookie", []):
                if session := SimpleCookie(header).get("sessionid"):
                    self.cookie = session.value
            return answer.status, answer.read().decode()
        finally:
            connection.close()


def sent(fields):
    """Return fields as a browser sends them, with the CSRF token."""
    fields = {**fields, "csrfmiddlewaretoken": TOKEN}
    said = {name: "on" if value is True else value for name, value in fields.items()}
    kept = {name: value for name, value in said.items() if value is not None and value is not False}
    return urlencode(kept)
