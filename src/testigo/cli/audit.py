"""`testigo audit`: test decks, draws with dice, counts of paper."""

import shlex
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from testigo import storage
from testigo.audit import (
    AuditDesk,
    PaperTally,
    Seed,
    blank_form,
    closing_count,
    closing_sample,
    doubts_of,
    read_form,
    same_twice,
    station_deck,
    tally_form,
)
from testigo.audit.paper_images import papers_from_images, read_entries, read_papers
from testigo.ballot import BLANK, deck_digest
from testigo.cli.browser import opener
from testigo.cli.output import ask, confirmed, console, heads, print_json, progress, say, table
from testigo.cli.public_key import OPTIONAL_ROOT_KEY, read_root_key
from testigo.count import Box, ClosingCount, RecordRules, read_rules
from testigo.election import MOST_OF_A_ROLE, Definition, load
from testigo.errors import IllegalStep, InvalidInput
from testigo.keys import SigningKey
from testigo.words import Message, from_line, message

app = typer.Typer(
    help="Logic and accuracy, draws with dice, closing counts.", no_args_is_help=True, rich_markup_mode=None
)

_GROUP = 5
"""Dice that are read together."""

IMAGES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".pdf"}

DefinitionFile = Annotated[Path, typer.Argument(help="The election definition, YAML or JSON.", show_default=False)]
RecordPlace = Annotated[
    str, typer.Argument(help="Folder of the public record, or its address.", metavar="RECORD", show_default=False)
]
AuditorKey = Annotated[Path | None, typer.Option("--key", help="The auditor's key, from `testigo auditor create`.")]
RootKey = Annotated[str, typer.Option(help=OPTIONAL_ROOT_KEY)]
Out = Annotated[Path, typer.Option(help="Folder for the signed statements; no file there is overwritten.")]
Dice = Annotated[str, typer.Option("--seed", help="The dice as rolled, at least 20 digits 1 to 6.")]
StationId = Annotated[str, typer.Option("--station", help="The station's id.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what comes out; sign nothing.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask. With --json nobody is asked, so it is needed there.")]


@app.command()
def deck(definition: DefinitionFile, station: StationId, as_json: AsJson = False) -> None:
    """The logic-and-accuracy deck of a station: the ballots to vote, and what must be counted from them.

    Example: testigo audit deck my-election/election.yaml --station 01-01
    """
    election = load(definition)
    parts = station_deck(election, station)
    digest, length = deck_digest(parts), sum(len(part.ballots) for part in parts)
    if as_json:
        print_json({"digest": digest, "ballots": length, "parts": parts})
        return
    table(
        str(message("cli", "audit.deck", ballots=length, parts=len(parts), digest=digest[:16])),
        heads("part", "ballot", "style", "language", "contest", "choices"),
        [
            (part, number, one.ballot.style, one.language, contest, ", ".join(chosen) or BLANK)
            for part, all_of_it in enumerate(parts, 1)
            for number, one in enumerate(all_of_it.ballots, 1)
            for contest, chosen in one.ballot.choices.items()
        ],
    )
    rows = [
        (number, one.contest, option, votes)
        for number, part in enumerate(parts, 1)
        for one in part.expected.contests
        for option, votes in one.votes.items()
    ]
    table(str(message("cli", "audit.deck-expected")), heads("part", "contest", "option", "votes"), rows)


