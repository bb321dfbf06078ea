"""What happened in a rehearsal, as an independent observer saw it: the truth that the counts must meet."""

import threading
from collections import Counter
from dataclasses import dataclass, field

from testigo.ballot import Marks


@dataclass
class StationNotes:
    """One station's day.

    `papers`: name of a slip in the box → what its voter chose. `outcomes`: (incident, outcome) → how many visits ended
    so. `tries`: attempts a matched voter needed → how many voters. `strange_tries`: touches by somebody who is not the
    document's owner. `surprises`: outcomes that break a promise, `chances`: outcomes that chance explains, in words.
    """

    papers: dict[str, Marks] = field(default_factory=dict)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    tries: Counter[int] = field(default_factory=Counter)
    strange_tries: int = 0
    spoiled: int = 0
    power_cuts: int = 0
    read_by_eye: int = 0
    from_list: int = 0
    surprises: list[str] = field(default_factory=list)
    chances: list[str] = field(default_factory=list)


class Journal:
    """The notes of all stations; each station's are written by one thread at a time."""

    def __init__(self, stations: list[str]) -> None:
        self.stations = {station: StationNotes() for station in stations}
        self._lock = threading.Lock()

    def surprise(self, station: str, words: str) -> None:
        """Note an outcome that breaks a promise."""
        with self._lock:
            self.stations[station].surprises.append(words)

    def by_chance(self, station: str, words: str) -> None:
        """Note an outcome that is not the usual one, and that chance explains."""
        with self._lock:
            self.stations[station].chances.append(words)

    @property
    def surprises(self) -> list[str]:
        """All of them, with their stations."""
        return [f"station {name}: {words}" for name, notes in self.stations.items() for words in notes.surprises]

    @property
    def chances(self) -> list[str]:
        """All of them, with their stations."""
        return [f"station {name}: {words}" for name, notes in self.stations.items() for words in notes.chances]

    def total(self, what: str) -> int:
        """The sum of one whole-number note over all stations."""
        return sum(getattr(notes, what) for notes in self.stations.values())

    def outcomes(self) -> Counter[tuple[str, str]]:
        """(incident, outcome) → how many visits of all stations ended so."""
        return sum((notes.outcomes for notes in self.stations.values()), Counter())
