"""What a record says of its stations beside their tally sheets: annulled, corrected, counted on paper.

`Rulings` is what stands after the statements so far; `before` goes back to an entry of the record, so that everybody
computes each result, and each draw, from what was known then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from testigo.ballot import ManualTally
from testigo.count.authority import Annulment, Correction, ManualTallyAccepted

Ruling = Annulment | Correction | ManualTally | ManualTallyAccepted


@dataclass(frozen=True)
class Named:
    """A statement's body with its digest, by which a later one names it, and its entry in the record."""

    digest: str
    entry: int
    body: Ruling


@dataclass(frozen=True)
class Rulings:
    """What stands. `said`: all of it, in log order. `annulments`, `corrections`, `on_paper`, `accepted`: by station,
    the last of each; an annulment that was lifted is in none.
    """

    said: tuple[Named, ...] = ()
    annulments: Mapping[str, str] = field(default_factory=dict)
    corrections: Mapping[str, tuple[str, Correction]] = field(default_factory=dict)
    on_paper: Mapping[str, tuple[str, ManualTally]] = field(default_factory=dict)
    accepted: Mapping[str, str] = field(default_factory=dict)

    def add(self, body: Ruling, digest: str, entry: int) -> "Rulings":
        """With one more, which `rulings_check` has passed."""
        station, said = body.station, (*self.said, Named(digest, entry, body))
        annulments, corrections = dict(self.annulments), dict(self.corrections)
        on_paper, accepted = dict(self.on_paper), dict(self.accepted)
        match body:
            case Annulment(cause="lifted"):
                annulments.pop(station, None)
            case Annulment():
                annulments[station] = digest
            case Correction():
                corrections[station] = digest, body
            case ManualTally():
                on_paper[station] = digest, body
            case ManualTallyAccepted():
                accepted[station] = body.names
        return Rulings(said, annulments, corrections, on_paper, accepted)

    def before(self, entry: int) -> "Rulings":
        """What stood before that entry of the record."""
        if all(one.entry < entry for one in self.said):
            return self
        earlier = Rulings()
        for one in self.said:
            if one.entry < entry:
                earlier = earlier.add(one.body, one.digest, one.entry)
        return earlier

    def paper_of(self, station: str) -> tuple[str, ManualTally] | None:
        """The station's manual tally with its digest, where the authority accepted it."""
        named = self.on_paper.get(station)
        return named if named is not None and self.accepted.get(station) == named[0] else None

    def waits(self, station: str) -> bool:
        """Whether its chair signed a manual tally that is not accepted yet."""
        return station in self.on_paper and self.paper_of(station) is None

    def is_whole_on_paper(self, station: str) -> bool:
        """Whether all its votes were counted on paper, as the authority accepted."""
        paper = self.paper_of(station)
        return paper is not None and paper[1].part == "whole"

    def needs_no_sheet(self, station: str) -> bool:
        """Whether nothing waits for its tally sheet, and its box is not drawn."""
        return station in self.annulments or self.is_whole_on_paper(station)


NO_RULINGS = Rulings()
