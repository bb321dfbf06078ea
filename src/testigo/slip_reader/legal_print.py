"""What may be printed on a slip: every part of the page as it looks when it is printed, to compare a photograph with.

Nothing here is drawn by other means than the paper vote itself: a row that says option 3 is cut out of a slip on which
option 3 is chosen. So the reader reads exactly what the printer prints, in all languages at once, and any other print
is strange to it.
"""

import functools
import io

import msgspec
import numpy as np
from PIL import Image

from testigo.ballot.check_character import ALPHABET
from testigo.ballot.marks import Ballot
from testigo.election import BallotStyle, Definition
from testigo.paper import typeset
from testigo.paper.frame import DOTS_PER_MM, MARK, PPI, TOP_MARKS
from testigo.scan.ink import Ink
from testigo.scan.planes import soften
from testigo.slip.slip import Slip

GLYPHS = Slip.TEMPLATE.with_name("glyphs.typ")

SOFTEN = 1.0
"""Standard deviation, in dots, of the blur on legal print: what a good camera leaves of a printed edge."""

_ANY_NUMBER = "2222-2222-2222"


class Region(msgspec.Struct, frozen=True):
    """A band across the slip, in dots. `kind`: head, contest (its heading), row, tail."""

    kind: str
    contest: int
    row: int
    top: int
    height: int


class LegalPrint:
    """The print of one ballot style of one station. `form`: which paper; a `FirstSlip` is in one `language`.

    `length`: millimetres from the upper to the lower corner marks. `page`: the ink of an unmarked slip. `rows`: for
    each contest, the ink of each option's row in the contest's order, then the blank row, then the unused row."""

    def __init__(
        self,
        definition: Definition,
        station_id: str,
        style: BallotStyle,
        language: str = "",
        form: type[Slip] = Slip,
    ) -> None:
        self.style = style
        self._language = language or definition.languages[0]
        self._form = form
        self._contests = [definition.contest(contest_id) for contest_id in style.contests]
        blank = self._slip(definition, station_id, {})
        self.page = _page_ink(blank)
        self.regions = _regions(blank)
        tail = self.regions[-1]
        self.length = (tail.top + tail.height) / DOTS_PER_MM - MARK - TOP_MARKS[0][1]
        self.rows = self._rows(definition, station_id)

    def _slip(self, definition: Definition, station_id: str, choices: dict[str, tuple[str, ...]]) -> Slip:
        ballot = Ballot.mark(definition, self.style, choices)
        return self._form(definition, station_id, ballot, _ANY_NUMBER, self._language)

    def _rows(self, definition: Definition, station_id: str) -> list[Ink]:
        """One page for the first options of all contests, one for the second, …; the first row of each contest is cut
        out."""
        contests = self._contests
        first = [self._row_region(place, 0) for place in range(len(contests))]
        cut: list[list[Ink]] = [[] for _ in contests]
        for option in range(max((len(contest.options) for contest in contests), default=0)):
            choices: dict[str, tuple[str, ...]] = {
                contest.id: (contest.options[option].id,) for contest in contests if option < len(contest.options)
            }
            page = _page_ink(self._slip(definition, station_id, choices))
            for place, contest in enumerate(contests):
                if option < len(contest.options):
                    cut[place].append(_band(page, first[place]))
        for place, contest in enumerate(contests):
            cut[place].append(_band(self.page, first[place]))
            if contest.choose > 1:
                cut[place].append(_band(self.page, self._row_region(place, 1)))
        return [np.stack(rows) for rows in cut]

    def _row_region(self, contest: int, row: int) -> Region:
        return next(r for r in self.regions if (r.kind, r.contest, r.row) == ("row", contest, row))


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


def _band(page: Ink, region: Region) -> Ink:
    return page[region.top : region.top + region.height]


def _region(kind: str, contest: int, row: int, top: float, height: float) -> Region:
    """Rows lose half a millimetre above and below, where the rules between contests are."""
    edge = DOTS_PER_MM // 2 if kind == "row" else 0
    return Region(kind, contest, row, round(top * DOTS_PER_MM) + edge, round(height * DOTS_PER_MM) - 2 * edge)
