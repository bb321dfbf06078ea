"""What may be printed on a slip: every part of the page as it looks when it is printed, to compare a photograph with.

Nothing here is drawn by other means than the paper vote itself: rows are cut out of pages of the slip's own template
and data, on which each contest has all rows that a ballot could have. So the reader reads exactly what the printer
prints, in all languages at once, and any other print is strange to it.
"""

import functools
import io
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from testigo.ballot.check_character import ALPHABET
from testigo.ballot.marks import Ballot
from testigo.election import BallotStyle, Contest, Definition
from testigo.paper import typeset
from testigo.paper.frame import DOTS_PER_MM, MARK, PPI, TOP_MARKS
from testigo.scan.ink import Ink, correlate, highest
from testigo.scan.planes import soften
from testigo.slip.first_slip import FEET_OF_0_1, FirstSlip
from testigo.slip.slip import QR_AT, QR_MODULE, Slip

GLYPHS = Slip.TEMPLATE.with_name("glyphs.typ")

SOFTEN = 1.0
"""Standard deviation, in dots, of the blur on legal print: what a good camera leaves of a printed edge."""

NUMBER_PITCH, NUMBER_AT = 2.5, (18.5, 1.5)
"""Millimetres a character of the slip number, and where it begins."""

Area = tuple[slice, slice]
"""Rows and columns of dots."""

_RULE = 0.3
"""Mean ink of a row of dots from which on it is a rule between contests."""

_ANY_NUMBER = "2222-2222-2222"


class Region(msgspec.Struct, frozen=True):
    """A band across the slip, in dots. `kind`: head, contest (its heading), row, tail."""

    kind: str
    contest: int
    row: int
    top: int
    height: int


class RowPlaces(msgspec.Struct, frozen=True):
    """Where in `LegalPrint.rows` of one contest which rows are. `choose`: how many rows of the slip are for options;
    `options`: how many places, blank and unused too. `lists`: where the candidates of each option of an open list are,
    by option; `unused`: the place of an unused preference, 0 where there are none.
    """

    choose: int
    options: int
    lists: dict[str, range]
    unused: int

    @classmethod
    def of(cls, contest: Contest) -> "RowPlaces":
        """The places of a contest."""
        options = len(contest.options) + 1 + (contest.choose > 1)
        if contest.preferences is None:
            return cls(contest.choose, options, {}, 0)
        lists: dict[str, range] = {}
        end = options
        for option in contest.options:
            lists[option.id] = range(end, end + len(option.candidates))
            end += len(option.candidates)
        return cls(contest.choose, options, lists, end)

    def of_row(self, row: int) -> range:
        """The places of everything that a row of the slip may say, whatever the others say."""
        return range(self.options) if row < self.choose else range(self.options, self.unused + 1)

    def of_preference(self, option: str | None) -> list[int]:
        """The places of what a row for a preference may say where that list is chosen; None: a blank vote."""
        return [*(self.lists[option] if option is not None else ()), self.unused]


