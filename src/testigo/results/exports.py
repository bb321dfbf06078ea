"""The result for programs: the whole as JSON, the seats as a CSV table, the tally sheets as two, of votes and of
counters.
"""

import csv
import dataclasses
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

import msgspec

from testigo.ballot import ManualTally, Tally, TallySheet
from testigo.count.result import Result
from testigo.count.rulings import NO_RULINGS, Rulings
from testigo.count.station_count import station_counts
from testigo.election import Definition, list_of
from testigo.results.contests import option_words
from testigo.results.view import RecordInfo

STATION = ("station", "station_name", "district")
COLUMNS = (*STATION, "contest", "option", "option_name", "party", "votes")
SEAT_COLUMNS = (
    "body",
    "contest",
    "option",
    "option_name",
    "party",
    "votes",
    "seats",
    "levelling_seats",
    "second_round",
    "status",
    "votes_without_effect",
    "vacant_seats",
)
COUNTER_COLUMNS = (*STATION, "machine", "counter", "reason", "count")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def as_json(result: Result, record: RecordInfo) -> bytes:
    """`{"provisional": …, "stations_to_come": …, "stations_annulled": …, "result": …, "record": …}`: whether stations
    may still come, so that nobody is elected in the contests that name themselves `provisional`; the body of the
    `result` statement, and where the record's figures can be checked.
    """
    value = {
        "provisional": bool(result.missing),
        "stations_to_come": result.missing,
        "stations_annulled": result.annulled,
        "result": result.payload(),
        "record": dataclasses.asdict(record),
    }
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


def votes_as_csv(
    definition: Definition, sheets: Mapping[str, TallySheet], result: Result, rulings: Rulings = NO_RULINGS
) -> bytes:
    """One row per counted station, contest and option, and candidate of an open list (`OPTION/NUMBER`, with the
    preferences): as counted, with what was corrected and what was counted on paper. Names are in the election's first
    language.
    """
    counts = station_counts(definition, sheets, rulings)
    tallies = {station: count.tally for station, count in counts.items()}
    return _table(COLUMNS, definition, tallies, result, _vote_rows)


def seats_as_csv(definition: Definition, result: Result) -> bytes:
    """One row per contest and option: its votes, its seats in the contest, its levelling seats in the contest's body.

    `body` is empty where the contest fills an office of its own. `second_round`: 1 where the option goes to one.
    `status`: `withdrawn` or `deceased`; `votes_without_effect`: 1 where its votes are in no share; `vacant_seats`: of
    its seats, those that nobody takes. Names are in the election's first language.
    """
    levelled = Counter(
        (one.contest, one.option)
        for body in result.bodies
        if body.levelling is not None
        for one in body.levelling.elected
    )
    states = {(one.contest, one.option): one for one in result.states if not one.person}
    rows: list[_Row] = []
    for contest, counted in zip(definition.contests, result.contests, strict=True):
        votes = {one.option: one.votes for one in counted.options}
        for option in contest.options:
            name = _plain(definition.words(option.name, definition.languages[0]))
            second = counted.allocation.second_round
            goes_on = int(second is not None and option.id in second.options)
            seats = counted.allocation.seats[option.id], levelled[contest.id, option.id], goes_on
            state = states.get((contest.id, option.id))
            no_effect = int(state is not None and state.votes == "void")
            ended = state.status if state else "", no_effect, counted.allocation.vacant.count(option.id)
            rows.append((contest.body, contest.id, option.id, name, option.party, votes[option.id], *seats, *ended))
    return _as_csv(SEAT_COLUMNS, rows)


def counters_as_csv(
    definition: Definition, sheets: Mapping[str, TallySheet], result: Result, rulings: Rulings = NO_RULINGS
) -> bytes:
    """One row per counted station and counter, or reason of a counter: all that are declared in `ballot.counters`. What
    was counted on paper has the machine `paper`.
    """
    papers = {station.id: paper[1] for station in definition.stations if (paper := rulings.paper_of(station.id))}
    both = {station.id: (sheets.get(station.id), papers.get(station.id)) for station in definition.stations}
    return _table(COUNTER_COLUMNS, definition, both, result, _counter_rows)


_Row = tuple[str | int, ...]
_Told = TypeVar("_Told")
"""What is told of one station."""


def _table(
    columns: tuple[str, ...],
    definition: Definition,
    told: Mapping[str, _Told],
    result: Result,
    rows: Callable[[Definition, _Told], Iterator[_Row]],
) -> bytes:
    counted = {station.station for station in result.stations if station.status == "counted"}
    return _as_csv(
        columns,
        (
            (station.id, _plain(station.name), station.district, *row)
            for station in definition.stations
            if station.id in counted
            for row in rows(definition, told[station.id])
        ),
    )


def _as_csv(columns: tuple[str, ...], rows: Iterable[_Row]) -> bytes:
    """UTF-8 with a byte order mark so that spreadsheets read it right. A name that a spreadsheet would run as a formula
    is led by an apostrophe (`_plain`).
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _counter_rows(_definition: Definition, counted: tuple[TallySheet | None, ManualTally | None]) -> Iterator[_Row]:
    sheet, paper = counted
    for counter, figures in sheet.reconciliation.figures() if sheet is not None else ():
        for reason, count in figures.items():
            yield counter.machine, counter.name, _plain(reason), count
    if paper is not None:
        yield "paper", "signed_in", "", paper.signed_in
        yield "paper", "handed_out", "", paper.handed_out
        yield "paper", "spoiled", "", paper.spoiled


def _vote_rows(definition: Definition, counted: Tally) -> Iterator[_Row]:
    for tally in counted.contests:
        contest = definition.contest(tally.contest)
        options = {option.id: option for option in contest.options}
        for what, count in tally.figures(contest):
            option = options.get(list_of(what))
            name = option_words(definition, contest, what, definition.languages[0]) if option else ""
            yield contest.id, what, _plain(name), option.party if option else "", count


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
