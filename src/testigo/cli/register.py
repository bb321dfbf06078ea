"""`testigo register`: who may vote. Import voters, enrol fingers, settle likely duplicates, make poll books."""

from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from testigo import storage
from testigo.centre import Centre, authority_key
from testigo.cli import serve, staff
from testigo.cli.deduplicate import deduplicate
from testigo.cli.output import console, errors, print_json, table
from testigo.cli.register_changes import correct, history, move, poll_books, remove, restore
from testigo.cli.register_doubles import doubles, judge_double
from testigo.cli.register_enrol import enrol, photograph, withdraw
from testigo.cli.register_erase import erase, erasures
from testigo.cli.register_import import import_file
from testigo.cli.register_options import (
    KEY,
    REGISTER,
    Address,
    AsJson,
    Document,
    ElectionFile,
    KeyFile,
    Officer,
    load_key,
    open_register,
)
from testigo.cli.register_upgrade import upgrade
from testigo.cli.voter_list import print_to, voter_list
from testigo.cli.without_finger import warn_of_many_without_finger
from testigo.election import load, small_groups
from testigo.fingerprint import Position, label_of
from testigo.register import Case, ListedVoters, Register, Side, list_of, make_poll_book, read_label
from testigo.words import Message, current_language, instant, message, value_text

app = typer.Typer(
    help="Who may vote: import, enrol, duplicates, poll books.", no_args_is_help=True, rich_markup_mode=None
)
app.command("serve")(serve.enrolment)
app.command("officer")(staff.officer)
app.command("deduplicate")(deduplicate)
app.command("import")(import_file)
app.command("doubles")(doubles)
app.command("judge-double")(judge_double)
app.command("enrol")(enrol)
app.command("photograph")(photograph)
app.command("withdraw")(withdraw)
app.command("correct")(correct)
app.command("move")(move)
app.command("remove")(remove)
app.command("restore")(restore)
app.command("history")(history)
app.command("voter-list")(voter_list)
app.command("poll-books")(poll_books)
app.command("erase")(erase)
app.command("erasures")(erasures)
app.command("upgrade")(upgrade)


@app.command()
def voter(
    document: Document,
    election: ElectionFile,
    register: Address = REGISTER,
    key: KeyFile = KEY,
    as_json: AsJson = False,
) -> None:
    """Show one voter: name, station, roll, whether enrolled, whether barred and why.

    Example: testigo register voter V-12.345.678 --election election.yaml
    """
    with open_register(register, election, key) as opened:
        found = opened.voter(document)
    if as_json:
        print_json(found)
        return
    who = message("cli", "register.voter", name=found.name, station=found.station, roll=found.roll)
    console.print(f"{found.document}  {who}")
    console.print(str(message("cli", "register.voter-enrolled" if found.enrolled else "register.voter-not-enrolled")))
    for one in found.exceptions:
        said = message("screens", f"exception.{one.kind}")
        console.print(f"{_finger(one.finger)}: {said}; {one.reason}", soft_wrap=True)
    if found.removed:
        console.print(str(message("cli", "register.voter-removed", at=instant(found.removed, current_language()))))
    if found.erased:
        console.print(str(message("cli", "register.voter-erased", at=instant(found.erased, current_language()))))
    if found.barred:
        console.print(str(message("cli", "register.voter-barred", case=str(found.barred))))


@app.command()
def cases(
    election: ElectionFile,
    everything: Annotated[bool, typer.Option("--all", help="Settled cases too.")] = False,
    register: Address = REGISTER,
    key: KeyFile = KEY,
    as_json: AsJson = False,
) -> None:
    """List likely duplicates that wait for a person.

    Example: testigo register cases --election election.yaml
    """
    with open_register(register, election, key) as opened:
        found = opened.cases(open_only=not everything)
    if as_json:
        print_json(found)
        return
    lines = (
        (
            one.id,
            one.earlier_document,
            one.later_document,
            value_text(round(one.score, 1), current_language()),
            instant(one.opened, current_language()),
            message("screens", f"verdict.{one.verdict or 'none'}"),
        )
        for one in found
    )
    columns = [str(message("screens", f"case.{column}")) for column in ("number", "earlier", "later", "score")]
    columns += [str(message("cli", "register.case-opened")), str(message("screens", "case.verdict"))]
    table(str(message("screens", "enrolment.cases")), columns, lines)


