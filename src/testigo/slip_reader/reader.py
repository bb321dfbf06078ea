"""Reading paper votes from photographs and scans: the text is read, the QR code is only compared with it.

Each slip is found by its corner marks and made flat (`scan.sheets`). Its code lines are read character by character:
slip number, election and station, ballot style. They say which print may stand below, and every row is
compared with every legal row of that print (`legal_print`, `similarity`). Where a row is not certainly one of them and
nothing else, the slip is refused with a reason and a person reads it. The QR code is looked at last, and changes
nothing but `agrees_with_qr`.

Why this and not a general OCR: docs/adr/2026-11-21-reading-the-paper-vote.md.
"""

import contextlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from testigo import storage
from testigo.ballot.check_character import ALPHABET
from testigo.ballot.marks import Ballot, preferences_in
from testigo.ballot.slip_number import check_slip_number
from testigo.election import BallotStyle, Definition, FirstDefinition
from testigo.errors import InvalidInput, TestigoError
from testigo.paper.frame import DOTS_PER_MM, MARK
from testigo.scan.alterations import find_alteration, find_highlighter
from testigo.scan.codes import qr_texts_of_ink
from testigo.scan.images import Page, pages_of
from testigo.scan.ink import Colours, Ink, correlate
from testigo.scan.register import lay_over
from testigo.scan.sheets import (
    COLOURS_PER_MM,
    MARGIN,
    Marks,
    Sheet,
    find_sheets,
    flatten,
    flatten_colours,
    flatten_top,
    flatten_top_alone,
)
from testigo.scan.unbend import unbend
from testigo.slip import QrVote, Slip
from testigo.slip.first_slip import FirstSlip, first_style_line
from testigo.slip.slip import station_line, style_line
from testigo.slip_reader.legal_print import (
    NUMBER_AT,
    NUMBER_PITCH,
    Area,
    LegalPrint,
    Region,
    RowPlaces,
    glyphs,
    number_glyphs,
)
from testigo.slip_reader.similarity import HEADING_LIMITS, LIMITS, Limits, Similarity, compare, tell_apart
from testigo.words import Message, message


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


class _Doubt(TestigoError):
    """Why a slip is refused."""


class _PartDoubt(_Doubt):
    """The same of one part of the page, `region`."""

    region: Region


def read_slips(image: bytes | Path, definition: Definition, station_id: str | None = None) -> list[SlipReading]:
    """Read every slip in a picture or PDF; `station_id`: refuse slips of any other station.

    An image without any slip gives one refused reading. Raises `InvalidInput` for what is not an image, `StorageError`
    for a file that cannot be opened."""
    return SlipReader(definition, station_id).read(image)


class _Form(msgspec.Struct, frozen=True):
    """What a second code line says: the ballot style, and which paper it stands on; of a `FirstSlip` its language."""

    style: BallotStyle
    language: str = ""
    form: type[Slip] = Slip


