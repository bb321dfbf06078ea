"""`testigo register voter-list`: poll book and signature list on paper; `station voter-list` prints the same way."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from testigo import storage
from testigo.canonical import utc_now
from testigo.cli.output import console, progress
from testigo.cli.register_options import KEY, REGISTER, Address, ElectionFile, KeyFile, open_register
from testigo.election import Definition
from testigo.register import PaperList, list_of, print_list
from testigo.register.voter_list import LINES_SET
from testigo.words import message

PdfFile = Annotated[Path, typer.Option("--out", help="The PDF file to write; it names people.", show_default=False)]
_SHOWN = 5


def voter_list(
    station: Annotated[str, typer.Argument(help="The station's id.", show_default=False)],
    out: PdfFile,
    election: ElectionFile,
    register: Address = REGISTER,
    key: KeyFile = KEY,
) -> None:
    """Write a station's poll book and signature list as PDF, as the register is now: a back-up for a day on paper.

    Example: testigo register voter-list 01-01 --out 01-01.pdf --election election.yaml
    """
    with open_register(register, election, key) as opened:
        print_to(out, opened.definition, list_of(opened, station, utc_now()))


def print_to(file: Path, definition: Definition, what: PaperList, *, told: Console = console) -> None:
    """Set the lists, with a progress bar, and write them for their owner alone. `told`: where it is said."""
    with progress(message("cli", "voter-list.setting"), LINES_SET * len(what.voters)) as bar:
        printed = print_list(definition, what, bar.advance)
    storage.write(file, printed.pdf, mode=0o600)
    pages = message("cli", "voter-list.written", file=file, count=printed.pages)
    told.print(str(pages), soft_wrap=True)
    if printed.not_drawn:
        some = list(printed.not_drawn[:_SHOWN])
        lacking = message("cli", "voter-list.not-drawn", count=len(printed.not_drawn), documents=some)
        told.print(str(lacking), soft_wrap=True)
