"""Every statement of a record, read in log order: who signed it, whether they may, and whether it may follow the
others.

The rules are those of `count.RecordRules`, by which the centre takes statements in; here each refusal is a finding, and
reading goes on with the next statement. A statement that is in the log and cannot be read (its file is missing, or a
later release wrote it) is a *gap*: what needs it is neither a failure nor good, and says so.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from testigo.count import KINDS, Conflict, NeedsUnread, NewerVersion, RecordRules, body_of, kind_label
from testigo.election import (
    Definition,
    FirstDefinition,
    KeyRing,
    MachineKeys,
    check_paper,
    check_structure,
    role_label,
)
from testigo.election.diagnostic import Diagnostic
from testigo.election.places import place_words
from testigo.errors import TestigoError
from testigo.keys import PublicKey
from testigo.record import Absent, Grade, PublishedRecord, Statement, file_subject, peek
from testigo.witness.finding_log import FindingLog, at_station
from testigo.words import Message, message


@dataclass(frozen=True)
class VerifiedStatement:
    """One statement whose signature holds. `place`: its file; `index`: its place in the log; `digest`: its name."""

    place: str
    index: int
    statement: Statement
    digest: str


@dataclass(frozen=True)
class Gap:
    """A statement that is in the log and was not read. `kind`, `subject`: "" where not even these are known.

    `grade`: of what needs it, `INCOMPLETE` or `UNCHECKED`. `cause`: why.
    """

    index: int
    kind: str
    subject: str
    grade: Grade
    cause: Message


@dataclass
class RecordContents:
    """What a record says, as far as it may be believed. `statements`: by statement type, in log order."""

    rules: RecordRules
    definition: Definition | None = None
    statements: dict[str, list[VerifiedStatement]] = field(default_factory=dict)
    _first: dict[tuple[str, str, int], VerifiedStatement] = field(default_factory=dict)
    _gaps: dict[str, dict[str, list[Gap]]] = field(default_factory=dict)

    @property
    def key_ring(self) -> KeyRing:
        """The root key and all it admitted."""
        return self.rules.key_ring

    def add(self, verified: VerifiedStatement) -> None:
        """Take a statement in."""
        self.statements.setdefault(verified.statement.type, []).append(verified)
        statement = verified.statement
        number = KINDS[statement.type].number_of(statement)
        self._first.setdefault((statement.type, statement.subject, number), verified)

    def leave_out(self, gap: Gap) -> None:
        """Note a gap, in log order. Of gaps that may be anything, the first of each grade says all."""
        known = self._gaps.setdefault(gap.kind, {}).setdefault(gap.subject, [])
        if gap.kind or all(gap.grade is not other.grade for other in known):
            known.append(gap)
        self.rules.skip(gap.kind, gap.subject)

    def of_station(self, kind: str, station: str, number: int = 1) -> VerifiedStatement | None:
        """A station's first statement of that kind; of kinds that each machine says, of the machine of that number."""
        return self._first.get((kind, station, number))

    def gaps_of(self, *kinds: str, subject: str | None = None, before: int | None = None) -> list[Gap]:
        """Every gap that is one of these kinds, or may be; of that subject, and before that index, where given."""
        found: list[Gap] = []
        for kind in (*kinds, ""):
            by_subject = self._gaps.get(kind, {})
            wanted = by_subject if subject is None or not kind else (subject,)
            found += [gap for about in wanted for gap in by_subject.get(about, ())]
        return [gap for gap in found if before is None or gap.index < before]

    def without(self, kind: str, subject: str = "") -> tuple[Grade, Message | None]:
        """The grade of a check for which such a statement is missing, and why, where that is known."""
        return grade_without(self.gaps_of(kind, subject=subject))


def grade_without(gaps: Iterable[Gap]) -> tuple[Grade, Message | None]:
    """The grade of a check that needs what is in these gaps, and the cause; where there are none, it has not come."""
    found = list(gaps)
    if not found:
        return Grade.INCOMPLETE, None
    grade = Grade.worst(gap.grade for gap in found)
    return grade, next(gap.cause for gap in found if gap.grade is grade)


def read_statements(findings: FindingLog, record: PublishedRecord, root: PublicKey) -> RecordContents:
    """Read them all. The contents have no definition where the root signed none, or one with errors: then nothing
    else can be checked.
    """
    contents = RecordContents(RecordRules(root))
    _Reader(findings, contents, record).read()
    if not _check_there(findings, contents, record):
        return contents
    if _check_definition(findings, contents, contents.rules.definition):
        contents.definition = contents.rules.definition
    _check_log_key(findings, contents, record)
    return contents


