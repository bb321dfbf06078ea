"""The night: tally sheets travel, dice draw boxes, paper is counted, the result is published.

The dice are simulated, and the rehearsal says so; in an election they are rolled before witnesses.
"""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from testigo import storage
from testigo.audit import AuditDesk, Seed, closing_sample
from testigo.audit.closing import closing_count
from testigo.audit.desk import KEY
from testigo.audit.paper_images import papers_from_images, read_papers
from testigo.count import Centre, ClosingCount, Result
from testigo.count.results_page import publish_results
from testigo.keys import SigningKey
from testigo.rehearsal.photographs import photograph
from testigo.rehearsal.site import Site

AUDITOR = "auditor"
"""The auditor's folder in that of the rehearsal."""

_DICE = 24


def _desk(centre: Centre) -> AuditDesk:
    """The auditor, whose key lies beside the centre's folder and not in it."""
    return AuditDesk(centre.ledger, SigningKey.load(centre.folder.with_name(AUDITOR) / KEY))


def _hand_over(centre: Centre, made: dict[str, bytes]) -> None:
    """The centre appends what the auditor signed."""
    for name, envelope in made.items():
        centre.append(envelope, place=name)


def roll_dice(generator: random.Random) -> str:
    """Twenty-four dice as a stranger would read them aloud."""
    return "".join(str(generator.randint(1, 6)) for _ in range(_DICE))


def draw_boxes(centre: Centre, dice: str) -> tuple[str, ...]:
    """Publish the dice and the boxes they draw; returns the stations."""
    _hand_over(centre, _desk(centre).draw(Seed.parse(dice)))
    return closing_sample(centre.definition, Seed.parse(dice)).ids


def photograph_papers(site: Site, folder: Path, seed: int) -> list[Path]:
    """Photograph every paper vote of a box, as witnesses would; spoiled ones lie in their envelope and stay out."""
    chance = np.random.default_rng(seed)
    storage.make_folder(folder)
    photographs = []
    for slip in sorted(site.box.glob("*.png")):
        file = folder / f"{slip.stem}.jpg"
        storage.write(file, photograph(slip.read_bytes(), chance))
        photographs.append(file)
    return photographs


def count_box(centre: Centre, site: Site, photographs: list[Path], on_image: Callable[[], None]) -> ClosingCount:
    """Read a box's paper votes from their photographs, compare them with the tally sheet, publish the comparison."""
    station = site.station.id
    sheet = centre.ledger.sheets[station]
    papers = read_papers(photographs, centre.definition, station, on_image=on_image)
    spoiled = len(list(site.spoiled_envelope.glob("*.png")))
    paper = papers_from_images(centre.definition, station, papers, {}, spoiled=spoiled)
    counted = closing_count(centre.definition, sheet, centre.ledger.sheet_digests(ClosingCount.VERSION)[station], paper)
    _hand_over(centre, _desk(centre).closing_count(counted))
    return counted


def publish(centre: Centre, out: Path, generator: random.Random) -> Result:
    """The result, after a public draw where a tie needs one; then the record and the results page as everybody sees
    them.
    """
    if any(tie.open for contest in centre.result().contests for tie in contest.allocation.ties):
        _hand_over(centre, _desk(centre).settle_ties(Seed.parse(roll_dice(generator))))
    result = centre.publish_result()
    with storage.explained(out):
        shutil.copytree(centre.public, out / "public")
    publish_results(out / "public", out / "results")
    return result
