"""How many options stand on one page, at each text size: as many as fit on a screen of 1280×800 without scrolling where
names take one or two lines.

A contest that does not fit is split into columns, then into pages of equal length. Where names are longer or the screen
is smaller, tiles grow and the page scrolls; on a narrow screen there are fewer columns (the style sheet's part). The
numbers were found by measuring in Chromium; `tests/screens/test_browser.py` measures them again.
"""

from collections.abc import Sequence
from math import ceil
from typing import TypeVar

from testigo.ballot import options_in, preferences_in
from testigo.election import Contest, Option, list_of
from testigo.web.forms import whole_number

ROWS = {1: 5, 2: 4, 3: 3, 4: 3}
"""Text size → rows of tiles that fit."""

COLUMNS = {1: 3, 2: 3, 3: 2, 4: 2}
"""Text size → most columns of tiles that fit side by side."""

REVIEW_LINES = {1: 13, 2: 10, 3: 8, 4: 6}
"""Text size → lines of choices on one page of the review; each contest's title takes one more."""


_Tile = TypeVar("_Tile")


def in_pages(tiles: Sequence[_Tile], *, blank_tile: bool, size: int) -> list[tuple[_Tile, ...]]:
    """Options, or candidates of a list, in pages, at least one. `blank_tile`: whether each page has one more tile, the
    blank vote's.
    """
    fit = ROWS[size] * COLUMNS[size] - blank_tile
    pages = max(ceil(len(tiles) / fit), 1)
    length = max(ceil(len(tiles) / pages), 1)
    return [tuple(tiles[start : start + length]) for start in range(0, max(len(tiles), 1), length)]


def page_number(asked: str, pages: int) -> int:
    """The number of a page that there is, whatever was asked for."""
    return min(max(whole_number(asked, 1), 1), pages)


def columns(tiles: int, size: int) -> int:
    """Columns for so many tiles: as few as hold them."""
    return min(max(ceil(tiles / ROWS[size]), 1), COLUMNS[size])


def merge(
    contest: Contest, shown: tuple[Option, ...], before: tuple[str, ...], checked: tuple[str, ...]
) -> tuple[str, ...]:
    """The contest's marks after a page was sent: those checked on it, and those of other pages that stay.

    Where one may be chosen, a new mark takes the place of the old one, and the empty mark `""` is the blank vote.
    Preferences stay as long as their list does.
    """
    new = [option for option in checked if option]
    on_page = {option.id for option in shown}
    replaced = contest.choose == 1 and checked
    kept = [] if replaced else [option for option in options_in(before) if option not in on_page]
    options = tuple(dict.fromkeys([*kept, *new]))
    return (*options, *(name for name in preferences_in(before) if list_of(name) in options))


def of_review(lines: list[int], size: int) -> list[list[int]]:
    """Places of contests (from 0) in pages; `lines`: how many choices each contest shows. At least one page."""
    pages: list[list[int]] = [[]]
    used = 0
    for place, count in enumerate(lines):
        if pages[-1] and used + count + 1 > REVIEW_LINES[size]:
            pages.append([])
            used = 0
        pages[-1].append(place)
        used += count + 1
    return pages
