"""Which texts show nothing to the eye."""

import pytest

from chat.markdown import is_blank


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \t\n\r\x0b\x0c\x85\xa0\u2003\u2028\u2029\u3000",
        "\x00\x1b\x7f",
        "\u200b\u200c\u200d\u2060\ufeff",
        "\xad\u061c\u180e\u034f",
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2069",
        "\ufe0e\ufe0f\U000e0100",
        "\U000e0001\U000e0041\U000e007f",
        "\u0301\u0903\u20e3",
        "\u115f\u1160\u3164\uffa0",
        "\u2800",
        "\u0378\u2065\ufff0\uffff",
        "\ud800",
        "\ufffc",
    ],
)
def test_what_draws_nothing_is_blank(text):
    assert is_blank(text)


@pytest.mark.parametrize(
    "text",
    [
        "a",
        ".",
        "\u200ba\u200b",
        "é",
        "e\u0301",
        "字",
        "ش",
        "한",
        "\u1100\u1160",  # a consonant, and a filler for the vowel
        "❤\ufe0f",
        "👩\u200d👩\u200d👧",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "1\ufe0f\u20e3",
        "🇩🇪",
        "👍🏽",
        "\u2801",
        "\ufffd",
        "\ue000",  # private: whoever has a font for it sees something
        "\U0001fae8",  # an emoji of Unicode 15, which Python 3.11 does not know
        "\U000323b0",  # an ideograph of Unicode 17
    ],
)
def test_what_draws_something_is_not_blank(text):
    assert not is_blank(text)
