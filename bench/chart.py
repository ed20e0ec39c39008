"""A bar chart as SVG that can be read on light and on dark pages."""

from html import escape

from .contenders import CONTENDERS

PANELS = {
    "room200": "One room of 200 sockets",
    "room1000": "One room of 1,000 sockets",
    "rooms100": "100 rooms of 10 sockets",
}
WIDTH, LABELS, BARS = 760, 270, 390  # pixels: all, left of the bars, the longest bar
ROW, BAR, HEAD = 22, 14, 44  # a row's height, its bar's, what is above a panel's rows
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 }
  .site { fill: #0969da } .other-server { fill: #74b3f5 } .stock { fill: #cf222e }
  .peer { fill: #8c959f }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .site { fill: #58a6ff } .other-server { fill: #2f6cb3 } .stock { fill: #f85149 }
    .peer { fill: #8b949e }
  }
"""


def draw(results):
    """Return the SVG's text: for each figure of PANELS, a bar of deliveries a second for each
    contender that has it. results: {contender: {figure: values}}."""
    parts, top = [], 0
    for figure, title in PANELS.items():
        bars = {
            name: values[figure]["deliveries"]
            for name, values in results.items()
            if "deliveries" in values.get(figure, {})
        }
        if bars:
            parts += panel(title, bars, top)
            top += HEAD + ROW * len(bars)
    words = "Deliveries a second of each server; the figures are in the table."
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top + 12}" role="img">',
            f"<title>{words}</title>",
            f"<style>{STYLE}</style>",
            *parts,
            "</svg>\n",
        ]
    )


def panel(title, bars, top):
    """Return the elements of one figure's bars, from `top` pixels downwards."""
    parts = [f'<text class="title" x="0" y="{top + 28}">{escape(title)}, deliveries/s</text>']
    longest = max(bars.values()) or 1
    for row, (name, value) in enumerate(bars.items()):
        y, length = top + HEAD + row * ROW, max(1, round(value / longest * BARS))
        kind = CONTENDERS[name].group.replace(" ", "-")
        label = escape(CONTENDERS[name].title)
        parts += [
            f'<text x="{LABELS - 8}" y="{y + 12}" text-anchor="end">{label}</text>',
            f'<rect class="{kind}" x="{LABELS}" y="{y}" width="{length}" height="{BAR}" rx="2"/>',
            f'<text x="{LABELS + length + 6}" y="{y + 12}">{value:,.0f}</text>',
        ]
    return parts
