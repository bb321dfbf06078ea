"""`testigo station read-qr`: what the QR codes of a printed tally sheet or zero report say, and whether it is so."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from testigo import storage
from testigo.ballot import Tally, TallySheet, ZeroReport, tally_ballots, tally_errors, tally_qr
from testigo.cli.output import print_json, say, table
from testigo.cli.public_key import OPTIONAL_ROOT_KEY, read_root_key
from testigo.count import RecordRules, kind_of, read_rules
from testigo.election import speak_own_languages
from testigo.errors import InvalidInput
from testigo.record import open_statement, peek
from testigo.station.chair.tally_sheet import totals_view
from testigo.words import message

_STATEMENT_LIMIT = 16 * 1024 * 1024


class _SignedSheet(msgspec.Struct, frozen=True):
    """A signed tally sheet or zero report. `digest`: as the codes name it."""

    kind: str
    station: str
    digest: str
    tally: Tally

    def is_named_by(self, totals: tally_qr.QrTotals) -> bool:
        """Whether the codes are this sheet's."""
        return (self.kind, self.station, self.digest) == (totals.kind, totals.station, totals.sheet)


def read_qr(
    codes: Annotated[
        list[str],
        typer.Argument(help="Photographs, scans, PDFs, or the texts of codes: all of one sheet.", show_default=False),
    ],
    record: Annotated[str, typer.Option(help="Folder of the public record, or its http(s) address.")],
    root_key: Annotated[str, typer.Option(help=OPTIONAL_ROOT_KEY)] = "",
    statement: Annotated[
        Path | None, typer.Option(help="A signed tally sheet or zero report to compare with.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Read the QR codes of a tally sheet or zero report: its figures, if the chair's key in the record signed them.

    A sheet with many figures has several codes. Give all photographs at once, in any order; codes may be seen twice. A
    code that is missing is named. Where the record has that station's sheet already, says whether it is the same.

    Example: testigo station read-qr page-1.jpg page-2.jpg --record public
    """
    rules = read_rules(record, read_root_key(root_key))
    totals = _totals(rules, codes)
    speak_own_languages(rules.definition)
    published = _published(rules, totals)
    other = _unlike_published(totals, published, record)
    same = other is None if published else None
    given = _unlike_given(totals, _given(rules, statement, totals.of_body), statement or "")
    if as_json:
        print_json({**msgspec.to_builtins(totals), "same_as_published": same})
    else:
        _show(rules, totals, same)
    for error in (_impossible(rules, totals), other, given):
        if error is not None:
            raise error
    if statement and not as_json:
        kind = message("term", f"statement.{totals.kind}")
        say(message("cli", "read-qr.of-statement", file=statement, kind=kind))


def _totals(rules: RecordRules, arguments: Iterable[str]) -> tally_qr.QrTotals:
    """What all codes say together. Raises `InvalidInput` or `InvalidSignature`, with the file."""
    found: dict[str, str] = {}
    for argument in arguments:
        for text, place in _codes_in(argument):
            found.setdefault(text, place)
    if not found:
        raise InvalidInput("photograph.no-tally-sheet-code", place=", ".join(arguments))
    opened = []
    for text, place in found.items():
        station = tally_qr.station_of(text, rules.definition, place=place)
        key = rules.key_ring.of_station(station, "chair").public
        opened.append(tally_qr.open_code(text, rules.definition, key, place=place))
    return tally_qr.join(rules.definition, opened)


def _codes_in(argument: str) -> Iterator[tuple[str, str]]:
    """The codes in a file, each with the file's name; or the argument itself, where it is one."""
    from testigo.scan.codes import qr_texts_in  # OpenCV takes a while to load

    if tally_qr.is_code(argument):
        yield argument, ""
    else:
        yield from ((text, argument) for text in qr_texts_in(Path(argument)) if tally_qr.is_code(text))


def _published(rules: RecordRules, totals: tally_qr.QrTotals) -> _SignedSheet | None:
    """The station's sheet of that kind in the record, if it is there already."""
    station = totals.station
    if totals.kind == "zero-report":
        digest = rules.zero_report_digests.get(station)
        tally = tally_ballots(rules.definition, station, ())
    else:
        digest = rules.sheet_digests(1 if totals.of_body else 2).get(station)
        tally = rules.sheets[station].tally if digest else totals.tally
    return _SignedSheet(totals.kind, station, digest, tally) if digest else None


def _given(rules: RecordRules, file: Path | None, of_body: bool) -> _SignedSheet | None:
    """The statement in a file; raises `InvalidInput` or `InvalidSignature` where the station's chair signed none."""
    if file is None:
        return None
    place, envelope = str(file), storage.read(file, limit=_STATEMENT_LIMIT)
    station = rules.definition.station(peek(envelope, place=place).subject).id
    signed = open_statement(envelope, rules.key_ring.of_station(station, "chair").public, place=place)
    statement = signed.statement
    body = kind_of(statement.type, place).read(statement, place)
    if statement.election != rules.election or not isinstance(body, TallySheet | ZeroReport):
        raise InvalidInput("statement.another-kind", place=place, kind=statement.type)
    digest = statement.body_digest if of_body else signed.digest
    return _SignedSheet(statement.type, station, digest, body.tally)


def _unlike_published(totals: tally_qr.QrTotals, sheet: _SignedSheet | None, record: str) -> InvalidInput | None:
    """What is wrong where the record has another sheet, or other figures in this one; None where it has not."""
    if sheet is None or sheet.is_named_by(totals):
        return _unlike_figures(totals, sheet, record)
    kind = message("term", f"statement.{totals.kind}")
    return InvalidInput("record.another-tally-sheet", place=record, kind=kind, station=totals.station)


def _unlike_given(totals: tally_qr.QrTotals, sheet: _SignedSheet | None, file: Path | str) -> InvalidInput | None:
    """The same of the statement in a file."""
    if sheet is None or sheet.is_named_by(totals):
        return _unlike_figures(totals, sheet, file)
    found, expected = f"{sheet.digest[:16]}…", f"{totals.sheet[:16]}…"
    return InvalidInput("tally-code.another-statement", place=file, found=found, expected=expected)


def _unlike_figures(totals: tally_qr.QrTotals, sheet: _SignedSheet | None, place: Path | str) -> InvalidInput | None:
    if sheet is None or sheet.tally == totals.tally:
        return None
    return InvalidInput("tally-code.other-figures", place=place)


def _impossible(rules: RecordRules, totals: tally_qr.QrTotals) -> InvalidInput | None:
    errors = tally_errors(rules.definition, totals.station, totals.tally)
    place = message("place", "tally-sheet-code")
    if errors:
        return InvalidInput("tally-code.impossible", place=place, cause=errors[0])
    if totals.kind == "zero-report" and totals.tally != tally_ballots(rules.definition, totals.station, ()):
        return InvalidInput("tally-code.not-zero", place=place)
    return None


def _show(rules: RecordRules, totals: tally_qr.QrTotals, same: bool | None) -> None:
    """Print the figures. `same`: as the record's, None where it has none yet."""
    for contest in totals_view(rules.definition, totals, rules.definition.languages[0]):
        rows = [(row.label, row.count) for row in (*contest.options, *contest.others)]
        table(contest.title, ("", str(contest.ballots)), rows)
    kind = message("term", f"statement.{totals.kind}")
    name, station, codes = str(kind).capitalize(), totals.station, totals.codes
    say(message("cli", "read-qr.signed", kind=name, codes=codes, station=station, digest=totals.sheet))
    if same is None:
        say(message("cli", "read-qr.not-in-record", kind=kind))
    elif same:
        say(message("cli", "read-qr.in-record", kind=kind))
