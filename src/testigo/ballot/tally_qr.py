"""The QR codes of a tally sheet or zero report: its figures, so that a witness's telephone can take them along.

    T3 : ELECTION : STATION : SHEET : NUMBER/COUNT : FIGURES : SIGNATURE          (QR alphanumeric characters)

docs/tally-sheet-qr.md describes it for other programs, with an example. Figures that one code cannot hold go into
several, numbered, each with the chair's signature of its own: so a code needs neither the others, nor the sheet, nor
the record to be verified, and the codes of one sheet are joined in whichever order they were read. `Z3` is a zero
report's. A code `T2` or `T1` is the only one of its sheet; `T1` was written by release 0.1: it names the body of the
sheet in place of the statement, and its figures are in the alphabetical order of the ids.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

import msgspec

from testigo.ballot.tally import BALLOTS, BLANK, NULL, UNDERVOTES, ContestTally, Tally, TallySheet
from testigo.election import Contest, Definition
from testigo.errors import InvalidInput, Place, TestigoError
from testigo.keys import PublicKey, SigningKey
from testigo.words import first_of, message

SheetKind = Literal["tally-sheet", "zero-report"]
"""What the figures are of, by the type of its statement."""

FORMATS: Final[Mapping[str, SheetKind]] = {
    "T3": "tally-sheet",
    "Z3": "zero-report",
    "T2": "tally-sheet",
    "T1": "tally-sheet",
}
"""How a code begins: as they are written now, as the release after 0.1 wrote it, and as release 0.1 did."""

FIGURES_IN_CODE: Final = 720
"""Characters of FIGURES in one code. With all else it is at most 952 characters, which QR version 20 (97 modules) holds
with error correction M (970 alphanumeric characters, ISO/IEC 18004, table 7): a module is more than half a millimetre
wide where the code is printed 52 mm wide."""

_DOMAIN = b"testigo tally qr 1\n"
_PLACE = message("place", "tally-sheet-code")
_LONGEST = 4296
"""Alphanumeric characters in the largest QR code (ISO/IEC 18004, version 40-L)."""

_LONGEST_FIGURE = 9
"""Digits; no station has more ballots."""

_NUMBERS_NAMED = 20

_PARTS = re.compile(r"(T1|T2|T3|Z3):([^:]*):([^:]*):([0-9A-F]{64}):([0-9./*:]*):([0-9A-F]{128})", re.ASCII)
_NUMBER = re.compile(r"([1-9][0-9]{0,3})/([1-9][0-9]{0,3}):([0-9.*]*)", re.ASCII)


class TallyCode(msgspec.Struct, frozen=True):
    """One code whose signature verified: number `number` of `count`, from 1. `figures`: its piece of the text that all
    pieces of the sheet make together. `place`: where it was seen.

    `sheet`: digest of the statement, or of its body (`of_body`) in a code of release 0.1.
    """

    kind: SheetKind
    station: str
    sheet: str
    of_body: bool
    number: int
    count: int
    figures: str
    place: str = ""


class QrTotals(msgspec.Struct, frozen=True):
    """What all codes of one sheet say together. `sheet`, `of_body`: as in `TallyCode`."""

    kind: SheetKind
    station: str
    sheet: str
    of_body: bool
    codes: int
    tally: Tally


def encode(
    definition: Definition, sheet: TallySheet, digest: str, key: SigningKey, *, kind: SheetKind = "tally-sheet"
) -> tuple[str, ...]:
    """The codes of a sheet, in order. `digest`: of its statement. `key`: the chair's."""
    styles = definition.styles_of_station(sheet.station)
    contests = definition.contests_of_station(sheet.station)
    rows = [[sheet.tally.ballots[style.id] for style in styles]]
    rows += [[count for _, count in sheet.tally.contest(contest.id).figures(contest)] for contest in contests]
    figures = "*".join(".".join(map(str, row)) for row in rows)
    count = -(-len(figures) // FIGURES_IN_CODE)
    size = -(-len(figures) // count)
    first = next(name for name, of in FORMATS.items() if of == kind)
    head = f"{first}:{definition.digest[:16]}:{definition.place_of(sheet.station)}:{digest}".upper()
    return tuple(
        _signed(f"{head}:{number}/{count}:{figures[(number - 1) * size : number * size]}", key)
        for number in range(1, count + 1)
    )


def is_code(text: str) -> bool:
    """Whether a text begins as the code of a tally sheet or zero report does."""
    return text.partition(":")[0] in FORMATS


def station_of(text: str, definition: Definition, *, place: str = "") -> str:
    """The station that a code says it is of, not verified: only to find out whose key to ask for. Raises
    `InvalidInput` for another election or shape."""
    return _parts(text, definition, place or _PLACE)[0]


def open_code(text: str, definition: Definition, chair: PublicKey, *, place: str = "") -> TallyCode:
    """Verify one code. Raises `InvalidInput` for another election or shape, `InvalidSignature` for another signer."""
    station, parts = _parts(text, definition, place or _PLACE)
    form, _, _, sheet, rest, signature = parts
    number, count, figures = 1, 1, rest.replace(":", "*")  # before T3 a colon divided styles from contests
    if form in ("T3", "Z3"):
        found = _NUMBER.fullmatch(rest)
        if found is None or not 1 <= int(found[1]) <= int(found[2]):
            raise InvalidInput("tally-code.malformed", place=place or _PLACE)
        number, count, figures = int(found[1]), int(found[2]), found[3]
    try:
        chair.verify(bytes.fromhex(signature), _DOMAIN + text.rpartition(":")[0].encode())
    except TestigoError as error:
        raise error.at(place or _PLACE) from None
    return TallyCode(FORMATS[form], station, sheet.lower(), form == "T1", number, count, figures, place)


def join(definition: Definition, codes: Sequence[TallyCode]) -> QrTotals:
    """What the codes of one sheet, at least one, say in whichever order they come; the same code twice is as good as
    once.

    Raises `InvalidInput` where one is of another sheet than the first, where two of the same number say different
    things, where one is missing, and where their figures are not those of a station.
    """
    first, by_number = codes[0], dict[int, TallyCode]()
    for code in codes:
        if _sheet_of(code) != _sheet_of(first):
            raise _another_sheet(code, first)
        if by_number.setdefault(code.number, code).figures != code.figures:
            raise InvalidInput("tally-code.two-with-one-number", place=code.place or _PLACE, number=code.number)
    missing = [str(number) for number in range(1, first.count + 1) if number not in by_number]
    if missing:
        numbers = first_of(missing, _NUMBERS_NAMED)
        raise InvalidInput("tally-code.missing", place=_PLACE, count=len(missing), of=first.count, numbers=numbers)
    text = "".join(by_number[number].figures for number in range(1, first.count + 1))
    tally = _tally(definition, first.station, text, alphabetical=first.of_body)
    return QrTotals(first.kind, first.station, first.sheet, first.of_body, first.count, tally)


def _signed(text: str, key: SigningKey) -> str:
    return f"{text}:{key.sign(_DOMAIN + text.encode()).hex().upper()}"


def _sheet_of(code: TallyCode) -> tuple[object, ...]:
    return code.kind, code.station, code.sheet, code.of_body, code.count


def _another_sheet(code: TallyCode, first: TallyCode) -> InvalidInput:
    kinds = [message("term", f"statement.{one.kind}") for one in (code, first)]
    return InvalidInput(
        "tally-code.another-sheet",
        place=code.place or _PLACE,
        number=f"{code.number}/{code.count}",
        kind=kinds[0],
        station=code.station,
        digest=f"{code.sheet[:16]}…",
        first_number=f"{first.number}/{first.count}",
        first_kind=kinds[1],
        first_station=first.station,
        first_digest=f"{first.sheet[:16]}…",
    )


def _parts(text: str, definition: Definition, place: Place) -> tuple[str, tuple[str, ...]]:
    """The station, and format, election, station, sheet, what is between, signature."""
    found = _PARTS.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None or found[5].count(":") != 1:
        raise InvalidInput("tally-code.malformed", place=place)
    parts = found.groups()
    if parts[1] != definition.digest[:16].upper():
        raise InvalidInput("tally-code.another-election", place=place)
    if not (_is_number(parts[2]) and len(parts[2]) < 8):
        raise InvalidInput("tally-code.no-station", place=place)
    try:
        return definition.station_at(int(parts[2])).id, parts
    except InvalidInput:
        raise InvalidInput("tally-code.unknown-station", place=place) from None


def _tally(definition: Definition, station: str, text: str, *, alphabetical: bool) -> Tally:
    try:
        rows = [_figures(row) for row in text.split("*")]
        styles = _ordered((style.id for style in definition.styles_of_station(station)), alphabetical=alphabetical)
        ballots = dict(zip(styles, rows[0], strict=True))
        contests = tuple(
            _contest_tally(contest, figures, alphabetical=alphabetical)
            for contest, figures in zip(definition.contests_of_station(station), rows[1:], strict=True)
        )
    except ValueError:
        raise InvalidInput("tally-code.figures-malformed", place=_PLACE) from None
    return Tally(ballots, contests)


def _contest_tally(contest: Contest, figures: list[int], *, alphabetical: bool) -> ContestTally:
    names = [*_ordered(contest.marks, alphabetical=alphabetical), BLANK, NULL, UNDERVOTES, BALLOTS]
    return ContestTally.from_figures(contest, dict(zip(names, figures, strict=True)))


def _ordered(ids: Iterable[str], *, alphabetical: bool) -> list[str]:
    return sorted(ids) if alphabetical else list(ids)


def _figures(text: str) -> list[int]:
    """The figures in a row; raises `ValueError`."""
    figures = text.split(".")
    if not all(_is_number(figure) and len(figure) <= _LONGEST_FIGURE for figure in figures):
        raise ValueError("not figures")
    return [int(figure) for figure in figures]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()
