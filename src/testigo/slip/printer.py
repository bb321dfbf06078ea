"""What a printer of slips is, and the one for trials and rehearsals, which writes files into a folder.

A printer is anything with `print_slip(slip)` that returns only when the whole slip is on paper, and raises
`PrinterError` otherwise; the booth then counts a failed print, and no slip as printed. A new kind is a class and a line
in `printers.open_printer`.
"""

import os
from pathlib import Path
from typing import Protocol

from testigo import storage
from testigo.errors import StorageError, TestigoError
from testigo.slip.slip import Slip

_NO_TIME = 946_684_800
"""2000-01-01: the time that every file of a folder printer bears."""


class PrinterError(TestigoError):
    """The slip is not (wholly) printed. The voter must not be asked to confirm it."""


class Printer(Protocol):
    """Anything that puts slips on paper."""

    def print_slip(self, slip: Slip) -> None:
        """Print one slip; returns when it is whole, raises `PrinterError` where it is not or may not be."""

    def is_ready(self) -> bool:
        """Whether the printer says that it is ready, with paper; False where it answers no questions. Prints nothing;
        raises `PrinterError` where it is not ready.
        """


class FolderPrinter:
    """Writes `NUMBER.png` and `NUMBER.pdf` into a folder, for trials. All files bear one same time.

    A file system remembers more (when an entry was made, in which order), so this is not a place for real votes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

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
            for suffix, data in ((".png", slip.png()), (".pdf", slip.pdf())):
                file = self.folder / f"{slip.number}{suffix}"
                storage.write(file, data)
                with storage.explained(file):
                    os.utime(file, (_NO_TIME, _NO_TIME))
        except StorageError as error:
            raise PrinterError("printer.folder-unwritable", place=self.folder, why=error.message) from None
