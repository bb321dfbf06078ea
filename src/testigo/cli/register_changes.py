"""`testigo register correct`, `move`, `remove`, `restore`, `history` and `poll-books`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from testigo.cli.output import console, print_json, table
from testigo.cli.register_options import (
    KEY,
    OFFICERS,
    REGISTER,
    Account,
    Address,
    AsJson,
    Document,
    ElectionFile,
    KeyFile,
    Officers,
    PinFile,
    open_register,
    signed_in,
)
from testigo.register import HistoryEntry, Register, Voter
from testigo.words import current_language, instant, message

Reason = Annotated[str, typer.Option("--reason", help="Why; it stays in the voter's history.", show_default=False)]


def correct(
    document: Document,
    reason: Reason,
    officer: Account,
    election: ElectionFile,
    name: Annotated[str, typer.Option("--name", help="The right name.")] = "",
    number: Annotated[str, typer.Option("--number", help="The right document number.")] = "",
    officers: Officers = OFFICERS,
    pin_file: PinFile = None,
    register: Address = REGISTER,
    key: KeyFile = KEY,
    as_json: AsJson = False,
) -> None:
    """Correct a voter's name or document number, with your PIN. The history keeps what was before.

    Example: testigo register correct P1 --name "Ana Prueba" --reason "misspelled" --officer maria
    --election election.yaml
    """

    def change(opened: Register, account: str) -> Voter:
        return opened.correct(document, account, reason, number=number, name=name)

    _change((officers, officer, pin_file), (register, election, key), as_json, change)


def move(
    document: Document,
    station: Annotated[str, typer.Option("--to", help="The id of the station.", show_default=False)],
    reason: Reason,
    officer: Account,
    election: ElectionFile,
    roll: Annotated[str, typer.Option("--roll", help="Another roll; else the same one.")] = "",
    officers: Officers = OFFICERS,
    pin_file: PinFile = None,
    register: Address = REGISTER,
    key: KeyFile = KEY,
    as_json: AsJson = False,
) -> None:
    """Let a voter vote at another station, with your PIN. Both stations then need a new poll book.

    Example: testigo register move V-12.345.678 --to 01-02 --reason "moved house" --officer maria
    --election election.yaml
    """

    def change(opened: Register, account: str) -> Voter:
        return opened.move(document, account, reason, station, roll)

    _change((officers, officer, pin_file), (register, election, key), as_json, change)


def remove(
    document: Document,
    reason: Reason,
    officer: Account,
    election: ElectionFile,
    officers: Officers = OFFICERS,
    pin_file: PinFile = None,
    register: Address = REGISTER,
    key: KeyFile = KEY,
    as_json: AsJson = False,
) -> None:
    """Take a voter off the lists, with your PIN. What is known of the voter stays; `restore` takes the voter in again.

    Example: testigo register remove V-12.345.678 --reason "died" --officer maria --election election.yaml
    """

    def change(opened: Register, account: str) -> Voter:
        return opened.remove(document, account, reason)

    _change((officers, officer, pin_file), (register, election, key), as_json, change)


def restore(
    document: Document,
    reason: Reason,
    officer: Account,
    election: ElectionFile,
    name: Annotated[str, typer.Option("--name", help="The name, where it was erased by law.")] = "",
    officers: Officers = OFFICERS,
    pin_file: PinFile = None,
    register: Address = REGISTER,
    key: KeyFile = KEY,
    as_json: AsJson = False,
) -> None:
    """Take a removed voter in again, at the same station, with your PIN.

    Example: testigo register restore V-12.345.678 --reason "it was the brother" --officer maria
    --election election.yaml
    """

    def change(opened: Register, account: str) -> Voter:
        return opened.restore(document, account, reason, name)

    _change((officers, officer, pin_file), (register, election, key), as_json, change)


def history(
    document: Document,
    election: ElectionFile,
    register: Address = REGISTER,
    key: KeyFile = KEY,
    as_json: AsJson = False,
) -> None:
    """Show all that was done to a voter: enrolments, corrections, moves, removals, erasures; when, by whom and why.

    Example: testigo register history V-12.345.678 --election election.yaml
    """
    with open_register(register, election, key) as opened:
        found = opened.history(document)
    if as_json:
        print_json(found)
        return
    for one in found:
        _show_entry(one)
    console.print(str(message("cli", "register.history-entries", count=len(found))))


def poll_books(
    election: ElectionFile,
    register: Address = REGISTER,
    key: KeyFile = KEY,
    as_json: AsJson = False,
) -> None:
    """List the newest poll book of each station, and which must be made again because the register has changed.

    Example: testigo register poll-books --election election.yaml
    """
    with open_register(register, election, key) as opened:
        found = opened.poll_books()
    if as_json:
        print_json(found)
        return
    columns = [str(message("cli", f"register.books-{name}")) for name in ("station", "number", "made", "voters", "now")]
    current, changed = (str(message("cli", f"register.books-{word}")) for word in ("current", "changed"))
    rows = (
        (
            one.station,
            one.serial,
            instant(one.issued, current_language()),
            one.voters,
            current if one.current else changed,
        )
        for one in found
    )
    table(str(message("cli", "register.books")), columns, rows)


def _change(
    account: tuple[Path, str, Path | None],
    place: tuple[str, Path, Path],
    as_json: bool,
    change: Callable[[Register, str], Voter],
) -> None:
    with open_register(*place) as opened:
        voter = change(opened, signed_in(*account))
        last = opened.history(voter.document)[-1]
        stale = [one.station for one in opened.poll_books() if not one.current]
    if as_json:
        print_json({"voter": voter, "change": last, "stations_whose_poll_book_is_stale": stale})
        return
    _show_entry(last)
    for station in stale:
        console.print(str(message("cli", "register.book-stale", station=station)), soft_wrap=True)


def _show_entry(one: HistoryEntry) -> None:
    what = message("screens", f"history.{one.kind}")
    told = message("cli", "register.history-by", what=what, officer=one.officer)
    console.print(f"{instant(one.at, current_language())}  {told}", soft_wrap=True)
    for column in one.after:
        if column != "removed":
            console.print(f"   {one.before[column]} → {one.after[column]}", soft_wrap=True)
    if one.erased:
        console.print(f"   {message('screens', 'history.values-erased')}", soft_wrap=True)
    elif one.reason:
        console.print(f"   {one.reason}", soft_wrap=True)
