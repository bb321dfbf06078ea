"""What a record says so far: what was taken in of each statement, in log order."""

import copy
from collections.abc import Mapping
from typing import Self

import msgspec

from testigo.ballot import (
    BoothSheet,
    Incident,
    LogicAndAccuracy,
    ManualTally,
    TallySheet,
    ZeroReport,
)
from testigo.ballot.release_allowance import ReleaseAllowance
from testigo.ballot.version_1 import FirstLogicAndAccuracy
from testigo.count.authority import Annulment, Correction, ManualTallyAccepted
from testigo.count.boxes import Box, boxes_of
from testigo.count.count_log import CountLog
from testigo.count.counting import count_result
from testigo.count.definition_parts import DefinitionParts
from testigo.count.kinds import kind_of
from testigo.count.numbered import Numbered
from testigo.count.result import Result
from testigo.count.rulings import Rulings
from testigo.count.statements import AuditSeed, ClosingCount, PublicDraw
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
from testigo.errors import IllegalStep
from testigo.keys import PublicKey
from testigo.record import SignedStatement


class RecordedStatement(msgspec.Struct, frozen=True):
    """One statement of the record. `sha256`: of its envelope."""

    index: int
    type: str
    subject: str
    issued: str
    sha256: str


class RecordState:
    """The statements of one election. `sheets`, `zero_report_digests`: by station. `booth_sheets`: by station and
    booth, `booth_sheet_digests` by both together. `counts`: all closing counts. `numbered`: the last numbers of tests
    and incidents. `rulings`: what else is said of stations. `seed`, `draw`: dice of the closing count and of the public
    draw, None before they are rolled. `parts`: of the definition; `station_ids` once it is whole. `spoken`: stations of
    which something is said. `unread`: what the log holds and nobody can read.
    """

    def __init__(self, root: PublicKey) -> None:
        self.key_ring = KeyRing(root)
        self.entries: list[RecordedStatement] = []
        self.sheets: dict[str, TallySheet] = {}
        self.sheet_entries: dict[str, RecordedStatement] = {}
        self._sheet_digests: dict[int, dict[str, str]] = {1: {}, 2: {}}
        self.zero_report_digests: dict[str, str] = {}
        self.booth_sheets: dict[str, dict[str, BoothSheet]] = {}
        self.booth_sheet_digests: dict[tuple[str, str], str] = {}
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
        self.parts = DefinitionParts()
        self._digest = ""
        self.station_ids: frozenset[str] = frozenset()
        self.spoken: set[str] = set()
        self.unread = Unread()

    @property
    def definition(self) -> Definition:
        """The election's definition; raises `IllegalStep` before its statement and all its stations are in."""
        if self.parts.whole is None:
            raise self.parts.incomplete()
        return self.parts.whole

    @property
    def is_defined(self) -> bool:
        """Whether the definition and all its stations are in."""
        return self.parts.whole is not None

    @property
    def election(self) -> str:
        """The digest of the definition, by which statements name their election; "" before it is in."""
        return self._digest

    def station_file(self, station_id: str) -> bytes:
        """What the machines of a station are installed with (`election.station_file`); raises `InvalidInput` for an
        unknown station, or where the definition is of version 1.
        """
        return pack_station_file(self.parts.envelope, self.definition, station_id)

    @property
    def rulings_of_sample(self) -> Rulings:
        """What stood when the boxes were drawn; what stands now, where they are not."""
        drawn = next((entry.index for entry in self.entries if entry.type == "audit-sample"), None)
        return self.rulings if drawn is None else self.rulings.before(drawn)

    @property
    def has_figures(self) -> bool:
        """Whether votes of any station are in, so that who sees them could choose by them."""
        return bool(self.sheets or self.rulings.on_paper)

    def fork(self) -> Self:
        """A copy that can take statements in without this one knowing: for "all of them or none"."""
        other = copy.copy(self)
        other.entries = list(self.entries)
        other.sheets = dict(self.sheets)
        other.sheet_entries = dict(self.sheet_entries)
        other.zero_report_digests = dict(self.zero_report_digests)
        other.booth_sheets = {station: dict(sheets) for station, sheets in self.booth_sheets.items()}
        other.booth_sheet_digests = dict(self.booth_sheet_digests)
        other.incidents = dict(self.incidents)
        other.allowances = dict(self.allowances)
        other.statuses = StatusLog(self.statuses.said)
        other._status_entries = list(self._status_entries)
        other._sheet_digests = {version: dict(named) for version, named in self._sheet_digests.items()}
        other.spoken = set(self.spoken)
        other.unread = self.unread.copy()
        return other

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
            return self.booth_sheet_digests.get((box.station, StationMachine("booth", box.booth).name), "")
        return self.sheet_digests(version).get(box.station, "")

    def is_centre(self, signed: SignedStatement) -> bool:
        """Whether the centre signed it."""
        return self.key_ring.role_of(signed.key.key_id) == "centre"

    def series_of(self, signed: SignedStatement) -> str:
        """Who counts the incidents of a station: its chair, or the officers."""
        return "officer" if self.is_centre(signed) else "chair"

    def _define(self, parts: DefinitionParts) -> None:
        self.parts = parts
        self.station_ids = frozenset(station.id for station in parts.whole.stations) if parts.whole else frozenset()

    def take(self, signed: SignedStatement, entry: RecordedStatement, place: str) -> None:
        """Take in a statement that was checked, as that entry."""
        statement, kind = signed.statement, kind_of(signed.statement.type, place)
        if kind.subject == "station":
            self.spoken.add(statement.subject)
        match kind.read(statement, place):
            case FirstDefinition() as definition:
                self._digest = statement.election
                self._define(DefinitionParts(whole=definition))
            case DefinitionCore() as core:
                self._digest = statement.election
                self._define(DefinitionParts(core, signed.envelope))
            case StationList() as piece:
                self._define(self.parts.with_piece(piece, place))
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
                self.booth_sheet_digests[part.station, name] = signed.digest
            case Incident() as incident:
                self.incidents[incident.station] = (*self.incidents.get(incident.station, ()), incident)
                self.numbered = self.numbered.add(
                    (statement.type, incident.station, self.series_of(signed)), incident.number
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
