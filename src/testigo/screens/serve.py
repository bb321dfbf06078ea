"""Starting one role's process: open its storage, then serve its pages until it is told to stop.

Each role imports only what it needs, when it is started: a booth never loads the register or the fingerprint engine.
"""

import contextlib
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from testigo import storage
from testigo.errors import InvalidInput
from testigo.web.listening import Listening, run

if TYPE_CHECKING:
    from testigo.election import Definition
    from testigo.fingerprint.reader import Reader
    from testigo.keys import PublicKey
    from testigo.paper.pages import PagePrinter
    from testigo.station.machine.ways import Machine


def serve_booth(folder: Path, printer: str, listening: Listening) -> None:
    """The booth of the machine folder `folder` (`STATION/booth`). `printer`: an address as `slip.open_printer`
    reads it.
    """
    from testigo.screens import booth as pages
    from testigo.screens.metrics import of_machine
    from testigo.screens.page_voter import PageVoter
    from testigo.slip import open_printer
    from testigo.station.booth.booth import Booth

    with Booth(folder, open_printer(printer), screen=PageVoter) as booth:
        run(pages.app(booth), listening, of_machine(booth))


def serve_preview(
    definition: "Definition", station: str, listening: Listening, tell: Callable[[str], object] = lambda address: None
) -> None:
    """The preview of an election, or of one station of it ("" for all). `tell`: is told the address of its first page.

    Raises `InvalidInput` where there is no such station.
    """
    from testigo.screens import preview

    run(preview.app(definition, station), listening, first_page=preview.FIRST_PAGE, tell=tell)


def serve_check_in(
    folder: Path, listening: Listening, *, reader: str = "", dpi: int | None = None, desks: str = ""
) -> None:
    """The check-in of the machine folder `folder` (`STATION/check-in`). `reader`: an address as
    `fingerprint.reader.open_reader` reads it, "" for none; `dpi`: its resolution, where its driver does not know it.
    `desks`: addresses of all desks of the station, this one's too, with spaces between; "" where it is the only one.
    """
    from testigo.screens import checkin as pages
    from testigo.screens.checkin_desks import DeskTeller
    from testigo.screens.metrics import of_machine
    from testigo.station.check_in.check_in import CheckIn
    from testigo.station.machine.ways import HttpDesk

    ways = {number: HttpDesk(address) for number, address in enumerate(desks.split(), 1)}
    with _reader(reader, dpi) as opened, CheckIn(folder, desks=ways) as check_in, DeskTeller(check_in):
        run(pages.app(check_in, reader=opened), listening, of_machine(check_in))


@contextlib.contextmanager
def _reader(address: str, dpi: int | None) -> "Iterator[Reader | None]":
    """The desk's reader, given back at the end. It is opened by the first capture: a desk starts without it, too."""
    from testigo.fingerprint.reader import open_reader

    reader = open_reader(address, dpi=dpi) if address else None
    try:
        yield reader
    finally:
        if reader is not None:
            reader.close()


def serve_chair(
    folder: Path, booth: str, check_in: str, listening: Listening, *, centre: str = "", pages: str = ""
) -> None:
    """The chair of the machine folder `folder` (`STATION/chair`). `booth`, `check_in`: the others' addresses, several
    with spaces between, in the order of their numbers. `centre`: its address.
    """
    from testigo.screens import chair as screen
    from testigo.screens.background_test import BackgroundTest
    from testigo.screens.metrics import of_machine
    from testigo.station.chair.chair import Chair
    from testigo.station.machine.ways import require_address

    if centre:
        require_address(centre)
    out = page_printer(pages, folder)
    with (
        Chair(folder, booths=_ways(booth), desks=_ways(check_in), pages=out) as chair,
        BackgroundTest(chair) as test,
    ):
        run(screen.app(chair, centre_address=centre, test=test), listening, of_machine(chair))


def _ways(addresses: str) -> "list[Machine]":
    from testigo.station.machine.ways import HttpMachine

    return [HttpMachine(address) for address in addresses.split()]


