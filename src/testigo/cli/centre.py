"""`testigo centre`: the authority's keys, the public record, packages in, results out."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer

from testigo import storage
from testigo.canonical import why_refused
from testigo.centre import (
    Centre,
    Receipt,
    authority_key,
    is_log_key_lost,
    named_log_key,
    only_auditor,
    restore_centre,
)
from testigo.cli import rulings, serve
from testigo.cli.allow_releases import allow_releases
from testigo.cli.option_status import option_status
from testigo.cli.output import confirmed, console, facts, heads, print_json, progress, say, table
from testigo.cli.public_key import OPTIONAL_ROOT_KEY, read_root_key
from testigo.election import MachineKeys
from testigo.errors import InvalidInput, TestigoError
from testigo.record.log import require_no_record
from testigo.results import RefusalRow, publish_results
from testigo.words import Value, message

app = typer.Typer(
    help="Authority and counting centre: keys, record, count, publish.", no_args_is_help=True, rich_markup_mode=None
)
app.command("serve")(serve.inbox)
app.command("serve-results")(serve.results)
app.command("option-status")(option_status)
app.command("allow-releases")(allow_releases)
app.command("desk")(rulings.desk)
app.command("annul")(rulings.annul)
app.command("correct")(rulings.correct)
app.command("accept-manual-tally")(rulings.accept_manual_tally)
app.command("incident")(rulings.incident)

Folder = Annotated[Path, typer.Argument(help="The centre's folder.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Kept = Annotated[
    Path | None,
    typer.Option(
        help="File outside the folder that keeps the newest checkpoint, better on another disk; FOLDER.checkpoint "
        "where not given.",
        show_default=False,
    ),
]


@app.command()
def create(
    folder: Folder,
    definition: Annotated[Path, typer.Argument(help="The election definition, YAML or JSON.", show_default=False)],
    auditor: Annotated[Path | None, typer.Option(help="The auditor's request; `admit` takes it later, too.")] = None,
    kept: Kept = None,
    as_json: AsJson = False,
) -> None:
    """Make the keys of a new election and start its public record.

    Publish the printed root key at once, in as many places as you can: it is what everybody verifies with.

    Example: testigo centre create centre my-election/election.yaml --auditor auditor/request.json
    """
    centre = Centre.create(folder, definition, _read_keys(auditor) if auditor else None, kept=kept)
    root = centre.key_ring.root
    if as_json:
        print_json({"election": centre.rules.election, "root_key": root.hex, "root_key_id": root.key_id})
        return
    keys = message("cli", "centre.keep-root-safe", folder=folder / "authority")
    named = [("election", centre.definition.id), ("digest", centre.rules.election), ("root-key", root.hex)]
    facts([*named, ("key-id", root.key_id), ("record", centre.public), ("keys", keys)])


@app.command()
def admit(
    folder: Folder,
    requests: Annotated[
        list[Path], typer.Argument(help="Key requests, one JSON file a station or of the auditor.", show_default=False)
    ],
) -> None:
    """Let the root sign the keys of stations, or of the auditor, into the record. Compare each request first with the
    people who made it.

    A machine whose key was lost before its station said anything is installed again and admitted again.

    Beside each request a file `machine-keys.json` is written: the signed keys, to be carried back to the station.

    Example: testigo centre admit centre stations/01-01/machine-keys-request.json
    """
    read = [(file, _read_keys(file)) for file in requests]
    centre = Centre.open(folder)
    with progress(message("cli", "progress.admitting"), len(read)) as bar:
        for file, keys in read:
            storage.write(file.with_name("machine-keys.json"), centre.admit(keys))
            bar.advance()
    for station in sorted({key.station for _, keys in read for key in keys.keys if key.station}):
        say(message("cli", "centre.station-admitted", station=station))
    for key in (key for _, keys in read for key in keys.keys if not key.station):
        name = message("term", f"key-of.{key.role}")
        say(message("cli", "centre.key-admitted", name=name, id=key.public.key_id))


@app.command()
def replace_key(
    folder: Folder,
    role: Annotated[Literal["log", "centre", "auditor"], typer.Argument(help="Whose key.", show_default=False)],
    request: Annotated[Path | None, typer.Option(help="Of the auditor: the request of the new key.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Let the root give the log, the centre or the auditor another key. The root key itself cannot be replaced.

    Shows what will be done, and asks. Examples:

    testigo centre replace-key centre log

    testigo centre replace-key centre auditor --request new-auditor/request.json
    """
    if (role == "auditor") != (request is not None):
        raise InvalidInput("command.request-for-auditor-only")
    if role == "log" and is_log_key_lost(folder):
        _replace_lost_log_key(folder, yes=yes)
        return
    centre = Centre.open(folder)
    asked = only_auditor(_read_keys(request)) if request else None
    authority_key(folder, "root")
    old = centre.key_ring.of_station("", role).public
    _say(f"old-{role}", key_id=old.key_id)
    if asked:
        _say("new", key_id=asked.keys[0].public.key_id)
    else:
        _say("new-is-made")
    _say("what", entry=str(len(centre.rules.entries)))
    _require_yes("sure", yes=yes)
    new = centre.replace_key(role, asked).public
    _say("done", key_id=new.key_id)
    if not asked:
        _say("old-kept", folder=folder / "authority" / role)
    _say(f"after-{role}", **({"verifier": centre.verifier_key} if role == "log" else {}))


