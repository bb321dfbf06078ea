"""The papers of one box, counted from images: the text counts, and a person reads what the reader is not certain of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from testigo.audit.closing import PaperTally
from testigo.ballot import NULL, Ballot, ContestTally, Marks, tally_ballots
from testigo.canonical import why_refused
from testigo.count import UnsettledPaper
from testigo.election import Definition
from testigo.errors import InvalidInput
from testigo.slip_reader import SlipReader, SlipReading
from testigo.words import message, to_line

NoPaper = Literal["no-paper"]
"""A person's entry for a place where the image shows no paper vote, or one that another image shows whole."""


Entries = Mapping[str, Marks | NoPaper]
"""Source of a paper that the reader refused (`FILE#NUMBER`) → what a person read on it. A contest of `(null)` alone is
a null vote there."""


@dataclass(frozen=True)
class Paper:
    """One reading and where it is from: `FILE#NUMBER`, the number counting the readings of that file from 1."""

    source: str
    reading: SlipReading


def read_papers(
    files: Sequence[Path], definition: Definition, station_id: str, *, on_image: Callable[[], None] = lambda: None
) -> list[Paper]:
    """Read all slips on all images; `on_image` is told after each. Raises what the reader raises for a bad file."""
    if len({file.name for file in files}) != len(files):
        raise InvalidInput("images.same-name")
    reader = SlipReader(definition, station_id)
    papers = []
    for file in files:
        papers += [Paper(f"{file.name}#{number}", reading) for number, reading in enumerate(reader.read(file), 1)]
        on_image()
    return papers


def papers_from_images(
    definition: Definition, station_id: str, papers: Sequence[Paper], entries: Entries, *, spoiled: int | None = None
) -> PaperTally:
    """Count read papers. The text counts, a person's entry where there is none; a paper that is seen twice counts once.

    Raises `InvalidInput` for an entry that is for no refused paper, or that is not a valid ballot of the station.
    """
    count = _ImageCount(definition, station_id, entries)
    for paper in papers:
        count.take(paper)
    unknown = sorted(set(entries) - count.asked)
    if unknown:
        raise InvalidInput("entry.for-no-refused-paper", paper=unknown[0][:60])
    return PaperTally("images", len(count.ballots), count.contests(), spoiled, tuple(count.unsettled))


def read_entries(data: bytes, *, place: str = "") -> dict[str, Marks | NoPaper]:
    """A person's entries from JSON: `{"IMG_7.jpg#1": {"style": …, "choices": {CONTEST: [OPTION, …]}}, …:
    "no-paper"}`.
    """
    try:
        return msgspec.json.decode(data, type=dict[str, Marks | NoPaper])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise InvalidInput("entries.malformed", place=place, why=why_refused(error)) from None


class _ImageCount:
    """Papers of one box as they are taken one by one."""

    def __init__(self, definition: Definition, station_id: str, entries: Entries) -> None:
        self.ballots: list[Ballot] = []
        self.unsettled: list[UnsettledPaper] = []
        self.asked: set[str] = set()
        self._definition = definition
        self._station = station_id
        self._entries = entries
        self._nulls: dict[str, int] = {}
        self._seen: dict[str, Paper] = {}

    def take(self, paper: Paper) -> None:
        """Count one paper, or note why it is not yet counted."""
        reading = paper.reading
        earlier = self._seen.get(reading.number) if reading.choices else None
        if reading.choices is None:
            self._ask(paper, to_line(reading.refused) if reading.refused else "")
        elif earlier is not None and earlier.reading.choices != reading.choices:
            self._ask(paper, to_line(message("error", "paper-vote.same-number", paper=earlier.source)))
        elif earlier is not None:
            self._note(paper, to_line(message("error", "paper-vote.seen-twice", paper=earlier.source)), settled=True)
        else:
            self._seen[reading.number] = paper
            self.ballots.append(reading.choices)
            if reading.agrees_with_qr is False:
                self._note(paper, to_line(message("error", "paper-vote.qr-code-differs")), settled=True)

    def contests(self) -> tuple[ContestTally, ...]:
        """The tallies so far; what a person entered as null is taken out of the blank votes."""
        return tuple(
            msgspec.structs.replace(tally, blank=tally.blank - null, null=null)
            for tally in tally_ballots(self._definition, self._station, self.ballots).contests
            for null in [self._nulls.get(tally.contest, 0)]
        )

    def _ask(self, paper: Paper, reason: str) -> None:
        """A person decides; without an entry the paper stays unsettled."""
        self.asked.add(paper.source)
        entry = self._entries.get(paper.source)
        self._note(paper, reason, settled=entry is not None)
        if isinstance(entry, Marks):
            self.ballots.append(self._entered(paper.source, entry))

    def _entered(self, source: str, entry: Marks) -> Ballot:
        nulls = [contest_id for contest_id, chosen in entry.choices.items() if chosen == (NULL,)]
        rest = {contest_id: chosen for contest_id, chosen in entry.choices.items() if contest_id not in nulls}
        try:
            ballot = Marks(entry.style, rest | dict.fromkeys(nulls, ())).ballot(self._definition, self._station)
        except InvalidInput as error:
            raise error.at(source) from None
        for contest_id in nulls:
            self._nulls[contest_id] = self._nulls.get(contest_id, 0) + 1
        return ballot

    def _note(self, paper: Paper, reason: str, *, settled: bool) -> None:
        self.unsettled.append(UnsettledPaper(paper.source, reason, settled))
