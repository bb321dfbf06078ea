"""`testigo election`: check a definition, look at it, work out seats from votes, make a second round."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from testigo import storage
from testigo.cli.election_edit import edit
from testigo.cli.election_preview import preview
from testigo.cli.election_proof import proof
from testigo.cli.election_result import result
from testigo.cli.election_seats import seats
from testigo.cli.election_second_round import second_round
from testigo.cli.election_tables import export_, import_
from testigo.cli.output import console, facts, figure, heads, labelled, print_json, say, table
from testigo.cli.paper_mode import of_definition
from testigo.cli.public_key import ROOT_KEY, read_public_key, read_root_key
from testigo.election import (
    LANGUAGE,
    METHODS,
    Body,
    Contest,
    Definition,
    DefinitionCore,
    LoadedDefinition,
    Station,
    copy_example,
    load,
    load_with_warnings,
    open_station_file,
    seats_of_body,
    write_fonts,
)
from testigo.errors import InvalidInput, SeveralErrors, TestigoError
from testigo.words import catalogue_file, lacking, message, parse

app = typer.Typer(
    help="The election definition: check it, look at it, work out seats.", no_args_is_help=True, rich_markup_mode=None
)

File = Annotated[Path, typer.Argument(help="The definition, a YAML or JSON file.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


@app.command()
def check(file: File, as_json: AsJson = False) -> None:
    """Check an election definition: one line for each error, with its line and how to correct it.

    Exits 0 if the election can be held as written, 1 if not. Warnings do not count.

    Example: testigo election check my-election/election.yaml
    """
    # Slips are set to be measured; whoever only looks at a definition or checks a proof needs no typesetter.
    from testigo.slip.lengths import require_printable

    try:
        loaded = load_with_warnings(file)
        require_printable(loaded.definition)
    except TestigoError as error:
        if not as_json:
            raise
        errors = error.errors if isinstance(error, SeveralErrors) else [error]
        print_json({"ok": False, "errors": [one.as_json() for one in errors], "warnings": []})
        raise typer.Exit(error.exit_code) from None
    if as_json:
        warnings = [one.as_json() for one in loaded.warnings]
        print_json({"ok": True, "errors": [], "warnings": warnings, **_summary(loaded.definition)})
    else:
        _print_summary(file, loaded)


@app.command()
def show(file: File, as_json: AsJson = False) -> None:
    """Show contests and, for each station, the ballot styles that its voters get.

    Example: testigo election show my-election/election.yaml
    """
    definition = load(file)
    if as_json:
        print_json(_overview(definition))
        return
    language = definition.languages[0]
    contests = (
        (contest.id, definition.words(contest.title, language), contest.district, contest.roll, _how(contest))
        for contest in definition.contests
    )
    table(str(message("cli", "election.contests")), heads("contest", "title", "district", "roll", "how"), contests)
    bodies = (
        (
            body.id,
            definition.words(body.title, language),
            seats_of_body(definition, body),
            _contests_of(definition, body),
        )
        for body in definition.bodies
    )
    if definition.bodies:
        table(str(message("cli", "election.bodies")), heads("body", "title", "seats", "contests"), bodies)
    stations = (
        (station.id, station.name, station.register_size, style.id, " ".join(style.contests))
        for station in definition.stations
        for style in definition.styles_of_station(station.id)
    )
    columns = heads("station", "name", "registered", "style", "contests")
    table(str(message("cli", "election.styles")), columns, stations)


@app.command()
def example(
    name: Annotated[Literal["municipality", "republic"], typer.Argument(help="Which example.")],
    out: Annotated[Path, typer.Option(help="The new folder to write it into.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Write out an example that ships with Testigo: its definition, and its voters where it has any.

    municipality is one station with a mayor, a council and 24 voters; republic is a whole country.

    Example: testigo election example municipality --out my-election
    """
    files = copy_example(name, out)
    if as_json:
        print_json({"files": [str(file) for file in files]})
    else:
        console.print(*map(str, files), sep="\n", soft_wrap=True)


