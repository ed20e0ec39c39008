"""Addresses in a text: where they begin and end, and where they lead."""

import re
from html import escape
from typing import NamedTuple

import nh3
from linkify_it import LinkifyIt
from markdown_it.common.normalize_url import normalizeLink

# Each costs about 50 us, a look-alike that leads nowhere as much, and 4,000 characters hold 570 of
# them. What comes after the first hundred in one message stays text (and after as many [label](…)).
ADDRESSES = 100

# Characters. linkify-it's patterns are quadratic in brackets and quotes that are never closed
# (17 ms on 4,000 characters of "http://a.com/("), so a longer word is no address.
LONGEST = 2048

# "example.com" alone is none: "README.md", "main.rs" and "done.In" end like countries.
START = re.compile(
    r"(?<![a-z0-9.+/@-])"
    r"(?:(?P<web>https?://)|(?P<mailto>mailto:)|(?P<www>www\.(?=[^\s./]{1,63}\.\w))"
    r"|(?P<mail>[a-z0-9][a-z0-9._+-]{0,63}@))",
    re.IGNORECASE | re.ASCII,
)
# A full stop, a comma or a bracket of Chinese and Japanese ends an address as a space does.
STOPS = r"\s<>\u3001\u3002\u3008-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"
WORD = re.compile(rf"[^{STOPS}]{{1,{LONGEST + 1}}}")

LEADS_SOMEWHERE = re.compile(r"https?://[^/?#]|mailto:[^?]", re.IGNORECASE)

linkify = LinkifyIt()
linkify.test_schema_at("http://a.b", "http:", 5)  # it compiles its patterns (30 ms) when first used
linkify.test_schema_at("mailto:a@b", "mailto:", 7)


class Address(NamedTuple):
    end: int
    href: str


def find_addresses(text, most):
    """Return the addresses of a text, and how many beginnings of one were looked at: up to `most`.

    The addresses are a dict from where each begins to its Address; positions are indexes into the
    text. An address begins with http://, https://, mailto: or www., or is an e-mail address. How
    far it goes is linkify-it's rule (a full stop at the end of the sentence is not of it), except
    that marks of emphasis at its end are not of it either.
    """
    found, looked, position = {}, 0, 0
    while looked < most and (start := START.search(text, position)):
        looked += 1
        address = address_at(text, start)
        position = address.end if address else start.end()
        if address:
            found[start.start()] = address
    return found, looked


def address_at(text, start):
    """Return the Address that begins at a match of START, or None."""
    word = WORD.match(text, start.start())
    if not word or len(word[0]) > LONGEST:
        return None
    if start["web"] or start["www"]:
        prefix = "http://" if start["www"] else ""
        schema = "https:" if start["web"] and word[0][4] in "sS" else "http:"
    else:
        prefix = "" if start["mailto"] else "mailto:"
        schema = "mailto:"
    url = prefix + word[0]
    length = linkify.test_schema_at(url, schema, len(schema))
    if not length:
        return None
    url = url[: len(schema) + length].rstrip("*_~")
    if start["mail"] and "." not in url.rpartition("@")[2]:
        return None
    href = href_of(url)
    return Address(start.start() + len(url) - len(prefix), href) if href else None


def href_of(url):
    """Return a URL (http, https or mailto, with a host or a name) ready for an href, or None.

    What a browser would encode itself is encoded, and a host is in punycode.
    """
    href = normalizeLink(url)
    if not LEADS_SOMEWHERE.match(href):
        return None
    # nh3 reads a URL as browsers do. Of a host that is none ("a|b", one with a direction override
    # in it) or a port that is none it would leave an <a> that leads nowhere.
    return href if "href" in nh3.clean(f'<a href="{escape(href)}">', tags={"a"}) else None


def host_of(text):
    """Return the host that a text names which begins like a web address, or None."""
    found = re.match(r"\s*(?:https?:/*|(?=www\.))(?:[^\s/@]*@)?(?:www\.)?([^\s/:?#]+)", text, re.I)
    return found and found[1].lower()
