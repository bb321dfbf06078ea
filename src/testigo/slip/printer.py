"""What a printer of slips is, and the one for trials and rehearsals, which writes files into a folder.

A printer is anything with `print_slip(slip)` that returns only when the whole slip is on paper, and raises
`PrinterError` otherwise; the booth then counts a failed print, and no slip as printed. A new kind is a class and a line
in `printers.open_printer`.
"""

import os
import secrets
from pathlib import Path
from typing import Protocol

from testigo import storage
from testigo.errors import StorageError, TestigoError
from testigo.slip.slip import Slip
from testigo.slip.spoiled_slip import SpoiledSlip

SPOILED = "spoiled"
"""Folder of spoiled papers, in that of a folder printer."""

_NO_TIME = 946_684_800
"""2000-01-01: the time that every file of a folder printer bears."""


_BLANKS = 512
"""Files that are made at once; two for each slip. Of more slips than they hold it can be told which were the first."""


class PrinterError(TestigoError):
    """The slip is not (wholly) printed. The voter must not be asked to confirm it."""


class Printer(Protocol):
    """Anything that puts slips on paper."""

    def print_slip(self, slip: Slip) -> None:
        """Print one slip; returns when it is whole, raises `PrinterError` where it is not or may not be."""

    def spoil_slip(self, slip: Slip) -> None:
        """That printed slip is spoiled: a printer that keeps papers keeps it apart, named as that; one in people's
        hands goes into the envelope, with what the printer prints to name it. Raises `PrinterError`.
        """

    def is_ready(self) -> bool:
        """Whether the printer says that it is ready, with paper; False where it answers no questions. Prints nothing;
        raises `PrinterError` where it is not ready.
        """


class FolderPrinter:
    """Writes `NUMBER.png` and `NUMBER.pdf` into a folder, for trials. Those that were spoiled are kept apart in its
    folder `spoiled`, with that word across them.

    What a file system tells of its files does not tell their order. Each is a blank that was made before, one of many
    and drawn by chance, so that neither number nor birth of its inode says anything; and after each slip all files are
    touched, in an order drawn by chance. Blocks of the disk below may still tell: this is not a place for real votes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._blanks = folder / ".blanks"

    def is_ready(self) -> bool:
        """Whether the folder can be written; raises `PrinterError`."""
        probe = self.folder / ".ready"
        try:
            storage.make_folder(self.folder)
            storage.write(probe, b"")
            with storage.explained(probe):
                probe.unlink()
        except StorageError as error:
            raise PrinterError("printer.folder-unwritable", place=self.folder, why=error.message) from None
        return True

    def print_slip(self, slip: Slip) -> None:
        """Write both files, or raise `PrinterError`."""
        try:
            storage.make_folder(self.folder)
            self._write(self.folder, slip)
            self._touch_all()
        except StorageError as error:
            raise PrinterError("printer.folder-unwritable", place=self.folder, why=error.message) from None

    def spoil_slip(self, slip: Slip) -> None:
        """Keep it apart, unless somebody took it; raise `PrinterError` where that fails."""
        there = [self.folder / f"{slip.number}{suffix}" for suffix in (".png", ".pdf")]
        try:
            with storage.explained(self.folder):
                if not all(file.exists() for file in there):
                    return
            storage.make_folder(self.folder / SPOILED)
            self._write(self.folder / SPOILED, SpoiledSlip.of(slip))
            for file in there:
                with storage.explained(file):
                    file.unlink()
            self._touch_all()
        except StorageError as error:
            raise PrinterError("printer.folder-unwritable", place=self.folder, why=error.message) from None

    def _write(self, folder: Path, slip: Slip) -> None:
        for suffix, data in ((".png", slip.png()), (".pdf", slip.pdf())):
            self._fill(folder / f"{slip.number}{suffix}", data)

    def _fill(self, file: Path, data: bytes) -> None:
        """Write into a blank, then give it its name."""
        with storage.explained(file):
            blank = secrets.choice(self._all_blanks())
            with blank.open("wb") as handle:
                handle.write(data)
                handle.flush()
                storage.flush(handle.fileno())
            blank.rename(file)

    def _all_blanks(self) -> list[Path]:
        self._blanks.mkdir(exist_ok=True)
        blanks = list(self._blanks.iterdir())
        if not blanks:
            blanks = [self._blanks / secrets.token_hex(8) for _ in range(_BLANKS)]
            for blank in blanks:
                blank.touch()
        return blanks

    def _touch_all(self) -> None:
        with storage.explained(self.folder):
            folders = [self.folder, *([self.folder / SPOILED] if (self.folder / SPOILED).is_dir() else [])]
            files = [file for folder in folders for file in folder.iterdir() if file.is_file()]
            secrets.SystemRandom().shuffle(files)
            for file in files:
                os.utime(file, (_NO_TIME, _NO_TIME))