class LegalPrint:
    """The print of one ballot style of one station. `form`: which paper; a `FirstSlip` is in one `language`.

    `length`: millimetres from the upper to the lower corner marks. `page`: the ink of an unmarked slip. `rows`: for
    each contest, the ink of each option's row in the contest's order, then the blank row, then the unused row. In an
    open list there follow the rows of all candidates, and that of an unused preference (`RowPlaces`)."""

    def __init__(
        self,
        definition: Definition,
        station_id: str,
        style: BallotStyle,
        language: str = "",
        form: type[Slip] = Slip,
    ) -> None:
        self.style = style
        self._contests = [definition.contest(contest_id) for contest_id in style.contests]
        ballot = Ballot.mark(definition, style, {})
        self._blank = blank = form(definition, station_id, ballot, _ANY_NUMBER, language or definition.languages[0])
        self.page = _page_ink(blank)
        self.regions = _regions(blank)
        tail = self.regions[-1]
        self._tails = [_page_ink(slip)[tail.top :] for slip in (blank, *_with_other_feet(blank))]
        self.length = (tail.top + tail.height) / DOTS_PER_MM - MARK - TOP_MARKS[0][1]
        self.places = [RowPlaces.of(contest) for contest in self._contests]
        self._full_rows = self._rows()
        self.rows = [rows[:, _ROW_EDGE:-_ROW_EDGE] for rows in self._full_rows]

    def _rows(self) -> list[Ink]:
        """Every row of each contest, cut out of pages that hold many of them; an unused row is below each, so that no
        letter of another reaches into it."""
        headings = [region for region in self.regions if region.kind == "contest"]
        heights = [self._row_region(place, 0).height + 2 * _ROW_EDGE for place in range(len(headings))]
        some = max(_LONGEST_PAGE // max(2 * sum(heights), 1), 1)
        data = self._blank.page()
        possible = [
            _possible(entry["measured"], contest)
            for entry, contest in zip(data["contests"], self._contests, strict=True)
        ]
        cut: list[list[Ink]] = [[] for _ in headings]
        for start in range(0, max(map(len, possible), default=0), some):
            for entry, contest, rows in zip(data["contests"], self._contests, possible, strict=True):
                unused = entry["measured"][len(contest.options) + 1]
                entry["rows"] = [each for row in rows[start : start + some] for each in (row, unused)]
            ink = _page(self._blank.grey_png(data))
            top = headings[0].top
            for place, (heading, height, entry) in enumerate(zip(headings, heights, data["contests"], strict=True)):
                top += heading.height
                rows_here = len(entry["rows"])
                cut[place] += [ink[at : at + height].copy() for at in range(top, top + rows_here * height, 2 * height)]
                top += rows_here * height
        return [np.stack(rows) for rows in cut]

    def marks(self) -> list[tuple[int, int]]:
        """The corner marks' upper left corners: dots from the left and from the top."""
        places = [*TOP_MARKS, *((x, y + self.length) for x, y in TOP_MARKS)]
        return [(round(x * DOTS_PER_MM), round(y * DOTS_PER_MM)) for x, y in places]

    def typical(self) -> Ink:
        """The page with the mean of all legal rows in each row."""
        page = self.page.copy()
        for region in self.regions:
            if region.kind == "row":
                possible = self.places[region.contest].of_row(region.row)
                legal = self.rows[region.contest][possible.start : possible.stop]
                page[region.top : region.top + region.height] = legal.mean(axis=0)
        return page

    def known(self) -> NDArray[np.float32]:
        """For each row of dots how surely `typical` is what stands there: rows of the contests may say many things."""
        surely = np.ones(len(self.page), np.float32)
        for region in self.regions:
            if region.kind == "row":
                surely[region.top : region.top + region.height] = 0.25
        return surely

    def whole(self, ballot: Ballot, number: str, rows: list[int], tail: Ink) -> tuple[Ink, Area]:
        """The ink of a slip that says this, and where on it the QR code is. `rows`: for each row of the slip, its place
        in `rows` of its contest; `tail`: the picture of its tail, with a margin, for forms with more than one."""
        page = self.with_rows(number, rows)
        page[self.regions[-1].top :] = self._tail_like(tail)
        code = msgspec.structs.replace(self._blank, ballot=ballot, number=number).qr_modules()
        return page, self._draw_code(page, code)

    def with_rows(self, number: str, rows: list[int]) -> Ink:
        """The page with that number and rows, for which see `whole`; without its QR code."""
        page = self.page.copy()
        for region, row in zip((r for r in self.regions if r.kind == "row"), rows, strict=True):
            band, full = _full_band(page, region), self._full_rows[region.contest][row]
            plain = np.maximum(band.mean(axis=1), full.mean(axis=1)) < _RULE  # letters may reach into the edges
            plain[_ROW_EDGE:-_ROW_EDGE] = True
            band[plain] = full[plain]
        drawn = number_glyphs(NUMBER_PITCH)
        width, (left, top) = round(NUMBER_PITCH * DOTS_PER_MM), (round(at * DOTS_PER_MM) for at in NUMBER_AT)
        for cell, character in enumerate(number):
            page[top : top + 2 * width, left + cell * width : left + (cell + 1) * width] = drawn[character]
        return page

    def _tail_like(self, seen: Ink) -> Ink:
        first, *others = self._tails
        return max((first, *others), key=lambda legal: _fits(seen, legal)) if others else first

    def _draw_code(self, page: Ink, code: tuple[bytes, ...]) -> Area:
        side = round(QR_MODULE * DOTS_PER_MM)
        modules = np.array([list(row) for row in code], np.float32).reshape(len(code), len(code))
        drawn = soften(np.pad(np.kron(modules, np.ones((side, side), np.float32)), side), SOFTEN) if code else modules
        left, top = round(QR_AT[0] * DOTS_PER_MM) - side, round((QR_AT[1]) * DOTS_PER_MM) + self.regions[-1].top - side
        area = (slice(top, top + drawn.shape[0]), slice(left, left + drawn.shape[1]))
        if code:
            page[area] = drawn
        return area

    def _row_region(self, contest: int, row: int) -> Region:
        return next(r for r in self.regions if (r.kind, r.contest, r.row) == ("row", contest, row))


_LONGEST_PAGE = 4000 * DOTS_PER_MM
"""Dots; such a page takes some 100 MiB for a moment."""


def _possible(measured: Sequence[Any], contest: Contest) -> Sequence[Any]:
    """Of a contest's rows in `Slip.page` those that a ballot could have: an option's, blank, unused, candidates'."""
    unused = len(contest.options) + 1
    return measured if contest.choose > 1 else [*measured[:unused], *measured[unused + 1 :]]


def _with_other_feet(slip: Slip) -> list[Slip]:
    if isinstance(slip, FirstSlip) and slip.language in FEET_OF_0_1:
        return [msgspec.structs.replace(slip, foot=FEET_OF_0_1[slip.language])]
    return []


def _fits(piece: Ink, tail: Ink) -> float:
    height = min(len(tail), len(piece) - 1)
    return highest(correlate(piece, np.ascontiguousarray(tail[:height, : piece.shape[1]])))[0]


def glyphs(characters: str, pitch: float) -> dict[str, Ink]:
    """Each character of a code line as ink; `pitch`: millimetres a character."""
    page = _page(typeset.compile(GLYPHS, {"characters": list(characters), "pitch": pitch}, format="png", ppi=PPI))
    width = round(pitch * DOTS_PER_MM)
    return {character: page[:, place * width : (place + 1) * width] for place, character in enumerate(characters)}


@functools.cache
def number_glyphs(pitch: float) -> dict[str, Ink]:
    """The characters of slip numbers."""
    return glyphs(ALPHABET + "-", pitch)


def _regions(slip: Slip) -> list[Region]:
    return [_region(each["kind"], each["contest"], each["row"], each["top"], each["height"]) for each in slip.regions()]


def _page_ink(slip: Slip) -> Ink:
    return _page(slip.grey_png())


def _page(png: bytes) -> Ink:
    grey = np.asarray(Image.open(io.BytesIO(png)).convert("L"), np.float32)
    return soften(np.asarray(1 - grey / 255, np.float32), SOFTEN)


def _full_band(page: Ink, region: Region) -> Ink:
    """A row with its edges."""
    return page[region.top - _ROW_EDGE : region.top + region.height + _ROW_EDGE]


_ROW_EDGE = DOTS_PER_MM // 2
"""Dots that a row loses above and below, where the rules between contests are."""


def _region(kind: str, contest: int, row: int, top: float, height: float) -> Region:
    """Rows lose half a millimetre above and below, where the rules between contests are."""
    edge = _ROW_EDGE if kind == "row" else 0
    return Region(kind, contest, row, round(top * DOTS_PER_MM) + edge, round(height * DOTS_PER_MM) - 2 * edge)
