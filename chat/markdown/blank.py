"""Whether a text shows anything to the eye."""

import unicodedata

# Letters and symbols by their category, but drawn as nothing: the Hangul fillers, the empty braille
# pattern, a musical null notehead, the blanks of Egyptian hieroglyphs, the object replacement.
INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u2800\U0001d159\U00013441\U00013442\ufffc")

# What alone draws nothing: marks that sit on another character (variation selectors are among
# them), spaces, controls, formats (bidi, joiners, tags, the soft hyphen), surrogates.
SILENT = frozenset(["Mn", "Mc", "Me", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs"])

# Where Unicode keeps room for emoji and for ideographs: a character there that Python's tables do
# not know yet (3.11 has Unicode 14) may be one that today's telephones write.
TO_COME = (range(0x1F000, 0x1FB00), range(0x20000, 0x3FFFE))


def is_blank(text):
    """Return whether a text (a str, anything in it) shows nothing to the eye.

    Blank are: nothing, every kind of space, control, format character (zero-width, bidi, tags),
    combining marks without a base, fillers, and unassigned code points. Emoji are not, with
    joiners and variation selectors in them or without. The categories are Unicode's; the list of
    fillers follows its Default_Ignorable_Code_Point property, which Python does not carry.
    """
    if text.isascii():
        return not any("!" <= character <= "~" for character in text)
    return not any(map(is_visible, text))


def is_visible(character):
    """Return whether one character draws something of its own."""
    category = unicodedata.category(character)
    if category == "Cn":
        return any(ord(character) in block for block in TO_COME)
    return category not in SILENT and character not in INVISIBLE
