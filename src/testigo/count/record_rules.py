"""What a record says so far, read statement by statement in log order, each checked before it is believed.

`check` says whether a statement may follow; it changes nothing. `add` takes it in. The centre asks it before anything
is appended, and rebuilds it from the record's files whenever it starts, so that there is no second store to disagree
with.
"""

import copy
from collections.abc import Mapping

import msgspec

from testigo import canonical
from testigo.ballot import (
    BoothReport,
    BoothSheet,
    CheckInReport,
    Incident,
    LogicAndAccuracy,
    ManualTally,
    TallySheet,
    ZeroReport,
)
from testigo.ballot.incidents import check_incident
from testigo.ballot.release_allowance import ReleaseAllowance
from testigo.ballot.version_1 import FirstLogicAndAccuracy
from testigo.canonical import SignedValue
from testigo.count.authority import Annulment, Correction, ManualTallyAccepted
from testigo.count.boxes import Box, boxes_of, sum_errors
from testigo.count.conflict import Conflict
from testigo.count.count_log import CountLog
from testigo.count.definition_parts import DefinitionParts
from testigo.count.key_rules import check_key_read, check_keys
from testigo.count.kinds import KINDS, SHOWN, Kind, kind_label, kind_of
from testigo.count.numbered import Numbered
from testigo.count.result import Result, count_result
from testigo.count.rulings import Rulings
from testigo.count.rulings_check import RulingsCheck, refuse_annulled
from testigo.count.sheet_errors import sheet_errors
from testigo.count.statements import AuditSample, AuditSeed, ClosingCount, PublicDraw, check_dice
from testigo.count.unread import Unread
from testigo.election import (
    Definition,
    DefinitionCore,
    FirstDefinition,
    KeyRing,
    MachineKeys,
    OptionState,
    OptionStatus,
    StationList,
    StationMachine,
    StatusLog,
    pack_station_file,
)
from testigo.errors import IllegalStep, InvalidInput
from testigo.keys import PublicKey, envelope_key_id
from testigo.record import SignedStatement, Statement, open_statement, peek
from testigo.words import Message, first_of, message

_STATIONS_NAMED = 3
_MAKE_COMPLETE = ("tally-sheet", "annulment", "manual-tally", "manual-tally-accepted")
"""Kinds of statements without which nobody waits for a station any more."""


class RecordedStatement(msgspec.Struct, frozen=True):
    """One statement of the record. `sha256`: of its envelope."""

    index: int
    type: str
    subject: str
    issued: str
    sha256: str


