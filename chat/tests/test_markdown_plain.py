"""Plain lines take a short way: it has to lead to the same place."""

import random

import pytest

from chat.markdown import PLAIN, render, render_markdown

LETTERS = "ab cdeZäß中é9١0 ,;!?'()%/+=~.- _*`"


def lines(number):
    chance = random.Random(number)  # noqa: S311 - nothing is secret here
    return ["".join(chance.choices(LETTERS, k=chance.randint(1, 14))) for _ in range(3000)]


@pytest.mark.parametrize("number", range(5))
def test_a_plain_line_is_what_the_parser_would_have_made_of_it(number):
    plain = [line for line in lines(number) if PLAIN.fullmatch(line)]
    assert len(plain) > 50
    for line in plain:
        assert render(line) == render_markdown(line)


@pytest.mark.parametrize(
    "text",
    [
        "see example.com",
        "write to a@example.com",
        "http://example.com",
        "a *b* c",
        "a `b` c",
        "a ~~b~~ c",
        "a\nb",
        " a",
        "1. a",
        "- a",
        "# a",
        "a &amp; b",
        "a < b",
        "a \\* b",
        "[a](b)",
    ],
)
def test_what_may_be_a_mark_or_an_address_takes_the_long_way(text):
    assert not PLAIN.fullmatch(text)
