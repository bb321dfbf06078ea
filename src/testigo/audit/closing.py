"""The closing count: the paper votes of one box, counted without the machine, against the station's tally sheet.

The papers are read from images (`papers_from_images`), where everything that the reader is not certain of waits for a
person's entry; or people count them by hand, two of them apart from each other, and their figures must be the same
(`hand_count`). `closing_count` then compares figure by figure. Nothing is corrected: every difference is listed.

Spoiled papers are never in the box. The booth's voters put them into the envelope for spoiled votes; whoever counts
leaves the envelope closed but for counting its papers, and photographs only what was in the box.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from testigo.ballot import Ballot, ContestTally, TallySheet, tally_ballots
from testigo.count import ClosingCount, CountDifference, UnsettledPaper
from testigo.election import Definition
from testigo.errors import InvalidInput, SeveralMistakes, TestigoError
from testigo.slip_reader import SlipReader, SlipReading

NULL = "(null)"
NoPaper = Literal["no-paper"]
"""A person's entry for a place where the image shows no paper vote, or one that another image shows whole."""


class EnteredPaper(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person read on a paper that the reader refused. A contest of `(null)` alone is a null vote there."""

    style: str
    choices: dict[str, tuple[str, ...]]


Entries = Mapping[str, EnteredPaper | NoPaper]
"""Source of a paper (`FILE#NUMBER`) → what a person entered for it."""


@dataclass(frozen=True)
class PaperTally:
    """What the papers of one box say. `spoiled`: papers in the envelope of spoiled votes, None if not counted."""

    method: Literal["images", "hand"]
    papers: int
    contests: tuple[ContestTally, ...]
    spoiled: int | None = None
    unsettled: tuple[UnsettledPaper, ...] = ()


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
        raise InvalidInput("two images have the same name", mend="give each image a name of its own")
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

    Raises `InvalidInput` for an entry that is for no refused paper, or that is no valid ballot of the station.
    """
    count = _ImageCount(definition, station_id, entries)
    for paper in papers:
        count.take(paper)
    unknown = sorted(set(entries) - count.asked)
    if unknown:
        raise InvalidInput(
            f"there is an entry for {unknown[0]!r}, which the reader did not refuse",
            mend="enter only the papers that are listed as unsettled",
        )
    return PaperTally("images", len(count.ballots), count.contests(), spoiled, tuple(count.unsettled))


def closing_count(definition: Definition, sheet: TallySheet, digest: str, paper: PaperTally) -> ClosingCount:
    """Compare paper with tally sheet, contest by contest, figure by figure, in the order of the definition.

    `digest`: of the tally sheet, as the count is to name it (`record.SignedStatement.digest`).

    Raises `InvalidInput` where the two do not have the same contests.
    """
    counted = {tally.contest: tally for tally in paper.contests}
    if counted.keys() != {tally.contest for tally in sheet.tally.contests}:
        raise InvalidInput("paper and tally sheet do not have the same contests", place=sheet.station)
    differences = [
        CountDifference(tally.contest, what, figure, other)
        for tally in sheet.tally.contests
        for (what, figure), other in zip(
            _figures(definition, tally), dict(_figures(definition, counted[tally.contest])).values(), strict=True
        )
        if figure != other
    ]
    box = [("(papers)", sum(sheet.tally.ballots.values()), paper.papers)]
    if paper.spoiled is not None:
        box.append(("(spoiled)", sheet.reconciliation.spoiled, paper.spoiled))
    differences += [CountDifference("", what, figure, other) for what, figure, other in box if figure != other]
    return ClosingCount(
        station=sheet.station,
        method=paper.method,
        sheet=digest,
        papers=paper.papers,
        spoiled=paper.spoiled,
        contests=paper.contests,
        unsettled=paper.unsettled,
        differences=tuple(differences),
    )


def read_entries(data: bytes, *, place: str = "") -> dict[str, EnteredPaper | NoPaper]:
    """A person's entries from JSON: `{"IMG_7.jpg#1": {"style": …, "choices": {CONTEST: [OPTION, …]}}, …:
    "no-paper"}`.
    """
    try:
        return msgspec.json.decode(data, type=dict[str, EnteredPaper | NoPaper])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise InvalidInput(f"not a file of entries ({error})", place=place, mend="see docs/audits.md") from None


def same_twice(first: PaperTally, second: PaperTally) -> PaperTally:
    """The figures that two people entered apart from each other; raises `SeveralMistakes` with each that differs."""
    ones, others = _all_figures(first), _all_figures(second)
    mistakes: list[TestigoError] = [
        InvalidInput(f"one entry says {ones[key]}, the other {others[key]}", place=key)
        for key in ones
        if ones[key] != others.get(key)
    ]
    if mistakes or ones.keys() != others.keys():
        raise SeveralMistakes("the two entries of the hand count differ", mistakes, mend="count these papers again")
    return first


class _ImageCount:
    """Papers of one box as they are taken one by one."""

    def __init__(self, definition: Definition, station_id: str, entries: Entries) -> None:
        self.ballots: list[Ballot] = []
        self.unsettled: list[UnsettledPaper] = []
        self.asked: set[str] = set()
        self._definition = definition
        self._station = station_id
        self._styles = {style.id: style for style in definition.styles_of_station(station_id)}
        self._entries = entries
        self._nulls: dict[str, int] = {}
        self._seen: dict[str, Paper] = {}

    def take(self, paper: Paper) -> None:
        """Count one paper, or note why it is not yet counted."""
        reading = paper.reading
        earlier = self._seen.get(reading.number) if reading.choices else None
        if reading.choices is None:
            self._ask(paper, reading.refused)
        elif earlier is not None and earlier.reading.choices != reading.choices:
            self._ask(paper, f"the same number as {earlier.source}, but other choices")
        elif earlier is not None:
            self._note(paper, f"the same paper as {earlier.source}, counted once", settled=True)
        else:
            self._seen[reading.number] = paper
            self.ballots.append(reading.choices)
            if reading.agrees_with_qr is False:
                self._note(paper, "its QR code says something else; the text counts", settled=True)

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
        if isinstance(entry, EnteredPaper):
            self.ballots.append(self._entered(paper.source, entry))

    def _entered(self, source: str, entry: EnteredPaper) -> Ballot:
        style = self._styles.get(entry.style)
        if style is None:
            known = ", ".join(self._styles)
            raise InvalidInput(f"the station has no ballot style {entry.style!r}", place=source, mend=f"use {known}")
        nulls = [contest_id for contest_id, chosen in entry.choices.items() if chosen == (NULL,)]
        rest = {contest_id: chosen for contest_id, chosen in entry.choices.items() if contest_id not in nulls}
        try:
            ballot = Ballot.mark(self._definition, style, rest | dict.fromkeys(nulls, ()))
        except InvalidInput as error:
            raise InvalidInput(error.problem, place=source, mend="enter what stands on the paper") from None
        for contest_id in nulls:
            self._nulls[contest_id] = self._nulls.get(contest_id, 0) + 1
        return ballot

    def _note(self, paper: Paper, reason: str, *, settled: bool) -> None:
        self.unsettled.append(UnsettledPaper(paper.source, reason, settled))


def _figures(definition: Definition, tally: ContestTally) -> list[tuple[str, int]]:
    """The figures of a contest by name, options in the definition's order."""
    options = [(option.id, tally.votes.get(option.id, 0)) for option in definition.contest(tally.contest).options]
    rest = [("(blank)", tally.blank), (NULL, tally.null), ("(undervotes)", tally.undervotes)]
    return [*options, *rest, ("(ballots)", tally.ballots)]


def _all_figures(paper: PaperTally) -> dict[str, int | None]:
    """Every figure of a hand count by a name a person understands."""
    figures: dict[str, int | None] = {"(papers)": paper.papers, "(spoiled)": paper.spoiled}
    for tally in paper.contests:
        figures |= {f"{tally.contest}, {option}": votes for option, votes in tally.votes.items()}
        figures |= {f"{tally.contest}, (blank)": tally.blank, f"{tally.contest}, {NULL}": tally.null}
        figures[f"{tally.contest}, (ballots)"] = tally.ballots
    return figures
