"""Which ruling may follow: annulment, correction, manual tally and acceptance each name what stands until then."""

from collections.abc import Mapping
from dataclasses import dataclass

from testigo.ballot import ManualTally, Tally, tally_errors
from testigo.count.authority import Annulment, Correction, ManualTallyAccepted
from testigo.count.conflict import Conflict
from testigo.count.kinds import kind_label
from testigo.count.rulings import Ruling, Rulings
from testigo.count.statements import LONGEST_WHY
from testigo.count.unread import Unread
from testigo.election import Definition
from testigo.errors import IllegalStep, InvalidInput, is_printable

_KINDS: Mapping[type[Ruling], str] = {
    Annulment: "annulment",
    Correction: "correction",
    ManualTally: "manual-tally",
    ManualTallyAccepted: "manual-tally-accepted",
}
MOST_NAMES = 3
LONGEST_NAME = 80


@dataclass(frozen=True)
class RulingsCheck:
    """What may be said next. `sheet`: digest of the station's tally sheet, "" where there is none."""

    definition: Definition
    rulings: Rulings
    sheet: str
    unread: Unread
    place: str

    def check(self, body: Ruling) -> None:
        """Return if this may follow.

        Raises `InvalidInput` for a reason that is not one line, figures that cannot be, or a name of another statement
        than the one that stands; `IllegalStep` where nothing is there to be named; `NeedsUnread` where that was
        skipped.
        """
        match body:
            case Annulment():
                self._line(body, body.reason)
                self._annulment(body)
            case Correction():
                self._line(body, body.reason)
                self._refuse_annulled(body)
                self._correction(body)
            case ManualTally():
                self._line(body, body.reason)
                self._refuse_annulled(body)
                self._manual_tally(body)
            case ManualTallyAccepted():
                self._refuse_annulled(body)
                self._accepted(body)

    def _annulment(self, body: Annulment) -> None:
        station, standing = body.station, self.rulings.annulments.get(body.station, "")
        if body.cause == "lifted":
            if not standing:
                self.unread.check_read("annulment", station, self.place)
                raise IllegalStep("annulment.none", place=self.place, station=station)
            self._names(body, body.names, standing, "annulment")
            return
        self._refuse_annulled(body)
        paper = self.rulings.paper_of(station)
        counted = paper[0] if paper is not None and paper[1].part == "whole" else self.sheet
        self._names(body, body.names, counted, "tally-sheet", "manual-tally")

    def _correction(self, body: Correction) -> None:
        station = body.station
        if not self.sheet:
            self.unread.check_read("tally-sheet", station, self.place)
            raise IllegalStep("record.no-tally-sheet", place=self.place, station=station)
        last = self.rulings.corrections.get(station)
        self._names(body, body.names, last[0] if last else self.sheet, "tally-sheet", "correction")
        self._sums(body, body.tally)

    def _manual_tally(self, body: ManualTally) -> None:
        station, earlier = body.station, self.rulings.on_paper.get(body.station)
        if body.part == "whole" and self.sheet:
            raise Conflict("manual-tally.beside-sheet", place=self.place, station=station)
        if earlier and not body.replaces:
            raise Conflict(
                "statement.second-of-station",
                place=self.place,
                hint="say-which-and-why",
                kind=kind_label("manual-tally"),
                station=station,
            )
        self._names(body, body.replaces, earlier[0] if earlier else "", "manual-tally")
        if body.replaces or body.why:
            self._line(body, body.why)
        self._sums(body, body.tally)
        self._counters(body)

    def _accepted(self, body: ManualTallyAccepted) -> None:
        named = self.rulings.on_paper.get(body.station)
        if named is None:
            self.unread.check_read("manual-tally", body.station, self.place)
            raise IllegalStep("manual-tally.none", place=self.place, station=body.station)
        self._names(body, body.names, named[0], "manual-tally")
        if self.rulings.accepted.get(body.station) == body.names:
            raise Conflict("manual-tally.accepted-before", place=self.place, station=body.station)
        if named[1].part == "whole" and self.sheet:
            self.unread.check_read("manual-tally", body.station, self.place)
            raise Conflict("manual-tally.beside-sheet", place=self.place, station=body.station)

    def _counters(self, body: ManualTally) -> None:
        """Figures that a station can have, names, and lines of text."""
        figures = body.signed_in, body.handed_out, body.spoiled
        texts = [*body.entered_by, *filter(None, [body.explanation])]
        named = 2 <= len(set(body.entered_by)) == len(body.entered_by) <= MOST_NAMES
        lines = all(text.strip() and is_printable(text, LONGEST_WHY) for text in texts)
        short = all(len(name) <= LONGEST_NAME for name in body.entered_by)
        if min(figures) < 0 or not (named and lines and short):
            raise InvalidInput("manual-tally.malformed", place=self.place, station=body.station)
        if body.differences() and not body.explanation:
            raise InvalidInput("manual-tally.unexplained", place=self.place, station=body.station)

    def _sums(self, body: Ruling, tally: Tally) -> None:
        errors = tally_errors(self.definition, body.station, tally)
        if errors:
            kind = kind_label(_KINDS[type(body)])
            raise InvalidInput("ruling.impossible", place=self.place, kind=kind, station=body.station, cause=errors[0])

    def _refuse_annulled(self, body: Ruling) -> None:
        refuse_annulled(self.rulings, body.station, self.unread, self.place)

    def _names(self, body: Ruling, names: str, standing: str, *kinds: str) -> None:
        """What it names is what stands."""
        if names != standing:
            for kind in kinds:
                self.unread.check_read(kind, body.station, self.place)
            label = kind_label(_KINDS[type(body)])
            raise InvalidInput("statement.names-another", place=self.place, kind=label, station=body.station)

    def _line(self, body: Ruling, reason: str) -> None:
        if not reason.strip() or not is_printable(reason, LONGEST_WHY):
            kind = kind_label(_KINDS[type(body)])
            raise InvalidInput("statement.why", place=self.place, kind=kind, most=LONGEST_WHY)


def refuse_annulled(rulings: Rulings, station: str, unread: Unread, place: str) -> None:
    """Raise `Conflict` for what would be counted of a station that is annulled, `NeedsUnread` where that may have been
    lifted by a statement that was skipped.
    """
    if station in rulings.annulments:
        unread.check_read("annulment", station, place)
        raise Conflict("station.annulled", place=place, station=station)
