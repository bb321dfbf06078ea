"""What a statement's body may say, by what the record says so far."""

from dataclasses import dataclass

from testigo.ballot import (
    BoothReport,
    BoothSheet,
    CheckInReport,
    Incident,
    LogicAndAccuracy,
    ManualTally,
    TallySheet,
)
from testigo.ballot.incidents import check_incident
from testigo.ballot.release_allowance import ReleaseAllowance
from testigo.ballot.version_1 import FirstLogicAndAccuracy
from testigo.canonical import SignedValue
from testigo.count.authority import Annulment, Correction, ManualTallyAccepted
from testigo.count.boxes import sum_errors
from testigo.count.conflict import Conflict
from testigo.count.key_rules import check_keys
from testigo.count.kinds import SHOWN, kind_label
from testigo.count.record_state import RecordState
from testigo.count.rulings_check import RulingsCheck, refuse_annulled
from testigo.count.sheet_errors import sheet_errors
from testigo.count.statements import AuditSample, AuditSeed, ClosingCount, PublicDraw, check_dice
from testigo.election import (
    DefinitionCore,
    FirstDefinition,
    MachineKeys,
    OptionStatus,
    StationList,
)
from testigo.errors import IllegalStep, InvalidInput
from testigo.record import SignedStatement, Statement
from testigo.words import Message, first_of, message

_STATIONS_NAMED = 3
_MAKE_COMPLETE = ("tally-sheet", "annulment", "manual-tally", "manual-tally-accepted")
"""Kinds of statements without which nobody waits for a station any more."""


