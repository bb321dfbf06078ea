"""What is counted of one station: its tally sheet as corrected, and what was counted on paper beside it or instead."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from testigo.ballot import ContestCount, ManualTally, Tally, TallySheet
from testigo.count.rulings import Rulings
from testigo.count.totals import Turnout
from testigo.election import Definition, Station


@dataclass(frozen=True)
class StationCount:
    """One station's figures. `checked_in`: voters identified at the check-in, and those who signed the printed poll
    book.
    """

    tally: Tally
    registered: int
    checked_in: int
    deposited: int

    @property
    def recorded(self) -> int:
        """Ballots in the tally."""
        return sum(self.tally.ballots.values())


def station_counts(
    definition: Definition, sheets: Mapping[str, TallySheet], rulings: Rulings
) -> dict[str, StationCount]:
    """What is counted, by station, from sheets that can be counted: none of a station that is annulled, that waits for
    its sheet, or for the acceptance of its manual tally.
    """
    counts = {}
    for station in definition.stations:
        name, paper = station.id, rulings.paper_of(station.id)
        if name in rulings.annulments or rulings.waits(name):
            continue
        if rulings.is_whole_on_paper(name) and paper is not None:
            counts[name] = _on_paper(station, paper[1])
        elif name in sheets:
            corrected = rulings.corrections.get(name)
            tally = corrected[1].tally if corrected else sheets[name].tally
            counts[name] = _of_sheet(definition, sheets[name], tally, paper[1] if paper else None)
    return counts


def turnout_of(stations: Iterable[Station], counts: Mapping[str, StationCount]) -> Turnout:
    """Turnout of the counted ones among some stations: voters of stations still missing do not count as abstaining."""
    counted = [counts[station.id] for station in stations if station.id in counts]
    return Turnout.of(
        registered=sum(one.registered for one in counted),
        checked_in=sum(one.checked_in for one in counted),
        deposited=sum(one.deposited for one in counted),
        recorded=sum(one.recorded for one in counted),
    )


def _on_paper(station: Station, paper: ManualTally) -> StationCount:
    return StationCount(paper.tally, station.register_size, paper.signed_in, paper.papers)


def _of_sheet(definition: Definition, sheet: TallySheet, tally: Tally, paper: ManualTally | None) -> StationCount:
    check_in, deposited = sheet.reconciliation.check_in, sheet.reconciliation.booth.deposited
    if paper is None:
        return StationCount(tally, check_in.registered, check_in.checked_in, deposited)
    both = _added(definition, tally, paper.tally)
    checked_in = check_in.checked_in + paper.signed_in
    return StationCount(both, check_in.registered, checked_in, deposited + paper.papers)


def _added(definition: Definition, tally: Tally, other: Tally) -> Tally:
    contests = []
    for first, second in zip(tally.contests, other.contests, strict=True):
        count = ContestCount(definition.contest(first.contest))
        count.add(first)
        count.add(second)
        contests.append(count.tally())
    ballots = {style: number + other.ballots[style] for style, number in tally.ballots.items()}
    return Tally(ballots, tuple(contests))
