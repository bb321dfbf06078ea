"""`testigo ballot`: print a trial slip, read slips from photographs and scans."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from testigo import election
from testigo.ballot import Marks, new_slip_number
from testigo.cli.output import console, heads, print_json, progress, say, table
from testigo.errors import InvalidInput
from testigo.slip import Slip, open_printer
from testigo.slip_reader import SlipReader, SlipReading
from testigo.words import message

app = typer.Typer(help="The paper vote: print and read slips.", no_args_is_help=True, rich_markup_mode=None)

Election = Annotated[Path, typer.Option("--election", help="The election's YAML or JSON file.")]


@app.command("print")
def print_slip(
    election_file: Election,
    station: Annotated[str, typer.Option(help="The station's id.")],
    choose: Annotated[
        list[str] | None, typer.Option(help="CONTEST=OPTION[,OPTION…]; contests left out are blank.")
    ] = None,
    style: Annotated[str, typer.Option(help="Ballot style; the station's first if not given.")] = "",
    language: Annotated[str, typer.Option(help="Language of the slip; the election's first if not given.")] = "",
    printer: Annotated[
        str, typer.Option(help="folder:PATH, tcp:HOST:PORT, usb:VENDOR:PRODUCT or file:DEVICE.")
    ] = "folder:.",
) -> None:
    """Print one slip, for trials of printers and readers.

    Example: testigo ballot print --election election.yaml --station 01-01 --choose mayor=jimenez-nunez
    """
    definition = election.load(election_file)
    style = style or definition.styles_of_station(station)[0].id
    ballot = Marks(style, dict(_choice(each) for each in choose or ())).ballot(definition, station)
    slip = Slip(definition, station, ballot, new_slip_number(), language or definition.languages[0])
    open_printer(printer).print_slip(slip)
    for line in slip.text_lines():
        console.print(line)


@app.command("read")
def read(
    images: Annotated[list[Path], typer.Argument(help="Photographs, scans (PNG, JPEG, …) or PDF files.")],
    election_file: Election,
    station: Annotated[str, typer.Option(help="Refuse slips of any other station.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print the readings as JSON.")] = False,
) -> None:
    """Read the text of every slip in the images. What is not certain is refused with its reason, for a person to read.

    The exit code is 1 where a paper was refused: a person must look at it.

    Example: testigo ballot read box-17/*.jpg --election election.yaml --station 01-01
    """
    reader = SlipReader(election.load(election_file), station or None)
    readings: list[tuple[Path, SlipReading]] = []
    with progress(message("cli", "progress.reading-slips"), len(images)) as bar:
        for image in images:
            readings += [(image, reading) for reading in reader.read(image)]
            bar.advance()
    refused = sum(bool(reading.refused) for _, reading in readings)
    if json:
        print_json([{"image": str(image), "reading": _fields(reading)} for image, reading in readings])
        raise typer.Exit(1 if refused else 0)
    columns = heads("image", "paper-vote", "station", "qr-code", "choices-or-reason")
    table(str(message("cli", "ballot.papers")), columns, [_row(image, reading) for image, reading in readings])
    say(message("cli", "ballot.read", read=len(readings) - refused, refused=refused))
    raise typer.Exit(1 if refused else 0)


def _fields(reading: SlipReading) -> dict[str, Any]:
    """The reading as JSON says it: why it was refused by its code and in words, both "" where it was not."""
    refused = reading.refused
    words = {"code": refused.key if refused else "", "refused": str(refused or "")}
    return {**msgspec.structs.asdict(reading), **words}


def _row(image: Path, reading: SlipReading) -> tuple[str, ...]:
    if reading.choices is None:
        refused = str(message("cli", "centre.refused", why=reading.refused))
        return image.name, reading.number, reading.station, "", refused
    agrees = {True: "agrees", False: "differs", None: "not-read"}[reading.agrees_with_qr]
    code = str(message("cli", f"ballot.qr-{agrees}"))
    choices = "; ".join(f"{contest}: {', '.join(chosen) or '—'}" for contest, chosen in reading.choices.choices.items())
    return image.name, reading.number, reading.station, code, choices


def _choice(text: str) -> tuple[str, tuple[str, ...]]:
    contest, equals, options = text.partition("=")
    if not equals:
        raise InvalidInput("choice.malformed", place="--choose", text=text[:80])
    return contest, tuple(filter(None, options.split(",")))
