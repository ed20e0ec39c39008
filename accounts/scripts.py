"""Names that mix scripts to look like somebody else's: "bоss" with a Cyrillic o.

Unicode's "highly restrictive" level (UTS #39, section 5.2): one script, or Latin beside the scripts
that Chinese, Japanese and Korean are written in. Names that look alike as a whole, each in one
script, pass.
"""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

TOGETHER = (
    {"LATIN", "CJK", "HIRAGANA", "KATAKANA"},
    {"LATIN", "CJK", "BOPOMOFO"},
    {"LATIN", "CJK", "HANGUL"},
)


# First words of names that are no script's.
OTHERWISE = {
    "IDEOGRAPHIC": "CJK",
    "VERTICAL": "CJK",
    "HENTAIGANA": "HIRAGANA",
    "TURNED": "LATIN",
    "EXTENDED": "ARABIC",
}
NONE = {"MODIFIER", "CARON", "MASU", "DIGIT"}


def check_scripts(username):
    """Raise ValidationError when a name mixes scripts that nobody writes in one word."""
    found = scripts_of(username)
    if len(found) > 1 and not any(found <= those for those in TOGETHER):
        raise ValidationError(_("This name mixes letters of different scripts that look alike."))


def scripts_of(text):
    """Return the scripts of the letters and digits in a text, by the first word of their Unicode
    names: Python's library knows the property only so."""
    text = unicodedata.normalize("NFKC", text)
    names = [
        unicodedata.name(each, "UNKNOWN") for each in text if each.isalpha() or each.isdecimal()
    ]
    words = {name.split()[0].split("-")[0] for name in names} - NONE
    return {OTHERWISE.get(word, word) for word in words}
