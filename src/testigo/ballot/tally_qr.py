"""The QR code of a tally sheet: its totals in one line, so that a witness's telephone can take them along.

    T2 : ELECTION : STATION : SHEET : STYLES : CONTESTS : SIGNATURE          (QR alphanumeric characters)

docs/tally-sheet-qr.md describes it for other programs, with an example. The code carries the chair's signature of its
own, so it needs neither the sheet nor the record. A code `T1` was written by release 0.1: it names the body of the
sheet in place of the statement, and its figures are in the alphabetical order of the ids.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from testigo.ballot.tally import BALLOTS, BLANK, NULL, UNDERVOTES, ContestTally, Tally, TallySheet
from testigo.election import Contest, Definition
from testigo.errors import InvalidInput, TestigoError
from testigo.keys import PublicKey, SigningKey
from testigo.words import message

FORMATS: Final = ("T2", "T1")
"""How a code begins: as it is written now, and as release 0.1 wrote it."""

_DOMAIN = b"testigo tally qr 1\n"
_PLACE = message("place", "tally-sheet-code")
_LONGEST = 4296
"""Alphanumeric characters in the largest QR code (ISO/IEC 18004, version 40-L)."""

_LONGEST_FIGURE = 9
"""Digits; no station has more ballots."""


class QrTotals(msgspec.Struct, frozen=True):
    """What a tally sheet's QR code said, once its signature verified.

    `sheet`: digest of the tally sheet's statement, or of its body (`of_body`) in a code of release 0.1.
    """

    station: str
    sheet: str
    tally: Tally
    of_body: bool


def encode(definition: Definition, sheet: TallySheet, digest: str, key: SigningKey) -> str:
    """The code of a tally sheet. `digest`: of its statement. `key`: the chair's."""
    styles = definition.styles_of_station(sheet.station)
    ballots = _joined(sheet.tally.ballots[style.id] for style in styles)
    contests = "*".join(
        _joined(count for _, count in sheet.tally.contest(contest.id).figures(contest))
        for contest in definition.contests_of_station(sheet.station)
    )
    head = f"{FORMATS[0]}:{definition.digest[:16]}:{definition.place_of(sheet.station)}:{digest}".upper()
    signed = f"{head}:{ballots}:{contests}"
    return f"{signed}:{key.sign(_DOMAIN + signed.encode()).hex().upper()}"


def is_code(text: str) -> bool:
    """Whether a text begins as the code of a tally sheet does."""
    return text.partition(":")[0] in FORMATS


def station_of(text: str, definition: Definition) -> str:
    """The station that a code says it is of, not verified: only to find out whose key to ask for."""
    return _parts(text, definition)[0]


def read(text: str, definition: Definition, chair: PublicKey) -> QrTotals:
    """Verify and read a code. Raises `InvalidInput` for another election or shape, `InvalidSignature` for another
    signer."""
    station, parts = _parts(text, definition)
    first = parts[0] == "T1"
    try:
        signature = bytes.fromhex(parts[6])
        styles = _ordered((style.id for style in definition.styles_of_station(station)), alphabetical=first)
        ballots = dict(zip(styles, _figures(parts[4]), strict=True))
        contests = tuple(
            _tally(contest, _figures(figures), alphabetical=first)
            for contest, figures in zip(definition.contests_of_station(station), parts[5].split("*"), strict=True)
        )
    except ValueError:
        raise InvalidInput("tally-code.figures-malformed", place=_PLACE) from None
    try:
        chair.verify(signature, _DOMAIN + ":".join(parts[:6]).encode())
    except TestigoError as error:
        raise error.at(_PLACE) from None
    return QrTotals(station, parts[3].lower(), Tally(ballots, contests), of_body=first)


def _parts(text: str, definition: Definition) -> tuple[str, list[str]]:
    parts = text.split(":")
    if len(text) > _LONGEST or len(parts) != 7 or parts[0] not in FORMATS:
        raise InvalidInput("tally-code.malformed", place=_PLACE)
    if parts[1] != definition.digest[:16].upper():
        raise InvalidInput("tally-code.another-election", place=_PLACE)
    if not (_is_number(parts[2]) and len(parts[2]) < 8):
        raise InvalidInput("tally-code.no-station", place=_PLACE)
    try:
        return definition.station_at(int(parts[2])).id, parts
    except InvalidInput:
        raise InvalidInput("tally-code.unknown-station", place=_PLACE) from None


def _tally(contest: Contest, figures: list[int], *, alphabetical: bool) -> ContestTally:
    options = _ordered((option.id for option in contest.options), alphabetical=alphabetical)
    names = [*options, BLANK, NULL, UNDERVOTES, BALLOTS]
    return ContestTally.from_figures(contest, dict(zip(names, figures, strict=True)))


def _ordered(ids: Iterable[str], *, alphabetical: bool) -> list[str]:
    return sorted(ids) if alphabetical else list(ids)


def _joined(figures: Iterable[int]) -> str:
    return ".".join(str(figure) for figure in figures)


def _figures(text: str) -> list[int]:
    """The figures in a part; raises `ValueError`."""
    figures = text.split(".")
    if not all(_is_number(figure) and len(figure) <= _LONGEST_FIGURE for figure in figures):
        raise ValueError("not figures")
    return [int(figure) for figure in figures]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()