@dataclass(frozen=True)
class BodyRules:
    """What may be said next, by what the `record` holds so far."""

    record: RecordState
    place: str

    def check(self, signed: SignedStatement, body: SignedValue) -> None:
        """Return if a statement with this body may follow; raises as `RecordRules.check`."""
        statement, record, place = signed.statement, self.record, self.place
        match body:
            case DefinitionCore() | FirstDefinition():
                _check_definition(statement, body.digest, place)
            case StationList():
                if body.first > len(record.parts.stations):
                    record.unread.check_read("station-list", "", place)
                record.parts.with_piece(body, place)
            case MachineKeys():
                for key in body.keys if statement.subject else ():
                    _check_station(statement, key.station, place)
                check_keys(
                    body, record.key_ring, record.station_ids, record.spoken, entry=len(record.entries), place=place
                )
            case OptionStatus():
                self._check_status(body)
            case TallySheet():
                self._check_sheet(body, statement.subject)
            case ReleaseAllowance():
                _check_station(statement, body.station, place)
                self._check_allowance(body)
            case BoothReport() | CheckInReport():
                _check_station(statement, body.station, place)
            case BoothSheet():
                _check_station(statement, body.station, place)
                if not record.key_ring.contains(body.station, "booth", body.number):
                    raise InvalidInput("booth-sheet.no-such-booth", place=place, number=str(body.number)[:SHOWN])
            case FirstLogicAndAccuracy():
                self._check_run(statement, 1)
            case LogicAndAccuracy():
                self._check_run(statement, body.run)
            case Incident():
                _check_station(statement, body.station, place)
                check_incident(body, by_officer=record.is_centre(signed), place=place)
                series = (statement.type, body.station, record.series_of(signed))
                record.numbered.check(series, body.number, record.unread, place)
            case Annulment() | Correction() | ManualTally() | ManualTallyAccepted():
                _check_station(statement, body.station, place)
                sheet = record.sheet_digests(2).get(body.station, "")
                RulingsCheck(record.definition, record.rulings, sheet, record.unread, place).check(body)
            case AuditSeed() | PublicDraw():
                check_dice(body.digits, place=place)
                self._check_all_counted(statement.type)
            case AuditSample():
                if record.seed is None:
                    record.unread.check_read("audit-seed", "", place)
                if body.seed != record.seed:
                    raise InvalidInput("audit-sample.another-seed", place=place)
            case ClosingCount():
                _check_station(statement, body.station, place)
                self._check_counted_sheet(body, statement.version)
                several = any(box.several for box in record.boxes() if box.station == body.station)
                record.counts.check(body, record.unread, place, several=several)

    def _check_run(self, statement: Statement, run: int) -> None:
        """Runs of a test are numbered: none is said twice, and none is left out."""
        series = (statement.type, statement.subject, "")
        self.record.numbered.check(series, run, self.record.unread, self.place)

    def _check_status(self, status: OptionStatus) -> None:
        """A status that comes after a tally sheet says so, since it makes no vote void."""
        if status.number > self.record.statuses.next_number:
            self.record.unread.check_read("option-status", "", self.place)
        self.record.statuses.check(self.record.definition, status, place=self.place)
        if status.counting != self.record.has_figures:
            for station in sorted(self.record.station_ids) if status.counting else ():
                self.record.unread.check_read("tally-sheet", station, self.place)
            raise IllegalStep(
                "option-status.late" if self.record.has_figures else "option-status.not-late", place=self.place
            )

    def _check_allowance(self, allowance: ReleaseAllowance) -> None:
        """Numbered for each station, none left out, and in the record before the station's tally sheet."""
        station = allowance.station[:SHOWN]
        if allowance.station not in self.record.station_ids:
            raise InvalidInput(
                "statement.unknown-station", place=self.place, kind=kind_label("release-allowance"), station=station
            )
        allowance.check()
        number = len(self.record.allowances.get(allowance.station, ())) + 1
        if allowance.number != number:
            self.record.unread.check_read("release-allowance", allowance.station, self.place)
            raise IllegalStep(
                "release-allowance.number", place=self.place, station=station, number=allowance.number, next=number
            )
        if allowance.station in self.record.sheets:
            raise IllegalStep("release-allowance.late", place=self.place, station=station)

    def _check_all_counted(self, kind: str) -> None:
        """Dice that fall before the last tally sheet is in can be known to whoever writes that sheet."""
        missing = [
            station
            for station in sorted(self.record.station_ids - self.record.sheets.keys())
            if not self.record.rulings.needs_no_sheet(station)
            and not any(self.record.unread.contains(kind, station) for kind in _MAKE_COMPLETE)
        ]
        if missing:
            stations = first_of(missing, _STATIONS_NAMED)
            raise IllegalStep(
                "dice.before-tally-sheets",
                place=self.place,
                kind=kind_label(kind),
                count=len(missing),
                stations=stations,
            )

    def _check_counted_sheet(self, count: ClosingCount, version: int) -> None:
        """No paper is counted before the dice: who knows what it says could roll until another box is drawn."""
        if count.station not in self.record.sheets:
            self.record.unread.check_read("tally-sheet", count.station, self.place)
        boxes = [box for box in self.record.boxes() if (box.station, box.booth) == (count.station, count.booth)]
        if not count.sheet or [count.sheet] != [self.record.box_digest(box, version) for box in boxes]:
            raise InvalidInput("closing-count.another-tally-sheet", place=self.place, station=count.station)
        if self.record.seed is None:
            self.record.unread.check_read("audit-seed", "", self.place)
            raise IllegalStep("closing-count.before-dice", place=self.place, station=count.station)

    def _check_sheet(self, sheet: TallySheet, subject: str) -> None:
        if sheet.station != subject:
            raise _sent_as_another("tally-sheet", sheet.station, subject, self.place)
        refuse_annulled(self.record.rulings, sheet.station, self.record.unread, self.place)
        if self.record.rulings.is_whole_on_paper(sheet.station):
            self.record.unread.check_read("manual-tally", sheet.station, self.place)
            raise Conflict("manual-tally.beside-sheet", place=self.place, station=sheet.station)
        earlier = self.record.sheets.get(sheet.station)
        if earlier is not None:
            raise Conflict(
                "tally-sheet.signed-again" if earlier == sheet else "tally-sheet.another-sent",
                place=self.place,
                hint="compare-both-with-the-printed-one",
                station=sheet.station,
            )
        errors = sheet_errors(self.record.definition, sheet) or self._sum_errors(sheet)
        if errors:
            raise InvalidInput("tally-sheet.impossible", place=self.place, station=sheet.station, cause=errors[0])

    def _sum_errors(self, sheet: TallySheet) -> list[Message]:
        """Of a station with several booths: the sheet names each booth's, and is the sum of those it names."""
        station, machines = sheet.station, self.record.key_ring.machines(sheet.station)
        if machines.booth_count == 1 and not sheet.booth_sheets:
            return []
        known = {name: digest for (of, name), digest in self.record.booth_sheet_digests.items() if of == station}
        if not sheet.booth_sheets.items() <= known.items():
            self.record.unread.check_read("booth-sheet", station, self.place)
            return [message("finding", "booth-sheets.not-in-record")]
        parts = {name: self.record.booth_sheets[station][name] for name in sheet.booth_sheets}
        return sum_errors(self.record.definition, sheet, parts, machines)


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
