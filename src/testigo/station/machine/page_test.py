"""The printer of pages, before a day begins: what it says of itself, a page to try it, and whether the page came out.

A print system takes a page before it is on paper, and few printers tell what becomes of it. So a person looks.
"""

from pathlib import Path
from typing import Literal

from testigo.election import Definition
from testigo.errors import TestigoError
from testigo.paper import typeset
from testigo.paper.directions import PageLanguage, all_isolated
from testigo.paper.pages import FolderPages, PagePrinter
from testigo.station.machine.folder import MachineFolder
from testigo.station.machine.readiness import ReadinessLine, failed, line
from testigo.station.machine.training_mark import marked
from testigo.words import message, officers_language, to_line

PageTest = Literal["ask", "print", "out", "not-out"]
"""Ask the printer alone; print a test page; a person saw that it came out, or that it did not."""

_TEMPLATE = Path(__file__).with_name("test_page.typ")


def test_page(definition: Definition, station_id: str) -> bytes:
    """The test page as PDF, in the election's first language of officers."""
    language = officers_language(definition.languages)
    station = definition.station(station_id)
    texts = {
        "head": message("hardware", "pages.head").text(language),
        "how": message("hardware", "pages.how").text(language),
        "station": f"{station.id} · {station.name}",
    }
    data = {**all_isolated(texts, language), "language": PageLanguage.of(language)}
    return marked(typeset.compile(_TEMPLATE, data, fonts=definition.fonts), definition)


def pages_line(folder: MachineFolder, printer: PagePrinter, test: PageTest) -> ReadinessLine:
    """The line on the page of readiness."""
    if test == "out":
        return line("pages", "ok", message("hardware", "pages.out"))
    if test == "not-out":
        return line("pages", "failed", message("hardware", "pages.not-out"))
    try:
        answers = printer.is_ready()
        if test == "print":
            printer.print_page("test-page", test_page(folder.definition, folder.station_id))
    except TestigoError as error:
        return failed("pages", error)
    if test == "print":
        return line("pages", "warning", message("hardware", "pages.sent"))
    if isinstance(printer, FolderPages):
        return line("pages", "ok", message("hardware", "pages.in-folder", folder=str(printer.folder)))
    if answers:
        return line("pages", "ok", message("hardware", "pages.ready"))
    return line("pages", "warning", message("hardware", "pages.quiet"))


def is_page_sent(one: ReadinessLine) -> bool:
    """Whether a person is to say if the page came out."""
    return (one.name, one.found) == ("pages", to_line(message("hardware", "pages.sent")))
