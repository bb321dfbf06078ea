"""From tally sheets to the result: a pure function, so that anyone who has the sheets gets the same bytes.

Nothing here reads a file, a clock or a machine's settings. A sheet that cannot be (its sums do not come out) is set
aside and reported; every other sheet is counted, and what is odd about it is reported beside it, never hidden and never
corrected.
"""

from collections.abc import Mapping

import msgspec

from testigo.ballot import ContestCount, ContestTally, TallySheet
from testigo.count.anomalies import find_anomalies
from testigo.count.result import ContestResult, DistrictResult, OptionResult, Result, StationResult, Status
from testigo.count.rulings import NO_RULINGS, Rulings
from testigo.count.sheet_errors import sheet_errors
from testigo.count.station_count import StationCount, station_counts, turnout_of
from testigo.count.totals import percent
from testigo.election import (
    GENERAL_ROLL,
    Allocation,
    BodySeats,
    Contest,
    Definition,
    Option,
    OptionState,
    Outcome,
    Station,
    VoteTotals,
    allot,
    decide,
)
from testigo.errors import InvalidInput
from testigo.words import message

_SAYS_PROVISIONAL = 4
"""First version of a result in which nobody is elected before all stations are in."""

_SHEET = message("term", "statement.tally-sheet")


def count_result(
    definition: Definition,
    sheets: Mapping[str, TallySheet],
    *,
    digests: Mapping[str, str],
    draw: str | None = None,
    states: tuple[OptionState, ...] = (),
    rulings: Rulings = NO_RULINGS,
    version: int = Result.VERSION,
) -> Result:
    """The result from the tally sheets that came, by station id; order of `sheets` does not matter.

    `digests`: of each sheet, as the result is to name it (`record.SignedStatement.digest`).

    `draw`: digits of the public draw that settles ties; without it ties stay open. `states`: who withdrew or died.
    `rulings`: which stations are annulled, corrected or counted on paper. `version`: as that version of a result says
    it. Raises `InvalidInput` for a sheet under another station's id or of no station of the election.
    """
    _check_stations(definition, sheets)
    errors = {name: sheet_errors(definition, sheet) for name, sheet in sorted(sheets.items())}
    good = station_counts(definition, {name: one for name, one in sheets.items() if not errors[name]}, rulings)
    inside = _stations_inside(definition)
    totals = _add_up(definition, good)
    tallies = {one.id: totals.get((one.district, one.id), ContestCount(one)).tally() for one in definition.contests}
    votes = {
        name: VoteTotals(tally.votes, tally.blank, tally.ballots, preferences=tally.preferences)
        for name, tally in tallies.items()
    }
    allotment = allot(definition, votes, draw=draw, states=states)
    void = {(state.contest, state.option) for state in states if state.votes == "void"}
    contests = tuple(
        _contest_result(definition, contest, tallies[contest.id], inside, good, allocation, void, rulings, version)
        for contest, allocation in zip(definition.contests, allotment.contests, strict=True)
    )
    return Result(
        election=definition.digest,
        draw=draw,
        turnout=turnout_of(definition.stations, good),
        contests=contests,
        party_seats={} if definition.bodies else _party_seats(definition, contests),
        districts=_districts(definition, totals, inside, good),
        stations=tuple(_station_result(station, sheets, good, digests, rulings) for station in definition.stations),
        anomalies=tuple(
            anomaly
            for station in definition.stations
            if station.id in sheets
            for anomaly in find_anomalies(station, sheets[station.id], errors[station.id])
        ),
        bodies=_bodies(definition, allotment.bodies, {one.contest for one in contests if one.provisional}),
        states=states,
    )


def _check_stations(definition: Definition, sheets: Mapping[str, TallySheet]) -> None:
    known = {station.id for station in definition.stations}
    for name, sheet in sheets.items():
        if sheet.station != name:
            raise InvalidInput("statement.sent-as-of-another", kind=_SHEET, station=sheet.station, subject=name)
        if name not in known:
            raise InvalidInput("statement.unknown-station", kind=_SHEET, station=name)


def _stations_inside(definition: Definition) -> dict[str, list[Station]]:
    """District id → the stations of it and of all districts below it; every district is named, parents first."""
    paths = {district.id: path for district, path in definition.all_districts()}
    inside: dict[str, list[Station]] = {district_id: [] for district_id in paths}
    for station in definition.stations:
        for district_id in paths[station.district]:
            inside[district_id].append(station)
    return inside


def _add_up(definition: Definition, good: Mapping[str, StationCount]) -> dict[tuple[str, str], ContestCount]:
    """Totals by (district, contest), for each contest in its own district and in all districts below it."""
    paths = {district.id: path for district, path in definition.all_districts()}
    contests = {contest.id: contest for contest in definition.contests}
    totals: dict[tuple[str, str], ContestCount] = {}
    for station in definition.stations:
        path = paths[station.district]
        for tally in good[station.id].tally.contests if station.id in good else ():
            contest = contests[tally.contest]
            for district in path[path.index(contest.district) :]:
                key = (district, contest.id)
                if key not in totals:
                    totals[key] = ContestCount(contest)
                totals[key].add(tally)
    return totals