class SlipReader:
    """Reads many images; keeps the legal prints that it has already set."""

    def __init__(self, definition: Definition, station_id: str | None = None) -> None:
        self._definition = definition
        self._wanted = definition.station(station_id).id if station_id else ""
        self._lines = _CodeLines(definition)
        self._prints: dict[tuple[str, str, str], LegalPrint] = {}

    def read(self, image: bytes | Path) -> list[SlipReading]:
        """As `read_slips`."""
        data = storage.read(image) if isinstance(image, Path) else image
        readings = []
        for place, page in enumerate(pages_of(data, place=str(image) if isinstance(image, Path) else "")):
            slips, odd_marks = find_sheets(page.grey)
            readings += [self._read_slip(page, marks, place) for marks in slips]
            if odd_marks or not slips:
                doubt = _Doubt("paper-vote.corners-not-seen" if odd_marks else "paper-vote.none-seen")
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
        if reading.refused and reading.refused.key in _ILLEGIBLE and _part_key(reading.refused) in _CODE_LINES:
            again = self._read_headed(flatten_top_alone(image.grey, marks).ink, image, marks, page)
            return reading if again.refused and again.refused.key in _ILLEGIBLE else again
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
                raise _Doubt("paper-vote.of-another-station", found=station, station=self._wanted)
            legal = self._legal_print(station, self._lines.form(flat, station))
            sheet = flatten(image.grey, marks, legal.length)
            if image.colours is not None:
                _require_uncoloured(flatten_colours(image.colours, marks, legal.length), legal)
            choices, agrees, certainty = self._unbent_vote(sheet, legal, number, station)
        except _Doubt as doubt:
            return msgspec.structs.replace(reading, refused=doubt.message)
        return msgspec.structs.replace(reading, choices=choices, agrees_with_qr=agrees, certainty=certainty)

    def _unbent_vote(
        self, sheet: Sheet, legal: LegalPrint, number: str, station: str
    ) -> tuple[Ballot, bool | None, float]:
        """As `_vote`; once more with the bend of the paper taken out if it is not certain as it is."""
        try:
            return self._vote(sheet, legal, number, station)
        except _Doubt as doubt:
            unbent = unbend(sheet.ink, legal.typical())
            if float(np.abs(unbent.shift).max()) < _BENT:
                raise
            try:
                return self._vote(sheet, legal, number, station, unbent=unbent.ink)
            except _Doubt:
                raise _bent(doubt, unbent.shift) from None

    def _vote(
        self, sheet: Sheet, legal: LegalPrint, number: str, station: str, unbent: Ink | None = None
    ) -> tuple[Ballot, bool | None, float]:
        """The choices, whether the QR code says the same, and how certain they are; raises `_Doubt`. `unbent`: the
        sheet without its bend, as far as it is known before the choices are."""
        shadows = sheet.shadow_edges()
        flat = sheet.ink if unbent is None else unbent
        try:
            choices, rows, certainty = _choices(self._definition, flat, legal)
        except _PartDoubt as doubt:
            raise _in_shadow(doubt, shadows) from None
        tail = _piece(flat, legal.regions[-1])
        agrees = self._agrees(tail, QrVote(station, choices, number))
        print_, code = legal.whole(choices, number, rows, tail)
        if unbent is not None:
            unbent = unbend(sheet.ink, print_).ink
            flat = np.pad(lay_over(unbent, print_[: len(unbent) - 2 * MARGIN]), MARGIN, mode="edge")
        _require_unaltered(flat, legal, print_, code, shadows, code_differs=agrees is False)
        return choices, agrees, certainty

    def _legal_print(self, station: str, form: _Form) -> LegalPrint:
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


def _require_unaltered(
    flat: Ink, legal: LegalPrint, print_: Ink, code: Area, shadows: NDArray[np.bool_], *, code_differs: bool
) -> None:
    """Raise `_Doubt` where something was written on the slip or its print is gone. Passed over are a QR code that says
    something else, which is known to differ; the edges of shadows; and the corner marks, which were found."""
    height = min(len(print_), len(shadows))
    seen, print_, unknown = lay_over(flat, print_[:height]), print_[:height], shadows[:height].copy()
    unknown[code] |= code_differs
    for left, top in legal.marks():
        rows, columns = (slice(max(at - _AROUND_MARK, 0), at + _MARK_DOTS + _AROUND_MARK) for at in (top, left))
        unknown[rows, columns] = True
    found = find_alteration(seen, print_, code, unknown, above=legal.regions[-1].top)
    if found:
        around = (slice(max(found.down - 16, 0), found.down + 17), slice(max(found.across - 16, 0), found.across + 17))
        kind = "in-shadow" if shadows[around].any() else found.kind
        raise _Doubt(f"slip-part.{kind}", part=_part_at(legal, code, found.across, found.down))


_MARK_DOTS, _AROUND_MARK = round(MARK * DOTS_PER_MM), 10


