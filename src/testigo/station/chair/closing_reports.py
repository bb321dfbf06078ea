"""What the machines of a station said at closing, and what the station says of it: reconciliation and booth sheets.

Booths and desks sign what they counted as public statements (`booth-report`, `check-in-report`), which travel beside
the tally sheet: a chair that wrote another total on it would be contradicted by them.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

import msgspec

from testigo.ballot import (
    BoothCounters,
    BoothReport,
    BoothSheet,
    CheckInCounters,
    CheckInReport,
    Difference,
    Reconciliation,
    Tally,
    differences_in,
    summed_tally,
    tally_ballots,
    tally_errors,
)
from testigo.ballot.reasons import BOOTH_LOST, CHECK_IN_LOST, voided_sessions
from testigo.canonical import why_refused
from testigo.election import StationMachine
from testigo.errors import InvalidInput, InvalidSignature
from testigo.record import open_statement
from testigo.station.machine.folder import MachineFolder
from testigo.words import message

CHECKED_IN = "checked_in=cards_used"
_VOIDED = "cards_used=printed-spoiled"


class BoothDifference(Difference, frozen=True):
    """A step that does not hold at one booth of several. `booth`: its name."""

    booth: str = ""


def step_of(difference: Difference) -> str:
    """What a step is called where its reason is given: `deposited=recorded`, at one booth of several
    `booth-2:deposited=recorded`."""
    step = f"{difference.left}={difference.right}"
    return f"{difference.booth}:{step}" if isinstance(difference, BoothDifference) else step


def _is_of_station(one: Difference) -> bool:
    """Whether a step is between the desks and all booths together, and not of one booth."""
    return one.left == "checked_in"


class ClosingReports(msgspec.Struct, frozen=True):
    """What booths and desks counted, of all that took part. `lost`: why one could sign nothing; its figures are then
    the last that it sent, and of a booth no vote is recorded. `several`: whether each booth has a sheet of its own."""

    booths: dict[StationMachine, BoothReport]
    desks: dict[StationMachine, CheckInReport]
    lost: dict[StationMachine, str]
    several: bool = False

    @property
    def all(self) -> dict[StationMachine, BoothReport | CheckInReport]:
        """Every machine's, booths first."""
        return {**self.booths, **self.desks}

    def tally(self, folder: MachineFolder) -> Tally:
        """What all boxes together hold."""
        tallies = [report.tally for report in self.booths.values()]
        return tallies[0] if len(tallies) == 1 else summed_tally(folder.definition, folder.station_id, tallies)

    def reconciliation(self, given: Mapping[str, str]) -> Reconciliation:
        """The station's counters, with the reasons `given` by the chair, by step, and those that follow by
        themselves. With several booths a step after the cards has the reasons of the booths."""
        desks = CheckInCounters.summed(report.counters for report in self.desks.values())
        counted = Reconciliation(desks, BoothCounters.summed(self._counters().values()), {})
        if self.several:
            steps = {step_of(one): one for one in counted.differences()}
            reasons = {
                step: given.get(step, "") if _is_of_station(one) else self._of_booths(step, given)
                for step, one in steps.items()
            }
        else:
            reasons = {**_voided(counted.booth), **given}
        lost = [f"{CHECK_IN_LOST}{why}" for machine, why in self.lost.items() if machine in self.desks]
        if lost:
            reasons[CHECKED_IN] = "; ".join(filter(None, (*lost, reasons.get(CHECKED_IN, ""))))
        return msgspec.structs.replace(counted, reasons={step: why for step, why in reasons.items() if why})

    def differences(self, given: Mapping[str, str]) -> tuple[Difference, ...]:
        """Every step that a person has to give a reason for, or has: of the station, with several booths of each."""
        station = self.reconciliation(given).differences()
        if not self.several:
            return station
        checked_in = [one for one in station if _is_of_station(one)]
        of_booths = [
            BoothDifference(one.left, one.right, one.left_count, one.right_count, one.reason, booth.name)
            for booth in self.booths
            for one in differences_in(self._counters()[booth].chain, self._reasons(booth, given))
        ]
        return (*checked_in, *of_booths)

    def booth_sheet(self, booth: StationMachine, given: Mapping[str, str]) -> BoothSheet:
        """What one booth of several counted, with the reasons for what does not come out there."""
        report, counters = self.booths[booth], self._counters()[booth]
        steps = {step_of(one) for one in differences_in(counters.chain, {})}
        reasons = {step: why for step, why in self._reasons(booth, given).items() if step in steps}
        return BoothSheet(report.station, booth.number, report.tally, counters, reasons, self.lost.get(booth, ""))

    def _counters(self) -> dict[StationMachine, BoothCounters]:
        return {booth: report.counters for booth, report in self.booths.items()}

    def _reasons(self, booth: StationMachine, given: Mapping[str, str]) -> dict[str, str]:
        counters, head = self.booths[booth].counters, f"{booth.name}:"
        own = {step.removeprefix(head): reason for step, reason in given.items() if step.startswith(head)}
        reasons = {**_voided(counters), **own}
        if booth in self.lost:
            for step in map(step_of, differences_in(counters.chain, {})):
                reasons[step] = "; ".join(filter(None, (f"{BOOTH_LOST}{self.lost[booth]}", reasons.get(step, ""))))
        return reasons

    def _of_booths(self, step: str, given: Mapping[str, str]) -> str:
        said = [self.booth_sheet(booth, given).reasons.get(step, "") for booth in self.booths]
        return "; ".join(dict.fromkeys(filter(None, said)))


