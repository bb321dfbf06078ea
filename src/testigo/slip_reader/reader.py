"""Reading paper votes from photographs and scans: the text is read, the QR code is only compared with it.

Each slip is found by its corner marks and made flat (`scan.sheets`). Its code lines are read character by character:
slip number, election and station, ballot style (`code_lines`). They say which print may stand below, and every row is
compared with every legal row of that print (`legal_print`, `similarity`). Where a row is not certainly one of them and
nothing else, or something was written on the slip (`as_printed`), the slip is refused with a reason (`doubts`) and a
person reads it. The QR code is looked at last, and changes nothing but `agrees_with_qr`.

Why this and not a general OCR: docs/adr/2026-11-21-reading-the-paper-vote.md.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from testigo import storage
from testigo.ballot.marks import Ballot, preferences_in
from testigo.election import Definition, FirstDefinition
from testigo.errors import InvalidInput
from testigo.scan.codes import qr_texts_of_ink
from testigo.scan.corner_marks import Marks, find_sheets
from testigo.scan.images import Page, pages_of
from testigo.scan.ink import Ink
from testigo.scan.register import lay_over
from testigo.scan.sheets import (
    MARGIN,
    flatten,
    flatten_colours,
    flatten_top,
    flatten_top_alone,
)
from testigo.scan.unbend import UNBENT_MARGIN, unbend
from testigo.slip import QrVote
from testigo.slip_reader.as_printed import require_unaltered, require_uncoloured
from testigo.slip_reader.code_lines import CodeLines, Form
from testigo.slip_reader.doubts import (
    BENT,
    Doubt,
    PartDoubt,
    bent,
    bent_by_marks,
    in_shadow,
    is_illegible,
    is_of_code_lines,
    sure_of,
)
from testigo.slip_reader.legal_print import LegalPrint, Region, RowPlaces
from testigo.slip_reader.similarity import HEADING_LIMITS, compare
from testigo.words import Message


class SlipReading(msgspec.Struct, frozen=True):
    """What one slip says. Where `refused` is not None, it is the reason, and `choices` is None: a person must read the
    slip.

    `agrees_with_qr`: whether the QR code says the same; None where it cannot be read. `place`: the slip's middle in the
    image (page, x, y in pixels). `certainty`: the smallest of all rows' `Similarity.apart`, 0 (undecided) to ½."""

    number: str = ""
    station: str = ""
    choices: Ballot | None = None
    agrees_with_qr: bool | None = None
    refused: Message | None = None
    place: tuple[int, int, int] = (0, 0, 0)
    certainty: float = 0.0


def read_slips(image: bytes | Path, definition: Definition, station_id: str | None = None) -> list[SlipReading]:
    """Read every slip in a picture or PDF; `station_id`: refuse slips of any other station.

    An image without any slip gives one refused reading. Raises `InvalidInput` for what is not an image, `StorageError`
    for a file that cannot be opened."""
    return SlipReader(definition, station_id).read(image)


