"""Statements of stations as earlier releases wrote them.

Tally sheets and zero reports of version 1 (release 0.1): their reconciliation was flat and left out two counters.
Logic-and-accuracy reports of version 1 (to release 0.2): one deck, counted as a whole.
"""

from typing import Any, Final, TypeVar

import msgspec

from testigo.ballot.counters import BoothCounters, CheckInCounters, MachineCounters
from testigo.ballot.reports import ZeroReport
from testigo.ballot.tally import Reconciliation, Tally, TallySheet
from testigo.canonical import SignedValue

_LEFT_OUT: Final[dict[str, Any]] = {"cards_handed": 0, "voided": {}}
"""Counters that the machines signed and no sheet of version 1 carried, with what stands in their fields here."""

_Counters = TypeVar("_Counters", bound=MachineCounters)


class FlatReconciliation(SignedValue, frozen=True):
    """Counters of both machines in one."""

    registered: int
    matched: int
    released: int
    refused: dict[str, int]
    released_reasons: dict[str, int]
    release_cap: int
    cards_made: int
    cards_used: int
    printed: int
    spoiled: int
    spoiled_reasons: dict[str, int]
    deposited: int
    recorded: int
    reasons: dict[str, str]


class _Carried(Reconciliation, frozen=True):
    """What a sheet of version 1 carried."""

    NOT_CARRIED = frozenset(_LEFT_OUT)


class FlatTallySheet(SignedValue, frozen=True):
    """The body of a `tally-sheet` of version 1."""

    station: str
    opened: str
    closed: str
    tally: Tally
    reconciliation: FlatReconciliation
    event_logs: dict[str, str]


class FlatZeroReport(SignedValue, frozen=True):
    """The body of a `zero-report` of version 1."""

    tally: Tally
    reconciliation: FlatReconciliation


class FirstLogicAndAccuracy(SignedValue, frozen=True):
    """The body of a `logic-and-accuracy` of version 1: said once, of the last run.

    `deck`: SHA-256 of the canonical list of test ballots. `expected`: computed without the booth's code. `counted`:
    what the booth counted. `failed_before`: how many earlier runs did not come out; each is in the chair's event log.
    """

    deck: str
    ballots: int
    expected: Tally
    counted: Tally
    ok: bool
    failed_before: int


def logic_and_accuracy(body: dict[str, Any]) -> FirstLogicAndAccuracy:
    """The body of a `logic-and-accuracy` of version 1; raises `msgspec.ValidationError`."""
    return msgspec.convert(body, FirstLogicAndAccuracy, strict=True)


def tally_sheet(body: dict[str, Any]) -> TallySheet:
    """The body of a `tally-sheet` of version 1; raises `msgspec.ValidationError`."""
    old = msgspec.convert(body, FlatTallySheet, strict=True)
    counters = _reconciliation(old.reconciliation)
    return TallySheet(old.station, old.opened, old.closed, old.tally, counters, old.event_logs)


def zero_report(body: dict[str, Any]) -> ZeroReport:
    """The body of a `zero-report` of version 1; raises `msgspec.ValidationError`."""
    old = msgspec.convert(body, FlatZeroReport, strict=True)
    return ZeroReport(old.tally, _reconciliation(old.reconciliation))


def _reconciliation(old: FlatReconciliation) -> Reconciliation:
    values = msgspec.structs.asdict(old) | _LEFT_OUT
    return _Carried(_counters(CheckInCounters, values), _counters(BoothCounters, values), old.reasons)


def _counters(kind: type[_Counters], values: dict[str, Any]) -> _Counters:
    return msgspec.convert({one.name: values[one.name] for one in kind.declared() if one.name in values}, kind)