def _require_uncoloured(colours: Colours, legal: LegalPrint) -> None:
    """Raise `_Doubt` where a colour was laid over print or paper."""
    found = find_highlighter(colours)
    if found:
        dots = DOTS_PER_MM // COLOURS_PER_MM
        nowhere = (slice(0, 0), slice(0, 0))
        raise _Doubt("slip-part.coloured", part=_part_at(legal, nowhere, found[0] * dots, found[1] * dots))


_BENT, _MUCH_BENT = 4.0, 16.0
"""Dots off its place from which on paper is straightened, and from which on that is the reason given."""


def _bent(doubt: _Doubt, shift: Ink) -> _Doubt:
    """The doubt, or that the paper is bent too much at the part that is doubtful."""
    if not isinstance(doubt, _PartDoubt):
        return doubt
    there = shift[doubt.region.top : doubt.region.top + doubt.region.height]
    if doubt.message.key not in _ILLEGIBLE or not len(there) or np.abs(there).max() < _MUCH_BENT:
        return doubt
    return _Doubt("slip-part.bent", part=doubt.message.values["part"])


_ILLEGIBLE = ("slip-part.not-legible", "slip-part.strange", "slip-part.one-of-two")
_CODE_LINES = ("slip-part.number", "slip-part.station-line", "slip-part.style-line")


def _part_key(doubt: Message) -> str:
    part = doubt.values.get("part")
    return part.key if isinstance(part, Message) else ""


def _in_shadow(doubt: "_PartDoubt", shadows: NDArray[np.bool_]) -> _Doubt:
    """The doubt, or that the edge of a shadow crosses the part that is doubtful."""
    region = doubt.region
    if shadows[region.top : region.top + region.height].mean() < _SHADOWED:
        return doubt
    return _Doubt("slip-part.in-shadow", part=doubt.message.values["part"])


_SHADOWED = 0.03
"""Part of a region that the edge of a shadow covers."""


def _part_at(legal: LegalPrint, code: Area, across: int, down: int) -> Message:
    """What stands at that dot."""
    if code[0].start <= down < code[0].stop and code[1].start <= across < code[1].stop:
        return message("term", "slip-part.qr-code")
    region = next((each for each in legal.regions if down < each.top + each.height + DOTS_PER_MM), legal.regions[-1])
    if region.kind == "head" and down < region.top:
        lines = {"number": 8.0, "station-line": 12.5, "style-line": 99.0}
        line = next(name for name, bottom in lines.items() if down < bottom * DOTS_PER_MM)
        return message("term", f"slip-part.{line}")
    return _named(region, legal.style)


def _named(region: Region, style: BallotStyle) -> Message:
    if region.kind == "contest":
        return message("term", "slip-part.contest-title", number=region.contest + 1)
    if region.kind == "row":
        return message("term", "slip-part.row", number=region.row + 1, contest=style.contests[region.contest])
    return message("term", "slip-part.election-title" if region.kind == "head" else "slip-part.foot")


def _choices(definition: Definition, flat: Ink, legal: LegalPrint) -> tuple[Ballot, list[int], float]:
    """The choices that the rows say, the place of each row among its contest's, and the smallest certainty; raises
    `_Doubt`."""
    for region in legal.regions:
        if region.kind in ("head", "contest"):
            expected = legal.page[region.top : region.top + region.height]
            _sure_of(region, compare(_piece(flat, region), expected[None], MARGIN), legal, HEADING_LIMITS)
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
        """Which of the possible ones stands there; raises `_PartDoubt`."""
        rows = self._legal.rows[self._contest]
        legal = rows[possible.start : possible.stop] if isinstance(possible, range) else rows[list(possible)]
        similarity = compare(_piece(self._flat, region), legal, MARGIN)
        self.certainty = min(self.certainty, similarity.apart)
        self.found.append(possible[_sure_of(region, similarity, self._legal).winner])