class SlipReader:
    """Reads many images; keeps the legal prints that it has already set."""

    def __init__(self, definition: Definition, station_id: str | None = None) -> None:
        self._definition = definition
        self._wanted = definition.station(station_id).id if station_id else ""
        self._lines = CodeLines(definition)
        self._prints: dict[tuple[str, str, str], LegalPrint] = {}

    def read(self, image: bytes | Path) -> list[SlipReading]:
        """As `read_slips`."""
        data = storage.read(image) if isinstance(image, Path) else image
        readings = []
        for place, page in enumerate(pages_of(data, place=str(image) if isinstance(image, Path) else "")):
            slips, odd_marks = find_sheets(page.grey)
            readings += [self._read_slip(page, marks, place) for marks in slips]
            if odd_marks or not slips:
                doubt = Doubt("paper-vote.corners-not-seen" if odd_marks else "paper-vote.none-seen")
                readings.append(SlipReading(refused=doubt.message, place=(place, 0, 0)))
        return readings

    @cached_property
    def _as_first(self) -> "SlipReader | None":
        """For slips that name the election as release 0.1 did; None where it has no other name."""
        if type(self._definition) is not Definition:
            return None
        return SlipReader(FirstDefinition.from_payload(self._definition.payload()), self._wanted or None)

    def _read_slip(self, image: Page, marks: Marks, page: int) -> SlipReading:
        flat = flatten_top(image.grey, marks)
        reading = self._read_headed(flat.ink, image, marks, page)
        if reading.refused and is_illegible(reading.refused) and is_of_code_lines(reading.refused):
            again = self._read_headed(flatten_top_alone(image.grey, marks).ink, image, marks, page)
            reading = reading if again.refused and is_illegible(again.refused) else again
        if reading.refused:
            return msgspec.structs.replace(reading, refused=bent_by_marks(reading.refused, marks))
        return reading

    def _read_headed(self, flat: Ink, image: Page, marks: Marks, page: int) -> SlipReading:
        """The slip at those marks; its code lines are read from `flat`."""
        reading = SlipReading(place=(page, *marks.centre))
        try:
            number = self._lines.number(flat)
            reading = msgspec.structs.replace(reading, number=number)
            if not self._lines.is_of_election(flat) and self._as_first and self._as_first._lines.is_of_election(flat):
                return self._as_first._read_slip(image, marks, page)
            station = self._lines.station(flat)
            reading = msgspec.structs.replace(reading, station=station)
            if self._wanted not in ("", station):
                raise Doubt("paper-vote.of-another-station", found=station, station=self._wanted)
            legal = self._legal_print(station, self._lines.form(flat, station))
            if image.colours is not None:
                require_uncoloured(flatten_colours(image.colours, marks, legal.length), legal)
            choices, agrees, certainty = self._unbent_vote(image, marks, legal, number, station)
        except Doubt as doubt:
            return msgspec.structs.replace(reading, refused=doubt.message)
        return msgspec.structs.replace(reading, choices=choices, agrees_with_qr=agrees, certainty=certainty)

    def _unbent_vote(
        self, image: Page, marks: Marks, legal: LegalPrint, number: str, station: str
    ) -> tuple[Ballot, bool | None, float]:
        """As `_vote`; once more with the bend of the paper taken out if it is not certain as it is."""
        sheet = flatten(image.grey, marks, legal.length)
        inner = (slice(MARGIN, -MARGIN),) * 2
        try:
            return self._vote(_Look(sheet.ink, sheet.shadow_edges()[inner]), legal, number, station)
        except Doubt as doubt:
            wide = flatten(image.grey, marks, legal.length, UNBENT_MARGIN)
            unbent = unbend(wide.ink, legal.typical(), legal.known())
            if float(unbent.shift.max()) < BENT:
                raise
            likely = legal.with_rows(number, _likeliest_rows(unbent.of(wide.ink), legal))
            unbent = unbend(wide.ink, likely)
            if unbent.gain(wide.ink, likely) < _WORTH:
                raise
            shadows = unbent.of(wide.shadow_edges().astype(np.float32))[inner] > 0
            try:
                return self._vote(_Look(unbent.of(wide.ink), shadows, unbent=True), legal, number, station)
            except Doubt as straightened:
                raise bent(doubt, straightened, unbent.shift) from None

    def _vote(self, look: "_Look", legal: LegalPrint, number: str, station: str) -> tuple[Ballot, bool | None, float]:
        """The choices, whether the QR code says the same, and how certain they are; raises `Doubt`."""
        flat = look.ink
        try:
            choices, rows, certainty = _choices(self._definition, flat, legal)
        except PartDoubt as doubt:
            raise in_shadow(doubt, look.shadows) from None
        tail = _piece(flat, legal.regions[-1])
        agrees = self._agrees(tail, QrVote(station, choices, number))
        print_, code = legal.whole(choices, number, rows, tail)
        if look.unbent:
            flat = np.pad(lay_over(flat, print_[: len(flat) - 2 * MARGIN]), MARGIN, mode="edge")
        require_unaltered(flat, legal, print_, code, look.shadows, code_differs=agrees is False)
        return choices, agrees, certainty

    def _legal_print(self, station: str, form: Form) -> LegalPrint:
        key = (station, form.style.id, form.language)
        if key not in self._prints:
            if len(self._prints) >= 16:
                self._prints.pop(next(iter(self._prints)))
            self._prints[key] = LegalPrint(self._definition, station, form.style, form.language, form.form)
        return self._prints[key]

    def _agrees(self, tail: Ink, text: QrVote) -> bool | None:
        """Whether the QR code above the lower marks says what the text says; None where there is none to be read."""
        found = qr_texts_of_ink(tail)
        if not found:
            return None
        try:
            return QrVote.decode(found[0], self._definition) == text
        except InvalidInput:
            return False