@app.command("words")
def write_words(
    language: Annotated[str, typer.Argument(help="Code of the language, such as gn or quc.", show_default=False)],
    out: Annotated[Path, typer.Option(help="The new file, best words/LANGUAGE.po beside the definition.")],
) -> None:
    """Write the catalogue of a language for its translators: every sentence of screens, paper, results and errors.

    Those that Testigo has already are filled in; above each stands what it says in English and Spanish. Any gettext
    editor opens it. Put it beside the definition, and `check` tells what it still lacks.

    Example: testigo election words gn --out my-election/words/gn.po
    """
    if not LANGUAGE.fullmatch(language):
        raise InvalidInput("definition.not-a-language", language=language[:60])
    text = catalogue_file(language)
    storage.write_new(out, text.encode(), mode=0o644)
    lacks = len(lacking(parse(text)))
    console.print(str(message("cli", "sentences-to-translate", count=lacks, file=out)), soft_wrap=True)


@app.command("fonts")
def write_election_fonts(file: File, as_json: AsJson = False) -> None:
    """Cut the fonts that the election's texts need and keep them beside the definition, in fonts.json.

    Needed only for scripts that the shipped fonts lack, such as Chinese or Devanagari. `check` cuts them too, each
    time; with the file beside it, the definition is the same where Noto is not installed, and after an update.

    Example: testigo election fonts my-election/election.yaml
    """
    definition = load_with_warnings(file, new_fonts=True).definition
    written = write_fonts(definition, file.parent)
    families = list(dict.fromkeys(font.family for font in definition.fonts))
    if as_json:
        print_json({"file": str(written or ""), "families": families})
    elif written is None:
        console.print(str(message("cli", "fonts-not-needed")), soft_wrap=True)
    else:
        size = -(-written.stat().st_size // 1000)
        console.print(str(message("cli", "fonts-written", families=families, file=written, size=size)), soft_wrap=True)


@app.command("station-proof")
def station_proof(
    record: Annotated[str, typer.Argument(help="Folder of the public record, or its http(s) address.")],
    station: Annotated[str, typer.Argument(help="The station's id in the definition.", show_default=False)],
    root_key: Annotated[str, typer.Option(help=ROOT_KEY, show_default=False)] = "",
    out: Annotated[
        Path | None, typer.Option(help="File for the signed core and the proof: what `station install` needs.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prove that one station, as it is written there, is of the election: its place, and the hashes up to the root.

    Example: testigo election station-proof centre/public 01-01 --out 01-01.json
    """
    from testigo.count import read_rules  # not below: `check` and `show` need none of it

    rules = read_rules(record, read_root_key(root_key))
    proof = rules.definition.station_proof(station)
    if out is not None:
        storage.write(out, rules.station_file(station))
    if as_json:
        print_json({"election": rules.election, "stations": rules.definition.core().stations, "proof": proof})
    else:
        _print_proof(rules.definition.core(), proof.station, proof.index)
        console.print(*(f"  {hash_}" for hash_ in proof.hashes), sep="\n")


@app.command("check-proof")
def check_proof(
    file: Annotated[Path, typer.Argument(help="What `station-proof --out` wrote.", show_default=False)],
    root_key: Annotated[str, typer.Option(help=ROOT_KEY, show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Check a station's proof: the root key signed the core of the definition, and the core's list has the station.

    Needs this one file, not the record. Exits 0 if the proof holds, 1 if not.

    Example: testigo election check-proof 01-01.json --root-key 3fb1…
    """
    definition = open_station_file(storage.read(file), read_public_key(root_key), place=str(file))
    core, station = definition.core(), definition.stations[0]
    place = definition.place_of(station.id)
    if as_json:
        print_json({"ok": True, "election": core.digest, "stations": core.stations, "station": station, "index": place})
    else:
        _print_proof(core, station, place)
        say(message("cli", "election.proof-holds"))


def _print_proof(core: DefinitionCore, station: Station, place: int) -> None:
    stations = message("cli", "election.stations-root", stations=core.stations.count, root=core.stations.root)
    own = f"{figure(place + 1)}: {station.id} {station.name}, {station.address or station.district}"
    facts([("election", f"{core.id}, {core.date}"), ("digest", core.digest), ("stations", stations), ("number", own)])


app.command()(seats)
app.command("second-round")(second_round)
app.command("result")(result)
app.command("import")(import_)
app.command()(edit)
app.command("export")(export_)
app.command()(preview)
app.command()(proof)
app.command("paper")(of_definition)


def _print_summary(file: Path, loaded: LoadedDefinition) -> None:
    definition = loaded.definition
    for warning in loaded.warnings:
        console.print(labelled("warning", warning), soft_wrap=True)
    title = definition.words(definition.title, definition.languages[0])
    rows = [
        (str(message("cli", f"election.count-{key.replace('_', '-')}")), figure(value))
        for key, value in _counts(definition)
    ]
    rows += [
        (f"  {message('cli', 'election.seats-of-body', body=body.id)}", figure(seats_of_body(definition, body)))
        for body in definition.bodies
    ]
    table("", (title, definition.date), rows)
    facts([("digest", definition.digest)])
    console.print(str(message("cli", "check.no-errors", file=file)), soft_wrap=True)


def _counts(definition: Definition) -> list[tuple[str, int]]:
    levelling = sum(body.levelling.seats for body in definition.bodies if body.levelling)
    return [
        ("districts", sum(1 for _ in definition.all_districts())),
        ("stations", len(definition.stations)),
        ("voters", sum(station.register_size for station in definition.stations)),
        ("contests", len(definition.contests)),
        ("ballot_styles", len(definition.styles())),
        ("options", sum(len(contest.options) for contest in definition.contests)),
        ("seats", sum(contest.offices for contest in definition.contests) + levelling),
    ]


def _contests_of(definition: Definition, body: Body) -> str:
    own = [contest.id for contest in definition.contests if contest.body == body.id]
    levelling = [str(message("cli", "election.levelling", seats=body.levelling.seats))] if body.levelling else []
    return ", ".join([*own[:6], *(["…"] if len(own) > 6 else []), *levelling])


def _summary(definition: Definition) -> dict[str, object]:
    named = {"id": definition.id, "date": definition.date, "digest": definition.digest}
    bodies = {body.id: seats_of_body(definition, body) for body in definition.bodies}
    return {**named, **dict(_counts(definition)), "seats_of_bodies": bodies}


def _overview(definition: Definition) -> dict[str, object]:
    return {
        **_summary(definition),
        "contests": [
            {
                "id": contest.id,
                "title": contest.title,
                "district": contest.district,
                "roll": contest.roll,
                "kind": contest.kind,
                "method": contest.method,
                "choose": contest.choose,
                "seats": contest.offices,
                "options": [option.id for option in contest.options],
                "body": contest.body,
                "preferences": contest.preferences.most if contest.preferences else 0,
                "candidates": {option.id: list(option.candidates) for option in contest.options if option.candidates},
            }
            for contest in definition.contests
        ],
        "bodies": [
            {
                "id": body.id,
                "title": body.title,
                "seats": seats_of_body(definition, body),
                "levelling-seats": body.levelling.seats if body.levelling else 0,
                "contests": [contest.id for contest in definition.contests if contest.body == body.id],
            }
            for body in definition.bodies
        ],
        "stations": [
            {
                "id": station.id,
                "name": station.name,
                "register-size": station.register_size,
                "styles": [
                    {"id": style.id, "roll": style.roll, "contests": style.contests}
                    for style in definition.styles_of_station(station.id)
                ],
            }
            for station in definition.stations
        ],
    }


def _how(contest: Contest) -> str:
    kind: str = contest.kind
    if METHODS[contest.method].lists:
        kind = f"{kind}, {contest.method}"
    elif contest.majority:
        kind = f"{kind}, {message('cli', 'election.majority')}"
    options, seats = len(contest.options), contest.offices
    how = message("cli", "election.how", kind=kind, choose=contest.choose, options=options, seats=seats)
    if contest.preferences is None:
        return str(how)
    return str(message("cli", "election.how-preferences", how=how, most=contest.preferences.most))
