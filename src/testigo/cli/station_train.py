"""`testigo station train`, `station count-training`: a practice station, and the count of its papers."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from testigo.cli.output import console, errors, heads, patience, print_json, progress, table
from testigo.election.limits import REGISTER
from testigo.errors import InvalidInput
from testigo.words import first_of, message

if TYPE_CHECKING:
    from testigo.election import Definition
    from testigo.training import Training
    from testigo.training.machines import TrainingMachines

_SHOWN = 6
"""So many other stations are named."""

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def train(
    source: Annotated[
        Path, typer.Argument(help="The election's definition, or an installed station's folder.", show_default=False)
    ],
    station: Annotated[
        str, typer.Option(help="The station to train for; the first, or that of the folder, if not given.")
    ] = "",
    voters: Annotated[int, typer.Option(min=1, max=REGISTER, help="How many made-up voters.")] = 12,
    out: Annotated[Path, typer.Option(help="Folder of the training.")] = Path("training"),
    replace: Annotated[bool, typer.Option("--replace", help="Start over: remove an earlier training there.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the training that was ended there, with its votes and PINs.")
    ] = False,
    printer: Annotated[
        str, typer.Option(help="Printer of the paper votes, as of `station serve booth`; empty: files in the folder.")
    ] = "",
    pages: Annotated[
        str, typer.Option(help="Printer of pages, as of `station serve chair`; empty: files in the folder.")
    ] = "",
    reader: Annotated[
        str, typer.Option(help="Finger reader, as of `station serve check-in`; any finger is accepted.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Practise a voting day: chair, check-in and booth on this computer, with made-up voters and keys of their own.

    Everything is the real thing, from the test to the tally sheet, and everything bears the word SAMPLE in the
    election's languages: no centre, booth or reader of the election takes anything of it. Ends with Ctrl-C;
    --resume goes on with it.
    What to practise in one hour: docs/training.md.

    Example: testigo station train my-election/election.yaml --voters 12
    """
    from testigo.training import make_training, open_training, read_election
    from testigo.training.machines import TrainingMachines, until_stopped

    if resume and replace:
        raise InvalidInput("training.resume-or-replace", place=out)
    definition, station_id = read_election(source, station)
    with patience(message("cli", "train.setting-up")):
        if resume:
            training = open_training(definition, station_id, out)
        else:
            training = make_training(definition, station_id, voters, out, replace=replace)
    machines = TrainingMachines(training, printer=printer, pages=pages, reader=reader)
    with until_stopped() as stopped, machines.running():
        if as_json:
            print_json(_figures(training, machines))
        else:
            _show(training, machines, _others(definition, station_id, named=bool(station) or source.is_dir()))
        stopped.wait()
    errors.print(str(message("cli", "train.ended", folder=out)), soft_wrap=True)


def count_training(
    folder: Annotated[Path, typer.Argument(help="The training's folder.", show_default=False)],
    images: Annotated[list[Path], typer.Argument(help="Photographs, scans or PDF files of its papers.")],
    as_json: AsJson = False,
) -> None:
    """Count the papers of a training with its own reader, to compare with its tally sheet. Nothing is signed.

    The exit code is 1 where a paper was refused: a person must look at it.

    Example: testigo station count-training training training/paper/slips/*.png
    """
    from testigo.training import count_papers
    from testigo.training.set_up import STATION

    with progress(message("cli", "train.counting"), len(images)) as bar:
        counted = count_papers(folder / STATION, images, bar.advance)
    refused = [(str(file), reading.number, str(reading.refused)) for file, reading in counted.refused]
    if as_json:
        print_json({"read": counted.read, "refused": refused, "contests": counted.tally.contests})
        raise typer.Exit(1 if refused else 0)
    first = counted.definition.languages[0]
    for tally in counted.tally.contests:
        contest = counted.definition.contest(tally.contest)
        rows = [(counted.definition.words(one.name, first), tally.votes[one.id]) for one in contest.options]
        blank = str(message("tally_sheet", "blank"))
        table(counted.definition.words(contest.title, first), heads("option", "votes"), [*rows, (blank, tally.blank)])
    for file, number, why in refused:
        console.print(f"{file} {number}: {why}", soft_wrap=True)
    console.print(str(message("cli", "train.counted", read=counted.read, refused=len(refused))))
    raise typer.Exit(1 if refused else 0)


def _addresses(machines: "TrainingMachines") -> dict[str, str]:
    return {role: getattr(machines, role.replace("-", "_")).address for role in ("chair", "check-in", "booth")}


def _others(definition: "Definition", station_id: str, *, named: bool) -> list[str]:
    """The stations that could have been chosen, where nobody chose one."""
    return [] if named else [one.id for one in definition.stations if one.id != station_id]


def _show(training: "Training", machines: "TrainingMachines", others: list[str]) -> None:
    title = training.definition.words(training.definition.title, training.definition.languages[0])
    station = training.definition.station(training.station_id)
    console.print(str(message("cli", "train.station", id=station.id, name=station.name)), soft_wrap=True)
    if others:
        console.print(str(message("cli", "train.other-stations", ids=first_of(others, _SHOWN))), soft_wrap=True)
    table(
        title,
        heads("machine", "address"),
        [(str(message("screens", f"{role}.role")), at) for role, at in _addresses(machines).items()],
    )
    rows = [
        (new.account.name, str(message("screens", f"staff-machine.{new.place.machine}")), new.pin)
        for new in training.pins
    ]
    table(str(message("cli", "train.pins")), heads("name", "machine", "pin"), rows)
    voters = [(one.document, one.name, _about(one.barred is not None, bool(one.fingers))) for one in training.voters]
    table(str(message("cli", "train.voters")), heads("document", "name", "what-happens"), voters)
    for line in ("paper", "steps", "guide", "ends"):
        console.print(str(message("cli", f"train.{line}", folder=training.paper)), soft_wrap=True)
    sys.stdout.flush()  # behind a pipe nothing else would be seen before the end


def _about(barred: bool, enrolled: bool) -> str:
    if barred:
        return str(message("cli", "train.barred"))
    return "" if enrolled else str(message("cli", "train.no-finger"))


def _figures(training: "Training", machines: "TrainingMachines") -> dict[str, object]:
    pins = [{"account": new.account.id, "machine": new.place.machine, "pin": new.pin} for new in training.pins]
    voters = [
        {"document": one.document, "name": one.name, "barred": one.barred is not None, "finger": bool(one.fingers)}
        for one in training.voters
    ]
    about = {"folder": str(training.out), "station": training.station_id, "election": training.definition.id}
    return {**about, "addresses": _addresses(machines), "pins": pins, "voters": voters}
