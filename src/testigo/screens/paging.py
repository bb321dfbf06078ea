"""How many options fit on one screen of 1280×800 without scrolling, at each text size.

A contest that does not fit is split into columns, then into pages of equal length. The numbers were found by measuring
in Chromium; `tests/screens/test_booth_browser.py` measures them again.
"""

from math import ceil

from testigo.election import Contest, Option

ROWS = {1: 5, 2: 4, 3: 3, 4: 3}
"""Text size → rows of tiles that fit."""

COLUMNS = {1: 3, 2: 3, 3: 2, 4: 2}
"""Text size → most columns of tiles that fit side by side."""

REVIEW_LINES = {1: 13, 2: 10, 3: 8, 4: 6}
"""Text size → lines of choices on one page of the review; each contest's title takes one more."""


def of_contest(contest: Contest, size: int) -> list[tuple[Option, ...]]:
    """The contest's options in pages, at least one. A contest to choose one of has one tile more a page: the blank
    vote.
    """
    fit = ROWS[size] * COLUMNS[size] - (1 if contest.choose == 1 else 0)
    pages = max(ceil(len(contest.options) / fit), 1)
    length = ceil(len(contest.options) / pages)
    return [contest.options[start : start + length] for start in range(0, max(len(contest.options), 1), max(length, 1))]


def columns(contest: Contest, size: int) -> int:
    """Columns of tiles for this contest: as few as hold its fullest page."""
    tiles = len(of_contest(contest, size)[0]) + (1 if contest.choose == 1 else 0)
    return min(max(ceil(tiles / ROWS[size]), 1), COLUMNS[size])


def merge(
    contest: Contest, shown: tuple[Option, ...], before: tuple[str, ...], checked: tuple[str, ...]
) -> tuple[str, ...]:
    """The contest's marks after a page was sent: those checked on it, and those of other pages that stay.

    Where one may be chosen, a new mark takes the place of the old one, and the empty mark `""` is the blank vote.
    """
    if contest.choose == 1 and checked:
        return tuple(dict.fromkeys(option for option in checked if option))
    on_page = {option.id for option in shown}
    kept = [option for option in before if option not in on_page]
    return tuple(dict.fromkeys([*kept, *(option for option in checked if option)]))


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
