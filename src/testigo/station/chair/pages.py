"""What the chair's machine prints: each page is kept in the folder `paper`; the log has the tally sheet's prints."""

import msgspec

from testigo.ballot import BoothSheet, TallySheet
from testigo.errors import IllegalStep
from testigo.paper.pages import FolderPages, PagePrinter
from testigo.station.chair import tally_sheet
from testigo.station.chair.closing import Closing, check_words
from testigo.station.chair.statement_store import StatementStore
from testigo.station.chair.statements import ChairStatements
from testigo.station.machine.folder import MachineFolder
from testigo.words import message


class ChairPages:
    """The pages of one chair. `printer`: where they are printed, besides the PDF files, which are always there."""

    def __init__(
        self,
        folder: MachineFolder,
        statements: StatementStore,
        closing: Closing,
        told: ChairStatements,
        printer: PagePrinter | None,
    ) -> None:
        self._folder = folder
        self._statements = statements
        self._closing = closing
        self._told = told
        self.kept = FolderPages(folder.path / "paper")
        self.printer = printer or self.kept

    def print_page(self, name: str, pdf: bytes) -> None:
        """Keep the page where `export` and people find it, then print it."""
        self.kept.print_page(name, pdf)
        if self.printer is not self.kept:
            self.printer.print_page(name, pdf)

    # ---- the tally sheet

    def tally_sheet(self) -> TallySheet | None:
        """The tally sheet, once it is made."""
        if not self._statements.last("tally-sheet"):
            return None
        return self._closing.tally_sheet()

    def tally_sheet_json(self) -> bytes:
        """The signed `tally-sheet` statement; raises `IllegalStep` before it is made."""
        self._made_sheet()
        return self._statements.read("tally-sheet")

    def tally_sheet_pdf(self) -> bytes:
        """The tally sheet as a page; raises `IllegalStep` before it is made."""
        sheet = self._made_sheet()
        digest, told = self._statements.own("tally-sheet").digest, self._told.incidents()
        return tally_sheet.page(self._folder.definition, sheet, digest, self._folder.key, told)

    def print_tally_sheet(self) -> None:
        """Print the tally sheet, first or again, with the sheets of the booths where there are several; each print is
        noted. Raises what the printer raises."""
        sheet = self._made_sheet()
        self.print_page("tally-sheet", self.tally_sheet_pdf())
        for name, signed in self._closing.booth_sheets():
            part = msgspec.convert(signed.statement.body, BoothSheet)
            page = tally_sheet.booth_page(self._folder.definition, sheet, part, signed.digest, self._folder.key)
            self.print_page(name, page)
        self._folder.log.append("tally-sheet-printed")

    def note_printed_elsewhere(self, reason: str) -> None:
        """The tally sheet is on paper, from another printer than the station's; `reason`: why and where, in words.

        For the night when the printer is dead and the PDF was carried to another one. Raises `IllegalStep` before the
        tally sheet is made.
        """
        self._made_sheet()
        check_words(message("term", "reason-for.printed-elsewhere"), reason)
        self._folder.log.append("tally-sheet-printed-elsewhere", reason=reason)

    @property
    def printed(self) -> bool:
        """Whether the tally sheet is on paper."""
        return any(self._statements.last(event) for event in ("tally-sheet-printed", "tally-sheet-printed-elsewhere"))

    def _made_sheet(self) -> TallySheet:
        sheet = self.tally_sheet()
        if sheet is None:
            raise IllegalStep("tally-sheet.not-made", place=self._folder.place)
        return sheet