@app.command()
def case(
    case_id: Annotated[int, typer.Argument(help="The case's number, from `cases`.", show_default=False)],
    election: ElectionFile,
    images: Annotated[
        Path | None, typer.Option("--images", help="A folder to write both persons' finger images to.")
    ] = None,
    register: Address = REGISTER,
    key: KeyFile = KEY,
    as_json: AsJson = False,
) -> None:
    """Show a case: both persons, and every ruling so far.

    Images are written decrypted, readable for you alone; delete them when the case is settled.

    Example: testigo register case 3 --images case-3 --election election.yaml
    """
    with open_register(register, election, key) as opened:
        found = opened.case(case_id)
    if images is not None:
        _write_images(found, storage.make_folder(images, mode=0o700))
    if as_json:
        sides = {name: _facts(side) for name, side in (("earlier", found.earlier), ("later", found.later))}
        print_json({"case": found.line, **sides, "history": found.history})
        return
    title = message("cli", "register.case-title", case=str(case_id), score=round(found.line.score, 1))
    facts = zip(_shown(found.earlier), _shown(found.later), strict=True)
    columns = ("", str(message("screens", "case.earlier")), str(message("screens", "case.later")))
    table(str(title), columns, ((name, earlier, later) for (name, earlier), (_, later) in facts))
    for ruling in found.history:
        said = message("screens", f"verdict.{ruling.verdict}")
        console.print(f"{instant(ruling.at, current_language())}  {ruling.officer}: {said}  {ruling.note}")


@app.command()
def settle(
    case_id: Annotated[int, typer.Argument(help="The case's number, from `cases`.", show_default=False)],
    verdict: Annotated[str, typer.Argument(help="same, different or undecided.", show_default=False)],
    officer: Officer,
    election: ElectionFile,
    note: Annotated[str, typer.Option("--note", help="What was seen; wanted where the verdict changes.")] = "",
    register: Address = REGISTER,
    key: KeyFile = KEY,
) -> None:
    """Rule on a case. `same` takes the later enrolment's voter off the poll books; a new ruling may change that.

    Example: testigo register settle 3 different --note "twins" --officer "Ana Pérez" --election election.yaml
    """
    with open_register(register, election, key) as opened:
        ruling = opened.settle(case_id, verdict, officer, note)
    said = message("screens", f"verdict.{ruling.verdict}")
    console.print(str(message("cli", "register.settled", case=str(case_id), verdict=said, officer=ruling.officer)))