def _preferences_of_rows(
    definition: Definition, contest_id: str, rows: list[int], places: RowPlaces
) -> tuple[str, ...]:
    """The candidates of the rows for preferences; raises `_Doubt` for rows the printer never makes."""
    marked = [row for row in rows[places.choose :] if row != places.unused]
    if rows[places.choose :][: len(marked)] != sorted(set(marked)):
        raise _Doubt("paper-vote.rows-not-as-printed", contest=contest_id)
    names = preferences_in(definition.contest(contest_id).marks)
    return tuple(names[row - places.options] for row in marked)


def _options_of_rows(definition: Definition, contest_id: str, rows: list[int]) -> tuple[str, ...]:
    """The options of rows that say option, blank or unused, by place; raises `_Doubt` for rows the printer never
    makes."""
    options = [option.id for option in definition.contest(contest_id).options]
    blank, unused = len(options), len(options) + 1
    chosen = [place for place in rows if place < blank]
    rest = rows[len(chosen) :]
    if not chosen and rows[0] == blank:
        rest = rows[1:]
    if (not chosen and rows[0] != blank) or any(place != unused for place in rest) or chosen != sorted(set(chosen)):
        raise _Doubt("paper-vote.rows-not-as-printed", contest=contest_id)
    return tuple(options[place] for place in chosen)


def _piece(flat: Ink, region: Region) -> Ink:
    return flat[region.top : region.top + region.height + 2 * MARGIN]


def _sure(similarity: Similarity, part: Message, limits: Limits = LIMITS) -> Similarity:
    doubt = similarity.doubt(limits)
    if doubt:
        raise _Doubt(f"slip-part.{doubt}", part=part)
    return similarity


def _sure_of(region: Region, similarity: Similarity, legal: LegalPrint, limits: Limits = LIMITS) -> Similarity:
    doubt = similarity.doubt(limits)
    if doubt:
        found = _PartDoubt(f"slip-part.{doubt}", part=_named(region, legal.style))
        found.region = region
        raise found
    return similarity


def _number_not_legible() -> _Doubt:
    return _Doubt("slip-part.not-legible", part=message("term", "slip-part.number"))


_DIGITS = "0123456789abcdef"


