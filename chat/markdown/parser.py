"""The parser: markdown-it with the rules of a chat, and what its tokens become."""

import time
from html import escape

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML

from . import blocks, highlighting, inlines


class Renderer(RendererHTML):
    """Makes HTML of tokens. No line break of its own: the page shows those in a text as they are.

    The methods named like a token are found by that name.
    """

    def renderToken(self, tokens, idx, options, env):
        token = tokens[idx]
        if token.hidden:
            return ""
        slash, attributes = ("/", "") if token.nesting == -1 else ("", self.renderAttrs(token))
        return f"<{slash}{token.tag}{attributes}>"

    def text(self, tokens, idx, options, env):
        return escape(tokens[idx].content, quote=False)

    def softbreak(self, tokens, idx, options, env):
        return "<br>"

    def code_inline(self, tokens, idx, options, env):
        code = escape(tokens[idx].content, quote=False).replace("\n", "<br>")
        return f"<code>{code}</code>"

    def fence(self, tokens, idx, options, env):
        """Show code, with its language as an attribute of the <pre>.

        What stands after the ``` and is no language is the first line of the code.
        """
        name, code = tokens[idx].info.strip(), tokens[idx].content.removesuffix("\n")
        if name.lower() not in highlighting.NAMES:
            code = f"{name}\n{code}" if name else code
            return f'<pre class="highlight"><code>{escape(code, quote=False)}</code></pre>'
        html = self.highlight(code, highlighting.NAMES[name.lower()], env)
        html = escape(code, quote=False) if html is None else html
        language = escape(name.lower())
        return f'<pre class="highlight" data-language="{language}"><code>{html}</code></pre>'

    def highlight(self, code, language, env):
        if not language:
            return None
        highlighting.lexer_of(language)  # loads it, the first time, on nobody's account
        start = time.thread_time()
        left = env.get("seconds", highlighting.SECONDS)
        html = highlighting.highlight(code, language, start + left)
        env["seconds"] = left - (time.thread_time() - start)
        return html


def make_parser():
    """Return a MarkdownIt. It keeps nothing between calls, so threads may share it.

    Whatever it is not told here does not exist: images, headings, rules, tables, HTML, entities,
    definitions of references, code by indentation.
    """
    # The limit of nesting is the blocks' own, far below this one, which drops what is beyond it.
    parser = MarkdownIt("zero", {"maxNesting": 100}, renderer_cls=Renderer)
    block, inline = parser.block.ruler, parser.inline.ruler
    block.enable(["fence", "blockquote", "list"])
    ends = {"alt": ["paragraph", "blockquote", "list"]}
    block.at("fence", blocks.fence, ends)
    block.at("blockquote", blocks.quote, ends)
    block.at("list", blocks.items, {"alt": ["paragraph", "blockquote"]})
    block.at("paragraph", blocks.paragraph)
    block.before("paragraph", "late_fence", blocks.late_fence, {"alt": ["paragraph"]})
    block.push("end_of_item", blocks.end_of_item, {"alt": ["paragraph"]})
    block.push("end_of_quote", blocks.end_of_quote, {"alt": ["blockquote"]})
    parser.core.ruler.after("block", "numbers", blocks.number_items)

    inline.enable(["newline", "escape", "backticks", "strikethrough", "emphasis", "link"])
    for name in ("text", "newline", "escape", "emphasis", "link"):
        inline.at(name, getattr(inlines, name))
    inline.at("backticks", inlines.code)
    inline.before("text", "address", inlines.address)
    parser.inline.ruler2.enable(["strikethrough", "emphasis"])
    parser.inline.ruler2.before("fragments_join", "limit_depth", inlines.limit_depth)
    return parser
