"""Where whole pages are printed: zero reports, tally sheets. (Paper votes are printed by `testigo.slip.printer`.)"""

import shutil
import subprocess
from pathlib import Path
from typing import Protocol

from testigo import storage, waits
from testigo.errors import StorageError
from testigo.words import message


class PagePrinter(Protocol):
    """Something that puts a PDF on paper, or where people take it from."""

    def print_page(self, name: str, pdf: bytes) -> None:
        """Print one document; `name` is a file name without ending. Raises `StorageError` where it did not come out."""


class FolderPages:
    """Pages as PDF files in a folder: for rehearsals, and for a USB stick that is carried to a printer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def print_page(self, name: str, pdf: bytes) -> None:
        """Write `NAME.pdf`; the same name again replaces it."""
        storage.make_folder(self.folder)
        storage.write(self.folder / f"{name}.pdf", pdf)


class CupsPages:
    """Pages through the machine's own print system (`lp`). `printer`: its name, or "" for the default printer."""

    def __init__(self, printer: str = "") -> None:
        self._printer = printer

    def print_page(self, name: str, pdf: bytes) -> None:
        """Hand the page to `lp`; an answer within `waits.ANSWER` means that the print system took it."""
        program = shutil.which("lp")
        if program is None:
            raise StorageError("print-system.missing")
        where = ("-d", self._printer) if self._printer else ()
        try:
            command = [program, *where, "-t", name, "-"]
            done = subprocess.run(command, input=pdf, capture_output=True, timeout=waits.ANSWER)
        except (subprocess.TimeoutExpired, OSError) as error:
            raise StorageError("print-system.no-answer") from error
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()[:200]
            ended = message("term", "print-system.ended", status=done.returncode)
            raise StorageError("print-system.refused", why=said or ended)
