"""What a line, or several, can be: a paragraph, a quote, a list, fenced code.

Rules for markdown-it: each takes its StateBlock, the first line and the line after the last, and
returns whether it took lines from the first on (or, silent, whether it would end a paragraph). They
differ from Markdown's where that loses or moves what somebody typed: a line after a quote or a list
is of the quote or the list only if it says so itself, with its > or its indentation.
"""

import re

from markdown_it.rules_block import blockquote, list_block
from markdown_it.rules_block import paragraph as stock_paragraph
from markdown_it.rules_block.fence import make_fence_rule

# A list counts as two levels (itself and its item), a quote as one. What is nested deeper is shown
# as typed. The library has a limit of its own (maxNesting), but drops what is beyond it.
DEPTH = 10

MARKER = re.compile(r"(?:[-+*]|(?:0|[1-9][0-9]{0,8})[.)])(?=[ \t]|$)")

# Without ~~~: as a line of ornament it would make the rest of a message code.
fence = make_fence_rule(markers=("`",))


def start_of(state, line):
    return state.bMarks[line] + state.tShift[line]


def quote(state, start, end, silent):
    """Take a quote. It needs a space after its >: ">50%", ">:(" and ">>> f()" are as typed."""
    if not state.src.startswith(("> ", ">\t"), start_of(state, start)) or state.level >= DEPTH:
        return False
    return blockquote(state, start, end, silent)


def items(state, start, end, silent):
    """Take a list of two items or more: "1986. A great year" and "- hello" alone are as typed."""
    if state.level >= DEPTH or not has_two_items(state, start, end):
        return False
    return list_block(state, start, end, silent)


def has_two_items(state, start, end):
    """Whether a list begins at `start` whose second item does not come later than line `end`."""
    first = marker_at(state, start)
    # (After an empty item the library goes by other rules of where the next one may be.)
    if not first or not state.src[first.end() : state.eMarks[start]].strip():
        return False
    indent = content_column(state, start, first)
    for line in range(start + 1, end):
        if not state.isEmpty(line) and state.sCount[line] < indent:
            second = state.sCount[line] >= state.blkIndent and marker_at(state, line)
            return bool(second) and second[0][-1] == first[0][-1]
    return False


def marker_at(state, line):
    return MARKER.match(state.src, start_of(state, line), state.eMarks[line])


def content_column(state, line, marker):
    """Return the column from which on a line is of the item that begins with this marker."""
    width = column = state.sCount[line] + marker.end() - marker.start()
    for character in state.src[marker.end() : state.eMarks[line]]:
        if character not in " \t":
            break
        column += 4 - (column + state.bsCount[line]) % 4 if character == "\t" else 1
    return column if column - width <= 4 else width + 1


def late_fence(state, start, end, silent):
    """Take code whose fence opens at the end of a line, as in "look: ```python", and that line.

    Only if it is closed further down: for Markdown the closing line alone would be the fence, and
    all that follows it would be code.
    """
    begin, stop = start_of(state, start), state.eMarks[start]
    words, ticks, name = state.src[begin:stop].partition("```")
    if not ticks or not words.strip() or "`" in words + name or len(name.split()) > 1:
        return False
    if last_fence(state) < stop:
        return False
    if not silent:
        add_paragraph(state, start, words.rstrip())
        state.bMarks[start], state.tShift[start] = begin + len(words), 0
        fence(state, start, end, silent)
        state.bMarks[start], state.tShift[start] = begin, 0
    return True


def last_fence(state):
    """Return where the last line begins that may open or close fenced code, or -1."""
    if "last_fence" not in state.env:
        fences = re.finditer(r"^[ \t>]*```", state.src, re.MULTILINE)
        state.env["last_fence"] = max((found.start() for found in fences), default=-1)
    return state.env["last_fence"]


def add_paragraph(state, line, text):
    state.push("paragraph_open", "p", 1).map = [line, line + 1]
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = text, [line, line + 1], []
    state.push("paragraph_close", "p", -1)


def paragraph(state, start, end, silent):
    """Take a paragraph, with the spaces that its lines begin with."""
    # The library looks beyond the end of a quote or an item for lines that go on with it.
    outer, state.lineMax = state.lineMax, end
    stock_paragraph(state, start, end, silent)
    state.lineMax = outer
    lines = state.getLines(start, state.line, state.blkIndent, False)
    state.tokens[-2].content = lines.rstrip()
    return True


def end_of_item(state, start, end, silent):
    """End a paragraph before a line that is not indented as its item."""
    return silent and state.sCount[start] < state.blkIndent


def end_of_quote(state, start, end, silent):
    """End a quote before a line without its >."""
    return silent


def number_items(state):
    """Keep the numbers of ordered lists as typed, a rule for the whole: 1986, 1990 skips 1987.

    A number that repeats the first means "the next", as in Markdown.
    """
    lists = []
    for token in state.tokens:
        if token.type == "ordered_list_open":
            lists.append([token.attrs.get("start", 1)] * 2)
        elif token.type == "ordered_list_close":
            lists.pop()
        elif token.type == "list_item_open" and token.info:
            first, expected = lists[-1]
            number = int(token.info)
            if number in (first, expected):
                number = expected
            else:
                token.attrSet("value", number)
            lists[-1][1] = number + 1
