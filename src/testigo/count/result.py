"""From tally sheets to the result: a pure function, so that anyone who has the sheets gets the same bytes.

Nothing here reads a file, a clock or a machine's settings. A sheet that cannot be (its sums do not come out) is set
aside and reported; every other sheet is counted, and what is odd about it is reported beside it, never hidden and never
corrected.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from testigo.ballot import ContestCount, ContestTally, Difference, TallySheet
from testigo.canonical import SignedValue, why_refused
from testigo.count.anomalies import Anomaly, find_anomalies
from testigo.count.rulings import NO_RULINGS, Rulings
from testigo.count.sheet_errors import sheet_errors
from testigo.count.station_count import StationCount, station_counts, turnout_of
from testigo.count.totals import Turnout, percent
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
    Tie,
    VoteTotals,
    allot,
    decide,
)
from testigo.errors import InvalidInput
from testigo.words import message

Status = Literal["counted", "missing", "set-aside", "annulled", "waiting"]

_SAYS_PROVISIONAL = 4
"""First version of a result in which nobody is elected before all stations are in."""

_SHEET = message("term", "statement.tally-sheet")


class OptionResult(SignedValue, frozen=True):
    """One option of one contest. `votes`: as marked, also where they are void. `percent`: of the contest's valid votes,
    two decimals; 0.00 where they are void. `preferences`: of the candidates of an open list, in the order of the list;
    empty for all others.
    """

    option: str
    votes: int
    percent: str
    preferences: tuple[int, ...] = ()


class ContestResult(SignedValue, frozen=True):
    """One contest, from every counted station that has it. `options`: in the definition's order.

    `valid`: votes for options that count; `void`: those for options that withdrew or died, where the definition says
    that they are void. `allocation`: how the seats went, with open ties, as `election.seats` gives it.
    `outcome`: what a referendum decided; turnout and approval are of all registers, those of stations not counted too.
    `annulled`: of its stations, those that count for nothing. `provisional`: more stations may come, so nobody is
    elected; who would be, `allocation.seats` tells. Results before version 4 never say so.
    """

    contest: str
    stations: int
    counted: int
    ballots: int
    valid: int
    blank: int
    null: int
    undervotes: int
    options: tuple[OptionResult, ...]
    allocation: Allocation
    outcome: Outcome | None = None
    void: int = 0
    annulled: int = 0
    provisional: bool = False

    @property
    def complete(self) -> bool:
        """Whether every station that has the contest is counted or annulled."""
        return self.counted + self.annulled == self.stations

    @property
    def preferences(self) -> dict[str, int]:
        """The preferences of every candidate of open lists, by name (`election.preferences`)."""
        return {
            f"{row.option}/{number}": count for row in self.options for number, count in enumerate(row.preferences, 1)
        }


class DistrictResult(SignedValue, frozen=True):
    """How one district voted: on its own contests and on those of the districts above it."""

    district: str
    stations: int
    counted: int
    turnout: Turnout
    contests: tuple[ContestTally, ...]


class StationResult(SignedValue, frozen=True):
    """One station. `sheet`: digest of the tally sheet (in version 1 that of its body), empty where there is none.
    `annulment`, `correction`, `manual_tally`: digests of what else was said of it and stands, empty where nothing was.
    `waiting`: its chair signed a manual tally that the authority has not accepted yet.
    """

    station: str
    status: Status
    sheet: str
    turnout: Turnout
    differences: tuple[Difference, ...]
    annulment: str = ""
    correction: str = ""
    manual_tally: str = ""


class Result(SignedValue, frozen=True):
    """Body of a `result` statement. `election`: digest of the definition. `draw`: dice of the public draw, or null.

    `bodies`: who sits in each, where the definition names them. Where it names none, `party_seats` are the settled
    seats of all contests by party (an option without a party stands for itself); else it is empty, since nobody sits in
    two bodies together. `states`: who withdrew or died, as the root said before this result.
    """

    VERSION = 4

    election: str
    draw: str | None
    turnout: Turnout
    contests: tuple[ContestResult, ...]
    party_seats: dict[str, int]
    districts: tuple[DistrictResult, ...]
    stations: tuple[StationResult, ...]
    anomalies: tuple[Anomaly, ...]
    bodies: tuple[BodySeats, ...] = ()
    states: tuple[OptionState, ...] = ()

    @classmethod
    def from_payload(cls, payload: object, *, place: str = "") -> "Result":
        """From plain JSON values, as the statement holds them. Raises `InvalidInput` on a wrong shape."""
        try:
            return msgspec.convert(payload, cls, strict=True)
        except (msgspec.ValidationError, RecursionError) as error:
            raise InvalidInput("result.malformed", place=place, why=why_refused(error)) from None

    def payload(self) -> dict[str, Any]:
        """Plain JSON values, the inverse of `from_payload`."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    @property
    def missing(self) -> tuple[str, ...]:
        """Stations that may still come: of which there is no tally sheet that counts, and which are not annulled."""
        return tuple(one.station for one in self.stations if one.status not in ("counted", "annulled"))

    @property
    def annulled(self) -> tuple[str, ...]:
        """Stations of which nothing is counted, as was ruled."""
        return tuple(one.station for one in self.stations if one.status == "annulled")

    @property
    def ties(self) -> tuple[tuple[str, Tie], ...]:
        """Every tie, open or drawn, with the id of the contest or body in which it is."""
        found = [(one.contest, tie) for one in self.contests for tie in one.allocation.all_ties]
        for body in self.bodies:
            if body.levelling is not None:
                found += [(body.body, tie) for tie in (*body.levelling.ties, *body.levelling.list_ties)]
        return tuple(found)

    @property
    def open_ties(self) -> tuple[str, ...]:
        """The contests and bodies in which a tie waits for the public draw, each once."""
        return tuple(dict.fromkeys(name for name, tie in self.ties if tie.open))

    @property
    def second_rounds(self) -> tuple[str, ...]:
        """The contests in which nobody is elected and a second round follows."""
        return tuple(one.contest for one in self.contests if one.allocation.second_round is not None)

    @property
    def vote_totals(self) -> dict[str, VoteTotals]:
        """What the seats of each contest follow from."""
        return {
            one.contest: VoteTotals(
                {row.option: row.votes for row in one.options},
                one.blank,
                one.ballots,
                preferences=one.preferences,
            )
            for one in self.contests
        }

    @property
    def settled_seats(self) -> int:
        """How many seats somebody has, in all contests and levelling seats."""
        levelling = sum(sum(body.levelling.seats.values()) for body in self.bodies if body.levelling is not None)
        return sum(sum(one.allocation.seats.values()) for one in self.contests) + levelling

    @property
    def with_differences(self) -> tuple[StationResult, ...]:
        """Stations whose reconciliation does not hold."""
        return tuple(station for station in self.stations if station.differences)


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
