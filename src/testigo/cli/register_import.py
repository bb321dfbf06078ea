"""`testigo register import`: a file of voters into the register, which is made where there is none yet."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from testigo import database, storage
from testigo.cli.output import console, errors, print_json, progress, table
from testigo.cli.register_options import KEY, REGISTER, Address, AsJson, ElectionFile, KeyFile
from testigo.election import load
from testigo.register import ImportReport, Register, RegisterKey, count_lines
from testigo.words import current_language, message, value_text


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV in UTF-8: document,name,station[,roll].", show_default=False)],
    election: ElectionFile,
    encoding: Annotated[
        str, typer.Option("--encoding", help="What the file is in, where that is not UTF-8: windows-1252, …")
    ] = "",
    register: Address = REGISTER,
    key: KeyFile = KEY,
    as_json: AsJson = False,
) -> None:
    """Import the voters of a CSV file: all of them, or on any error none. A new register is made with its key.

    Example: testigo register import my-election/voters.csv --election my-election/election.yaml
    """
    rows = max(0, count_lines(file) - 1)
    title = message("cli", "register.importing")
    with _open_or_make(register, election, key) as opened, progress(title, rows) as bar:
        report = opened.import_voters(file, bar.advance, encoding)
    if as_json:
        print_json(report)
        return
    console.print(str(message("cli", "register.imported", count=report.imported)))
    columns = [str(message("cli", f"register.stations-{column}")) for column in ("station", "voters")]
    stations = ((station, value_text(count, current_language())) for station, count in sorted(report.stations.items()))
    table(str(message("cli", "register.stations")), columns, stations)
    _show_notes(report)


def _show_notes(report: ImportReport) -> None:
    for few in report.warnings:
        size = few.register_size
        note = message("cli", "register.few-voters", station=few.station, count=few.voters, size=size)
        console.print(str(note), soft_wrap=True)
    if report.noted:
        console.print(str(message("cli", "register.noted", count=report.noted)), soft_wrap=True)
    for one in report.notes:
        what = message("term", f"cell-note.{one.kind}")
        line = message("cli", "register.note", number=str(one.row), column=one.column, what=what, text=one.text)
        console.print(f"  {line}", soft_wrap=True)
    if report.doubles is None:
        console.print(str(message("cli", "register.doubles-not-sought")), soft_wrap=True)
    elif report.doubles:
        console.print(str(message("cli", "register.doubles-found", count=report.doubles)), soft_wrap=True)


@contextlib.contextmanager
def _open_or_make(address: str, election: Path, key: Path) -> Iterator[Register]:
    """The register; where there is no key yet, a new one is kept if, and only if, the register is new too.

    Where the block fails, a register and key that were made for it are taken away again: nothing was imported, so
    nothing shall tie the next try to this definition.
    """
    definition = load(election)
    if key.exists():
        with Register.open(address, definition, RegisterKey.load(key)) as opened:
            yield opened
        return
    made_here = not database.database_exists(address)
    made = RegisterKey.generate()
    with storage.making_folder(key.parent):
        made.save(key)
        try:
            with Register.open(address, definition, made) as opened:
                yield opened
        except BaseException:
            key.unlink()
            if made_here:
                database.remove_database(address)
            raise
    errors.print(str(message("cli", "register.made", file=key)))
