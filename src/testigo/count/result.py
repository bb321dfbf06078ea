"""What a result says: the election, its contests, districts and stations, and who sits where."""

from typing import Any, Literal

import msgspec

from testigo.ballot import ContestTally, Difference
from testigo.canonical import SignedValue, why_refused
from testigo.count.anomalies import Anomaly
from testigo.count.totals import Turnout
from testigo.election import (
    Allocation,
    BodySeats,
    OptionState,
    Outcome,
    Tie,
    VoteTotals,
)
from testigo.errors import InvalidInput

Status = Literal["counted", "missing", "set-aside", "annulled", "waiting"]


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