def page_printer(address: str, folder: Path) -> "PagePrinter":
    """`folder:PATH`, `cups` or `cups:NAME`; without an address, PDF files in the machine's own folder."""
    from testigo.paper.pages import CupsPages, FolderPages

    kind, _, rest = address.partition(":")
    if kind == "cups":
        return CupsPages(rest)
    if address and (kind != "folder" or not rest):
        raise InvalidInput("page-printer.unknown", place=address)
    if rest:
        storage.make_folder(Path(rest))  # a file that stands there is said now, not when the first page is printed
    return FolderPages(Path(rest) if rest else folder / "paper")


def serve_enrolment(
    register: str,
    definition: Path,
    key: Path,
    officers: Path,
    listening: Listening,
    *,
    reader: str = "",
    dpi: int | None = None,
) -> None:
    """An enrolment desk. `register`: address of the database; `key`: the register's key file; `officers`: see
    `staff.desk`; `reader`, `dpi`: as for the check-in.
    """
    from testigo.election import load
    from testigo.register import Register, RegisterKey
    from testigo.screens import enrolment as pages
    from testigo.staff.desk import open_desk

    admitted = open_desk(officers)
    if len(admitted.without_pin()) == len(admitted.accounts()):
        raise InvalidInput("officers.without-pin", place=officers)
    with _reader(reader, dpi) as attached, Register.open(register, load(definition), RegisterKey.load(key)) as opened:
        run(pages.app(opened, admitted, reader=attached), listening)


def edit_definition(
    file: Path,
    listening: Listening,
    tell: Callable[[str], object],
    opening: contextlib.AbstractContextManager[None] = contextlib.nullcontext(),  # noqa: B008
) -> bool:
    """The editor of a definition. `tell`: who is told the address to open; `opening`: around the reading of the file.
    Returns whether what was typed is saved.
    """
    from testigo.election.editing.draft import Draft
    from testigo.screens import editor as pages
    from testigo.slip.lengths import require_printable

    with opening:
        draft = Draft.open(file, require_printable)
    key = secrets.token_urlsafe(24)
    run(pages.app(draft, key), listening, first_page=f"/enter/{key}", tell=tell)
    return not draft.is_changed


def serve_audit_desk(
    record: str, root: "PublicKey | None", key: Path, out: Path, listening: Listening, tell: Callable[[str], object]
) -> None:
    """The auditor's desk on a public record (folder or address). `key`: the auditor's; `out`: where signed statements
    go. `tell`: who is told the address to open.
    """
    from testigo.audit import AuditDesk
    from testigo.count import read_rules
    from testigo.keys import SigningKey
    from testigo.screens import audit_desk as pages

    desk = pages.CountingDesk(AuditDesk(read_rules(record, root), SigningKey.load(key)), out)
    secret = secrets.token_urlsafe(24)
    run(pages.app(desk, secret), listening, first_page=f"/enter/{secret}", tell=tell)


def serve_ruling_desk(folder: Path, out: Path, listening: Listening, tell: Callable[[str], object]) -> None:
    """The authority's desk for rulings. `folder`: with its keys and the record; `out`: where signed statements go.
    `tell`: who is told the address to open.
    """
    from testigo.screens import ruling_desk as pages

    secret = secrets.token_urlsafe(24)
    run(pages.app(pages.RulingDesk(folder, out), secret), listening, first_page=f"/enter/{secret}", tell=tell)


def serve_results(results: Path, record: Path, listening: Listening) -> None:
    """The results page's folder and the public record's, read-only."""
    from testigo.screens import results as pages

    for folder, required in ((results, "index.html"), (record, "checkpoint")):
        if not (folder / required).is_file():
            raise InvalidInput("folder.not-published", place=folder, file=required)
    run(pages.app(results, record), listening)


def serve_centre(folder: Path, listening: Listening) -> None:
    """The inbox of the centre in `folder`: takes in packages."""
    from testigo.centre import Centre
    from testigo.screens import inbox

    run(inbox.app(Centre.open(folder)), listening)
