"""Every type of statement and the struct of its body: what a record may hold, and nothing else."""

from typing import Final, TypeVar

import msgspec

from testigo.ballot import BoothReport, CheckInReport, EventLogs, LogicAndAccuracy, TallySheet, ZeroReport
from testigo.count.result import Result
from testigo.count.statements import AuditSample, AuditSeed, ClosingCount, PublicDraw
from testigo.election import Definition, MachineKeys
from testigo.errors import InvalidInput
from testigo.record import Statement

Body = TypeVar("Body", bound=msgspec.Struct)

BODIES: Final[dict[str, type[msgspec.Struct]]] = {
    "election-definition": Definition,
    "machine-keys": MachineKeys,
    "logic-and-accuracy": LogicAndAccuracy,
    "zero-report": ZeroReport,
    "booth-report": BoothReport,
    "check-in-report": CheckInReport,
    "tally-sheet": TallySheet,
    "event-log": EventLogs,
    "audit-seed": AuditSeed,
    "audit-sample": AuditSample,
    "closing-count": ClosingCount,
    "public-draw": PublicDraw,
    "result": Result,
}
"""Statement type → its body. A type of `STATEMENT_SIGNERS` that is not here could never be taken in."""

ONCE: Final = frozenset(BODIES) - {"machine-keys", "result"}
"""Statement types that are said once of each subject: whoever may say it again may say it until it suits."""


def body_of(statement: Statement, kind: type[Body], place: str = "") -> Body:
    """A statement's body as its struct; raises `InvalidInput`."""
    try:
        return msgspec.convert(statement.body, kind, strict=True)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidInput(f"not the body of a {statement.type} ({error})", place=place) from None
