"""Messages as HTML.

`render` turns the text of a message, as typed, into HTML that is safe to put into the page. It is
Markdown as people in chats use it: what is not clearly meant as a mark stays as typed, and nothing
that was written gets lost. There are emphasis (*, _, **, __, ~~), `code`, fenced code in colours,
quotes, lists of two items or more, links and bare addresses. What each is exactly, its rule says:
see blocks, inlines, addresses and highlighting.

What the page does, because only it can:
- It puts the HTML into a block of its own with dir="auto" (or <bdi>): a direction override ends
  with its block, and so reorders nothing but its own message. Code is `direction: ltr`.
- `white-space: pre-wrap` on <p> and <li> (not on what holds them) shows indentation and runs of
  spaces as typed; `overflow-wrap: anywhere` and a clip keep long words and towers of combining
  marks within the message.
- `.highlight .k` and its kin, the classes of highlighting.CLASSES, have the colours of code, and
  `pre::before { content: attr(data-language) }` may name its language.
"""

import logging
import re
from html import escape

import nh3

from . import highlighting
from .blank import is_blank
from .parser import make_parser

__all__ = ["RENDERER_VERSION", "is_blank", "render"]

# Stored beside the HTML of each message: raise it with every change to what comes out, and let
# `manage.py render_messages` bring the stored ones up to date.
RENDERER_VERSION = 2

# How long HTML may be, in bytes of UTF-8: for each character of the text, and on top (for a few
# links in a short text). So 4,000 characters make 36 KB at most, which leaves a page of messages
# (256 KiB) room for seven of the worst. As typed, a text takes 6 bytes a character at most.
GROWTH, ROOM = 8, 4096

# Most of what people say: one line of words, with nothing in it that could be a mark or an address.
# The parser would leave it as it is, for twenty times the time.
PLAIN = re.compile(
    r"[^\W\d_](?:[^\W_]|[,;!?()'%/+=-](?![,;!?()'%/+=-])|~(?!~)|[.](?= |$)| (?! ))*(?<! )"
)

logger = logging.getLogger(__name__)
parser = make_parser()

# The belt to the braces: the parser makes nothing else, whatever was typed.
cleaner = nh3.Cleaner(
    tags={
        "a",
        "blockquote",
        "br",
        "code",
        "em",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "span",
        "strong",
        "ul",
    },
    clean_content_tags=set(),
    attributes={"a": {"href"}, "ol": {"start"}, "li": {"value"}, "pre": {"data-language"}},
    tag_attribute_values={"a": {"target": {"_blank"}}},
    allowed_classes={"pre": {"highlight"}, "span": set(highlighting.CLASSES.values())},
    link_rel="noopener nofollow",
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
)


def render(text):
    """Return the HTML of a message's text: a str to a str, safe and bounded in size and time.

    A text that would show nothing (such as "****"), or too much, is shown as typed. Raises nothing,
    whatever the text, as long as it is one that UTF-8 can write (no lone surrogates, which the wire
    refuses). The time is linear in the length: 4,000 characters took 25 ms at worst (of "*_"; each
    of 300 hostile patterns repeated), and 4 times as many 4 times as long. The first message with
    code in a language takes up to 30 ms more, once in a process.
    """
    if PLAIN.fullmatch(text):
        return f"<p>{text}</p>"
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        html = render_markdown(text)
    except Exception:
        # A defect here or in a library must not keep anybody from talking. What was said is not for
        # the log.
        logger.exception("A text of %d characters could not be rendered", len(text))
        html = None
    return html if html is not None else cleaner.clean(as_typed(text))


def render_markdown(text):
    """Return the HTML of a text with its Markdown, or None if it is better shown as typed."""
    env = {}
    tokens = parser.parse(text, env)
    if is_blank("".join(contents(tokens))):
        return None
    html = cleaner.clean(parser.renderer.render(tokens, parser.options, env))
    return html if len(html.encode()) <= GROWTH * len(text) + ROOM else None


def contents(tokens):
    """Yield the texts that tokens show."""
    for token in tokens:
        if token.type == "inline":
            yield from (child.content for child in token.children)
        elif token.type == "fence":
            # A language shows nothing, and neither does code that is nothing but its name.
            yield token.content
            if token.info.strip().lower() not in highlighting.NAMES:
                yield token.info


def as_typed(text):
    """Return a text as HTML without any Markdown."""
    text = escape(text.strip("\n"), quote=False).replace("\n", "<br>")
    return f"<p>{text}</p>" if text else ""