def _contest_result(
    definition: Definition,
    contest: Contest,
    tally: ContestTally,
    inside: Mapping[str, list[Station]],
    good: Mapping[str, StationCount],
    allocation: Allocation,
    void: set[tuple[str, str]],
    rulings: Rulings,
    version: int,
) -> ContestResult:
    stations = [
        station
        for station in inside[contest.district]
        if contest.roll == GENERAL_ROLL or station.roll_sizes.get(contest.roll, 0) > 0
    ]
    counting = {option: 0 if (contest.id, option) in void else votes for option, votes in tally.votes.items()}
    valid = sum(counting.values())
    counted, annulled = (sum(station.id in some for station in stations) for some in (good, rulings.annulments))
    provisional = version >= _SAYS_PROVISIONAL and counted + annulled < len(stations)
    return ContestResult(
        contest=contest.id,
        stations=len(stations),
        counted=counted,
        ballots=tally.ballots,
        valid=valid,
        blank=tally.blank,
        null=tally.null,
        undervotes=tally.undervotes,
        options=tuple(_option_result(option, tally, counting[option.id], valid) for option in contest.options),
        allocation=msgspec.structs.replace(allocation, elected=(), vacant=()) if provisional else allocation,
        outcome=_outcome(definition, contest, tally),
        void=sum(tally.votes.values()) - valid,
        annulled=annulled,
        provisional=provisional,
    )


def _option_result(option: Option, tally: ContestTally, counting: int, valid: int) -> OptionResult:
    preferences = tuple(tally.preferences[name] for name in option.preferences if name in tally.preferences)
    return OptionResult(option.id, tally.votes[option.id], percent(counting, valid), preferences)


def _outcome(definition: Definition, contest: Contest, tally: ContestTally) -> Outcome | None:
    if contest.referendum is None:
        return None
    totals = VoteTotals(tally.votes, tally.blank, tally.ballots)
    return decide(contest.referendum, totals, definition.registered(contest))


def _bodies(definition: Definition, bodies: tuple[BodySeats, ...], provisional: set[str]) -> tuple[BodySeats, ...]:
    """Nobody has a levelling seat while a contest of the body is provisional."""
    waiting = {contest.body for contest in definition.contests if contest.id in provisional}
    return tuple(
        msgspec.structs.replace(body, levelling=msgspec.structs.replace(body.levelling, elected=()))
        if body.body in waiting and body.levelling is not None
        else body
        for body in bodies
    )


def _party_seats(definition: Definition, contests: tuple[ContestResult, ...]) -> dict[str, int]:
    seats: dict[str, int] = {}
    for contest, result in zip(definition.contests, contests, strict=True):
        for option in contest.options:
            won = result.allocation.seats[option.id]
            if won:
                holder = option.party or option.id
                seats[holder] = seats.get(holder, 0) + won
    return seats


def _districts(
    definition: Definition,
    totals: Mapping[tuple[str, str], ContestCount],
    inside: Mapping[str, list[Station]],
    good: Mapping[str, StationCount],
) -> tuple[DistrictResult, ...]:
    return tuple(
        DistrictResult(
            district=district_id,
            stations=len(stations),
            counted=sum(station.id in good for station in stations),
            turnout=turnout_of(stations, good),
            contests=tuple(
                totals[district_id, contest.id].tally()
                for contest in definition.contests
                if (district_id, contest.id) in totals
            ),
        )
        for district_id, stations in inside.items()
    )


def _station_result(
    station: Station,
    sheets: Mapping[str, TallySheet],
    good: Mapping[str, StationCount],
    digests: Mapping[str, str],
    rulings: Rulings,
) -> StationResult:
    sheet, correction = sheets.get(station.id), rulings.corrections.get(station.id)
    return StationResult(
        station=station.id,
        status=_status(station.id, sheet is not None, good, rulings),
        sheet="" if sheet is None else digests[station.id],
        turnout=turnout_of((station,), good),
        differences=() if sheet is None else sheet.reconciliation.differences(),
        annulment=rulings.annulments.get(station.id, ""),
        correction=correction[0] if correction else "",
        manual_tally=rulings.on_paper[station.id][0] if station.id in rulings.on_paper else "",
    )


def _status(station: str, has_sheet: bool, good: Mapping[str, StationCount], rulings: Rulings) -> Status:
    if station in rulings.annulments:
        return "annulled"
    if station in good:
        return "counted"
    if rulings.waits(station):
        return "waiting"
    return "set-aside" if has_sheet else "missing"
