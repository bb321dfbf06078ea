"""The night: tally sheets travel, dice draw boxes, paper is counted, the result is published.

The dice are simulated, and the rehearsal says so; in an election they are rolled before witnesses.
"""

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np

from testigo import storage
from testigo.audit import AuditDesk, Seed, closing_sample
from testigo.audit.closing import closing_count
from testigo.audit.desk import KEY
from testigo.audit.paper_images import Entries, Paper, papers_from_images, read_papers
from testigo.ballot import Marks
from testigo.centre import Centre
from testigo.count import Box, ClosingCount, Result
from testigo.keys import SigningKey
from testigo.rehearsal.journal import StationNotes
from testigo.rehearsal.photographs import photograph
from testigo.rehearsal.site import BoothPlace, Site
from testigo.results import publish_results

AUDITOR = "auditor"
"""The auditor's folder in that of the rehearsal."""

_DICE = 24
_PHOTOGRAPHS = 3
"""Of one paper at most, until the reader reads it; then a person enters what stands on it."""


def _desk(centre: Centre) -> AuditDesk:
    """The auditor, whose key lies beside the centre's folder and not in it."""
    return AuditDesk(centre.rules, SigningKey.load(centre.folder.with_name(AUDITOR) / KEY))


def _hand_over(centre: Centre, made: dict[str, bytes]) -> None:
    """The centre appends what the auditor signed."""
    for name, envelope in made.items():
        centre.append(envelope, place=name)


def roll_dice(generator: random.Random) -> str:
    """Twenty-four dice, as anyone would read them aloud."""
    return "".join(str(generator.randint(1, 6)) for _ in range(_DICE))


def draw_boxes(centre: Centre, dice: str) -> tuple[str, ...]:
    """Publish the dice and the boxes they draw; returns the ids of the boxes."""
    _hand_over(centre, _desk(centre).draw(Seed.parse(dice)))
    return closing_sample(centre.definition, centre.rules.boxes_of_sample(), Seed.parse(dice)).ids


def box_of(site: Site, place: BoothPlace) -> Box:
    """The box of that booth, as the draw and the record name it."""
    return Box(site.station.id, place.number, several=len(site.booths) > 1)


def count_box(
    centre: Centre,
    site: Site,
    place: BoothPlace,
    notes: StationNotes,
    photographer: np.random.Generator,
    on_paper: Callable[[], None],
) -> ClosingCount:
    """Read a box's paper votes from photographs, compare them with the tally sheet, publish the comparison.

    Spoiled papers lie in their envelope and stay out.
    """
    station = site.station.id
    box = box_of(site, place)
    sheet = centre.rules.box_sheet(box)
    papers = _read_papers(centre, site, place, photographer, on_paper)
    entries = _entries(papers, notes)
    spoiled = len(list(place.spoiled_envelope.glob("*.png")))
    paper = papers_from_images(centre.definition, station, papers, entries, spoiled=spoiled)
    counted = closing_count(centre.definition, sheet, centre.rules.box_digest(box, ClosingCount.VERSION), paper)
    _hand_over(centre, _desk(centre).closing_count(counted))
    return counted


def _read_papers(
    centre: Centre, site: Site, place: BoothPlace, photographer: np.random.Generator, on_paper: Callable[[], None]
) -> list[Paper]:
    """What the reader makes of the photographs of all papers; where one is not read, as witnesses would, of another."""
    folder = storage.make_folder(place.paper / "photographs")
    waiting = sorted(place.box.glob("*.png"))
    read: dict[str, list[Paper]] = {slip.stem: [] for slip in waiting}
    for attempt in range(_PHOTOGRAPHS):
        files = [folder / f"{slip.stem}.jpg" for slip in waiting]
        for slip, file in zip(waiting, files, strict=True):
            storage.write(file, photograph(slip.read_bytes(), photographer))
        again = read_papers(files, centre.definition, site.station.id, on_image=_nothing if attempt else on_paper)
        for slip in waiting:
            read[slip.stem] = [paper for paper in again if _slip_of(paper) == slip.stem]
        waiting = [slip for slip in waiting if any(paper.reading.choices is None for paper in read[slip.stem])]
        if not waiting:
            break
    return [paper for papers in read.values() for paper in papers]


def _entries(papers: list[Paper], notes: StationNotes) -> Entries:
    """What a person reads on the papers that the reader refused: once a paper, whatever else its image shows."""
    entries: dict[str, Marks | Literal["no-paper"]] = {}
    read = {_slip_of(paper) for paper in papers if paper.reading.choices is not None}
    for paper in papers:
        if paper.reading.choices is None:
            slip = _slip_of(paper)
            entries[paper.source] = "no-paper" if slip in read else notes.papers[slip]
            read.add(slip)
    notes.read_by_eye += len(entries)
    return entries


def _nothing() -> None:
    """A paper that is photographed again is no further paper."""


def _slip_of(paper: Paper) -> str:
    return Path(paper.source).stem


def publish(centre: Centre, out: Path, generator: random.Random) -> Result:
    """The result, after a public draw where a tie needs one; then the record and the results page as everybody sees
    them.
    """
    if centre.result().open_ties:
        _hand_over(centre, _desk(centre).settle_ties(Seed.parse(roll_dice(generator))))
    result = centre.publish_result()
    with storage.explained(out):
        shutil.copytree(centre.public, out / "public")
    publish_results(out / "public", out / "results")
    return result
