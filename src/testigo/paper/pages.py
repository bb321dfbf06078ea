"""Where whole pages are printed: zero reports, tally sheets. (Paper votes are printed by `testigo.slip.printer`.)"""

import os
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

    def is_ready(self) -> bool:
        """Whether the printer says that it is ready; False where nobody can be asked. Prints nothing; raises
        `StorageError` where it is not ready.
        """


class FolderPages:
    """Pages as PDF files in a folder: for rehearsals, and for a USB stick that is carried to a printer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def print_page(self, name: str, pdf: bytes) -> None:
        """Write `NAME.pdf`; the same name again replaces it."""
        storage.make_folder(self.folder)
        storage.write(self.folder / f"{name}.pdf", pdf)

    def is_ready(self) -> bool:
        """Whether the folder can be written."""
        probe = self.folder / ".ready"
        storage.make_folder(self.folder)
        storage.write(probe, b"")
        with storage.explained(probe):
            probe.unlink()
        return True


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

    def is_ready(self) -> bool:
        """What `lpstat` says of the printer: it is there, and was not stopped. Of paper and toner few printers tell it.

        Raises `StorageError` for a printer that is stopped, or unknown, and where there is no default printer.
        """
        program = shutil.which("lpstat")
        if program is None:
            return False
        name = self._printer or _asked(program, "-d").rpartition(": ")[2].strip()
        if not name or name.startswith("no system default"):
            raise StorageError("print-system.no-default")
        said = _asked(program, "-p", name)
        if not said.startswith("printer "):
            raise StorageError("print-system.unknown-printer", name=name[:60])
        if " disabled since " in said:
            raise StorageError("print-system.stopped", name=name[:60], why=" ".join(said.split())[:200])
        return True


def _asked(program: str, *arguments: str) -> str:
    """What `lpstat` answers, in English."""
    try:
        done = subprocess.run(
            [program, *arguments], capture_output=True, timeout=waits.ANSWER, env={**os.environ, "LC_ALL": "C"}
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise StorageError("print-system.no-answer") from error
    return done.stdout.decode(errors="replace")
