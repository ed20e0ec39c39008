"""What is marked within a line: emphasis, code, links.

Rules for markdown-it: each takes its StateInline, and returns whether it took something at
`state.pos`, and then has moved it. Only the parser calls them, and never in its silent mode, which
is there for the labels of links: ours are found by a pattern instead, because looking for a label's
end token by token is quadratic in the brackets that are never closed.
"""

import bisect
import re

from markdown_it.rules_inline import backtick
from markdown_it.rules_inline import emphasis as stock_emphasis

from .addresses import ADDRESSES, find_addresses, host_of, href_of
from .blank import is_blank, is_visible

# Emphasis within emphasis. Nobody reads the eleventh, and browsers stop nesting at 512.
DEPTH = 10

MARKS = re.compile(r"[\n\\`*_~\[]")

# Two characters at the beginning of a word that goes on after them. (A lookbehind sees what is
# before the position that a match begins at.)
BEGINS_WORD = re.compile(r"(?<![^\s(\[{\"']).{2}\S", re.DOTALL)

# A label without brackets and a URL with at most one level of them, and no title: a tooltip would
# hide what was written from everybody without a mouse. As no repeated part can begin with what
# may follow it, a failing match costs no more than the distance to the next bracket.
LINK = re.compile(
    r"\[([^\[\]\n]+)\]\(((?:https?://|mailto:)(?:[^\s()<>]|\([^\s()<>]*\))+)\)", re.IGNORECASE
)

# What stands around an address and is not of it: spaces, brackets and quotes.
BESIDE = " ()[]{}<>\"'“”„‘’«»‹›"


def addresses_in(state):
    """Return the addresses of this paragraph (see find_addresses) and their sorted beginnings."""
    if not hasattr(state, "addresses"):
        left = state.env.get("addresses", ADDRESSES)
        found, looked = find_addresses(state.src, left)
        state.env["addresses"] = left - looked
        state.addresses = found, list(found)
    return state.addresses


def text(state, silent):
    """Take what means nothing, up to the next mark or address."""
    mark = MARKS.search(state.src, state.pos, state.posMax)
    end = mark.start() if mark else state.posMax
    starts = addresses_in(state)[1]
    following = bisect.bisect_right(starts, state.pos)
    if following < len(starts):
        end = min(end, starts[following])
    if end == state.pos:
        return False
    state.append_pending(state.src[state.pos : end])
    state.pos = end
    return True


def address(state, silent):
    """Make a bare address a link."""
    found = addresses_in(state)[0].get(state.pos)
    if not found or state.linkLevel or found.end > state.posMax:
        return False
    open_link(state, found.href)
    state.push("text", "", 0).content = state.src[state.pos : found.end]
    state.push("link_close", "a", -1)
    state.pos = found.end
    return True


def link(state, silent):
    """Make [label](address) a link; ![label](address) stays as typed, its address a link."""
    if state.src[state.pos] != "[" or state.src[max(state.pos - 1, 0)] == "!":
        return False
    found = LINK.match(state.src, state.pos, state.posMax)
    if not found or state.env.setdefault("links", 0) >= ADDRESSES:
        return False
    state.env["links"] += 1
    href, label = href_of(found[2]), re.sub(r"[*_~`]", "", found[1])
    if not href or is_blank(label) or is_misleading(label, href):
        return False
    outer, (state.pos, state.posMax) = state.posMax, found.span(1)
    open_link(state, href)
    state.linkLevel += 1
    state.md.inline.tokenize(state)
    state.linkLevel -= 1
    state.push("link_close", "a", -1)
    state.pos, state.posMax = found.end(), outer
    return True


def open_link(state, href):
    # Whoever follows a link keeps the chat open, with its socket; a mail program needs no window.
    window = {} if href.lower().startswith("mailto:") else {"target": "_blank"}
    state.push("link_open", "a", 1).attrs = {"href": href, **window}


def is_misleading(label, href):
    """Whether a label, without its marks, that begins like a web address to the eye names another
    host than the link leads to."""
    seen = "".join(each for each in label if each.isspace() or is_visible(each))
    return host_of(seen.strip(BESIDE)) not in (None, host_of(href))


def newline(state, silent):
    """Keep a line break, and the spaces around it."""
    if state.src[state.pos] != "\n":
        return False
    state.push("softbreak", "br", 0)
    state.pos += 1
    return True


def escape(state, silent):
    r"""Take a backslash and the mark after it, which then means nothing.

    The backslash goes where it can only be meant so: at the beginning of a word, and from there on
    before the same mark, as in \*not emphasised\*. Elsewhere it is of the text and stays, as in
    C:\*, ¯\_(ツ)_/¯ and \\server.
    """
    pair = state.src[state.pos : min(state.pos + 2, state.posMax)]
    if pair[0] != "\\" or pair[1:] not in ("*", "_", "~", "`"):
        return False
    opened = vars(state).setdefault("escaped", set())
    if BEGINS_WORD.match(state.src, state.pos):
        opened.add(pair[1])
    token = state.push("text_special", "", 0)
    token.content = pair[1] if pair[1] in opened else pair
    state.pos += 2
    return True


def code(state, silent):
    """Take `code`; what is in several lines stays so, while Markdown would join them."""
    start = state.pos
    if not backtick(state, silent):
        return False
    token = state.tokens[-1] if state.tokens else None
    if token and token.type == "code_inline" and not state.pending:
        typed = state.src[start + len(token.markup) : state.pos - len(token.markup)]
        if "\n" in typed:
            token.content = typed.removeprefix("\n").removesuffix("\n")
    return True


def emphasis(state, silent):
    """Take marks of emphasis. Between two letters or digits they open none: 2*3*4 is a product."""
    before, start = len(state.delimiters), state.pos
    if not stock_emphasis.tokenize(state, silent):
        return False
    around = state.src[start - 1 : start] + state.src[state.pos : state.pos + 1]
    if len(around) == 2 and around.isascii() and around.isalnum():
        for delimiter in state.delimiters[before:]:
            delimiter.open = False
    return True


def limit_depth(state):
    """Show as typed the marks of what is nested deeper than DEPTH."""
    kept = []
    for token in state.tokens:
        if token.tag not in ("em", "strong", "s"):
            continue
        if token.nesting == 1:
            kept.append(len(kept) < DEPTH)
            keep = kept[-1]
        else:
            keep = kept.pop()
        if not keep:
            token.type, token.tag, token.nesting, token.content = "text", "", 0, token.markup
