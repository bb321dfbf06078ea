"""`testigo election proof`: what parties sign before the definition is signed."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from testigo import storage
from testigo.cli.output import console, print_json, progress
from testigo.election import Definition, DistinctBallot, LoadedDefinition, distinct_ballots, load_with_warnings
from testigo.errors import InvalidInput
from testigo.words import Either, message, offered_to_voters

if TYPE_CHECKING:
    from testigo.proof import Proof, Selection
    from testigo.proof.pictures import Booth


def proof(
    file: Annotated[Path, typer.Argument(help="The definition, a YAML or JSON file.", show_default=False)],
    out: Annotated[Path, typer.Option(help="The new PDF file.", show_default=False)],
    station: Annotated[
        list[str] | None,
        typer.Option(help="Only the ballots of this station, and its papers; may be given several times."),
    ] = None,
    language: Annotated[
        list[str] | None,
        typer.Option(help="Screens and posters in this language only; may be given several times."),
    ] = None,
    without_pages: Annotated[
        bool,
        typer.Option("--without-pages", help="Leave out the screens, where Chromium is missing; the proof says so."),
    ] = False,
    day: Annotated[str, typer.Option("--date", help="The day on its front page.  [default: today]")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a sentence.")] = False,
) -> None:
    """Make the proof of an election: everything that voters and stations will see, as one PDF to read and sign.

    Every screen of the booth in every language, at the usual and at the largest text size; a printed vote of each
    ballot style; zero report, tally sheet and poster; all texts as typed; warnings; places for signatures. The screens
    are the booth's own, photographed by Chromium. Each distinct ballot is shown once. The same definition makes the
    same file, but for the day on its front page.

    Example: testigo election proof my-election/election.yaml --out proof.pdf
    """
    # Not above: `check` and `show` need none of it.
    from testigo.proof import Selection, find_chromium, make_proof
    from testigo.slip.lengths import require_printable

    made = _day(day)
    loaded = load_with_warnings(file)
    definition = loaded.definition
    require_printable(definition)
    selection = Selection(*_shown(definition, station or []), _languages(definition, language or []), made)
    program = "" if without_pages else find_chromium()
    booth = _photographs(definition, selection.ballots, selection.languages, program) if program else None
    document = make_proof(loaded, selection, booth)
    storage.write_new(out, document.pdf, mode=0o644)
    if as_json:
        print_json(_summary(loaded, selection, document) | {"file": str(out)})
        return
    size = -(-len(document.pdf) // 1000)
    written = message("cli", "proof-written", file=out, pages=document.pages, pictures=document.pictures, size=size)
    console.print(str(written), soft_wrap=True)


def _summary(loaded: LoadedDefinition, selection: "Selection", document: "Proof") -> dict[str, object]:
    return {
        "digest": loaded.definition.digest,
        "date": selection.made,
        "bytes": len(document.pdf),
        "pages": document.pages,
        "photographs": document.pictures,
        "ballots": [one.style.id for one in selection.ballots],
        "stations": selection.stations,
        "languages": selection.languages,
        "warnings": [one.as_json() for one in loaded.warnings],
    }


def _shown(definition: Definition, stations: list[str]) -> tuple[tuple[DistinctBallot, ...], tuple[str, ...]]:
    """The ballots, and the stations whose papers are shown: those named, else the one with most options."""
    ballots = distinct_ballots(definition, stations)
    if stations:
        return ballots, tuple(dict.fromkeys(stations))
    longest = max(ballots, key=lambda one: sum(len(definition.contest(of).options) for of in one.style.contests))
    return ballots, (longest.station,)


def _languages(definition: Definition, wanted: list[str]) -> tuple[str, ...]:
    offered = offered_to_voters(definition.languages)
    for language in wanted:
        if language not in offered:
            known = Either(offered)
            raise InvalidInput("language.not-of-election", language=language[:20], known=known)
    return tuple(one for one in offered if not wanted or one in wanted)


def _photographs(
    definition: Definition, ballots: tuple[DistinctBallot, ...], languages: tuple[str, ...], program: str
) -> "Booth":
    from testigo.proof import photograph_booth

    with progress(message("cli", "progress.screens"), None) as bar:
        return photograph_booth(definition, ballots, languages, program, bar.move_to)


def _day(text: str) -> str:
    """The day, or today, as YYYY-MM-DD; raises `InvalidInput`."""
    try:
        return (date.fromisoformat(text) if text else date.today()).isoformat()
    except ValueError:
        raise InvalidInput("proof.not-a-day", place="--date", text=text[:20]) from None