@app.command()
def draw(
    record: RecordPlace,
    seed: Dice = "",
    key: AuditorKey = None,
    out: Out = Path(),
    root_key: RootKey = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Draw the boxes of the closing count from dice rolled before witnesses, and sign seed and sample.

    Roll only when all tally sheets are in the record. Shows the dice to compare with the board, and asks. If the files
    are lost, the same dice make the same sample again.

    Example: testigo audit draw public --key auditor/key.pem --seed 41263551423621412653
    """
    dice = Seed.parse(seed or ask(message("cli", "dice")))
    _refuse_unasked(yes, dry_run, as_json)
    desk, rules = _open(record, key, root_key, dry_run)
    files = _keep_dice(desk, desk.draw(dice), dice, out, yes) if desk else []
    drawn = closing_sample(rules.definition, rules.boxes_of_sample(), dice)
    if as_json:
        print_json({**msgspec.to_builtins(drawn), "files": [str(file) for file in files]})
        return
    rows = [(number, one.id, one.number) for number, one in enumerate(drawn.drawn, 1)]
    title = message("cli", "audit.drawn", drawn=len(rows), stations=len(drawn.population), seed=dice.digits)
    table(str(title), heads("number", "box", "ticket"), rows)
    _say_next(files)


@app.command()
def settle_ties(
    record: RecordPlace,
    seed: Dice = "",
    key: AuditorKey = None,
    out: Out = Path(),
    root_key: RootKey = "",
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    """Sign the public draw that settles ties, with dice rolled before witnesses. It is made once.

    Roll only when all tally sheets are in the record. Shows the dice to compare with the board, and asks.

    Example: testigo audit settle-ties public --key auditor/key.pem --seed 35462114553624122635
    """
    dice = Seed.parse(seed or ask(message("cli", "dice")))
    desk, rules = _open(record, key, root_key, dry_run)
    files = _keep_dice(desk, desk.settle_ties(dice), dice, out, yes) if desk else []
    for name, tie in rules.count(draw=dice.digits).ties:
        say(message("cli", "audit.tie-drawn", what=name, options=list(tie.options), winners=list(tie.winners)))
    _say_next(files)


@app.command()
def form(
    definition: DefinitionFile,
    station: StationId,
    whole: Annotated[bool, typer.Option("--whole", help="Of a whole tally: corrections, votes on paper.")] = False,
) -> None:
    """Print the blank form of a count by hand, a CSV table to fill in.

    Example: testigo audit form election.yaml --station 01-01 > count.csv
    """
    typer.echo((tally_form if whole else blank_form)(load(definition), station), nl=False)


@app.command(name="desk")
def open_desk(
    record: RecordPlace,
    key: Annotated[Path, typer.Option("--key", help="The auditor's key, from `testigo auditor create`.")],
    out: Out = Path(),
    root_key: RootKey = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of 127.0.0.1; 0 takes a free one.")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address and open no browser.")] = False,
) -> None:
    """Count boxes by hand in the browser: two people enter the figures apart from each other, a third decides.

    The pages are on this machine alone, at the address that is printed. What will be signed is shown first, with what
    looks wrong. Entries that are not signed are kept below the folder of --out. End it with Ctrl+C.

    Example: testigo audit desk public --key auditor/key.pem --out audit
    """
    # Not above: whoever only draws needs no web server.
    from testigo.screens import serve
    from testigo.web.listening import Listening

    root = read_root_key(root_key)
    serve.serve_audit_desk(record, root, key, out, Listening(port=port), opener(no_browser=no_browser))


@app.command(name="closing-count")
def count_box(
    record: RecordPlace,
    station: StationId,
    key: AuditorKey = None,
    booth: Annotated[
        int | None, typer.Option(help="Which booth's box, where the station has several.", min=1, max=MOST_OF_A_ROLE)
    ] = None,
    images: Annotated[Path | None, typer.Option(help="Folder of photographs or scans of the box's papers.")] = None,
    entries: Annotated[Path | None, typer.Option(help="JSON: what people read on refused papers.")] = None,
    by_hand: Annotated[list[Path] | None, typer.Option(help="Filled form; give it twice, by two people.")] = None,
    spoiled: Annotated[int | None, typer.Option(help="Papers in the envelope of spoiled votes.", min=0)] = None,
    why: Annotated[str, typer.Option(help="Of a box that is counted again: why, in words that all will read.")] = "",
    out: Out = Path(),
    root_key: RootKey = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Compare the paper votes of one box with its tally sheet, figure by figure, and sign what came out.

    Shows what will be signed, with all that looks wrong, and asks. Exits 1 if a figure differs, a paper is unsettled,
    or nobody said yes; in the last two cases nothing is signed. Examples:

    testigo audit closing-count public --key auditor/key.pem --station 01-01 --images photos/01-01 --spoiled 1

    testigo audit closing-count public --key auditor/key.pem --station 01-01 --by-hand first.csv --by-hand second.csv
    """
    _refuse_unasked(yes, dry_run, as_json)
    desk, rules = _open(record, key, root_key, dry_run)
    box = _box(rules, station, booth)
    if (images is None) == (not by_hand):
        raise InvalidInput("command.images-or-forms")
    paper = (
        _from_images(rules.definition, station, images, entries, spoiled)
        if images is not None
        else _from_forms(rules.definition, station, by_hand or [])
    )
    sheet = rules.box_sheet(box)
    count = closing_count(rules.definition, sheet, rules.box_digest(box, ClosingCount.VERSION), paper)
    doubts = doubts_of(count, sheet, drawn=box.id in _drawn(rules))
    if not as_json:
        _show(count, doubts)
    files = []
    if desk and not count.unread:
        made = desk.closing_count(desk.again(count, why))
        _require_yes(message("cli", "audit.sign-count", station=box.id, count=len(doubts)), yes)
        files = desk.keep(made, out)
    if as_json:
        holds = count.is_consistent
        print_json({"holds": holds, "count": count, "doubts": list(map(str, doubts)), "files": list(map(str, files))})
    else:
        _say_next(files)
    if not count.is_consistent:
        raise typer.Exit(1)


def _box(rules: RecordRules, station: str, booth: int | None) -> Box:
    """The box that is meant; raises `InvalidInput` where the station has several and none was named, or not that
    one."""
    if station not in rules.sheets:
        raise IllegalStep("record.no-tally-sheet", station=station)
    boxes = [box for box in rules.boxes() if box.station == station]
    if booth is None and len(boxes) == 1:
        return boxes[0]
    for box in boxes:
        if box.booth == booth:
            return box
    raise InvalidInput("closing-count.which-booth", station=station, booths=[box.booth for box in boxes])


def _drawn(rules: RecordRules) -> tuple[str, ...]:
    """The boxes that the dice in the record draw."""
    return closing_sample(rules.definition, rules.boxes_of_sample(), Seed(rules.seed)).ids if rules.seed else ()


def _refuse_unasked(yes: bool, dry_run: bool, as_json: bool) -> None:
    if as_json and not (yes or dry_run):
        raise InvalidInput("command.nobody-asked")


def _require_yes(question: Message, yes: bool) -> None:
    """End the command where nobody says yes."""
    if not yes and not confirmed(question):
        console.print(str(message("cli", "nothing-changed")))
        raise typer.Exit(1)


def _keep_dice(desk: AuditDesk, made: dict[str, bytes], dice: Seed, out: Path, yes: bool) -> list[Path]:
    """Write what the dice make, once somebody has read them again: they are rolled once."""
    shown = " ".join(dice.digits[start : start + _GROUP] for start in range(0, len(dice.digits), _GROUP))
    _require_yes(message("cli", "audit.sign-dice", count=len(dice.digits), dice=shown), yes)
    return desk.keep(made, out)


def _from_images(
    definition: Definition, station: str, folder: Path, entries: Path | None, spoiled: int | None
) -> PaperTally:
    with storage.explained(folder):
        files = sorted(file for file in folder.iterdir() if file.suffix.lower() in IMAGES)
    if not files:
        raise InvalidInput("folder.no-images", place=folder, kinds=sorted(IMAGES))
    entered = read_entries(storage.read(entries), place=str(entries)) if entries is not None else {}
    with progress(message("cli", "progress.reading-slips"), len(files)) as bar:
        papers = read_papers(files, definition, station, on_image=bar.advance)
    return papers_from_images(definition, station, papers, entered, spoiled=spoiled)


def _from_forms(definition: Definition, station: str, files: list[Path]) -> PaperTally:
    if len(files) != 2:
        raise InvalidInput("form.not-two", count=len(files))
    if storage.resolved(files[0]) == storage.resolved(files[1]):
        raise InvalidInput("form.same-twice", place=files[0])
    first, second = (read_form(storage.read(file), definition, station, place=str(file)) for file in files)
    return same_twice(first, second)


def _open(record: str, key: Path | None, root_key: str, dry_run: bool) -> tuple[AuditDesk | None, RecordRules]:
    """The desk, unless nothing is to be signed, and what the record says."""
    root = read_root_key(root_key)
    if dry_run:
        return None, read_rules(record, root)
    if key is None:
        raise InvalidInput("auditor.key-required")
    rules = read_rules(record, root)
    return AuditDesk(rules, SigningKey.load(key)), rules


def _say_next(files: list[Path]) -> None:
    if files:
        names = " ".join(shlex.quote(str(file)) for file in files)
        say(message("cli", "audit.append-next", files=names))


def _show(count: ClosingCount, doubts: list[Message]) -> None:
    box = f"{count.station} · {count.booth}" if count.booth > 1 else count.station
    say(message("cli", "audit.papers-counted", station=box, count=count.papers))
    for paper in count.unsettled:
        how = "audit.paper-settled" if paper.settled else "audit.paper-unsettled"
        say(message("cli", how, paper=paper.source, why=from_line("error", paper.reason)), indent="  ")
    for one in count.differences:
        where = f"{one.contest} {one.what}".strip()
        say(message("cli", "audit.difference", what=where, sheet=one.sheet, paper=one.paper), indent="  ")
    for doubt in doubts:
        say(message("cli", "audit.look-again", doubt=doubt), indent="  ")
    if count.unread:
        say(message("cli", "audit.count-again"))
    elif count.is_consistent:
        say(message("cli", "audit.agrees"))
