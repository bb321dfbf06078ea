"""`testigo register erase` and `erasures`: fingers taken away where the law demands it, and the traces of that."""

from pathlib import Path
from typing import Annotated

import typer

from testigo import database
from testigo.cli.output import confirmed, console, patience, print_json
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
from testigo.fingerprint import Position, label_of
from testigo.register import Erasable, Erasure
from testigo.words import current_language, instant, message

_CLEANING = message("cli", "register.cleaning")


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
        if not yes and not confirmed(message("cli", "register.erase-it")):
            console.print(str(message("cli", "nothing-changed")))
            raise typer.Exit(1)
        with patience(_CLEANING):
            done = opened.erase(document, officer, reason, legal_basis)
    if as_json:
        print_json(done)
        return
    console.print(str(message("cli", "register.erased", number=str(done.id))))
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
        _show_trace(one)
    console.print(str(message("cli", "register.erasures", count=len(found))))


def _show_trace(one: Erasure) -> None:
    templates, images = message("term", "template", count=one.templates), message("term", "image", count=one.images)
    what = message("cli", "register.erasure", document=one.document, templates=templates, images=images)
    console.print(f"{one.id}  {instant(one.at, current_language())}  {what}", soft_wrap=True)
    why = message("cli", "register.erasure-why", officer=one.officer, reason=one.reason, basis=one.legal_basis)
    console.print(f"   {why}", soft_wrap=True)
    if not one.cleaned:
        console.print(f"   {message('cli', 'register.erasure-not-cleaned')}", soft_wrap=True)


def _show(found: Erasable) -> None:
    who = message("cli", "register.erase-whose", name=found.name, station=found.station)
    console.print(f"{found.document}  {who}", soft_wrap=True)
    what = message(
        "cli",
        "register.erase-what",
        templates=message("term", "template", count=found.templates),
        images=message("term", "image", count=found.images),
        fingers=[label_of(Position.named(finger)) for finger in found.fingers],
        enrolments=message("term", "enrolment", count=found.enrolments),
    )
    if found.templates:
        console.print(str(what), soft_wrap=True)
    if found.entries:
        console.print(str(message("cli", "register.erase-entries", count=found.entries)), soft_wrap=True)
    console.print(str(message("cli", "register.erase-voter-stays")), soft_wrap=True)
    for other in found.same_person:
        console.print(str(message("cli", "register.erase-same-person", document=other)), soft_wrap=True)


def _show_copies(found: Erasable, address: str) -> None:
    """Where the fingers may still be: the register cannot reach there."""
    if found.poll_books:
        books = message("cli", "register.erased-poll-books", station=found.station, count=found.poll_books)
        console.print(str(books), soft_wrap=True)
    for file in copies_of(address):
        console.print(str(message("cli", "register.erased-copy", file=file)), soft_wrap=True)
    console.print(str(message("cli", "register.erased-backups")), soft_wrap=True)


def copies_of(address: str) -> list[Path]:
    """The copies that upgrades left beside a SQLite file."""
    file = database.sqlite_file(address)
    return sorted(file.parent.glob(f"{file.name}.before-*")) if file else []
