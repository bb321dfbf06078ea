"""`testigo station manual-tally`: the chair signs what was counted on paper when machines could not go on."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from testigo import storage
from testigo.ballot import ManualTally
from testigo.centre.rulings import paper_lines
from testigo.cli.output import confirmed, console, print_json
from testigo.cli.tally_forms import entered_twice
from testigo.count import NO_RULINGS
from testigo.count.rulings_check import RulingsCheck
from testigo.count.unread import Unread
from testigo.errors import InvalidInput
from testigo.station.chair.statement_store import StatementStore
from testigo.station.chair.statements import ChairStatements
from testigo.station.install import machine_folders
from testigo.station.machine.folder import MachineFolder
from testigo.words import Message, message


def manual_tally(
    folder: Annotated[Path, typer.Argument(help="The station's folder, or the chair's.", show_default=False)],
    by_hand: Annotated[list[Path], typer.Option(help="Filled whole form; give it twice, by two people.")],
    person: Annotated[list[str], typer.Option(help="Who filled it in, in that order; a third where one decided.")],
    signed_in: Annotated[int, typer.Option(min=0, help="Voters who signed the printed poll book.")],
    handed_out: Annotated[int, typer.Option(min=0, help="Ballots that were handed out.")],
    reason: Annotated[str, typer.Option(help="Why it was held on paper, in one line.", show_default=False)],
    out: Annotated[Path, typer.Option(help="The new file: the signed statement.", show_default=False)],
    spoiled: Annotated[int, typer.Option(min=0, help="Ballots that were given back and kept apart.")] = 0,
    part: Annotated[
        Literal["whole", "part"], typer.Option(help="Whether all of the station's votes are on paper.")
    ] = "whole",
    explanation: Annotated[str, typer.Option(help="What explains counters that differ.")] = "",
    why: Annotated[str, typer.Option(help="Of one that is made instead of another: why.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; with it, --yes is needed.")] = False,
) -> None:
    """Sign the count of votes on paper with the chair's key, once two people entered the same. Stop the chair's process
    first.

    The forms: testigo audit form election.yaml --station 01-03 --whole. The centre appends the file, compares it with
    the paper that chair and witnesses signed, and accepts it: testigo centre accept-manual-tally. Example:

    testigo station manual-tally stations/01-03 --by-hand a.csv --by-hand b.csv --person "Ana Paz" --person "Luis Sol"
    --signed-in 120 --handed-out 121 --spoiled 1 --reason "No power since 10:20" --out manual-tally.json
    """
    if as_json and not yes:
        raise InvalidInput("command.nobody-asked", hint="command.sign-with-yes")
    path = next((found for found, machine in machine_folders(folder) if machine.role == "chair"), None)
    if path is None:
        raise InvalidInput("folder.of-role-not-here", place=folder, role=message("screens", "chair.role"))
    machine = MachineFolder(path, "chair")
    try:
        tally = entered_twice(machine.definition, machine.station_id, by_hand)
        body = ManualTally(
            machine.station_id, part, tally, signed_in, handed_out, spoiled, reason, explanation, tuple(person), why=why
        )
        # As the centre will check it, which knows whether there is a tally sheet, too.
        RulingsCheck(machine.definition, NO_RULINGS, "", Unread(), "").check(body)
        if not as_json:
            for line in _lines(body):
                console.print(str(line), soft_wrap=True)
            if not yes and not confirmed(message("cli", "manual-tally.sign")):
                console.print(str(message("cli", "nothing-changed")))
                raise typer.Exit(1)
        told = ChairStatements(machine, store := StatementStore(machine))
        name = told.count_on_paper(body)
        storage.write_new(out, store.read(name), mode=0o644)
    finally:
        machine.close()
    if as_json:
        print_json({"statement": body, "file": str(out)})
    else:
        console.print(str(message("cli", "ruling.written", file=out)), soft_wrap=True)


def _lines(body: ManualTally) -> list[Message]:
    """What will be signed."""
    lines = [
        message("cli", "manual-tally.station", station=body.station, part=message("cli", f"manual-tally.{body.part}"))
    ]
    lines += [message("cli", "option-status.reason", reason=body.reason), *paper_lines(body)]
    return lines + [
        message("cli", "manual-tally.figure", contest=one.contest, what=what, count=count)
        for one in body.tally.contests
        for what, count in one.figures()
    ]
