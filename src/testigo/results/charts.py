"""Charts to embed: one SVG file a contest, and one a body, that stand by themselves on any page or in any program.

No script, nothing loaded, colours that stand out from white paper 3 : 1, each figure as text, a title and a description
for who cannot see it. What is not counted has no bar and no percentage.
"""

from collections.abc import Iterator
from html import escape

from testigo.results.assemblies import PALETTE, Assembly
from testigo.results.contests import ContestView
from testigo.results.view import Page

COLOURS = (
    "#2c6ecb", "#c8402f", "#b4741a", "#3b8247", "#11848f", "#8a55c4",
    "#c23f8c", "#6b7a1c", "#a5562c", "#5768d8", "#7b7264", "#3f7f78",
)  # fmt: skip
"""Of the style sheet (`page/results.css`), in its order."""

_WIDTH, _ROW, _TOP, _BOTTOM = 720, 46, 70, 40
_LEFT = 16
_BAR = 14
_MOST_ROWS = 40
"""Rows of a chart; the options after them have the fewest votes, and are in the tables."""

_STYLE = "font-family:system-ui,'Noto Sans','DejaVu Sans',sans-serif"


def charts(page: Page) -> Iterator[tuple[str, str]]:
    """File name and SVG of each chart, in the page's language."""
    for view in page.contests:
        yield f"{view.contest.id}.{page.language}.svg", _contest(page, view)
    for assembly in page.assemblies:
        yield f"body-{assembly.id}.{page.language}.svg", _body(page, assembly)


def _contest(page: Page, view: ContestView) -> str:
    rows = view.rows[:_MOST_ROWS]
    height = _TOP + _ROW * len(rows) + _BOTTOM
    parts = [_text(_LEFT, 30, view.title, 20, "bold"), _text(_LEFT, 52, _note(page, view), 13)]
    for place, row in enumerate(rows):
        y = _TOP + place * _ROW
        share = page.share(row.percent, view)
        parts.append(_text(_LEFT, y + 14, " · ".join(filter(None, (row.name, row.party))), 14))
        parts.append(_text(_WIDTH - _LEFT, y + 14, f"{page.number(row.votes)}  {share}".rstrip(), 14, anchor="end"))
        wide = (_WIDTH - 2 * _LEFT) * min(float(row.percent), 100.0) / 100
        colour = COLOURS[int(row.colour[1:]) % PALETTE]
        parts.append(f'<rect x="{_LEFT}" y="{y + 21}" width="{_WIDTH - 2 * _LEFT}" height="{_BAR}" fill="#ece8de"/>')
        parts.append(f'<rect x="{_LEFT}" y="{y + 21}" width="{wide:.2f}" height="{_BAR}" fill="{colour}"/>')
    parts.append(_text(_LEFT, height - 14, page.title, 12))
    return _svg(page, view.title, _note(page, view), height, parts)


def _note(page: Page, view: ContestView) -> str:
    """How many stations are counted, and that it is provisional."""
    progress = page.say("district_progress", counted=view.result.counted, count=view.result.stations)
    return f"{page.say('provisional')} · {progress}" if view.result.provisional else progress


def _body(page: Page, assembly: Assembly) -> str:
    radius, middle, base = 320, _WIDTH // 2, 400
    height = base + 40 + 24 * (len(assembly.parties) + 1)
    spoken = page.say("hemicycle_text", filled=assembly.filled, majority=assembly.majority)
    parts = [_text(_LEFT, 30, assembly.title, 20, "bold"), _text(_LEFT, 52, spoken, 13)]
    for party in assembly.parties:
        colour = COLOURS[int(party.colour[1:]) % PALETTE]
        parts += [
            _seat(middle, base, radius, seat.x, seat.y, assembly.radius, f'fill="{colour}"') for seat in party.places
        ]
    empty = 'fill="none" stroke="#47535f" stroke-width="1.5"'
    parts += [_seat(middle, base, radius, seat.x, seat.y, assembly.radius, empty) for seat in assembly.open_places]
    parts.append(_text(middle, base - 20, page.number(assembly.seats), 48, "bold", anchor="middle"))
    y = base + 30
    for party in sorted(assembly.parties, key=lambda one: -one.seats):
        colour = COLOURS[int(party.colour[1:]) % PALETTE]
        parts.append(f'<circle cx="{_LEFT + 7}" cy="{y - 5}" r="7" fill="{colour}"/>')
        parts.append(_text(_LEFT + 24, y, party.name, 14))
        parts.append(_text(_WIDTH - _LEFT, y, page.number(party.seats), 14, anchor="end"))
        y += 24
    return _svg(page, assembly.title, spoken, height, parts)


def _seat(middle: int, base: int, radius: int, x: float, y: float, size: float, paint: str) -> str:
    return f'<circle cx="{middle + radius * x:.1f}" cy="{base + radius * y:.1f}" r="{radius * size:.1f}" {paint}/>'


def _text(x: float, y: float, text: str, size: int, weight: str = "normal", anchor: str = "start") -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" fill="#15202b">'
        f"{escape(text)}</text>"
    )


def _svg(page: Page, title: str, spoken: str, height: int, parts: list[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'lang="{escape(page.language)}" style="{_STYLE}">'
    )
    told = f"<title>{escape(title)}</title><desc>{escape(spoken)}</desc>"
    paper = f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>'
    return "\n".join([head, told, paper, *parts, "</svg>", ""])
