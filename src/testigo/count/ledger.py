"""What a record says so far, read statement by statement in log order, each checked before it is believed.

`check` says whether a statement may follow; it changes nothing. `add` takes it in. The centre asks it before anything
is appended, and rebuilds it from the record's files whenever it starts, so that there is no second store to disagree
with.
"""

import copy
from pathlib import Path
from typing import TypeVar

import msgspec

from testigo import canonical
from testigo.ballot import TallySheet
from testigo.count.result import Result, sheet_mistakes
from testigo.count.statements import ClosingCount, PublicDraw
from testigo.election import STATEMENT_SIGNERS, STATION_ROLES, Definition, KeyRing, MachineKeys
from testigo.errors import IllegalStep, InvalidInput, TestigoError
from testigo.keys import PublicKey, envelope_key_id
from testigo.record import PublishedRecord, SignedStatement, Statement, open_statement, peek, read_record

Body = TypeVar("Body", bound=msgspec.Struct)

LEAST_DRAW_DIGITS = 20

ONCE = frozenset(
    (
        *("logic-and-accuracy", "zero-report", "tally-sheet", "event-log", "closing-count"),
        *("audit-seed", "public-draw"),
    )
)
"""Statement types that are said once of each subject: whoever may say it again may say it until it suits."""


class Conflict(TestigoError):
    """Validly signed, but it contradicts what the record already holds; both are evidence."""


class Entry(msgspec.Struct, frozen=True):
    """One statement of the record. `sha256`: of its envelope."""

    index: int
    type: str
    subject: str
    issued: str
    sha256: str