_DEFINING = ("election-definition", "station-list")
"""What all other statements follow on."""

_WHY = {
    Grade.INCOMPLETE: "cause.missing",
    Grade.UNCHECKED: "cause.not-read",
    Grade.FAILURE: "cause.not-as-in-log",
}


class _Reader:
    """Reads the log's entries one by one. `unread`: how many could be neither accepted nor refused."""

    def __init__(self, findings: FindingLog, contents: RecordContents, record: PublishedRecord) -> None:
        self._findings = findings
        self._contents = contents
        self._record = record
        self._seen: set[tuple[str, str, int]] = set()
        self._stations: dict[str, list[str]] = {}
        self._refused = self._unread = self._undefined = 0

    def read(self) -> None:
        """Each entry, then one good finding if nothing was refused."""
        for index, entry in self._entries():
            if isinstance(entry, Absent):
                self._skip(index, entry)
            else:
                self._take(index, *entry)
        if self._undefined:
            grade, cause = grade_without(self._contents.gaps_of(*_DEFINING))
            detail = message("finding", "statements.without-definition", count=self._undefined)
            self._findings.write("statements", grade, detail, cause=cause)
        read = len(self._record.envelopes) - self._unread
        if not self._refused and read:
            self._findings.ok("statements", message("finding", "statements.hold", count=read))

    def _entries(self) -> Iterator[tuple[int, Absent | tuple[str, bytes]]]:
        """Every entry of the log, in its order."""
        absent = {one.index: one for one in self._record.absent}
        envelopes = iter(self._record.envelopes)
        for index in range(len(absent) + len(self._record.envelopes)):
            yield index, absent[index] if index in absent else next(envelopes)

    def _skip(self, index: int, absent: Absent) -> None:
        grade = Grade.INCOMPLETE if absent.grade is Grade.INCOMPLETE else Grade.UNCHECKED
        what = absent.path or message("term", "log-entry", index=str(index))
        cause = message("finding", _WHY[absent.grade], what=what)
        for subject in self._subjects(absent):
            self._contents.leave_out(Gap(index, absent.type, subject, grade, cause))

    def _subjects(self, absent: Absent) -> list[str]:
        """The subjects that a file may be about: its name does not hold every character."""
        if not self._stations and self._contents.rules.is_defined:
            for station in self._contents.rules.definition.stations:
                self._stations.setdefault(file_subject(station.id), []).append(station.id)
        return self._stations.get(absent.subject, [absent.subject])

    def _take(self, index: int, place: str, envelope: bytes) -> None:
        rules, before = self._contents.rules, self._contents.key_ring
        try:
            if rules.contains(envelope):
                raise Conflict("statement.already-in-record", place=place)
            signed = rules.add(envelope, place=place, index=index)
        except NewerVersion as error:
            self._take_newer(index, place, envelope, error)
        except NeedsUnread as error:
            self._pass_over(index, place, envelope, error)
        except TestigoError as error:
            self._refuse(place, error)
        else:
            statement = signed.statement
            self._seen.add((statement.type, statement.subject, KINDS[statement.type].number_of(statement)))
            self._contents.add(VerifiedStatement(place, index, statement, signed.digest))
            if statement.type == "machine-keys":
                _report_replaced(self._findings, before, body_of(statement, MachineKeys, place), place, index)

    def _refuse(self, place: str, error: TestigoError) -> None:
        self._refused += 1
        self._findings.refuse("statements", Grade.FAILURE, error, place)

    def _take_newer(self, index: int, place: str, envelope: bytes, error: NewerVersion) -> None:
        """Signed by an admitted key, and made by a later release; said a second time, it conflicts in any version."""
        claimed = peek(envelope)
        kind = KINDS.get(claimed.type)
        about = (claimed.type, claimed.subject)
        seen = (*about, kind.number_of(claimed) if kind is not None else 1)
        if seen in self._seen and kind is not None and kind.once:
            self._refuse(
                place, Conflict("statement.second-of-newer-version", place=place, kind=kind_label(claimed.type))
            )
            return
        self._unread += 1
        self._seen.add(seen)
        self._findings.refuse("newer-version", Grade.UNCHECKED, error, place)
        cause = message("finding", "cause.newer-release", what=place)
        self._contents.leave_out(Gap(index, *about, Grade.UNCHECKED, cause))

    def _pass_over(self, index: int, place: str, envelope: bytes, error: NeedsUnread) -> None:
        """It follows on a statement that was not read, so it is not read either."""
        self._unread += 1
        if error.needs[0] in _DEFINING:  # so do all others: one finding tells it
            self._undefined += 1
            return
        claimed = peek(envelope)
        grade, cause = self._contents.without(*error.needs)
        self._findings.write("statements", grade, error.message, place, cause=cause)
        unchecked = message("finding", "cause.not-checked", what=place)
        self._contents.leave_out(Gap(index, claimed.type, claimed.subject, grade, unchecked))