_WORTH = 0.05
"""By how much more a sheet must be like its print without its bend; else it was not bent."""


class _Look(msgspec.Struct, frozen=True):
    """A sheet as it is read. `ink`: with `MARGIN` dots around; `shadows`: where the edges of shadows are, without them;
    `unbent`: its bend is taken out."""

    ink: Any
    shadows: Any
    unbent: bool = False


def _likeliest_rows(flat: Ink, legal: LegalPrint) -> list[int]:
    """For each row of the slip the place of the print that is most like it, sure or not."""
    likeliest = []
    for region in legal.regions:
        if region.kind == "row":
            possible = legal.places[region.contest].of_row(region.row)
            rows = legal.rows[region.contest][possible.start : possible.stop]
            likeliest.append(possible.start + compare(_piece(flat, region), rows, MARGIN).winner)
    return likeliest


def _choices(definition: Definition, flat: Ink, legal: LegalPrint) -> tuple[Ballot, list[int], float]:
    """The choices that the rows say, the place of each row among its contest's, and the smallest certainty; raises
    `Doubt`."""
    for region in legal.regions:
        if region.kind in ("head", "contest"):
            expected = legal.page[region.top : region.top + region.height]
            sure_of(region, compare(_piece(flat, region), expected[None], MARGIN), legal, HEADING_LIMITS)
    choices: dict[str, tuple[str, ...]] = {}
    all_rows: list[int] = []
    certainty = 0.5
    for place, contest_id in enumerate(legal.style.contests):
        places = legal.places[place]
        regions = [region for region in legal.regions if region.kind == "row" and region.contest == place]
        rows = _Rows(flat, legal, place)
        for region in regions[: places.choose]:
            rows.read(region, range(places.options))
        options = _options_of_rows(definition, contest_id, rows.found)
        possible = places.of_preference(options[0] if options else None) if places.unused else []
        for region in regions[places.choose :]:
            rows.read(region, possible)
        choices[contest_id] = options + _preferences_of_rows(definition, contest_id, rows.found, places)
        all_rows += rows.found
        certainty = min(certainty, rows.certainty)
    return Ballot.mark(definition, legal.style, choices), all_rows, certainty


class _Rows:
    """The rows of one contest as they are read, one by one: `found` are their places among the contest's."""

    def __init__(self, flat: Ink, legal: LegalPrint, contest: int) -> None:
        self._flat = flat
        self._legal = legal
        self._contest = contest
        self.found: list[int] = []
        self.certainty = 0.5

    def read(self, region: Region, possible: Sequence[int]) -> None:
        """Which of the possible ones stands there; raises `PartDoubt`."""
        rows = self._legal.rows[self._contest]
        legal = rows[possible.start : possible.stop] if isinstance(possible, range) else rows[list(possible)]
        similarity = compare(_piece(self._flat, region), legal, MARGIN)
        self.certainty = min(self.certainty, similarity.apart)
        self.found.append(possible[sure_of(region, similarity, self._legal).winner])


def _preferences_of_rows(
    definition: Definition, contest_id: str, rows: list[int], places: RowPlaces
) -> tuple[str, ...]:
    """The candidates of the rows for preferences; raises `Doubt` for rows the printer never makes."""
    marked = [row for row in rows[places.choose :] if row != places.unused]
    if rows[places.choose :][: len(marked)] != sorted(set(marked)):
        raise Doubt("paper-vote.rows-not-as-printed", contest=contest_id)
    names = preferences_in(definition.contest(contest_id).marks)
    return tuple(names[row - places.options] for row in marked)


def _options_of_rows(definition: Definition, contest_id: str, rows: list[int]) -> tuple[str, ...]:
    """The options of rows that say option, blank or unused, by place; raises `Doubt` for rows the printer never
    makes."""
    options = [option.id for option in definition.contest(contest_id).options]
    blank, unused = len(options), len(options) + 1
    chosen = [place for place in rows if place < blank]
    rest = rows[len(chosen) :]
    if not chosen and rows[0] == blank:
        rest = rows[1:]
    if (not chosen and rows[0] != blank) or any(place != unused for place in rest) or chosen != sorted(set(chosen)):
        raise Doubt("paper-vote.rows-not-as-printed", contest=contest_id)
    return tuple(options[place] for place in chosen)


def _piece(flat: Ink, region: Region) -> Ink:
    return flat[region.top : region.top + region.height + 2 * MARGIN]
