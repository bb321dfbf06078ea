"""What a machine can try of itself, without a person: its disk, and setting and reading a paper vote."""

import secrets
import shutil
import time
from pathlib import Path

from testigo import storage
from testigo.ballot import Ballot, new_slip_number
from testigo.election import Definition
from testigo.errors import InvalidInput
from testigo.slip import Slip
from testigo.slip_reader import SlipReader
from testigo.words import Message, message

FREE = 1_000_000_000
"""Bytes that a disk must have free: a day's folder takes some 100 MB, its package and exports as much again."""
WRITTEN = 8 * 1024 * 1024
"""Bytes written and read back."""


def blank_slip(definition: Definition, station: str) -> Slip:
    """A slip without a choice, of the station's first ballot style."""
    ballot = Ballot.mark(definition, definition.styles_of_station(station)[0], {})
    return Slip(definition, station, ballot, new_slip_number(), definition.languages[0])


def disk(folder: Path) -> Message:
    """Write, flush, read back. Raises `InvalidInput` where bytes differ or little is free, `StorageError` else."""
    data = secrets.token_bytes(WRITTEN)
    file = folder / ".hardware-test"
    started = time.monotonic()
    try:
        storage.write(file, data)
        if storage.read(file) != data:
            raise InvalidInput("disk.reads-otherwise", place=folder)
    finally:
        file.unlink(missing_ok=True)
    took = time.monotonic() - started
    free = shutil.disk_usage(folder).free
    if free < FREE:
        raise InvalidInput("disk.little-free", place=folder, free=round(free / 1e9, 1), least=round(FREE / 1e9, 1))
    written, seconds = WRITTEN >> 20, round(took, 2)
    return message("hardware", "disk.works", written=written, seconds=seconds, free=round(free / 1e9, 1))


def read_back(slip: Slip, picture: bytes) -> Message:
    """The slip's own picture, read as paper is: typesetting, fonts and reader fit each other on this machine."""
    (reading,) = SlipReader(slip.definition, slip.station).read(picture)
    if reading.refused:
        raise InvalidInput("paper-vote.set-here-not-read", hint="install-testigo-again", why=reading.refused)
    if reading.choices != slip.ballot or reading.number != slip.number:
        raise InvalidInput("paper-vote.set-here-read-otherwise", hint="install-testigo-again")
    return message("hardware", "fonts.read")
