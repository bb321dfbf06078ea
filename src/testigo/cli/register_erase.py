"""`testigo register erase` and `erasures`: fingers taken away where the law demands it, and the traces of that."""

from pathlib import Path
from typing import Annotated

import typer

from testigo import database
from testigo.cli.output import console, patience, print_json
from testigo.cli.register_options import (
    KEY,
    REGISTER,
    Address,
    AsJson,
    Document,
    ElectionFile,
    KeyFile,
    Officer,
    open_register,
)
from testigo.errors import how_many
from testigo.register import Erasable

_CLEANING = "Writing the database again without what was erased; this takes about as long as copying it."


def erase(
    document: Document,
    reason: Annotated[
        str, typer.Option("--reason", help="Why: death, court order, consent withdrawn, …", show_default=False)
    ],
    legal_basis: Annotated[
        str, typer.Option("--legal-basis", help="The law or the order that demands it.", show_default=False)
    ],
    officer: Officer,
    election: ElectionFile,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    register: Address = REGISTER,
    key: KeyFile = KEY,
    as_json: AsJson = False,
) -> None:
    """Erase a voter's fingers where the law demands it: templates and images, of withdrawn enrolments too.

    The voter stays, may vote, and can be enrolled again. Shows what will be erased, and asks. A trace is kept of who
    did it, when, why and how much of what, and nothing of the fingers. Refused on the day of the election, and while a
    case needs the fingers.

    Example: testigo register erase V-12.345.678 --reason "court order" --legal-basis "order 123/2026"
    --officer "Ana Pérez" --election election.yaml
    """
    with open_register(register, election, key) as opened:
        found = opened.erasable(document)
        if not as_json:
            _show(found)
        if not yes and not typer.confirm("Erase it? It cannot be undone.", err=True):
            console.print("Nothing was changed.")
            raise typer.Exit(1)
        with patience(_CLEANING):
            done = opened.erase(document, officer, reason, legal_basis)
    if as_json:
        print_json(done)
        return
    console.print(f"Erased; the trace is number {done.id} of `testigo register erasures`.")
    _show_copies(found, register)


def erasures(
    election: ElectionFile,
    clean: Annotated[bool, typer.Option("--clean", help="First clean the database's files where that failed.")] = False,
    register: Address = REGISTER,
    key: KeyFile = KEY,
    as_json: AsJson = False,
) -> None:
    """List the traces of erasures: whose fingers, when, by whom, why, and how much of what.

    Example: testigo register erasures --election election.yaml
    """
    with open_register(register, election, key) as opened:
        if clean:
            with patience(_CLEANING):
                opened.clean_erased()
        found = opened.erasures()
    if as_json:
        print_json(found)
        return
    for one in found:
        amount = f"{how_many(one.templates, 'template')}, {how_many(one.images, 'image')}"
        console.print(f"{one.id}  {one.at}  document {one.document}: {amount}", soft_wrap=True)
        console.print(f"   by {one.officer}; {one.reason} ({one.legal_basis})", soft_wrap=True)
        if not one.cleaned:
            console.print("   Bytes of it may be left in the database's files: run this with --clean.", soft_wrap=True)
    console.print(f"{how_many(len(found), 'erasure')}.")


def _show(found: Erasable) -> None:
    console.print(f"{found.document}  {found.name}, station {found.station}", soft_wrap=True)
    console.print(
        f"Will be erased: {how_many(found.templates, 'template')} and {how_many(found.images, 'image')} of "
        f"{', '.join(found.fingers)}, from {how_many(found.enrolments, 'enrolment')}.",
        soft_wrap=True,
    )
    console.print("The voter stays in the register, and is on the next poll book without fingers.", soft_wrap=True)
    for other in found.same_person:
        console.print(f"Ruled to be the same person as {other}: that number has fingers of its own.", soft_wrap=True)


def _show_copies(found: Erasable, address: str) -> None:
    """Where the fingers may still be: the register cannot reach there."""
    if found.poll_books:
        console.print(
            f"Poll books made for station {found.station} before now ({found.poll_books}) still hold the templates. "
            "Make a new one, which its machine loads before it opens.",
            soft_wrap=True,
        )
    for file in copies_of(address):
        console.print(f"This copy still holds them; delete it: {file}", soft_wrap=True)
    console.print("Backups and an unfinished deduplication's folder hold them too, if you have any.", soft_wrap=True)


def copies_of(address: str) -> list[Path]:
    """The copies that upgrades left beside a SQLite file."""
    file = database.sqlite_file(address)
    return sorted(file.parent.glob(f"{file.name}.before-*")) if file else []
