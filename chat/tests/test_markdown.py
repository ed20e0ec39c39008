"""What people type, and what others see."""

import re

import pytest

from chat.markdown import render

REL = 'rel="noopener nofollow"'


def a(href, label=None):
    window = "" if href.startswith("mailto:") else ' target="_blank"'
    return f'<a href="{href}"{window} {REL}>{label or href}</a>'


def as_typed(text):
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<p>{text.replace(chr(10), '<br>')}</p>"


def colourless(html):
    return re.sub(r"</?span[^>]*>", "", html)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*a* _b_", "<em>a</em> <em>b</em>"),
        ("**a** __b__", "<strong>a</strong> <strong>b</strong>"),
        ("~~a~~", "<s>a</s>"),
        ("***a*** b", "<em><strong>a</strong></em> b"),
        ("`*a* <b>`", "<code>*a* &lt;b&gt;</code>"),
        ("这是**重点**内容", "这是<strong>重点</strong>内容"),
        ("the *API*s", "the <em>API</em>s"),
    ],
)
def test_emphasis_and_code(text, html):
    assert render(text) == f"<p>{html}</p>"


@pytest.mark.parametrize(
    "text",
    [
        "1986. A great year",
        "- hello",
        "- - - hello",
        "01. January\n02. February",
        "# title",
        "title\n===",
        "title\n---",
        "---",
        "* * *",
        "~~~~~~~~\nhello",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "<script>alert(1)</script>",
        "<b onclick=x>a</b>",
        "<!-- a -->",
        "&lt; &nbsp; &#65;",
        "[foo]: bar\n[foo]",
        "[x][y]",
        "![x](y.png)",
        "[x](javascript:alert(1))",
        "[x](data:text/html,a)",
        "[x](//example.com)",
        "[x](/admin/)",
        "[x](http://)",
        "[x](mailto:)",
        "http:// https://? www. www.a a@b mailto:",
        "http://a:99999/ [x](http://[/) [x](http://a|b)",
        "http://a\u202eb.org/ http://a.1 http://xn--1",
        "ftp://example.com file:///etc/passwd",
        "README.md and main.rs and example.com",
        "2*3*4 = 24, and un*believ*able, snake_case_name",
        ">50%",
        ">:(",
        ">>> f(x)",
        r"C:\* ¯\_(ツ)_/¯ \\server\share \d+ \[x\]",
        r"2 \* 3",
        "    indented\n  less\n      more",
        "a  b\tc  \nd",
        "\"quotes\" and 'quotes'",
    ],
)
def test_what_is_not_clearly_a_mark_stays_as_typed(text):
    assert render(text) == as_typed(text)


@pytest.mark.parametrize(
    "text",
    ["****", ">", "> ", "```\n```", "```python\n```", "* *", "-\n-", "[]()", "** **"],
)
def test_what_would_show_nothing_is_shown_as_typed(text):
    assert render(text) == as_typed(text)


def test_nothing_becomes_nothing():
    assert render("") == render("\n\r\n") == ""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_break_is_a_line_break(end):
    assert render(f"a{end}b") == "<p>a<br>b</p>"


def test_blank_lines_begin_a_paragraph():
    assert render("\n\na\n\n\n\nb\n\n") == "<p>a</p><p>b</p>"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("* a\n\n* b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("Buy:\n- a\n- b", "<p>Buy:</p><ul><li>a</li><li>b</li></ul>"),
        ("- a\n  - b\n  - c\n- d", "<ul><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ul>"),
        ("- a\n  more\n- b", "<ul><li>a<br>more</li><li>b</li></ul>"),
        ("- a\n  - b\n- c", "<ul><li>a<br>- b</li><li>c</li></ul>"),
    ],
)
def test_two_items_are_a_list(text, html):
    assert render(text) == html


def test_an_empty_item_begins_no_list():
    assert render("- \n\n\n- b") == "<p>-</p><p>- b</p>"


def test_a_list_begins_with_the_number_that_was_typed():
    assert render("7) a\n8) b") == '<ol start="7"><li>a</li><li>b</li></ol>'


def test_years_in_a_list_stay_those_years():
    html = '<ol start="1986"><li>A great year</li><li value="1990">Another</li></ol>'
    assert render("1986. A great year\n1990. Another") == html


def test_a_repeated_first_number_means_the_next():
    assert render("1. a\n1. b\n1. c") == "<ol><li>a</li><li>b</li><li>c</li></ol>"


def test_a_line_after_a_list_is_not_of_its_last_item():
    assert render("- a\n- b\nThanks") == "<ul><li>a</li><li>b</li></ul><p>Thanks</p>"


def test_an_answer_under_a_quote_is_not_of_the_quote():
    assert render("> why?\nbecause") == "<blockquote><p>why?</p></blockquote><p>because</p>"


