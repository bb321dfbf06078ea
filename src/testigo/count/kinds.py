"""The kinds of statements that a record may hold: one table, and the reading of their bodies.

A new kind is a line of the table, the struct of its body, and its check in `witness`; a rule about what it may follow,
where it has one, stands in `record_rules`. A body whose shape changes gets the next `VERSION`, and its kind a reader
for each version before (docs/adr/2026-11-28-statements-have-versions.md).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar

import msgspec

from testigo.ballot import (
    BoothReport,
    BoothSheet,
    CheckInReport,
    EventLogs,
    Incident,
    LogicAndAccuracy,
    ManualTally,
    TallySheet,
    ZeroReport,
    version_1,
)
from testigo.ballot.release_allowance import ReleaseAllowance
from testigo.canonical import SignedValue, why_refused
from testigo.count.authority import Annulment, Correction, ManualTallyAccepted
from testigo.count.result import Result
from testigo.count.statements import AuditSample, AuditSeed, ClosingCount, PublicDraw
from testigo.election import DefinitionCore, FirstDefinition, MachineKeys, OptionStatus, Role, StationList
from testigo.errors import InvalidInput, TestigoError
from testigo.record import Statement
from testigo.words import Message, message

Subject = Literal["election", "station", "any"]

Body = TypeVar("Body", bound=SignedValue)

SHOWN = 80
"""Characters that an error quotes of what an envelope says."""


class NewerVersion(TestigoError):
    """A statement that a later release of this program made: it may be right, and cannot be read here."""


@dataclass(frozen=True)
class Kind:
    """One kind of statement.

    `signer`: the role whose key signs it. `subject`: whether it is about the whole election or one station. `once`:
    whether it is said once of each subject; what could be said again could be re-signed until the value is favourable.
    `numbered`: the field of the body that has the number of the machine that it is about, where a station may have
    several: then it is said once of each.
    `also`: one more role whose key may sign it.
    `since`: the release that introduced it. `older`: a reader for each version before `body.VERSION` whose shape `body`
    itself does not read.
    """

    name: str
    body: type[SignedValue]
    signer: Role
    subject: Subject = "station"
    once: bool = True
    since: str = "0.1"
    numbered: str = ""
    also: Role | None = None
    older: Mapping[int, Callable[[dict[str, Any]], SignedValue]] = field(default_factory=dict)

    @property
    def label(self) -> Message:
        """What people call it."""
        return message("term", f"statement.{self.name}")

    def number_of(self, statement: Statement) -> int:
        """The number of the machine that a statement is about, before its body is checked; 1 where it names none."""
        number = statement.body.get(self.numbered, 1) if self.numbered else 1
        return number if isinstance(number, int) else 1

    def read(self, statement: Statement, place: str = "") -> SignedValue:
        """The statement's body; raises `InvalidInput`, or `NewerVersion` for a version after the newest known."""
        if statement.version > self.body.VERSION:
            raise NewerVersion(
                "statement.newer-version",
                place=place,
                hint="use-a-newer-release",
                kind=self.label,
                version=str(statement.version),
                newest=str(self.body.VERSION),
            )
        older = self.older.get(statement.version)
        try:
            return older(statement.body) if older else msgspec.convert(statement.body, self.body, strict=True)
        except (msgspec.ValidationError, RecursionError) as error:
            raise InvalidInput(
                "statement.body-malformed", place=place, kind=self.label, why=why_refused(error)
            ) from None


_TABLE: Final = (
    Kind(
        "election-definition",
        DefinitionCore,
        "root",
        "election",
        older={1: FirstDefinition.from_payload},
    ),
    Kind("station-list", StationList, "root", "election", once=False, since="0.2"),
    Kind("machine-keys", MachineKeys, "root", "any", once=False),
    Kind("option-status", OptionStatus, "root", "election", once=False, since="0.2"),
    Kind(
        "logic-and-accuracy",
        LogicAndAccuracy,
        "chair",
        once=False,
        older={1: version_1.logic_and_accuracy},
    ),
    Kind(
        "zero-report",
        ZeroReport,
        "chair",
        older={1: version_1.zero_report},
    ),
    Kind("release-allowance", ReleaseAllowance, "centre", "any", once=False, since="0.2"),
    Kind("booth-report", BoothReport, "booth", numbered="number"),
    Kind("check-in-report", CheckInReport, "check-in", numbered="number"),
    Kind("booth-sheet", BoothSheet, "chair", since="0.2", numbered="number"),
    Kind(
        "tally-sheet",
        TallySheet,
        "chair",
        older={1: version_1.tally_sheet},
    ),
    Kind("event-log", EventLogs, "chair"),
    Kind("incident", Incident, "chair", once=False, since="0.2", also="centre"),
    Kind("manual-tally", ManualTally, "chair", once=False, since="0.2"),
    Kind("manual-tally-accepted", ManualTallyAccepted, "centre", once=False, since="0.2"),
    Kind("correction", Correction, "root", once=False, since="0.2"),
    Kind("annulment", Annulment, "root", once=False, since="0.2"),
    Kind("audit-seed", AuditSeed, "auditor", "election"),
    Kind("audit-sample", AuditSample, "auditor", "election"),
    Kind("closing-count", ClosingCount, "auditor", once=False, numbered="booth"),
    Kind("public-draw", PublicDraw, "auditor", "election"),
    Kind("result", Result, "centre", "election", once=False),
)

KINDS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in _TABLE}
"""Every kind of statement by its name."""


def kind_of(name: str, place: str = "") -> Kind:
    """The kind of that name; raises `NewerVersion` where this release knows none."""
    kind = KINDS.get(name)
    if kind is None:
        raise NewerVersion("statement.unknown-kind", place=place, hint="use-a-newer-release", kind=name[:SHOWN])
    return kind


def kind_label(name: str) -> Message | str:
    """What people call that kind of statement; its name as it is where this release knows none."""
    return KINDS[name].label if name in KINDS else name[:SHOWN]


def body_of(statement: Statement, body: type[Body], place: str = "") -> Body:
    """A statement's body, which is expected to be of that struct; raises `InvalidInput` or `NewerVersion`."""
    read = kind_of(statement.type, place).read(statement, place)
    if not isinstance(read, body):
        raise InvalidInput("statement.another-kind", place=place, kind=kind_label(statement.type))
    return read
