"""`testigo station test`: the test before opening from a terminal, with a progress bar."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from testigo.cli.output import ask, errors, progress, say
from testigo.election import CHAIR
from testigo.station.install import machine_folders
from testigo.words import current_language, message

if TYPE_CHECKING:
    from testigo.station.machine.ways import LocalMachine, Machine


def test(
    folder: Annotated[Path, typer.Argument(help="The station's folder, or the chair's.", show_default=False)],
    pin: Annotated[
        str,
        typer.Option(
            help="The PIN of the chair or a deputy; asked for where not given.",
            envvar="TESTIGO_CHAIR_PIN",
            show_default=False,
        ),
    ] = "",
    account: Annotated[str, typer.Option(help="Whose PIN it is, where the station has a staff list.")] = "",
    booth: Annotated[
        str, typer.Option(help="The booths' addresses, with spaces between; without them, the booths in the folder.")
    ] = "",
) -> None:
    """Run the logic and accuracy test: known ballots on screen, on paper, in the box and in the count.

    The chair's screen runs the same test with a button. Stop that screen first, and the booth's, where no address is
    given. A run that was interrupted goes on. The exit code is 0 only if the test passed.

    Example: testigo station test stations/01-01 --booth http://10.0.0.3:8083
    """
    from testigo.audit import station_deck
    from testigo.station.chair.chair import Chair
    from testigo.station.machine.ways import HttpMachine

    machines = {machine: path for path, machine in machine_folders(folder)}
    with contextlib.ExitStack() as opened:
        own = [path for machine, path in sorted(machines.items()) if machine.role == "booth"] or [folder / "booth"]
        ways: list[Machine] = [HttpMachine(one) for one in booth.split()]
        ways = ways or [opened.enter_context(_own_booth(path)) for path in own]
        path = machines.get(CHAIR, folder / "chair")
        chair = opened.enter_context(Chair(path, booths=ways))
        chair.sign_in(account, pin or ask(message("cli", "pin-of-chair"), hidden=True))
        parts = station_deck(chair.definition, chair.station_id)
        with progress(message("cli", "progress.test-ballots"), sum(len(part.ballots) for part in parts)) as bar:
            passed = chair.runs.run(parts, on_step=bar.move_to)
        last = chair.runs.last()
    for one in last.differences if last else ():
        errors.print(one.sentence.text(current_language()), soft_wrap=True)
    if not passed or last is None:
        errors.print(str(message("cli", "station.test-failed", count=last.found if last else 0)))
        raise typer.Exit(1)
    say(message("cli", "station.test-passed", run=last.run, ballots=last.ballots))


@contextlib.contextmanager
def _own_booth(folder: Path) -> "Iterator[LocalMachine]":
    from testigo.screens.page_voter import PageVoter
    from testigo.slip import FolderPrinter
    from testigo.station.booth.booth import Booth
    from testigo.station.machine.ways import LocalMachine

    # Test ballots never come out of a printer.
    with Booth(folder, FolderPrinter(folder / "no-paper"), screen=PageVoter) as booth:
        yield LocalMachine(booth)
