"""The result for programs: the whole as JSON, the tally sheets as one CSV table."""

import csv
import dataclasses
import io
from collections.abc import Iterator, Mapping

import msgspec

from testigo.ballot import TallySheet
from testigo.count.result import Result
from testigo.count.view import RecordInfo
from testigo.election import Definition

COLUMNS = ("station", "station_name", "district", "contest", "option", "option_name", "party", "votes")
NOT_OPTIONS = ("(blank)", "(null)", "(undervotes)", "(ballots)")
"""What stands in `option` for the counts that are no option's."""

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def as_json(result: Result, record: RecordInfo) -> bytes:
    """`{"result": …, "record": …}`: the body of the `result` statement, and where the record's figures can be
    checked.
    """
    value = {"result": result.payload(), "record": dataclasses.asdict(record)}
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


def as_csv(definition: Definition, sheets: Mapping[str, TallySheet], result: Result) -> bytes:
    """One row per counted station, contest and option, UTF-8 with a byte order mark so that spreadsheets read it right.

    Names are in the election's first language. A name that a spreadsheet would run as a formula is led by an
    apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    counted = {station.station for station in result.stations if station.status == "counted"}
    for station in definition.stations:
        if station.id in counted:
            for row in _rows(definition, sheets[station.id]):
                writer.writerow([station.id, _plain(station.name), station.district, *row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _rows(definition: Definition, sheet: TallySheet) -> Iterator[tuple[str, str, str, str, int]]:
    for tally in sheet.tally.contests:
        contest = definition.contest(tally.contest)
        for option in contest.options:
            name = _plain(definition.words(option.name, definition.languages[0]))
            yield contest.id, option.id, name, option.party, tally.votes[option.id]
        for what, votes in zip(NOT_OPTIONS, (tally.blank, tally.null, tally.undervotes, tally.ballots), strict=True):
            yield contest.id, what, "", "", votes


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text
