"""Fenced code in colours: Pygments' lexers, held on a short lead.

They are regular expressions tried one after the other at every character, and nearly all are
quadratic in something: 4,000 line breaks take C's lexer 1.9 s, 4,000 times "//" take Rust's 0.1 s.
Hence three bounds: which code is tried at all, the time between its tokens, the size that results.
"""

import functools
import re
import threading
import time
from html import escape

from pygments.lexers import get_all_lexers, get_lexer_by_name
from pygments.token import Comment, Generic, Keyword, Name, Number, Operator, String

# fmt: off
LANGUAGES = {
    "bash", "c", "cpp", "csharp", "css", "diff", "docker", "go", "html", "ini", "java",
    "javascript", "json", "kotlin", "lua", "php", "python", "ruby", "rust", "scss", "sql", "swift",
    "toml", "typescript", "xml", "yaml",
}
# fmt: on
# Every name that Pygments knows a language by, in lower case, to that of its lexer if it is one of
# LANGUAGES, and else to None: "```haskell" names a language as well, if one without colours.
NAMES = {
    name.lower(): next(iter(LANGUAGES.intersection(names)), None)
    for _, names, _, _ in get_all_lexers(plugins=False)
    for name in names
}

# The class of a span, which is Pygments' own for the kind; its sub-kinds (a string's escapes, a
# keyword's type) share it, and names and punctuation have none. That is less than half the HTML of
# Pygments' formatter, which turns 4,000 characters of a style sheet into 33 KB.
CLASSES = {
    Comment: "c",
    Generic.Deleted: "gd",
    Generic.Heading: "gh",
    Generic.Inserted: "gi",
    Keyword: "k",
    Name.Attribute: "na",
    Name.Builtin: "nb",
    Name.Class: "nc",
    Name.Decorator: "nd",
    Name.Function: "nf",
    Name.Tag: "nt",
    Name.Variable: "nv",
    Number: "m",
    Operator.Word: "ow",
    String: "s",
}

# Seconds of this thread's processor time (so that a busy machine changes little) that the code of
# one message may take. 3,900 characters of each of 97 files (Django's Python, JavaScript, CSS and
# HTML, C's headers) took 3.6 ms in the median and 8 ms at most.
SECONDS = 0.010

# The time is looked at between tokens, so no single token may take long. With these runs out of the
# way none took more than 3.5 ms (C#'s; 80 patterns repeated to 4,000 characters behind each of 41
# beginnings); with them Python's lexer took 97 ms for 4,000 spaces after "case", Ini's 370 ms for
# tabs. Minified files fall under this, hardly anything that people write.
RISKY = re.compile(r"\s{100}|[^\n]{500}")
LONGEST = 10_000  # characters

# How long the HTML may be, in characters: times the length of the code, and on top for short code.
# Those files became 1.6 times as long in the median and 4.7 times at most.
GROWTH, ROOM = 6, 256

# Lexed once by each lexer when it is first used: Pygments makes a lexer's tables then, also those
# of the ones that it calls for a part, and two threads at once would mix them up.
FIRST = "<script>a</script><style>a</style><?php a ?>\nRUN a\n"
loading = threading.Lock()


def highlight(code, language, deadline):
    """Return code as HTML with spans, or None if it is to be shown without colours.

    Takes the code (a str), one of LANGUAGES, and until when (of time.thread_time(), in seconds).
    """
    if len(code) > LONGEST or RISKY.search(code):
        return None
    runs = []
    # The lexers expect the last line to end.
    for _, kind, value in lexer_of(language).get_tokens_unprocessed(code + "\n"):
        if time.thread_time() > deadline:
            return None
        name = css_class(kind)
        if runs and (name == runs[-1][0] or value.isspace()):
            runs[-1][1].append(value)
        else:
            runs.append((name, [value]))
    texts = [(name, "".join(values)) for name, values in runs]
    if "".join(text for _, text in texts) != code + "\n":
        return None
    name, last = texts.pop()
    html = "".join(span(*text) for text in [*texts, (name, last[:-1])])
    return html if len(html) <= GROWTH * len(code) + ROOM else None


def span(name, code):
    code = escape(code, quote=False)
    return f'<span class="{name}">{code}</span>' if name else code


@functools.cache
def css_class(kind):
    """Return the class for one of Pygments' kinds of tokens, or None."""
    while kind:
        if kind in CLASSES:
            return CLASSES[kind]
        kind = kind.parent
    return None


@functools.cache
def lexer_of(language):
    """Return a language's lexer, ready for use. It keeps nothing between calls."""
    with loading:
        lexer = get_lexer_by_name(language)
        list(lexer.get_tokens(FIRST))
    return lexer
