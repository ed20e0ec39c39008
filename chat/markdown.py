import html

RENDERER_VERSION = 1


def render(text):
    return f"<p>{html.escape(text)}</p>"


def is_blank(text):
    return not text.strip()
