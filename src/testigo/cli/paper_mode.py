"""`testigo election paper`, `testigo station paper`: what a station needs to go on with paper, as PDF files."""

from pathlib import Path
from typing import Annotated

import typer

from testigo import storage
from testigo.cli.output import console, print_json, progress, say
from testigo.election import Definition, load
from testigo.words import message

Out = Annotated[Path, typer.Option(help="The new folder to write the PDF files into.", show_default=False)]
Sample = Annotated[bool, typer.Option("--sample", help="Mark every page as a sample: for training, or to be shown.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of sentences.")]


def of_definition(
    file: Annotated[Path, typer.Argument(help="The definition, a YAML or JSON file.", show_default=False)],
    station: Annotated[str, typer.Option(help="The station's id.", show_default=False)],
    out: Out,
    sample: Sample = False,
    as_json: AsJson = False,
) -> None:
    """Print what a station needs to vote on paper: ballots, tally form, minutes with the steps, as PDF files.

    Print as many copies of each ballot as there are voters. The poll book and the signature list are printed by
    testigo register voter-list. Example:

    testigo election paper my-election/election.yaml --station 01-03 --out paper-01-03
    """
    # Not above: slips are set to be measured, and only here.
    from testigo.slip.lengths import require_printable

    definition = load(file)
    require_printable(definition)
    write_kit(definition, station, out, sample=sample, as_json=as_json)


def of_station(
    folder: Annotated[Path, typer.Argument(help="The station's folder, or one machine's.", show_default=False)],
    out: Out,
    sample: Sample = False,
    as_json: AsJson = False,
) -> None:
    """Print what this station needs to go on with paper: ballots, tally form, minutes with the steps, as PDF files.

    Any one machine's folder will do, or its disk in another computer; its own screen may go on. The poll book and the
    signature list are printed by testigo station voter-list. Example:

    testigo station paper stations/01-03 --out paper-01-03
    """
    from testigo.station.install import machine_folders
    from testigo.station.machine.folder import read_definition, read_settings

    path, _ = machine_folders(folder)[0]
    settings = read_settings(path)
    write_kit(read_definition(path, settings), settings.station, out, sample=sample, as_json=as_json)


def write_kit(definition: Definition, station: str, out: Path, *, sample: bool, as_json: bool) -> None:
    """Set all files with a progress bar; the folder is there whole, or not at all."""
    from testigo.paper_mode import paper_kit  # loads the typesetter

    files = list(paper_kit(definition, station, sample=sample))
    with (
        storage.new_folder(out) as building,
        progress(message("cli", "progress.setting-paper"), len(files)) as bar,
    ):
        for name, make in files:
            storage.write(building / name, make())
            bar.advance()
    if as_json:
        print_json({"station": station, "files": [str(out / name) for name, _ in files]})
        return
    console.print(*(str(out / name) for name, _ in files), sep="\n", soft_wrap=True)
    sizes = definition.station(station)
    say(message("cli", "paper-mode.copies", count=sizes.register_size, station=station))