class RecordRules:
    """The statements of one election. `sheets`, `zero_report_digests`: by station. `booth_sheets`: by station and
    booth. `counts`: all closing counts. `numbered`: the last numbers of tests and incidents. `rulings`: what else is
    said of stations. `seed`, `draw`: dice of the closing count and of the public draw, None before they are rolled.
    """

    def __init__(self, root: PublicKey) -> None:
        self.key_ring = KeyRing(root)
        self.entries: list[RecordedStatement] = []
        self.sheets: dict[str, TallySheet] = {}
        self.sheet_entries: dict[str, RecordedStatement] = {}
        self._sheet_digests: dict[int, dict[str, str]] = {1: {}, 2: {}}
        self.zero_report_digests: dict[str, str] = {}
        self.booth_sheets: dict[str, dict[str, BoothSheet]] = {}
        self._booth_sheet_digests: dict[tuple[str, str], str] = {}
        self.counts = CountLog()
        self.allowances: dict[str, tuple[ReleaseAllowance, ...]] = {}
        """Station → what the authority allowed its chair beyond the alarm of releases, in order."""
        self.numbered = Numbered()
        self.rulings = Rulings()
        self.incidents: dict[str, tuple[Incident, ...]] = {}
        self.statuses = StatusLog()
        self._status_entries: list[int] = []
        self.seed: str | None = None
        self.draw: str | None = None
        self.result: Result | None = None
        self.result_digest = ""
        self._parts = DefinitionParts()
        self._digest = ""
        self._stations: frozenset[str] = frozenset()
        self._known: dict[str, PublicKey] = {}
        """Digest of each envelope that is in → the key that signed it, which may be replaced by now."""
        self._stated: set[tuple[str, str, int]] = set()
        self._spoken: set[str] = set()
        self._unread = Unread()

    @property
    def definition(self) -> Definition:
        """The election's definition; raises `IllegalStep` before its statement and all its stations are in."""
        if self._parts.whole is None:
            raise self._parts.incomplete()
        return self._parts.whole

    @property
    def is_defined(self) -> bool:
        """Whether the definition and all its stations are in."""
        return self._parts.whole is not None

    @property
    def election(self) -> str:
        """The digest of the definition, by which statements name their election; "" before it is in."""
        return self._digest

    def station_file(self, station_id: str) -> bytes:
        """What the machines of a station are installed with (`election.station_file`); raises `InvalidInput` for an
        unknown station, or where the definition is of version 1.
        """
        return pack_station_file(self._parts.envelope, self.definition, station_id)

    def contains(self, envelope: bytes) -> bool:
        """Whether this very envelope is already in."""
        return canonical.digest(envelope) in self._known

    @property
    def rulings_of_sample(self) -> Rulings:
        """What stood when the boxes were drawn; what stands now, where they are not."""
        drawn = next((entry.index for entry in self.entries if entry.type == "audit-sample"), None)
        return self.rulings if drawn is None else self.rulings.before(drawn)

    @property
    def has_figures(self) -> bool:
        """Whether votes of any station are in, so that who sees them could choose by them."""
        return bool(self.sheets or self.rulings.on_paper)

    def fork(self) -> "RecordRules":
        """A copy that can take statements in without this one knowing: for "all of them or none"."""
        other = copy.copy(self)
        other.entries = list(self.entries)
        other.sheets = dict(self.sheets)
        other.sheet_entries = dict(self.sheet_entries)
        other.zero_report_digests = dict(self.zero_report_digests)
        other.booth_sheets = {station: dict(sheets) for station, sheets in self.booth_sheets.items()}
        other._booth_sheet_digests = dict(self._booth_sheet_digests)
        other.incidents = dict(self.incidents)
        other.allowances = dict(self.allowances)
        other._status_entries = list(self._status_entries)
        other._known = dict(self._known)
        other._sheet_digests = {version: dict(named) for version, named in self._sheet_digests.items()}
        other._stated = set(self._stated)
        other._spoken = set(self._spoken)
        other._unread = self._unread.copy()
        return other

    def skip(self, kind: str, subject: str) -> None:
        """Go on after a statement that the log holds here and that cannot be read: what follows on it is neither
        refused nor believed for want of it (`NeedsUnread`). A `kind` of "" may be any.

        Only for who checks a record; the centre appends nothing that it cannot read.
        """
        self._unread.add(kind, subject)
        if kind in KINDS:
            if not KINDS[kind].numbered:  # of which machine it is nobody knows
                self._stated.add((kind, subject, 1))
            if KINDS[kind].subject == "station":
                self._spoken.add(subject)

    def check(self, envelope: bytes, *, place: str = "") -> SignedStatement:
        """The statement, if it is signed by who may sign it and may follow what is already in.

        Raises `InvalidInput` (wrong shape, another election, unknown station), `InvalidSignature`, `IllegalStep`,
        `Conflict`, `NewerVersion`, or `NeedsUnread` after `skip`.
        """
        claimed = peek(envelope, place=place)
        kind = self._kind(claimed, envelope, place)
        self._check_subject(claimed, kind, place)
        signed = self._open(envelope, claimed, kind, place)
        self._check_body(signed, kind.read(signed.statement, place), place)
        self._check_once(signed.statement, kind, place)
        return signed

    def add(self, envelope: bytes, *, place: str = "", index: int | None = None) -> SignedStatement:
        """Check a statement and take it in; one that is already in is checked and changes nothing.

        `index`: its entry in the record, for a reader who had to pass over others; else the next one.
        """
        known = self._known.get(canonical.digest(envelope))
        if known is not None:
            return open_statement(envelope, known, place=place)
        signed = self.check(envelope, place=place)
        statement = signed.statement
        index, digest = len(self.entries) if index is None else index, canonical.digest(envelope)
        entry = RecordedStatement(index, statement.type, statement.subject, statement.issued, digest)
        self.entries.append(entry)
        self._known[digest] = signed.key
        self._stated.add((statement.type, statement.subject, KINDS[statement.type].number_of(statement)))
        self._take(signed, entry, place)
        return signed

    def sheet_digests(self, version: int) -> Mapping[str, str]:
        """Station → the name of its tally sheet, as a closing count, a result or a QR code of that version names it:
        in version 1 the digest of its body, from version 2 on that of the statement.
        """
        return self._sheet_digests[min(version, 2)]

    def count(self, *, draw: str | None = None, states: tuple[OptionState, ...] | None = None) -> Result:
        """The result from the tally sheets so far. `draw`, `states`: dice to settle ties with, and who is out, instead
        of the record's own.
        """
        out = self.states() if states is None else states
        digests, dice = self.sheet_digests(2), draw or self.draw
        return count_result(self.definition, self.sheets, digests=digests, draw=dice, states=out, rulings=self.rulings)

    def states(self, *, before: int | None = None) -> tuple[OptionState, ...]:
        """Who withdrew or died, by the statements so far, or by those before an entry of the record."""
        known = len([entry for entry in self._status_entries if before is None or entry < before])
        return StatusLog(self.statuses.said[:known]).states(self.definition)

    def _open(self, envelope: bytes, claimed: Statement, kind: Kind, place: str) -> SignedStatement:
        key_id = envelope_key_id(envelope, place=place)
        check_key_read(key_id, self.key_ring, self._unread, claimed.subject, place)
        role = kind.signer if kind.also is None or self.key_ring.role_of(key_id) != kind.also else kind.also
        number = kind.number_of(claimed) if role in ("booth", "check-in") else 1
        key = self.key_ring.key_for(role, key_id, claimed.subject, number, what=kind.label)
        return open_statement(envelope, key, place=place)

    def _kind(self, claimed: Statement, envelope: bytes, place: str) -> Kind:
        """The kind of a statement; one that only a later release can know must at least be signed by an admitted
        key.
        """
        if claimed.type not in KINDS:
            check_key_read(envelope_key_id(envelope, place=place), self.key_ring, self._unread, claimed.subject, place)
            open_statement(envelope, self.key_ring.any_key(envelope_key_id(envelope, place=place)), place=place)
        return kind_of(claimed.type, place)

    def _check_subject(self, claimed: Statement, kind: Kind, place: str) -> None:
        if claimed.type == "election-definition":
            if self._digest:
                raise Conflict("definition.already-there", place=place, hint="keep-the-first")
            return
        if not self.is_defined and not (self._parts.core and claimed.type == "station-list"):
            self._unread.check_read("station-list" if self._parts.core else "election-definition", "", place)
            raise self._parts.incomplete(place)
        subject = claimed.subject[:SHOWN]
        if claimed.election != self._digest:
            found, expected = f"{claimed.election[:16]}…", f"{self.election[:16]}…"
            raise InvalidInput(
                "statement.another-election", place=place, kind=kind.label, found=found, expected=expected
            )
        if kind.subject == "station" and claimed.subject not in self._stations:
            raise InvalidInput("statement.unknown-station", place=place, kind=kind.label, station=subject)
        # With a subject of its own, what may be said once could be said as often as there are words.
        if kind.subject == "election" and claimed.subject:
            raise InvalidInput("statement.not-of-whole-election", place=place, kind=kind.label, subject=subject)

    def _check_body(self, signed: SignedStatement, body: SignedValue, place: str) -> None:
        statement = signed.statement
        match body:
            case DefinitionCore() | FirstDefinition():
                _check_definition(statement, body.digest, place)
            case StationList():
                if body.first > len(self._parts.stations):
                    self._unread.check_read("station-list", "", place)
                self._parts.with_piece(body, place)
            case MachineKeys():
                for key in body.keys if statement.subject else ():
                    _check_station(statement, key.station, place)
                check_keys(body, self.key_ring, self._stations, self._spoken, entry=len(self.entries), place=place)
            case OptionStatus():
                self._check_status(body, place)
            case TallySheet():
                self._check_sheet(body, statement.subject, place)
            case ReleaseAllowance():
                _check_station(statement, body.station, place)
                self._check_allowance(body, place)
            case BoothReport() | CheckInReport():
                _check_station(statement, body.station, place)
            case BoothSheet():
                _check_station(statement, body.station, place)
                if not self.key_ring.contains(body.station, "booth", body.number):
                    raise InvalidInput("booth-sheet.no-such-booth", place=place, number=str(body.number)[:SHOWN])
            case FirstLogicAndAccuracy():
                self._check_run(statement, 1, place)
            case LogicAndAccuracy():
                self._check_run(statement, body.run, place)
            case Incident():
                _check_station(statement, body.station, place)
                check_incident(body, by_officer=self._is_centre(signed), place=place)
                series = (statement.type, body.station, self._series(signed))
                self.numbered.check(series, body.number, self._unread, place)
            case Annulment() | Correction() | ManualTally() | ManualTallyAccepted():
                _check_station(statement, body.station, place)
                sheet = self._sheet_digests[2].get(body.station, "")
                RulingsCheck(self.definition, self.rulings, sheet, self._unread, place).check(body)
            case AuditSeed() | PublicDraw():
                check_dice(body.digits, place=place)
                self._check_all_counted(statement.type, place)
            case AuditSample():
                if self.seed is None:
                    self._unread.check_read("audit-seed", "", place)
                if body.seed != self.seed:
                    raise InvalidInput("audit-sample.another-seed", place=place)
            case ClosingCount():
                _check_station(statement, body.station, place)
                self._check_counted_sheet(body, statement.version, place)
                several = any(box.several for box in self.boxes() if box.station == body.station)
                self.counts.check(body, self._unread, place, several=several)

    def _check_once(self, statement: Statement, kind: Kind, place: str) -> None:
        if kind.once and (statement.type, statement.subject, kind.number_of(statement)) in self._stated:
            if not statement.subject:
                raise Conflict("statement.second", place=place, hint="keep-the-first", kind=kind.label)
            station = statement.subject
            raise Conflict(
                "statement.second-of-station", place=place, hint="keep-the-first", kind=kind.label, station=station
            )

    def _check_run(self, statement: Statement, run: int, place: str) -> None:
        """Runs of a test are numbered: none is said twice, and none is left out."""
        series = (statement.type, statement.subject, "")
        self.numbered.check(series, run, self._unread, place)

    def _is_centre(self, signed: SignedStatement) -> bool:
        return self.key_ring.role_of(signed.key.key_id) == "centre"

    def _series(self, signed: SignedStatement) -> str:
        """Who counts the incidents of a station: its chair, or the officers."""
        return "officer" if self._is_centre(signed) else "chair"

    def _check_status(self, status: OptionStatus, place: str) -> None:
        """A status that comes after a tally sheet says so, since it makes no vote void."""
        if status.number > self.statuses.next_number:
            self._unread.check_read("option-status", "", place)
        self.statuses.check(self.definition, status, place=place)
        if status.counting != self.has_figures:
            for station in sorted(self._stations) if status.counting else ():
                self._unread.check_read("tally-sheet", station, place)
            raise IllegalStep("option-status.late" if self.has_figures else "option-status.not-late", place=place)

    def _check_allowance(self, allowance: ReleaseAllowance, place: str) -> None:
        """Numbered for each station, none left out, and in the record before the station's tally sheet."""
        station = allowance.station[:SHOWN]
        if allowance.station not in self._stations:
            raise InvalidInput(
                "statement.unknown-station", place=place, kind=kind_label("release-allowance"), station=station
            )
        allowance.check()
        number = len(self.allowances.get(allowance.station, ())) + 1
        if allowance.number != number:
            self._unread.check_read("release-allowance", allowance.station, place)
            raise IllegalStep(
                "release-allowance.number", place=place, station=station, number=allowance.number, next=number
            )
        if allowance.station in self.sheets:
            raise IllegalStep("release-allowance.late", place=place, station=station)

    def _check_all_counted(self, kind: str, place: str) -> None:
        """Dice that fall before the last tally sheet is in can be known to whoever writes that sheet."""
        missing = [
            station
            for station in sorted(self._stations - self.sheets.keys())
            if not self.rulings.needs_no_sheet(station)
            and not any(self._unread.contains(kind, station) for kind in _MAKE_COMPLETE)
        ]
        if missing:
            stations = first_of(missing, _STATIONS_NAMED)
            raise IllegalStep(
                "dice.before-tally-sheets", place=place, kind=kind_label(kind), count=len(missing), stations=stations
            )

    def boxes(self) -> tuple[Box, ...]:
        """Every ballot box of the election, as far as the tally sheets are in."""
        return boxes_of(self.definition, self.sheets)

    def boxes_of_sample(self) -> tuple[Box, ...]:
        """The boxes that the closing count's are drawn from: of stations that have a tally sheet to compare with, not
        of those that were annulled, or wholly counted on paper, when the sample was drawn."""
        rulings = self.rulings_of_sample
        return tuple(box for box in self.boxes() if not rulings.needs_no_sheet(box.station))

    def box_sheet(self, box: Box) -> TallySheet | BoothSheet:
        """The sheet that a box's paper is compared with; raises `IllegalStep` before it is in."""
        if not box.several and box.station in self.sheets:
            return self.sheets[box.station]
        sheet = self.booth_sheets.get(box.station, {}).get(StationMachine("booth", box.booth).name)
        if sheet is None:
            raise IllegalStep("record.no-tally-sheet", station=box.id)
        return sheet

    def box_digest(self, box: Box, version: int) -> str:
        """How a closing count of that version names a box's sheet; "" before it is in."""
        if box.several:
            return self._booth_sheet_digests.get((box.station, StationMachine("booth", box.booth).name), "")
        return self.sheet_digests(version).get(box.station, "")

    def _check_counted_sheet(self, count: ClosingCount, version: int, place: str) -> None:
        """No paper is counted before the dice: who knows what it says could roll until another box is drawn."""
        if count.station not in self.sheets:
            self._unread.check_read("tally-sheet", count.station, place)
        boxes = [box for box in self.boxes() if (box.station, box.booth) == (count.station, count.booth)]
        if not count.sheet or [count.sheet] != [self.box_digest(box, version) for box in boxes]:
            raise InvalidInput("closing-count.another-tally-sheet", place=place, station=count.station)
        if self.seed is None:
            self._unread.check_read("audit-seed", "", place)
            raise IllegalStep("closing-count.before-dice", place=place, station=count.station)

    def _check_sheet(self, sheet: TallySheet, subject: str, place: str) -> None:
        if sheet.station != subject:
            raise _sent_as_another("tally-sheet", sheet.station, subject, place)
        refuse_annulled(self.rulings, sheet.station, self._unread, place)
        if self.rulings.is_whole_on_paper(sheet.station):
            self._unread.check_read("manual-tally", sheet.station, place)
            raise Conflict("manual-tally.beside-sheet", place=place, station=sheet.station)
        earlier = self.sheets.get(sheet.station)
        if earlier is not None:
            raise Conflict(
                "tally-sheet.signed-again" if earlier == sheet else "tally-sheet.another-sent",
                place=place,
                hint="compare-both-with-the-printed-one",
                station=sheet.station,
            )
        errors = sheet_errors(self.definition, sheet) or self._sum_errors(sheet, place)
        if errors:
            raise InvalidInput("tally-sheet.impossible", place=place, station=sheet.station, cause=errors[0])

    def _sum_errors(self, sheet: TallySheet, place: str) -> list[Message]:
        """Of a station with several booths: the sheet names each booth's, and is the sum of those it names."""
        station, machines = sheet.station, self.key_ring.machines(sheet.station)
        if machines.booth_count == 1 and not sheet.booth_sheets:
            return []
        known = {name: digest for (of, name), digest in self._booth_sheet_digests.items() if of == station}
        if not sheet.booth_sheets.items() <= known.items():
            self._unread.check_read("booth-sheet", station, place)
            return [message("finding", "booth-sheets.not-in-record")]
        parts = {name: self.booth_sheets[station][name] for name in sheet.booth_sheets}
        return sum_errors(self.definition, sheet, parts, machines)

    def _define(self, parts: DefinitionParts) -> None:
        self._parts = parts
        self._stations = frozenset(station.id for station in parts.whole.stations) if parts.whole else frozenset()

    def _take(self, signed: SignedStatement, entry: RecordedStatement, place: str) -> None:
        statement, kind = signed.statement, kind_of(signed.statement.type, place)
        if kind.subject == "station":
            self._spoken.add(statement.subject)
        match kind.read(statement, place):
            case FirstDefinition() as definition:
                self._digest = statement.election
                self._define(DefinitionParts(whole=definition))
            case DefinitionCore() as core:
                self._digest = statement.election
                self._define(DefinitionParts(core, signed.envelope))
            case StationList() as piece:
                self._define(self._parts.with_piece(piece, place))
            case MachineKeys() as keys:
                self.key_ring = self.key_ring.replace(keys, entry=entry.index)
            case OptionStatus() as status:
                self.statuses.add(status)
                self._status_entries.append(entry.index)
            case ReleaseAllowance() as allowance:
                earlier = self.allowances.get(allowance.station, ())
                self.allowances[allowance.station] = (*earlier, allowance)
            case ZeroReport():
                self.zero_report_digests[statement.subject] = signed.digest
            case FirstLogicAndAccuracy():
                self.numbered = self.numbered.add((statement.type, statement.subject, ""), 1)
            case LogicAndAccuracy() as test:
                self.numbered = self.numbered.add((statement.type, statement.subject, ""), test.run)
            case BoothSheet() as part:
                name = StationMachine("booth", part.number).name
                self.booth_sheets.setdefault(part.station, {})[name] = part
                self._booth_sheet_digests[part.station, name] = signed.digest
            case Incident() as incident:
                self.incidents[incident.station] = (*self.incidents.get(incident.station, ()), incident)
                self.numbered = self.numbered.add(
                    (statement.type, incident.station, self._series(signed)), incident.number
                )
            case Annulment() | Correction() | ManualTally() | ManualTallyAccepted() as ruling:
                self.rulings = self.rulings.add(ruling, signed.digest, entry.index)
            case TallySheet() as sheet:
                self.sheets[sheet.station] = sheet
                self.sheet_entries[sheet.station] = entry
                self._sheet_digests[1][sheet.station] = statement.body_digest
                self._sheet_digests[2][sheet.station] = signed.digest
            case AuditSeed() as seed:
                self.seed = seed.digits
            case PublicDraw() as draw:
                self.draw = draw.digits
            case ClosingCount() as count:
                self.counts = self.counts.add(count, signed.digest)
            case Result() as result:
                self.result, self.result_digest = result, signed.digest


def _check_definition(statement: Statement, digest: str, place: str) -> None:
    if not digest == statement.body_digest == statement.election:
        raise InvalidInput("definition.another-digest", place=place)


def _check_station(statement: Statement, station: str, place: str) -> None:
    if station != statement.subject:
        raise _sent_as_another(statement.type, station, statement.subject, place)


def _sent_as_another(kind: str, station: str, subject: str, place: str) -> InvalidInput:
    shown, about = station[:SHOWN], subject[:SHOWN]
    return InvalidInput(
        "statement.sent-as-of-another", place=place, kind=kind_label(kind), station=shown, subject=about
    )