class _CodeLines:
    """Reads the three lines of characters in cells at the top of every slip."""

    PITCH = 2.0
    STATION_AT, STYLE_AT = (1.0, 8.25), (1.0, 12.75)
    SIGN_ALIKE, SIGN_APART = 0.5, 0.1
    """Least correlation of a character with the one it is read as, and least projection against each other one."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        # Every station is a candidate, the wanted one or not: only so is 0102 told from 0101.
        self._stations = {station_line(definition, station.id): station.id for station in definition.stations}
        self._glyphs: dict[str, Ink] = {}
        self._know("".join(self._stations))

    def number(self, flat: Ink) -> str:
        """The slip number; raises `_Doubt` unless every character is clear and the check character is right."""
        characters = number_glyphs(NUMBER_PITCH)
        line = _Line(flat, NUMBER_AT, NUMBER_PITCH, 14)
        patterns = np.stack([characters[character] for character in ALPHABET])
        cells = [cell for cell in range(14) if cell not in (4, 9)]
        alike, seen = line.alike(patterns, cells)
        read = alike.argmax(axis=0)
        if alike.max(axis=0).min() < self.SIGN_ALIKE:
            raise _number_not_legible()
        if min(tell_apart(cell, patterns, place) for cell, place in zip(seen, read, strict=True)) < self.SIGN_APART:
            raise _number_not_legible()
        try:
            return check_slip_number("".join(ALPHABET[place] for place in read))
        except InvalidInput:
            raise _number_not_legible() from None

    def is_of_election(self, flat: Ink) -> bool:
        """Whether more than half of the eight digits of the election's digest stand there, each read by itself."""
        digest = next(iter(self._stations)).partition(" ")[0]
        self._know(_DIGITS)
        line = _Line(flat, self.STATION_AT, self.PITCH, len(digest))
        alike, _ = line.alike(np.stack([self._glyphs[digit] for digit in _DIGITS]), list(range(len(digest))))
        read = [_DIGITS[place] for place in alike.argmax(axis=0)]
        return 2 * sum(digit == same for digit, same in zip(read, digest, strict=True)) > len(digest)

    def station(self, flat: Ink) -> str:
        """Which station of the election stands there; raises `_Doubt`."""
        part = message("term", "slip-part.station-line")
        return self._stations[self._one_of(flat, self.STATION_AT, list(self._stations), part)]

    def form(self, flat: Ink, station: str) -> _Form:
        """Which ballot style of the station, on which paper; raises `_Doubt`."""
        lines: dict[str, _Form] = {}
        for style in self._definition.styles_of_station(station):
            for language in self._definition.languages:
                with contextlib.suppress(InvalidInput):  # an id that never fitted on the first paper
                    lines[first_style_line(style.id, language)] = _Form(style, language, FirstSlip)
            lines[style_line(style.id)] = _Form(style)
        self._know("".join(lines))
        return lines[self._one_of(flat, self.STYLE_AT, list(lines), message("term", "slip-part.style-line"))]

    def _know(self, characters: str) -> None:
        missing = "".join(sorted(set(characters) - set(self._glyphs) - {" "}))
        if missing:
            self._glyphs |= glyphs(missing, self.PITCH)

    def _one_of(self, flat: Ink, at: tuple[float, float], lines: list[str], part: Message) -> str:
        """The line that stands there: the likeliest by their characters, then compared whole, blank cells too."""
        cells = 35
        line = _Line(flat, at, self.PITCH, cells)
        characters = list(self._glyphs)
        place_of = {character: place for place, character in enumerate(characters)}
        alike, _ = line.alike(
            np.stack([self._glyphs[character] for character in characters]), list(range(max(map(len, lines))))
        )
        scores = [
            np.mean([alike[place_of[character], cell] for cell, character in enumerate(text) if character != " "])
            for text in lines
        ]
        likely = [lines[int(place)] for place in np.argsort(scores)[::-1][:12]]
        drawn = np.stack([self._drawn(text, cells) for text in likely])
        return likely[_sure(compare(line.piece, drawn, MARGIN), part).winner]

    def _drawn(self, text: str, cells: int) -> Ink:
        width = round(self.PITCH * DOTS_PER_MM)
        drawn = np.zeros((2 * width, cells * width), np.float32)
        for cell, character in enumerate(text):
            if character != " ":
                drawn[:, cell * width : (cell + 1) * width] = self._glyphs[character]
        return drawn


class _Line:
    """One code line of a flattened slip: `piece` has `MARGIN` dots around its cells."""

    def __init__(self, flat: Ink, at: tuple[float, float], pitch: float, cells: int) -> None:
        self.width = round(pitch * DOTS_PER_MM)
        left, top = round(at[0] * DOTS_PER_MM), round(at[1] * DOTS_PER_MM)
        self.piece = flat[top : top + 2 * self.width + 2 * MARGIN, left : left + cells * self.width + 2 * MARGIN]

    def alike(self, characters: NDArray[np.float32], cells: list[int]) -> tuple[NDArray[np.float32], list[Ink]]:
        """Correlation of every character with every cell (characters × cells), and the cells, at the small shift that
        suits the line."""
        piece = self.piece[:, : (max(cells) + 1) * self.width + 2 * MARGIN]
        maps = np.stack([correlate(piece, character) for character in characters])
        columns = MARGIN + np.array(cells) * self.width
        shifts = [(dy, dx) for dy in range(-10, 11) for dx in range(-10, 11)]
        fits = {(dy, dx): maps[:, MARGIN + dy, columns + dx] for dy, dx in shifts}
        dy, dx = max(fits, key=lambda shift: float(fits[shift].max(axis=0).sum()))
        top, height = MARGIN + dy, characters.shape[1]
        seen = [self.piece[top : top + height, left + dx : left + dx + self.width] for left in columns]
        return fits[dy, dx], seen
