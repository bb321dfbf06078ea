"""Counting the papers of a training, with the training's own reader, beside what its booth counted.

The papers of a training read like an election's, so that a closing count can be practised; only a reader of this very
training takes them. Nothing is signed of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from testigo import storage
from testigo.ballot import Tally, tally_ballots
from testigo.election import Definition, is_training, open_station_file
from testigo.errors import InvalidInput
from testigo.keys import PublicKey
from testigo.slip_reader import SlipReader, SlipReading
from testigo.station.install import installed_folders
from testigo.station.machine.folder import DEFINITION, read_settings


@dataclass(frozen=True)
class PaperCount:
    """What the papers add up to. `refused`: (file, reading) of those that a person must look at."""

    definition: Definition
    tally: Tally
    read: int
    refused: list[tuple[Path, SlipReading]]


def count_papers(station: Path, images: Sequence[Path], advance: Callable[[], None] = lambda: None) -> PaperCount:
    """Count the photographs or scans of a training's papers. `station`: the folder of its machines, or one of them.

    The same slip number twice counts once. Raises `InvalidInput` for a station that is not a training's, and for a
    file that is not an image.
    """
    machine = installed_folders(station)[0]
    settings = read_settings(machine)
    definition = open_station_file(
        storage.read(machine / DEFINITION), PublicKey.from_hex(settings.root), place=str(machine / DEFINITION)
    )
    if not is_training(definition):
        raise InvalidInput("training.of-an-election", place=station)
    reader = SlipReader(definition, settings.station)
    ballots, refused = {}, []
    for image in images:
        for reading in reader.read(image):
            if reading.choices is None:
                refused.append((image, reading))
            else:
                ballots[reading.number] = reading.choices
        advance()
    tally = tally_ballots(definition, settings.station, ballots.values())
    return PaperCount(definition, tally, len(ballots), refused)