def _replace_lost_log_key(folder: Path, *, yes: bool) -> None:
    """The same where nobody can sign with the log's old key any more."""
    authority_key(folder, "root")
    _say("lost", key_id=named_log_key(folder).key_id, folder=folder / "authority" / "log")
    _say("lost-what")
    _require_yes("lost-sure", yes=yes)
    new = Centre.replace_lost_log_key(folder).public
    _say("done", key_id=new.key_id)
    _say("after-log", verifier=Centre.open(folder).verifier_key)


def _say(what: str, **values: Value) -> None:
    console.print(str(message("cli", f"replace-key.{what}", **values)), soft_wrap=True)


def _require_yes(question: str, *, yes: bool) -> None:
    """End the command where nobody says yes."""
    if not yes and not confirmed(message("cli", f"replace-key.{question}")):
        console.print(str(message("cli", "nothing-changed")))
        raise typer.Exit(1)


@app.command()
def restore(
    folder: Folder,
    record: Annotated[str, typer.Option(help="The newest public record there is: a folder or an address.")],
    kept: Kept = None,
    as_json: AsJson = False,
) -> None:
    """Go on with a folder that was moved, or restored from a copy: take over from the public record what it lacks.

    Compare the mirrors first and take the one with the most entries. Example:

    testigo centre restore centre --record https://mirror.example/public
    """
    centre, taken = restore_centre(folder, record, kept=kept)
    entries = len(centre.rules.entries)
    if as_json:
        print_json({"taken_over": taken, "entries": entries})
        return
    say(message("cli", "centre.taken-over", count=taken, entries=entries))


