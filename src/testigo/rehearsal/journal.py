"""What happened in a rehearsal, as an onlooker with a notebook saw it: the truth that the counts must meet."""

import threading
from collections import Counter
from dataclasses import dataclass, field

from testigo.ballot import Ballot


@dataclass
class StationNotes:
    """One station's day. `ballots`: what was really deposited. `tries`: attempts a matched voter needed → how many
    voters.

    `surprises`: outcomes that were not the right ones, in words.
    """

    ballots: list[Ballot] = field(default_factory=list)
    tries: Counter[int] = field(default_factory=Counter)
    matched: int = 0
    released: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    spoiled: int = 0
    power_cuts: int = 0
    impostor_tries: int = 0
    impostor_matches: int = 0
    surprises: list[str] = field(default_factory=list)


class Journal:
    """The notes of all stations; may be written from several threads, one a station."""

    def __init__(self, stations: list[str]) -> None:
        self.stations = {station: StationNotes() for station in stations}
        self._lock = threading.Lock()

    def surprise(self, station: str, words: str) -> None:
        """Note an outcome that was not the right one."""
        with self._lock:
            self.stations[station].surprises.append(words)

    @property
    def surprises(self) -> list[str]:
        """All of them, with their stations."""
        return [f"station {name}: {words}" for name, notes in self.stations.items() for words in notes.surprises]

    def total(self, what: str) -> int:
        """The sum of one whole-number note over all stations."""
        return sum(getattr(notes, what) for notes in self.stations.values())
