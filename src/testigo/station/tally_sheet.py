"""The tally sheet as people see it: in words for a screen, as a page to print, and as a QR code of its signed totals.

The tally sheet itself is `testigo.ballot.TallySheet`, signed as a `tally-sheet` statement. The page says the same, with
a QR code so that a witness's telephone can take the totals along; the code carries the chair's signature of its own:

    T2 : ELECTION : STATION : SHEET : STYLES : CONTESTS : SIGNATURE          (QR alphanumeric characters)

ELECTION: first 16 hexadecimal digits of the definition's digest. STATION: its place (from 0) in `definition.stations`.
SHEET: digest of the tally sheet's statement (in a code `T1`, of release 0.1, that of its body). STYLES: ballots of each
style of the station, divided by `.`. CONTESTS, divided by `*`: votes of each option in the definition's order, then
blank, null, undervotes, ballots, divided by `.`. SIGNATURE: Ed25519 over `testigo tally qr 1`, a line feed, and all
before the last colon. Hexadecimal digits are upper case.
"""

from pathlib import Path
from typing import Any

import msgspec

from testigo import storage
from testigo.ballot import ContestTally, CounterRow, Reconciliation, Tally, TallySheet
from testigo.election import Contest, Definition
from testigo.errors import InvalidInput
from testigo.keys import PublicKey, SigningKey
from testigo.paper import typeset
from testigo.words import counter_words, section

_TEMPLATE = Path(__file__).with_name("tally_sheet.typ")
_DOMAIN = b"testigo tally qr 1\n"
FORMATS = ("T2", "T1")
"""How a code begins: as it is written now, and as release 0.1 wrote it."""

_QR_PLACE = "tally sheet's QR code"
_LONGEST_CODE = 4296
"""Alphanumeric characters in the largest QR code (ISO/IEC 18004, version 40-L)."""


class CountRow(msgspec.Struct, frozen=True):
    """One line of figures: what it counts, in words, and how many. `by_reason`: of which how many for which reason."""

    label: str
    count: int
    by_reason: tuple["CountRow", ...] = ()


class ContestView(msgspec.Struct, frozen=True):
    """One contest: `options` in the definition's order, `others`: blank, null, unused choices."""

    title: str
    ballots: int
    options: tuple[CountRow, ...]
    others: tuple[CountRow, ...]


class DifferenceView(msgspec.Struct, frozen=True):
    """One step of the reconciliation that does not hold. `step`: its name, for `Chair.explain_difference`."""

    step: str
    left: CountRow
    right: CountRow
    reason: str


class SheetView(msgspec.Struct, frozen=True):
    """A tally sheet in words of one language, for a screen or a page. `digest`: of the sheet's canonical form."""

    language: str
    election: str
    date: str
    station: str
    district: str
    opened: str
    closed: str
    ballots: tuple[CountRow, ...]
    contests: tuple[ContestView, ...]
    counters: tuple[CountRow, ...]
    differences: tuple[DifferenceView, ...]
    event_logs: dict[str, str]
    digest: str


def view(definition: Definition, sheet: TallySheet, digest: str, language: str) -> SheetView:
    """The sheet in words, with the `digest` of its statement.

    Texts of the definition fall back to its first language, the sheet's own words to English.
    """
    words = _words(language)
    station = definition.station(sheet.station)
    names = {district.id: definition.words(district.name, language) for district, _ in definition.all_districts()}
    return SheetView(
        language=language,
        election=definition.words(definition.title, language),
        date=definition.date,
        station=f"{station.id} · {station.name}",
        district=" › ".join(names[district] for district in definition.district_path(station.district)),
        opened=sheet.opened,
        closed=sheet.closed,
        ballots=tuple(CountRow(style, count) for style, count in sheet.tally.ballots.items()),
        contests=tuple(_contest_view(definition, tally, language) for tally in sheet.tally.contests),
        counters=tuple(_counter_view(row, words) for row in sheet.reconciliation.rows("sheet")),
        differences=_difference_views(sheet.reconciliation, words),
        event_logs=sheet.event_logs,
        digest=digest,
    )


def page(definition: Definition, sheet: TallySheet, digest: str, key: SigningKey) -> bytes:
    """The tally sheet with the `digest` of its statement as PDF, in the election's first language.

    `key`: the chair's, which signs the QR code.
    """
    return _page(definition, sheet, digest, "sheet", qr_text(definition, sheet, digest, key))


def zero_page(definition: Definition, sheet: TallySheet) -> bytes:
    """The zero report as PDF: the same page with nothing counted and no totals to carry away."""
    return _page(definition, sheet, "", "zero", "")


def qr_text(definition: Definition, sheet: TallySheet, digest: str, key: SigningKey) -> str:
    """What the page's QR code holds (see the module's text)."""
    place = definition.place_of(sheet.station)
    styles = ".".join(str(count) for count in sheet.tally.ballots.values())
    contests = "*".join(".".join(str(count) for count in _figures(tally)) for tally in sheet.tally.contests)
    signed = f"{FORMATS[0]}:{definition.digest[:16]}:{place}:{digest}:{styles}:{contests}".upper()
    return f"{signed}:{key.sign(_DOMAIN + signed.encode()).hex().upper()}"


_LARGEST_IMAGE = 64 * 1024 * 1024