@app.command()
def receive(
    folder: Folder,
    packages: Annotated[list[Path], typer.Argument(help="Stations' packages, in any order.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Take in packages. The same one twice counts once.

    One that is refused changes nothing and does not stop the others; the exit code is then 1.

    Example: testigo centre receive centre *-package.json
    """
    centre = Centre.open(folder)
    receipts: list[Receipt] = []
    refused: list[TestigoError] = []
    with progress(message("cli", "progress.taking-in"), len(packages)) as bar:
        for file in packages:
            try:
                receipts.append(centre.receive(storage.read(file), place=str(file)))
            except TestigoError as error:
                refused.append(error)
            bar.advance()
    if as_json:
        print_json({"received": receipts, "refused": [one.as_json() for one in refused]})
    else:
        for receipt in receipts:
            if receipt.already:
                say(message("cli", "centre.received-before", station=receipt.station))
            else:
                say(message("cli", "centre.received", station=receipt.station, count=receipt.new))
        for one in refused:
            say(message("cli", "centre.refused", why=str(one)))
    if refused:
        raise typer.Exit(1)


@app.command()
def append(
    folder: Folder,
    statements: Annotated[list[Path], typer.Argument(help="Signed statements (envelopes).", show_default=False)],
) -> None:
    """Append statements that were signed elsewhere, an auditor's for instance, to the record.

    Example: testigo centre append centre audit-seed.json audit-sample.json
    """
    centre = Centre.open(folder)
    for file in statements:
        new = centre.append(storage.read(file), place=str(file))
        say(message("cli", "centre.appended" if new else "centre.appended-before", file=file))


@app.command()
def status(folder: Folder, as_json: AsJson = False) -> None:
    """What is counted, what is missing, what does not reconcile, what was refused.

    Example: testigo centre status centre
    """
    centre = Centre.open(folder)
    result, refused = centre.result(), centre.refused()
    if as_json:
        print_json({"entries": len(centre.rules.entries), "result": result.payload(), "refused": refused})
        return
    counted, stations = len(result.stations) - len(result.missing), len(result.stations)
    table(
        str(message("cli", "centre.status", election=centre.definition.id, counted=counted, stations=stations)),
        heads("station", "status", "registered", "checked-in", "turnout", "differences"),
        [
            (
                one.station,
                message("results", f"status_{one.status}"),
                one.turnout.registered or "–",
                one.turnout.checked_in if one.turnout.registered else "–",
                f"{one.turnout.percent} %" if one.turnout.registered else "–",
                len(one.differences) or "",
            )
            for one in result.stations
        ],
    )
    for anomaly in result.anomalies:
        say(message("cli", "centre.anomaly", station=anomaly.station, what=anomaly.message))
    for package in refused:
        say(message("cli", "centre.package-refused", station=package.station, why=package.why, file=package.file))


@app.command()
def publish(
    folder: Folder,
    out: Annotated[Path, typer.Option(help="Folder for the results page.")] = Path("results"),
    as_json: AsJson = False,
) -> None:
    """Count, sign the result into the record, and write the results page, JSON and CSV.

    Example: testigo centre publish centre --out results
    """
    centre = Centre.open(folder)
    require_no_record(out)
    with storage.making_folder(out):  # before anything is signed
        result = centre.publish_result()
        refused = tuple(RefusalRow(one.station, one.digest, one.why) for one in centre.refused())
        files = publish_results(centre.public, out, root=centre.key_ring.root, refused=refused)
    if as_json:
        print_json(
            {"result": result.payload(), "digest": centre.rules.result_digest, "files": [str(file) for file in files]}
        )
        return
    missing = message("cli", "centre.stations-missing", count=len(result.missing))
    say(message("cli", "centre.result", digest=centre.rules.result_digest))
    say(missing)
    console.print(*map(str, files), sep="\n", soft_wrap=True)


@app.command()
def results(
    record: Annotated[str, typer.Argument(help="Folder of a public record, or its address.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for the results page.")] = Path("results"),
    root_key: Annotated[str, typer.Option(help=OPTIONAL_ROOT_KEY)] = "",
) -> None:
    """Count any copy of a public record again and write the results page, JSON and CSV. Needs no key and no centre.

    Example: testigo centre results public --out my-results
    """
    root = read_root_key(root_key)
    for file in publish_results(record, out, root=root):
        console.print(str(file))


@app.command(name="keys")
def show_keys(folder: Folder) -> None:
    """Show the public keys of the authority, and the log's key as C2SP witnesses take it.

    Example: testigo centre keys centre
    """
    centre = Centre.open(folder)
    ring = centre.key_ring
    keys = [("root", ring.root.hex), *((key.role, key.key) for key in ring.keys if not key.station)]
    rows = [(message("term", f"key-of.{role}"), digits) for role, digits in keys]
    table(str(message("cli", "centre.authority-keys")), heads("role", "public-key"), rows)
    for old in (old for old in ring.replaced if not old.key.station):
        name = message("term", f"key-of.{old.key.role}")
        say(message("cli", "centre.key-replaced", entry=old.entry, name=name, public=old.key.key))
    say(message("cli", "centre.verifier", verifier=centre.verifier_key))


def _read_keys(file: Path) -> MachineKeys:
    try:
        return msgspec.json.decode(storage.read(file, limit=1 << 20), type=MachineKeys)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput("machine-keys.not-a-request", place=file, why=why_refused(error)) from None
