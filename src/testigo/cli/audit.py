"""`testigo audit`: test decks, draws with dice, counts of paper."""

from pathlib import Path
from typing import Annotated

import typer

from testigo import storage
from testigo.audit import (
    PaperTally,
    Seed,
    blank_form,
    closing_count,
    closing_sample,
    expected,
    read_form,
    same_twice,
    station_deck,
)
from testigo.audit.paper_images import papers_from_images, read_entries, read_papers
from testigo.ballot import deck_digest
from testigo.cli.output import console, print_json, progress, table
from testigo.count import AuditSeed, Centre, ClosingCount, PublicDraw, authority_key
from testigo.election import Definition, load
from testigo.errors import IllegalStep, InvalidInput

app = typer.Typer(
    help="Logic and accuracy, draws with dice, closing counts.", no_args_is_help=True, rich_markup_mode=None
)

IMAGES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".pdf"}

DefinitionFile = Annotated[Path, typer.Argument(help="The election definition, YAML or JSON.", show_default=False)]
CentreFolder = Annotated[Path, typer.Argument(help="The centre's folder.", show_default=False)]
Dice = Annotated[str, typer.Option("--seed", help="The dice as rolled, at least 20 digits 1 to 6.", prompt="Dice")]
StationId = Annotated[str, typer.Option("--station", help="The station's id.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what comes out; sign and record nothing.")]


@app.command()
def deck(definition: DefinitionFile, station: StationId, as_json: AsJson = False) -> None:
    """The logic-and-accuracy deck of a station: the ballots to vote, and what must be counted from them.

    Example: testigo audit deck examples/municipality/election.yaml --station 01-01
    """
    election = load(definition)
    ballots = station_deck(election, station)
    counts = expected(election, station, ballots)
    if as_json:
        print_json({"digest": deck_digest(ballots), "ballots": ballots, "expected": counts})
        return
    table(
        f"{len(ballots)} test ballots, deck {deck_digest(ballots)[:16]}…",
        ["ballot", "style", "contest", "choices"],
        [
            (number, ballot.style, contest, ", ".join(chosen) or "(blank)")
            for number, ballot in enumerate(ballots, 1)
            for contest, chosen in ballot.choices.items()
        ],
    )
    rows = [(one.contest, option, votes) for one in counts.contests for option, votes in one.votes.items()]
    table("What must be counted", ["contest", "option", "votes"], rows)