def find_qr(file: Path) -> str:
    """The text of the tally sheet's QR code in a photograph or a PDF. Raises `InvalidInput` where there is none."""
    from testigo.scan.codes import qr_texts  # OpenCV takes a while to load, and a chair's machine never needs it
    from testigo.scan.images import images_of

    place = str(file)
    for image in images_of(storage.read(file, limit=_LARGEST_IMAGE), place=place):
        for text in filter(is_qr_text, qr_texts(image)):
            return text
    raise InvalidInput(
        "no tally sheet's QR code is to be seen", place=place, hint="take the photograph again, straight and near"
    )


def is_qr_text(text: str) -> bool:
    """Whether a text begins as the code of a tally sheet does."""
    return text.partition(":")[0] in FORMATS


def station_of_qr(text: str, definition: Definition) -> str:
    """The station that a QR code says it is of, not verified: only to find out whose key to ask for."""
    return _parts(text, definition)[0]


def _parts(text: str, definition: Definition) -> tuple[str, list[str]]:
    parts = text.split(":")
    if len(text) > _LONGEST_CODE or len(parts) != 7 or parts[0] not in FORMATS:
        raise InvalidInput("not the code of a tally sheet", place=_QR_PLACE)
    if parts[1] != definition.digest[:16].upper():
        raise InvalidInput("of another election", place=_QR_PLACE)
    if not (parts[2].isascii() and parts[2].isdecimal() and len(parts[2]) < 8):
        raise InvalidInput("names no station", place=_QR_PLACE)
    try:
        return definition.station_at(int(parts[2])).id, parts
    except InvalidInput:
        raise InvalidInput("names a station that the election does not have", place=_QR_PLACE) from None


class QrTotals(msgspec.Struct, frozen=True):
    """What a tally sheet's QR code said, once its signature verified.

    `sheet`: digest of the tally sheet's statement, or of its body (`of_body`) in a code of release 0.1.
    """

    station: str
    sheet: str
    tally: Tally
    of_body: bool


def read_qr(text: str, definition: Definition, chair: PublicKey) -> QrTotals:
    """Verify and read a QR code. Raises `InvalidInput` for another election or shape, `InvalidSignature` for another
    signer."""
    station, parts = _parts(text, definition)
    try:
        signature = bytes.fromhex(parts[6])
        styles = [style.id for style in definition.styles_of_station(station)]
        ballots = dict(zip(styles, [int(count) for count in parts[4].split(".")], strict=True))
        contests = _contests_of(definition, station, parts[5])
    except ValueError:
        raise InvalidInput("its figures are not those of a station", place=_QR_PLACE) from None
    chair.verify(signature, _DOMAIN + ":".join(parts[:6]).encode(), place=_QR_PLACE)
    return QrTotals(station, parts[3].lower(), Tally(ballots, contests), of_body=parts[0] == "T1")


def totals_view(definition: Definition, totals: QrTotals, language: str) -> tuple[ContestView, ...]:
    """The totals of a QR code in words, as on the page."""
    return tuple(_contest_view(definition, tally, language) for tally in totals.tally.contests)


def _contests_of(definition: Definition, station: str, text: str) -> tuple[ContestTally, ...]:
    wanted = {contest for style in definition.styles_of_station(station) for contest in style.contests}
    contests = [contest for contest in definition.contests if contest.id in wanted]
    return tuple(
        _tally_of(contest, [int(figure) for figure in figures.split(".")])
        for contest, figures in zip(contests, text.split("*"), strict=True)
    )


def _tally_of(contest: Contest, figures: list[int]) -> ContestTally:
    *votes, blank, null, undervotes, ballots = figures
    named = dict(zip((option.id for option in contest.options), votes, strict=True))
    return ContestTally(contest.id, named, blank, null, undervotes, ballots)


def _figures(tally: ContestTally) -> tuple[int, ...]:
    return (*tally.votes.values(), tally.blank, tally.null, tally.undervotes, tally.ballots)


def _contest_view(definition: Definition, tally: ContestTally, language: str) -> ContestView:
    contest = definition.contest(tally.contest)
    words = _words(language)
    options = []
    for option in contest.options:
        party = f" · {definition.party(option.party).abbreviation}" if option.party else ""
        options.append(CountRow(definition.words(option.name, language) + party, tally.votes[option.id]))
    others = [CountRow(words["blank"], tally.blank), CountRow(words["null"], tally.null)]
    if contest.choose > 1:
        others.append(CountRow(words["undervotes"], tally.undervotes))
    return ContestView(definition.words(contest.title, language), tally.ballots, tuple(options), tuple(others))


def _words(language: str) -> dict[str, str]:
    return {**counter_words(language), **section(language, "tally_sheet")}


def _counter_view(row: CounterRow, words: dict[str, str]) -> CountRow:
    by_reason = tuple(
        CountRow(words.get(f"{row.name}.{reason}", reason), count) for reason, count in row.by_reason.items()
    )
    return CountRow(("– " if row.part else "") + words[row.name], row.count, by_reason)


def _difference_views(counters: Reconciliation, words: dict[str, str]) -> tuple[DifferenceView, ...]:
    return tuple(
        DifferenceView(
            f"{one.left}={one.right}",
            CountRow(words[one.left], one.left_count),
            CountRow(words[one.right], one.right_count),
            one.reason,
        )
        for one in counters.differences()
    )


def _page(definition: Definition, sheet: TallySheet, digest: str, kind: str, qr: str) -> bytes:
    language = definition.languages[0]
    data: dict[str, Any] = {
        "kind": kind,
        "words": _words(language),
        "sheet": view(definition, sheet, digest, language),
        "qr": typeset.qr_svg(qr, error="l") if qr else "",
    }
    return typeset.compile(_TEMPLATE, data)