class Ledger:
    """The statements of one election. `sheets`, `closing_counts`: by station. `draw`: digits of the public draw, or
    None.
    """

    def __init__(self, root: PublicKey) -> None:
        self.key_ring = KeyRing(root)
        self.entries: list[Entry] = []
        self.sheets: dict[str, TallySheet] = {}
        self.sheet_entries: dict[str, Entry] = {}
        self.closing_counts: dict[str, ClosingCount] = {}
        self.draw: str | None = None
        self.result: Result | None = None
        self._definition: Definition | None = None
        self._digest = ""
        self._stations: frozenset[str] = frozenset()
        self._known: dict[str, int] = {}
        self._said: set[tuple[str, str]] = set()

    @property
    def definition(self) -> Definition:
        """The election's definition; raises `IllegalStep` before its statement is in."""
        if self._definition is None:
            raise IllegalStep("the record holds no election definition yet", mend="append the definition first")
        return self._definition

    @property
    def election(self) -> str:
        """The digest of the definition, by which statements name their election; "" before it is in."""
        return self._digest

    def holds(self, envelope: bytes) -> bool:
        """Whether this very envelope is already in."""
        return canonical.digest(envelope) in self._known

    def fork(self) -> "Ledger":
        """A copy that can take statements in without this one knowing: for "all of them or none"."""
        other = copy.copy(self)
        other.entries = list(self.entries)
        other.sheets = dict(self.sheets)
        other.sheet_entries = dict(self.sheet_entries)
        other.closing_counts = dict(self.closing_counts)
        other._known = dict(self._known)
        other._said = set(self._said)
        return other

    def check(self, envelope: bytes, *, place: str = "") -> SignedStatement:
        """The statement, if it is signed by who may sign it and may follow what is already in.

        Raises `InvalidInput` (wrong shape, another election, unknown station), `InvalidSignature`, or `Conflict`.
        """
        claimed = peek(envelope, place=place)
        self._check_subject(claimed, place)
        key = self.key_ring.key_for(claimed.type, envelope_key_id(envelope, place=place), claimed.subject)
        signed = open_statement(envelope, key, place=place)
        self._check_body(signed.statement, place)
        self._check_once(signed.statement, place)
        return signed

    def add(self, envelope: bytes, *, place: str = "") -> SignedStatement:
        """Check a statement and take it in; one that is already in is checked and changes nothing."""
        if self.holds(envelope):
            return self._reopen(envelope, place)
        signed = self.check(envelope, place=place)
        statement = signed.statement
        index, digest = len(self.entries), canonical.digest(envelope)
        entry = Entry(index, statement.type, statement.subject, statement.issued, digest)
        self.entries.append(entry)
        self._known[digest] = index
        self._said.add((statement.type, statement.subject))
        self._take(statement, entry, place)
        return signed

    def _reopen(self, envelope: bytes, place: str) -> SignedStatement:
        claimed = peek(envelope, place=place)
        key = self.key_ring.key_for(claimed.type, envelope_key_id(envelope, place=place), claimed.subject)
        return open_statement(envelope, key, place=place)

    def _check_subject(self, claimed: Statement, place: str) -> None:
        if claimed.type == "election-definition":
            if self._definition is not None:
                raise Conflict("the record already holds an election definition", place=place)
            return
        if self._definition is None:
            raise IllegalStep("the record holds no election definition yet", place=place, mend="append it first")
        if claimed.election != self._digest:
            raise InvalidInput(
                f"this {claimed.type} is of another election ({claimed.election[:16]}…, not {self.election[:16]}…)",
                place=place,
                mend="send it to the centre of its own election",
            )
        of_station = STATEMENT_SIGNERS.get(claimed.type) in STATION_ROLES or claimed.type == "closing-count"
        if of_station and claimed.subject not in self._stations:
            raise InvalidInput(
                f"a {claimed.type} of station {claimed.subject!r}, which the election does not have", place=place
            )

    def _check_body(self, statement: Statement, place: str) -> None:
        match statement.type:
            case "election-definition":
                _check_definition(statement, place)
            case "machine-keys":
                self._check_keys(body_of(statement, MachineKeys, place), place)
            case "tally-sheet":
                self._check_sheet(statement, body_of(statement, TallySheet, place), place)
            case "public-draw":
                self._check_draw(body_of(statement, PublicDraw, place), place)
            case "closing-count":
                if body_of(statement, ClosingCount, place).station != statement.subject:
                    raise InvalidInput("the closing count names another station than its statement", place=place)
            case "result":
                Result.from_payload(statement.body, place=place)

    def _check_once(self, statement: Statement, place: str) -> None:
        if statement.type in ONCE and (statement.type, statement.subject) in self._said:
            whose = f" of station {statement.subject}" if statement.subject else ""
            raise Conflict(
                f"a second {statement.type}{whose}", place=place, mend="the first is in the record and stands"
            )

    def _check_keys(self, keys: MachineKeys, place: str) -> None:
        holders = {(key.role, key.station) for key in self.key_ring.keys}
        for key in keys.keys:
            whose = f"{key.role} of station {key.station}" if key.station else key.role
            if (key.role in STATION_ROLES) != (key.station in self._stations) or key.role == "root":
                raise InvalidInput(f"no key can be admitted for {whose!r}", place=place, mend="name role and station")
            if (key.role, key.station) in holders:
                raise Conflict(f"the {whose} already has a key", place=place, mend="admit each machine once")
            holders.add((key.role, key.station))
        self.key_ring.admit(keys)

    def _check_sheet(self, statement: Statement, sheet: TallySheet, place: str) -> None:
        if sheet.station != statement.subject:
            raise InvalidInput(
                f"the tally sheet of {sheet.station!r} is sent as that of {statement.subject!r}", place=place
            )
        earlier = self.sheets.get(sheet.station)
        if earlier is not None:
            what = "the same tally sheet, signed at another time" if earlier == sheet else "another tally sheet"
            raise Conflict(
                f"station {sheet.station} has already sent {what}",
                place=place,
                mend="compare both with the printed one; the first is in the record, the second is kept aside",
            )
        mistakes = sheet_mistakes(self.definition, sheet)
        if mistakes:
            raise InvalidInput(
                f"the tally sheet of station {sheet.station} cannot be: {mistakes[0]}",
                place=place,
                mend="compare it with the printed one",
            )

    def _check_draw(self, draw: PublicDraw, place: str) -> None:
        if len(draw.digits) < LEAST_DRAW_DIGITS or set(draw.digits) - set("123456"):
            raise InvalidInput(f"a public draw is at least {LEAST_DRAW_DIGITS} dice, digits 1 to 6", place=place)

    def _take(self, statement: Statement, entry: Entry, place: str) -> None:
        match statement.type:
            case "election-definition":
                self._definition = _check_definition(statement, place)
                self._digest = statement.election
                self._stations = frozenset(station.id for station in self._definition.stations)
            case "machine-keys":
                self.key_ring = self.key_ring.admit(body_of(statement, MachineKeys, place))
            case "tally-sheet":
                self.sheets[statement.subject] = body_of(statement, TallySheet, place)
                self.sheet_entries[statement.subject] = entry
            case "public-draw":
                self.draw = body_of(statement, PublicDraw, place).digits
            case "closing-count":
                self.closing_counts[statement.subject] = body_of(statement, ClosingCount, place)
            case "result":
                self.result = Result.from_payload(statement.body, place=place)


def read_ledger(public: Path | str | PublishedRecord, root: PublicKey | None = None) -> Ledger:
    """The ledger of a published record (folder, address, or as it was read), which must be whole.

    `root`: the election's root key as published elsewhere; without it, the record's own `root.pub`. Raises
    `InvalidInput` with the first thing found wrong: `testigo verify` lists them all.
    """
    record = public if isinstance(public, PublishedRecord) else read_record(public)
    root = root or record.root_key
    wrong = [finding for finding in record.findings if not finding.ok]
    if wrong or root is None:
        raise InvalidInput(
            f"the public record does not hold ({wrong[0].detail})",
            place=f"{record.name}/{wrong[0].place}",
            mend="run `testigo verify` on it, and restore it from a copy that holds",
        )
    ledger = Ledger(root)
    for path, envelope in record.envelopes:
        ledger.add(envelope, place=path)
    return ledger


def body_of(statement: Statement, kind: type[Body], place: str = "") -> Body:
    """A statement's body as its struct; raises `InvalidInput`."""
    try:
        return msgspec.convert(statement.body, kind, strict=True)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidInput(f"not the body of a {statement.type} ({error})", place=place) from None


def _check_definition(statement: Statement, place: str) -> Definition:
    definition = Definition.from_payload(statement.body, place=place)
    if definition.digest != statement.election:
        raise InvalidInput("the definition is not the one whose digest its statement names", place=place)
    return definition