@app.command("poll-book")
def poll_book(
    station: Annotated[str, typer.Argument(help="The station's id.", show_default=False)],
    centre: Annotated[
        Path,
        typer.Option("--centre", help="The centre's folder: definition, admitted machines, key.", show_default=False),
    ],
    out: Annotated[Path, typer.Option("--out", help="The file to write.", show_default=False)],
    nearby: Annotated[
        list[str] | None, typer.Option("--nearby", help="Tell only these stations' voters where to go; repeat.")
    ] = None,
    paper: Annotated[
        Path | None,
        typer.Option("--paper", help="Also write the poll book and the signature list as PDF, for a day on paper."),
    ] = None,
    register: Address = REGISTER,
    key: KeyFile = KEY,
    as_json: AsJson = False,
) -> None:
    """Make the next poll book of a station, sealed to its check-in machine and signed by the centre.

    Example: testigo register poll-book 01-01 --centre centre --out poll-book-01-01.json
    """
    opened_centre = Centre.open(centre)
    opened_centre.definition.station(station)  # before its key: to admit one is no advice for a mistyped id
    sealing_key = opened_centre.key_ring.of_station(station, "check-in").sealing_key
    with Register.open(register, opened_centre.definition, load_key(key), make=False) as opened:
        signing = authority_key(centre, "centre")
        with storage.making_folder(out.parent):
            keep = partial(storage.write, out)
            made_of: list[ListedVoters] = []
            data = make_poll_book(
                opened, station, sealing_key, signing, nearby=nearby, write=keep,
                on_listed=made_of.append,
            )  # fmt: skip
        label = read_label(data)
        if paper is not None:
            print_to(paper, opened.definition, list_of(opened, station, label.issued, label.serial), told=errors)
    (listed,) = made_of
    few = small_groups(opened_centre.definition, listed.by_roll)
    if as_json:
        about = {"without_finger": listed.without_finger, "few_voters": few, "file": str(out)}
        print_json({**msgspec.structs.asdict(label), **about})
    else:
        warn_of_many_without_finger(opened_centre.definition, station, listed.without_finger, label.voters)
        for roll, count in few.items():
            said = message("error", "station.few-voters", count=count, station=station, roll=roll)
            errors.print(str(said), soft_wrap=True)
        serial = str(label.serial)
        made = message("cli", "register.poll-book", file=out, station=station, serial=serial, count=label.voters)
        console.print(str(made))


@app.command()
def adopt(election: ElectionFile, register: Address = REGISTER, key: KeyFile = KEY) -> None:
    """Move the register to a definition that was published again. Every station then needs a new poll book.

    Example: testigo register adopt --election corrected.yaml
    """
    with Register.adopt(register, load(election), load_key(key)) as opened:
        election_id = f"{opened.definition.digest[:16]}…"
        console.print(str(message("cli", "register.adopted", count=opened.status().voters, election=election_id)))


@app.command()
def status(election: ElectionFile, register: Address = REGISTER, key: KeyFile = KEY, as_json: AsJson = False) -> None:
    """Show how many voters, enrolments, open cases, barred voters and poll books there are.

    Example: testigo register status --election election.yaml
    """
    with open_register(register, election, key) as opened:
        found = opened.status()
    if as_json:
        print_json(found)
    else:
        counts = (
            (message("cli", f"register.status-{name.replace('_', '-')}"), value_text(count, current_language()))
            for name, count in msgspec.structs.asdict(found).items()
        )
        table(str(message("cli", "register.status")), ("", str(message("cli", "register.status-number"))), counts)


def _finger(word: str) -> Message:
    return label_of(Position.named(word))


def _facts(side: Side) -> dict[str, str]:
    """One side for programs."""
    return {
        "document": side.document,
        "name": side.name,
        "station": side.station,
        "enrolled by": side.enrolled_by,
        "enrolled at": side.enrolled_at,
        "fingers": ", ".join(finger for finger, _ in side.images) or "erased",
        "most alike": side.images[side.most_similar][0] if side.images else "",
    }


def _shown(side: Side) -> list[tuple[Message, object]]:
    """One side for people."""
    fingers = [_finger(finger) for finger, _ in side.images]
    erased = message("cli", "register.side-erased")
    return [
        (message("cli", "register.side-document"), side.document),
        (message("cli", "register.side-name"), side.name),
        (message("cli", "register.side-station"), side.station),
        (message("cli", "register.side-enrolled-by"), side.enrolled_by),
        (message("cli", "register.side-enrolled-at"), instant(side.enrolled_at, current_language())),
        (message("cli", "register.side-fingers"), value_text(fingers or erased, current_language())),
        (message("screens", "case.most-similar"), fingers[side.most_similar] if fingers else ""),
    ]


def _write_images(found: Case, folder: Path) -> None:
    for name, side in (("earlier", found.earlier), ("later", found.later)):
        for number, (finger, image) in enumerate(side.images, start=1):
            storage.write(folder / f"{name}-{number}-{finger}.png", image.to_png(), mode=0o600)