def _voided(counters: BoothCounters) -> dict[str, str]:
    """A difference that voided sessions account for to the last one has its reason already."""
    steps = {step_of(one): one.left_count - one.right_count for one in differences_in(counters.chain, {})}
    voided = counters.voided
    return {_VOIDED: voided_sessions(voided)} if steps.get(_VOIDED) == sum(voided.values()) else {}


def without_votes(folder: MachineFolder, counters: BoothCounters, head: str, entries: int, number: int) -> BoothReport:
    """What is said for a booth that never answers again: what it had counted, and no vote, for nobody can open its
    box."""
    empty = tally_ballots(folder.definition, folder.station_id, ())
    counted = msgspec.structs.replace(counters, recorded=0)
    return BoothReport(folder.station_id, empty, counted, head, entries, number)


def open_reports(
    folder: MachineFolder, envelopes: Iterable[tuple[StationMachine, bytes]]
) -> tuple[dict[StationMachine, BoothReport], dict[StationMachine, CheckInReport]]:
    """What booths, and what desks signed. Raises `InvalidInput` or `InvalidSignature`."""
    booths: dict[StationMachine, BoothReport] = {}
    desks: dict[StationMachine, CheckInReport] = {}
    for machine, envelope in envelopes:
        if machine.role == "booth":
            booths[machine] = _booth_report(folder, machine, envelope)
        else:
            desks[machine] = _open_report(folder, machine, envelope, CheckInReport)
    return booths, desks


def _booth_report(folder: MachineFolder, machine: StationMachine, envelope: bytes) -> BoothReport:
    report = _open_report(folder, machine, envelope, BoothReport)
    errors = tally_errors(folder.definition, folder.station_id, report.tally)
    if errors:
        raise InvalidInput("report.impossible-tally", place=folder.place, why=errors[0])
    return report


_Body = TypeVar("_Body", BoothReport, CheckInReport)


def _open_report(folder: MachineFolder, machine: StationMachine, envelope: bytes, kind: type[_Body]) -> _Body:
    place = message("place", "closing-report", role=machine.label, station=folder.station_id)
    statement = open_statement(envelope, folder.key_of(machine), place=place).statement
    meant = (f"{machine.role}-report", folder.settings.election, folder.station_id)
    if (statement.type, statement.election, statement.subject) != meant:
        raise InvalidSignature("closing-report.of-another", place=place)
    try:
        body = msgspec.convert(statement.body, kind, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidInput("closing-report.malformed", place=place, why=why_refused(error)) from None
    if (body.station, body.number) != (folder.station_id, machine.number):
        raise InvalidSignature("closing-report.of-another", place=place)
    return body
