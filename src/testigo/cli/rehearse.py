"""`testigo rehearse`: hold a whole election with simulated people."""

import secrets
from pathlib import Path
from typing import Annotated

import typer

from testigo.cli.output import console, print_json, progress, table
from testigo.election import MOST_OF_A_ROLE, StationMachines

app = typer.Typer(rich_markup_mode=None)

EXAMPLE = "republic"
"""What is voted on where no definition is given."""


@app.command()
def rehearse(
    voters: Annotated[int, typer.Option(min=1, help="How many voters, shared among the stations.")] = 60,
    stations: Annotated[int, typer.Option(min=1, help="How many stations, the first of the definition.")] = 3,
    election: Annotated[
        Path | None, typer.Option(help="Election definition; without it, the example of a republic.")
    ] = None,
    fingers: Annotated[
        Path | None,
        typer.Option(help="Folder of real finger images FINGER_IMPRESSION.ext; without it, synthetic fingers."),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed gives the same people and wishes.")] = None,
    desks: Annotated[int, typer.Option(min=1, max=MOST_OF_A_ROLE, help="Check-in desks of each station.")] = 1,
    booths: Annotated[int, typer.Option(min=1, max=MOST_OF_A_ROLE, help="Booths of each station.")] = 1,
    out: Annotated[Path, typer.Option(help="Where everything is left.")] = Path("rehearsal"),
    replace: Annotated[bool, typer.Option("--replace", help="Remove what an earlier rehearsal left there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Hold a whole election with simulated people, through the same code and pages that an election uses.

    Enrolment (with people who try it twice), logic and accuracy test, voters (with impostors, worn fingers, spoiled
    votes, a power cut), closing, tally sheets, packages, paper count, result, public record, verification. It fails
    only where a promise is broken; what chance explains is reported. Examples:

    testigo rehearse --voters 60 --stations 3

    testigo rehearse --fingers FOLDER --voters 10

    testigo rehearse --stations 1 --desks 2 --booths 2
    """
    from testigo.election import example_definition, load
    from testigo.rehearsal import FolderFingers, SyntheticFingers, clear, cut_out, hold
    from testigo.rehearsal.summary import figures, paths, rows

    definition = cut_out(load(election or example_definition(EXAMPLE)), stations, voters)
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    source = FolderFingers(fingers) if fingers else SyntheticFingers(seed)
    if replace:
        clear(out)
    rehearsal = hold(definition, source, seed, out, progress, StationMachines(desks, booths))
    if as_json:
        print_json(figures(rehearsal) | {"seed": seed})
    else:
        table(f"Rehearsal with seed {seed}", ("", ""), rows(rehearsal))
        for words in rehearsal.chances:
            console.print(f"By chance: {words}")
        for words in [*rehearsal.surprises, *rehearsal.mismatches]:
            console.print(f"Unexpected: {words}")
        for name, path in paths(rehearsal).items():
            console.print(f"{name:<16}{path}")
        console.print("", f"Check it yourself: testigo verify {rehearsal.out / 'public'}", sep="\n")
    raise typer.Exit(0 if rehearsal.ok else 1)