def test_a_quote_holds_what_a_message_holds():
    html = "<blockquote><blockquote><p>a</p></blockquote><p>b</p><ul><li>c</li><li>d</li></ul>"
    assert render("> > a\n>\n> b\n> - c\n> - d") == f"{html}</blockquote>"


def test_a_list_after_a_quote_does_not_count_for_one_in_it():
    html = "<blockquote><p>x<br>- a</p></blockquote><p>- b</p>"
    assert render("> x\n> - a\n\n- b") == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("[a *b*](https://x.org/y_(z))", a("https://x.org/y_(z)", "a <em>b</em>")),
        ("[me](mailto:me@x.org)", a("mailto:me@x.org", "me")),
        ("see https://x.org/a_b_c, ok", f"see {a('https://x.org/a_b_c')}, ok"),
        ("(http://localhost:8000/)", f"({a('http://localhost:8000/')})"),
        ("**https://x.org/a**", f"<strong>{a('https://x.org/a')}</strong>"),
        ("www.x.org!", f"{a('http://www.x.org', 'www.x.org')}!"),
        ("me.too@x.dev.", f"{a('mailto:me.too@x.dev', 'me.too@x.dev')}."),
        ("请看https://x.org/a。好", f"请看{a('https://x.org/a')}。好"),
        ("http://bücher.de/ü", a("http://xn--bcher-kva.de/%C3%BC", "http://bücher.de/ü")),
        ("![x](http://x.org/y.png)", f"![x]({a('http://x.org/y.png')})"),
        ("<https://x.org>", f"&lt;{a('https://x.org')}&gt;"),
        ("`https://x.org`", "<code>https://x.org</code>"),
        ("[a http://x.org b](http://y.org)", a("http://y.org", "a http://x.org b")),
        ('http://x.org/"onclick="a', a("http://x.org/%22onclick=%22a", 'http://x.org/"onclick="a')),
    ],
)
def test_links(text, html):
    assert render(text) == f"<p>{html}</p>"


@pytest.mark.parametrize("label", ["", " ", "\u200b", "****"])
def test_a_link_that_nobody_could_see_is_shown_as_typed(label):
    assert render(f"a [{label}](http://x.org)") == f"<p>a [{label}]({a('http://x.org')})</p>"


def test_a_link_does_not_claim_to_lead_elsewhere():
    assert render("[https://bank.com](https://evil.com)") == (
        f"<p>[{a('https://bank.com')}]({a('https://evil.com')})</p>"
    )
    same = a("https://x.org/long/path", "https://x.org/...")
    assert render("[https://x.org/...](https://x.org/long/path)") == f"<p>{same}</p>"


@pytest.mark.parametrize(
    "label",
    [
        "**https://bank.com**",
        "`https://bank.com`",
        "_www.bank.com_",
        "\u200bhttps://bank.com",
        "(https://bank.com)",
        "“https://bank.com”",
        "https://b\u200bank.com",
        " https://bank.com is yours",
    ],
)
def test_nor_does_one_in_a_disguise(label):
    assert '<a href="https://evil.com"' in render("[bank](https://evil.com)")
    assert "](" in render(f"[{label}](https://evil.com)")
    assert "](" not in render(f"[{label}](https://bank.com)")


def test_a_backslash_before_a_word_takes_the_meaning_of_marks():
    assert render(r"\*a\* \_\_init\_\_ \`b\`") == "<p>*a* __init__ `b`</p>"


def test_fenced_code_has_colours_by_class():
    html = render("```python\ndef f():\n\n    return '<b>'\n```")
    assert '<pre class="highlight" data-language="python"><code><span class="k">def ' in html
    assert "style=" not in html
    assert colourless(html).endswith("<code>def f():\n\n    return '&lt;b&gt;'</code></pre>")


def test_a_language_without_colours_is_named():
    assert render("```Haskell\nx\n```") == (
        '<pre class="highlight" data-language="haskell"><code>x</code></pre>'
    )


def test_a_first_line_that_names_no_language_is_of_the_code():
    assert render("```hello there\n  x\n```") == (
        '<pre class="highlight"><code>hello there\n  x</code></pre>'
    )


def test_code_may_begin_behind_words():
    html = '<p>look:</p><pre class="highlight"><code>a\nb</code></pre><p>Thanks</p>'
    assert render("look: ```\na\nb\n```\nThanks") == html
    assert render("- look: ```\n  a\n  ```\n- b") == (
        '<ul><li>look:<pre class="highlight"><code>a</code></pre></li><li>b</li></ul>'
    )


def test_code_between_words_keeps_its_lines():
    assert render("look ```a\nb``` there") == "<p>look <code>a<br>b</code> there</p>"