def _check_there(findings: FindingLog, contents: RecordContents, record: PublishedRecord) -> bool:
    """Whether the root signed a definition with all the stations that it names."""
    if contents.rules.is_defined:
        return True
    grade, cause = grade_without(contents.gaps_of(*_DEFINING))
    if cause is None and record.envelopes:
        grade = Grade.FAILURE
    signed = contents.statements.get("election-definition", [])
    detail = message("finding", "definition.stations-not-signed" if signed else "definition.not-signed")
    findings.write("definition", grade, detail, signed[0].place if signed else "", cause=cause)
    return False


def _check_definition(findings: FindingLog, contents: RecordContents, definition: Definition) -> bool:
    """Whether it is without errors of structure: on one that is not, nothing else can be built. What is wrong with it
    for paper and machines, by the limits of this release, is noted.
    """
    place = contents.statements["election-definition"][0].place
    errors = [error for error in check_structure(definition) if not error.warning]
    for error in errors:
        findings.fail("definition", _error(error), place)
    for error in check_paper(definition):
        if not error.warning:
            findings.write("definition", Grade.NOTE, _error(error), place)
    if not errors:
        findings.ok("definition", _about(definition), place)
    return not errors


def _error(error: Diagnostic) -> Message:
    return message("finding", "definition.error", where=place_words(error.place), problem=error.error.message)


def _about(definition: Definition) -> Message:
    """Title, sizes and digests."""
    title = definition.words(definition.title, definition.languages[0])
    contests = message("term", "contest-count", count=len(definition.contests))
    stations = message("term", "station-count", count=len(definition.stations))
    if isinstance(definition, FirstDefinition):
        return message(
            "finding",
            "definition.holds-first",
            title=title,
            contests=contests,
            stations=stations,
            digest=definition.digest,
        )
    return message(
        "finding",
        "definition.holds",
        title=title,
        contests=contests,
        stations=stations,
        root=definition.core().stations.root,
        digest=definition.digest,
    )


def _check_log_key(findings: FindingLog, contents: RecordContents, record: PublishedRecord) -> None:
    """Whether the key in `log.pub`, which signs the checkpoint, is the newest that the root admitted for the log."""
    ring, gaps = contents.key_ring, contents.gaps_of("machine-keys")
    newest = ring.of_station("", "log").public if ring.contains("", "log") else None
    replaced = {one.key.key: one.entry for one in ring.replaced if one.key.role == "log"}
    if record.log_key is None:
        missing = any(one.code == "missing-file" and one.place == "log.pub" for one in record.findings)
        grade = Grade.INCOMPLETE if missing else Grade.UNCHECKED
        findings.write("log-key", grade, message("finding", "log-key.not-read"), "log.pub")
    elif record.log_key == newest:
        findings.ok("log-key", message("finding", "log-key.admitted"))
    elif record.log_key.hex in replaced:
        index = str(replaced[record.log_key.hex])
        findings.fail("log-key", message("finding", "log-key.replaced", index=index), "log.pub")
    elif gaps or newest is None:
        grade, cause = grade_without(gaps)
        findings.write("log-key", grade, message("finding", "log-key.no-statement"), "log.pub", cause=cause)
    else:
        findings.fail("log-key", message("finding", "log-key.never-admitted"), "log.pub")


def _report_replaced(findings: FindingLog, before: KeyRing, keys: MachineKeys, place: str, index: int) -> None:
    """Keys of the authority that others took the place of, and machines that lost their key before their station said
    anything: allowed, and shown with both keys' ids.
    """
    for new in keys.keys:
        if before.contains(new.station, new.role):
            own = f"{new.public.key_id[:16]}…"
            old = f"{before.of_station(new.station, new.role).public.key_id[:16]}…"
            role = role_label(new.role)
            if new.station:
                replaced = message("finding", "keys-replaced.machine", role=role, new=own, old=old)
                detail = at_station(new.station, replaced)
            else:
                detail = message("finding", "keys-replaced.authority", role=role, index=str(index), new=own, old=old)
            findings.write("keys-replaced", Grade.NOTE, detail, place)
