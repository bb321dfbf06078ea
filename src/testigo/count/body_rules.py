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
from testigo.count.record_said import RecordSaid
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
    """What may be said next, by what was `said` before."""

    said: RecordSaid
    place: str

    def check(self, signed: SignedStatement, body: SignedValue) -> None:
        """Return if a statement with this body may follow; raises as `RecordRules.check`."""
        statement, said, place = signed.statement, self.said, self.place
        match body:
            case DefinitionCore() | FirstDefinition():
                _check_definition(statement, body.digest, place)
            case StationList():
                if body.first > len(said.parts.stations):
                    said.unread.check_read("station-list", "", place)
                said.parts.with_piece(body, place)
            case MachineKeys():
                for key in body.keys if statement.subject else ():
                    _check_station(statement, key.station, place)
                check_keys(body, said.key_ring, said.station_ids, said.spoken, entry=len(said.entries), place=place)
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
                if not said.key_ring.contains(body.station, "booth", body.number):
                    raise InvalidInput("booth-sheet.no-such-booth", place=place, number=str(body.number)[:SHOWN])
            case FirstLogicAndAccuracy():
                self._check_run(statement, 1)
            case LogicAndAccuracy():
                self._check_run(statement, body.run)
            case Incident():
                _check_station(statement, body.station, place)
                check_incident(body, by_officer=said.is_centre(signed), place=place)
                series = (statement.type, body.station, said.series_of(signed))
                said.numbered.check(series, body.number, said.unread, place)
            case Annulment() | Correction() | ManualTally() | ManualTallyAccepted():
                _check_station(statement, body.station, place)
                sheet = said.sheet_digests(2).get(body.station, "")
                RulingsCheck(said.definition, said.rulings, sheet, said.unread, place).check(body)
            case AuditSeed() | PublicDraw():
                check_dice(body.digits, place=place)
                self._check_all_counted(statement.type)
            case AuditSample():
                if said.seed is None:
                    said.unread.check_read("audit-seed", "", place)
                if body.seed != said.seed:
                    raise InvalidInput("audit-sample.another-seed", place=place)
            case ClosingCount():
                _check_station(statement, body.station, place)
                self._check_counted_sheet(body, statement.version)
                several = any(box.several for box in said.boxes() if box.station == body.station)
                said.counts.check(body, said.unread, place, several=several)

    def _check_run(self, statement: Statement, run: int) -> None:
        """Runs of a test are numbered: none is said twice, and none is left out."""
        series = (statement.type, statement.subject, "")
        self.said.numbered.check(series, run, self.said.unread, self.place)

    def _check_status(self, status: OptionStatus) -> None:
        """A status that comes after a tally sheet says so, since it makes no vote void."""
        if status.number > self.said.statuses.next_number:
            self.said.unread.check_read("option-status", "", self.place)
        self.said.statuses.check(self.said.definition, status, place=self.place)
        if status.counting != self.said.has_figures:
            for station in sorted(self.said.station_ids) if status.counting else ():
                self.said.unread.check_read("tally-sheet", station, self.place)
            raise IllegalStep(
                "option-status.late" if self.said.has_figures else "option-status.not-late", place=self.place
            )

    def _check_allowance(self, allowance: ReleaseAllowance) -> None:
        """Numbered for each station, none left out, and in the record before the station's tally sheet."""
        station = allowance.station[:SHOWN]
        if allowance.station not in self.said.station_ids:
            raise InvalidInput(
                "statement.unknown-station", place=self.place, kind=kind_label("release-allowance"), station=station
            )
        allowance.check()
        number = len(self.said.allowances.get(allowance.station, ())) + 1
        if allowance.number != number:
            self.said.unread.check_read("release-allowance", allowance.station, self.place)
            raise IllegalStep(
                "release-allowance.number", place=self.place, station=station, number=allowance.number, next=number
            )
        if allowance.station in self.said.sheets:
            raise IllegalStep("release-allowance.late", place=self.place, station=station)

    def _check_all_counted(self, kind: str) -> None:
        """Dice that fall before the last tally sheet is in can be known to whoever writes that sheet."""
        missing = [
            station
            for station in sorted(self.said.station_ids - self.said.sheets.keys())
            if not self.said.rulings.needs_no_sheet(station)
            and not any(self.said.unread.contains(kind, station) for kind in _MAKE_COMPLETE)
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
        if count.station not in self.said.sheets:
            self.said.unread.check_read("tally-sheet", count.station, self.place)
        boxes = [box for box in self.said.boxes() if (box.station, box.booth) == (count.station, count.booth)]
        if not count.sheet or [count.sheet] != [self.said.box_digest(box, version) for box in boxes]:
            raise InvalidInput("closing-count.another-tally-sheet", place=self.place, station=count.station)
        if self.said.seed is None:
            self.said.unread.check_read("audit-seed", "", self.place)
            raise IllegalStep("closing-count.before-dice", place=self.place, station=count.station)

    def _check_sheet(self, sheet: TallySheet, subject: str) -> None:
        if sheet.station != subject:
            raise _sent_as_another("tally-sheet", sheet.station, subject, self.place)
        refuse_annulled(self.said.rulings, sheet.station, self.said.unread, self.place)
        if self.said.rulings.is_whole_on_paper(sheet.station):
            self.said.unread.check_read("manual-tally", sheet.station, self.place)
            raise Conflict("manual-tally.beside-sheet", place=self.place, station=sheet.station)
        earlier = self.said.sheets.get(sheet.station)
        if earlier is not None:
            raise Conflict(
                "tally-sheet.signed-again" if earlier == sheet else "tally-sheet.another-sent",
                place=self.place,
                hint="compare-both-with-the-printed-one",
                station=sheet.station,
            )
        errors = sheet_errors(self.said.definition, sheet) or self._sum_errors(sheet)
        if errors:
            raise InvalidInput("tally-sheet.impossible", place=self.place, station=sheet.station, cause=errors[0])

    def _sum_errors(self, sheet: TallySheet) -> list[Message]:
        """Of a station with several booths: the sheet names each booth's, and is the sum of those it names."""
        station, machines = sheet.station, self.said.key_ring.machines(sheet.station)
        if machines.booth_count == 1 and not sheet.booth_sheets:
            return []
        known = {name: digest for (of, name), digest in self.said.booth_sheet_digests.items() if of == station}
        if not sheet.booth_sheets.items() <= known.items():
            self.said.unread.check_read("booth-sheet", station, self.place)
            return [message("finding", "booth-sheets.not-in-record")]
        parts = {name: self.said.booth_sheets[station][name] for name in sheet.booth_sheets}
        return sum_errors(self.said.definition, sheet, parts, machines)


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
