"""`testigo centre annul`, `correct`, `accept-manual-tally`, `incident`: what the authority says of stations.

Each shows what it will sign and what that does to the result, asks, and writes the statement to a file; `centre append`
takes it into the record.
"""

from pathlib import Path
from typing import Annotated

import typer

from testigo import storage
from testigo.ballot.incidents import IncidentKind
from testigo.centre.centre import PUBLIC
from testigo.centre.rulings import Ruling, acceptance, annulment, correction, officers_incident
from testigo.cli.browser import opener
from testigo.cli.output import confirmed, console, print_json
from testigo.cli.tally_forms import entered_twice
from testigo.count import RecordRules, read_rules
from testigo.count.authority import AnnulmentCause
from testigo.errors import IllegalStep, InvalidInput
from testigo.words import message

Folder = Annotated[Path, typer.Argument(help="Folder with the authority's key and the record.", show_default=False)]
StationId = Annotated[str, typer.Argument(help="Id of the station.", show_default=False)]
Reason = Annotated[str, typer.Option(help="Why, in one line that everybody will read.", show_default=False)]
Out = Annotated[Path, typer.Option(help="The new file: the signed statement.", show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of sentences; with it, --yes is needed.")]


def annul(
    folder: Folder,
    station: StationId,
    cause: Annotated[AnnulmentCause, typer.Option(help="Why nothing is counted; `lifted` takes an annulment back.")],
    reason: Reason,
    out: Out,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Let the root say that nothing of a station is counted, and that nobody waits for it: destroyed, not opened, or by
    a ruling.

    Example: testigo centre annul centre 01-03 --cause destroyed --reason "Fire, minutes 7 of the board" --out a.json
    """
    rules = _rules(folder, station)
    _sign(annulment(rules, station, cause, reason), folder, out, yes, as_json)


def correct(
    folder: Folder,
    station: StationId,
    by_hand: Annotated[list[Path], typer.Option(help="Filled whole form; give it twice, by two people.")],
    reason: Reason,
    out: Out,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Let the root say other figures of a station than its tally sheet does, such as those of a recount.

    The forms: testigo audit form election.yaml --station 01-03 --whole. Example:

    testigo centre correct centre 01-03 --by-hand first.csv --by-hand second.csv --reason "Recount" --out c.json
    """
    rules = _rules(folder, station)
    if station not in rules.sheets:
        raise IllegalStep("record.no-tally-sheet", station=station)
    tally = entered_twice(rules.definition, station, by_hand)
    _sign(correction(rules, station, tally, reason), folder, out, yes, as_json)


def accept_manual_tally(
    folder: Folder,
    station: StationId,
    out: Out,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Let the centre accept what a chair signed of votes on paper, once its statement is in the record.

    Compare it first with the paper that chair and witnesses signed. Example:

    testigo centre accept-manual-tally centre 01-03 --out accepted.json
    """
    _sign(acceptance(_rules(folder, station), station), folder, out, yes, as_json)


def incident(
    folder: Folder,
    station: StationId,
    kind: Annotated[IncidentKind, typer.Option(help="Of what kind.")],
    name: Annotated[str, typer.Option(help="Who tells it.", show_default=False)],
    words: Annotated[str, typer.Option(help="What happened, in one line.", show_default=False)],
    out: Out,
    at: Annotated[str, typer.Option(help="When, UTC, as 2027-04-11T12:00:00Z; now where not given.")] = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Let an officer of the authority tell what happened at a station. Chairs and witnesses tell it on the chair's
    page.

    Example: testigo centre incident centre 01-03 --kind seal --name "Eva Luz" --words "The box came open." --out i.json
    """
    rules = _rules(folder, station)
    _sign(officers_incident(rules, station, kind, name, at, words), folder, out, yes, as_json)


def desk(
    folder: Folder,
    out: Annotated[Path, typer.Option(help="Folder for the signed statements.")] = Path("rulings"),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of 127.0.0.1; 0 takes a free one.")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address and open no browser.")] = False,
) -> None:
    """Look at stations and sign rulings in the browser: annulments, corrections, votes on paper, incidents.

    The pages are on this machine alone, at the address that is printed. What a ruling does is shown before it is
    signed; two people enter the figures of a correction apart from each other. Where the log's key is in the folder,
    what is signed is taken into the record; else append its file. End it with Ctrl+C.

    Example: testigo centre desk centre --out rulings
    """
    # Not above: whoever only signs on the command line needs no web server.
    from testigo.screens import serve
    from testigo.web.listening import Listening

    serve.serve_ruling_desk(folder, out, Listening(port=port), opener(no_browser=no_browser))


def _rules(folder: Path, station: str) -> RecordRules:
    rules = read_rules(folder / PUBLIC)
    rules.definition.station(station)
    return rules


def _sign(ruling: Ruling, folder: Path, out: Path, yes: bool, as_json: bool) -> None:
    """Check, show, ask, write; raises what the record would refuse it with."""
    if as_json and not yes:
        raise InvalidInput("command.nobody-asked", hint="command.sign-with-yes")
    seen = ruling.look(folder)
    if not as_json:
        for line in seen.lines:
            console.print(str(line), soft_wrap=True)
        if not yes and not confirmed(message("cli", "option-status.sign")):
            console.print(str(message("cli", "nothing-changed")))
            raise typer.Exit(1)
    storage.write_new(out, seen.envelope, mode=0o644)
    if as_json:
        print_json({"statement": ruling.body, "file": str(out), "changes": [str(one) for one in seen.seats]})
    else:
        console.print(str(message("cli", "ruling.written", file=out)), soft_wrap=True)