@app.command()
def draw(centre: CentreFolder, seed: Dice, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Draw the boxes of the closing count from dice rolled before witnesses, and sign seed and sample into the record.

    Roll only when all tally sheets are in the record. Example: testigo audit draw centre --seed 41263551423621412653
    """
    office = Centre.open(centre)
    dice = Seed.parse(seed)
    drawn = closing_sample(office.definition, dice)
    if not dry_run:
        said = {entry.type for entry in office.ledger.entries}
        # A power cut between the two statements leaves a seed alone: the same dice then give the sample.
        if "audit-sample" in said or office.ledger.seed not in (None, dice.digits):
            raise IllegalStep("the boxes were already drawn", mend="`--dry-run` shows what any seed gives")
        _check_all_counted(office)
        if office.ledger.seed is None:
            office.say("audit-seed", "", AuditSeed(dice.digits), authority_key(centre, "auditor"))
        office.say("audit-sample", "", drawn, authority_key(centre, "auditor"))
    if as_json:
        print_json(drawn)
        return
    rows = [(number, one.id, one.number) for number, one in enumerate(drawn.drawn, 1)]
    table(f"{len(rows)} of {len(drawn.population)} boxes, seed {dice.digits}", ["#", "station", "ticket"], rows)


@app.command()
def settle_ties(centre: CentreFolder, seed: Dice, dry_run: DryRun = False) -> None:
    """Hold the public draw that settles ties, with dice rolled before witnesses. It is held once.

    Roll only when all tally sheets are in the record.

    Example: testigo audit settle-ties centre --seed 35462114553624122635
    """
    office = Centre.open(centre)
    dice = Seed.parse(seed)
    if not dry_run:
        _check_all_counted(office)
        if not any(tie.open for contest in office.result().contests for tie in contest.allocation.ties):
            raise IllegalStep("no tie waits for a draw", mend="`--dry-run` shows what any dice would give")
        office.say("public-draw", "", PublicDraw(dice.digits), authority_key(centre, "auditor"))
    for contest in office.ledger.count(draw=dice.digits).contests:
        for tie in contest.allocation.ties:
            console.print(f"{contest.contest}: {', '.join(tie.options)}; drawn: {', '.join(tie.winners)}")


def _check_all_counted(office: Centre) -> None:
    """Dice that are rolled earlier can be known to whoever writes a tally sheet, and they are rolled once."""
    missing = office.result().missing
    if missing:
        named = ", ".join(missing[:3]) + ("…" if len(missing) > 3 else "")
        raise IllegalStep(
            f"{len(missing)} tally sheets are not in the record yet (stations {named})",
            mend="roll dice when all stations are counted; `testigo centre status` shows which are missing",
        )


@app.command()
def form(definition: DefinitionFile, station: StationId) -> None:
    """Print the blank form of a count by hand, a CSV table to fill in.

    Example: testigo audit form election.yaml --station 01-01 > count.csv
    """
    typer.echo(blank_form(load(definition), station), nl=False)


@app.command(name="closing-count")
def count_box(
    centre: CentreFolder,
    station: StationId,
    images: Annotated[Path | None, typer.Option(help="Folder of photographs or scans of the box's papers.")] = None,
    entries: Annotated[Path | None, typer.Option(help="JSON: what people read on refused papers.")] = None,
    by_hand: Annotated[list[Path] | None, typer.Option(help="Filled form; give it twice, by two people.")] = None,
    spoiled: Annotated[int | None, typer.Option(help="Papers in the envelope of spoiled votes.", min=0)] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Compare the paper votes of one box with its tally sheet, figure by figure, and sign what came out.

    Exits 1 if a figure differs or a paper is unsettled; in that last case nothing is signed yet. Examples:

    testigo audit closing-count centre --station 01-01 --images photos/01-01 --spoiled 1

    testigo audit closing-count centre --station 01-01 --by-hand first.csv --by-hand second.csv
    """
    office = Centre.open(centre)
    sheet = office.ledger.sheets.get(station)
    if sheet is None:
        raise IllegalStep(f"the record has no tally sheet of station {station!r}", mend="receive its package first")
    if (images is None) == (not by_hand):
        raise InvalidInput("either --images or --by-hand is wanted", mend="give one of the two")
    paper = (
        _from_images(office.definition, station, images, entries, spoiled)
        if images is not None
        else _from_forms(office.definition, station, by_hand or [])
    )
    count = closing_count(office.definition, sheet, office.ledger.sheet_digests(ClosingCount.VERSION)[station], paper)
    if not count.unread and not dry_run:
        office.say("closing-count", station, count, authority_key(centre, "auditor"))
    _show(count, as_json)
    if not count.holds:
        raise typer.Exit(1)


def _from_images(
    definition: Definition, station: str, folder: Path, entries: Path | None, spoiled: int | None
) -> PaperTally:
    with storage.explained(folder):
        files = sorted(file for file in folder.iterdir() if file.suffix.lower() in IMAGES)
    if not files:
        raise InvalidInput(
            "no images in this folder", place=str(folder), mend=f"put files {' '.join(sorted(IMAGES))} there"
        )
    entered = read_entries(storage.read(entries), place=str(entries)) if entries is not None else {}
    with progress("Reading papers", len(files)) as bar:
        papers = read_papers(files, definition, station, on_image=bar.advance)
    return papers_from_images(definition, station, papers, entered, spoiled=spoiled)


def _from_forms(definition: Definition, station: str, files: list[Path]) -> PaperTally:
    if len(files) != 2:
        raise InvalidInput(f"{len(files)} forms, where two are wanted", mend="let two people fill in one each")
    if files[0].resolve() == files[1].resolve():
        raise InvalidInput("the same form twice", place=str(files[0]), mend="let two people fill in one each")
    first, second = (read_form(storage.read(file), definition, station, place=str(file)) for file in files)
    return same_twice(first, second)


def _show(count: ClosingCount, as_json: bool) -> None:
    if as_json:
        print_json({"holds": count.holds, "count": count})
        return
    console.print(f"station {count.station}: {count.papers} papers counted")
    for paper in count.unsettled:
        console.print(f"  {'settled ' if paper.settled else 'UNSETTLED'} {paper.source}: {paper.reason}")
    for one in count.differences:
        where = f"{one.contest} {one.what}".strip()
        console.print(f"  DIFFERENCE {where}: tally sheet {one.sheet}, paper {one.paper}")
    if count.unread:
        console.print("Enter the unsettled papers (docs/audits.md) and count again; nothing was signed.")
    elif count.holds:
        console.print("Paper and tally sheet agree in every figure.")
