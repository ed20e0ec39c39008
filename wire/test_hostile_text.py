"""Texts that mean harm: nothing to see, too much to see, and what reaches out of its place."""

import json
import re
import sys
import unicodedata

import pytest

from wire.cast import ATTACKED

pytestmark = ATTACKED
SILENT = ("Zs", "Zl", "Zp", "Cc", "Cf", "Mn", "Me")


def every_silent_character():
    """Return all that draws nothing by itself; NUL and surrogates, which no frame may have, but."""
    found = map(chr, range(1, sys.maxunicode + 1))
    return [letter for letter in found if unicodedata.category(letter) in SILENT]


async def test_a_text_that_is_blank_in_any_way_of_unicode_is_refused(chat):
    client = await chat.enter(chat.person(), room := chat.room())
    silent = every_silent_character()
    assert len(silent) > 2000
    for start in range(0, len(silent), 500):
        text = "".join(silent[start : start + 500])
        assert await client.refused("send", room=room.id, message=text) == "MESSAGE_INVALID"
    for letter in ["\u115f", "\u1160", "\u3164", "\uffa0", "\u2800", "\ufffc", *silent[::20]]:
        assert await client.refused("send", room=room.id, message=letter) == "MESSAGE_INVALID"
    await client.send(room.id, "".join(silent[:100]) + "x")
    assert len(chat.outside.messages(room)) == 1


LARGE = {
    "lines": ("x\n" * 5_000, "MESSAGE_TOO_LONG"),
    "blank lines": ("\n" * 10_000 + "x", "MESSAGE_TOO_LONG"),
    "as many lines as there may be": ("x\n" * 2_000, None),
    "as many blank lines": ("\n" * 3_999 + "x", None),
    "as many paragraphs": ("x\n\n" * 1_333, None),
    "as many marks": ("e" + "\u0301" * 3_999, None),
    "marks on each letter": (("e" + "\u0301\u0323" * 20) * 97, None),
    "quotes in quotes": (">" * 3_999 + "x", None),
    "lists in lists": ("".join(f"{'  ' * depth}- x\n" for depth in range(60)), None),
    "stars": ("*" * 3_999 + "x", None),
    "brackets": ("[" * 2_000 + "](" * 999, None),
    "ticks": ("`" * 1_999 + "x" + "`" * 1_998, None),
    "code": ("```python\n" + "f'{{" * 990 + "\n```", None),
    "links": ("http://a.b " * 363, None),
    "angles": ("<" * 4_000, None),
    "ampersands": ("&" * 4_000, None),
    "turned around": ("\u202e" * 3_999 + "x", None),
    "isolates without end": ("\u2067" * 3_999 + "x", None),
    "one word": ("x" * 4_000, None),
    "the widest letters": ("\ufdfd" * 4_000, None),
    "the largest letters": ("\U0001f9d1\u200d" * 2_000, None),
}


@pytest.mark.parametrize(("text", "error"), LARGE.values(), ids=LARGE)
async def test_what_one_message_costs_is_bounded(chat, text, error):
    ada, bob = chat.people("ada", "bob")
    room = chat.room()
    client, reader = await chat.enter(ada, room), await chat.enter(bob, room)
    answer = await client.command("send", room=room.id, message=text, within=2)
    assert answer.get("error") == error
    if error is None:
        frame = await reader.expect("message", id=answer["id"], within=2)
        assert frame["message"] == text
        assert len(json.dumps(frame)) < 256 * 1024


HTML = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:x)",
    "![x](http://evil.example.com/x.png)",
    '![x](x" onerror="alert(1))',
    '[x](http://a.b "title\\" onmouseover=alert(1) x=\\"")',
    "<style>*{display:none}</style>",
    "<form action=//evil.example.com><input name=password>",
    "<base href=//evil.example.com>",
    "<meta http-equiv=refresh content=0;url=//evil.example.com>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "`<img src=x onerror=alert(1)>`",
    "```<script>\nalert(1)\n```",
    "<div id=main name=body class=message>x</div>",
]

HARMLESS = {"p", "a", "code", "pre", "em", "strong", "span", "br", "div"}


@pytest.mark.parametrize("text", HTML)
async def test_no_text_becomes_a_tag_that_does_something(chat, text):
    client = await chat.enter(chat.person(), room := chat.room())
    ack = await client.send(room.id, text)
    html = (await client.expect("message", id=ack["id"]))["html"]
    tags = re.findall(r"<\s*([a-z0-9]+)([^>]*)>", html, re.IGNORECASE)
    assert {name for name, _ in tags} <= HARMLESS
    for _, attributes in tags:
        assert not re.search(r"\bon\w+\s*=|\bstyle\s*=|\bid\s*=|\bname\s*=", attributes)
        for address in re.findall(r'href="([^"]*)"', attributes):
            assert re.match(r"https?://|mailto:", address)
