"""`testigo station`: set up a station's machines, make its cards, look at its logs, carry its results away.

What happens on the day itself (test, open, vote, close) happens on the screens: `testigo station serve`.
"""

import contextlib
from pathlib import Path
from typing import Annotated, Any

import typer

from testigo import canonical, storage
from testigo.cli import serve
from testigo.cli.hardware_test import hardware_test
from testigo.cli.manual_tally import manual_tally
from testigo.cli.output import ask_new_pin, confirmed, console, heads, print_json, progress, say, table
from testigo.cli.paper_mode import of_station
from testigo.cli.public_key import ROOT_KEY, read_public_key
from testigo.cli.read_qr import read_qr
from testigo.cli.retire import check_archive, retire
from testigo.cli.station_test import test
from testigo.cli.station_train import count_training, train
from testigo.cli.without_finger import warn_of_many_without_finger
from testigo.election import MOST_OF_A_ROLE, Role, StationMachine, StationMachines
from testigo.errors import InvalidInput, StorageError
from testigo.event_log import LOG_LIMIT, Event, lines_after, log_origin, verify_event_log, whole_lines
from testigo.keys import PublicKey, SigningKey
from testigo.station.install import REQUEST, install_station, machine_folders
from testigo.station.install import load_keys as load_keys_into
from testigo.station.machine.folder import EVENTS, SIGNING_KEY, read_settings
from testigo.station.machine.names import titled
from testigo.words import Message, message

app = typer.Typer(
    help="Voting day at one polling place: its machines, cards, logs.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(serve.station, name="serve")
app.command()(hardware_test)
app.command()(manual_tally)
app.command()(retire)
app.command("test")(test)
app.command()(train)
app.command("count-training")(count_training)
app.command("check-archive")(check_archive)
app.command("read-qr")(read_qr)
app.command("paper")(of_station)

StationFolder = Annotated[Path, typer.Argument(help="The station's folder, or one machine's.", show_default=False)]
BoothNumber = Annotated[
    int, typer.Option("--booth", min=1, max=MOST_OF_A_ROLE, help="Which booth, where the station has several.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def _pin(whose: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        help=f"The {whose}'s PIN; asked for where not given. At least 6 characters.",
        envvar=f"TESTIGO_{whose.upper()}_PIN",
        show_default=False,
    )
    return option


@app.command()
def install(
    folder: Annotated[Path, typer.Argument(help="Where the station's folders are made.", show_default=False)],
    station: Annotated[str, typer.Option(help="The station's id in the definition.", show_default=False)],
    definition: Annotated[
        Path, typer.Option(help="What `testigo election station-proof --out` wrote for it.", show_default=False)
    ],
    root_key: Annotated[str, typer.Option(help=ROOT_KEY, show_default=False)],
    chair_pin: Annotated[str, _pin("chair")] = "",
    clerk_pin: Annotated[str, _pin("clerk")] = "",
    desks: Annotated[int, typer.Option(min=1, max=MOST_OF_A_ROLE, help="Check-in desks.")] = 1,
    booths: Annotated[int, typer.Option(min=1, max=MOST_OF_A_ROLE, help="Booths, each with its ballot box.")] = 1,
    second_disk: Annotated[
        str, typer.Option(help="Folder on the booth's second disk, for the box's second copy.")
    ] = "second-disk",
) -> None:
    """Make the folders of chair, check-in desks and booths, each with its own key. Then carry each to its machine.

    The file `machine-keys-request.json` goes to the authority: `testigo centre admit`.

    Example: testigo station install stations/01-01 --station 01-01 --root-key 3fb1…
    --definition stations/01-01.json
    """
    request = install_station(
        folder,
        storage.read(definition),
        read_public_key(root_key),
        station,
        chair_pin=chair_pin or ask_new_pin(message("cli", "pin-of-chair")),
        clerk_pin=clerk_pin or ask_new_pin(message("cli", "pin-of-clerk")),
        machines=StationMachines(desks, booths),
        second_disk=second_disk,
        place=str(definition),
    )
    rows = [(StationMachine(key.role, key.number).label, key.public.key_id) for key in request.keys]
    table(str(message("cli", "station.title", station=station)), heads("machine", "key-id"), rows)
    say(message("cli", "station.request", file=folder / REQUEST))


@app.command("load-keys")
def load_keys(
    folder: StationFolder,
    statements: Annotated[
        list[Path], typer.Argument(help="`machine-keys` statements: the centre's and this station's.")
    ],
) -> None:
    """Load the keys that the root has signed, so that the machines trust each other and the centre's poll book.

    Example: testigo station load-keys stations/01-01 centre/public/statements/*-machine-keys*.json
    """
    envelopes = [storage.read(file) for file in statements]
    load_keys_into(folder, envelopes)
    say(message("cli", "station.keys-loaded"))


@app.command("load-poll-book")
def load_poll_book(
    folder: StationFolder,
    poll_book: Annotated[Path, typer.Argument(help="The package that `testigo register poll-book` made.")],
) -> None:
    """Load the station's poll book into its check-in desks, before opening. A newer one replaces it.

    Example: testigo station load-poll-book stations/01-01 poll-books/01-01.pollbook
    """
    from testigo.station.check_in.book import POLL_BOOK_LIMIT
    from testigo.station.check_in.check_in import CheckIn

    data = storage.read(poll_book, limit=POLL_BOOK_LIMIT)
    with contextlib.ExitStack() as opened:
        desks = [opened.enter_context(CheckIn(path)) for path in _machines(folder, "check-in")]
        for desk in desks:
            desk.read_poll_book(data)  # all of them, before any takes it in
        voters = max([desk.load_poll_book(data) for desk in desks])
        without = sum(desk.without_finger for desk in desks)
        warn_of_many_without_finger(desks[0].definition, desks[0].station_id, without, voters)
    say(message("cli", "station.poll-book-loaded", count=voters))


@app.command("voter-list")
def voter_list(
    folder: StationFolder,
    out: Annotated[Path, typer.Option("--out", help="The PDF file to write; it names people.", show_default=False)],
    account: Annotated[str, typer.Option("--account", help="The chair's or a deputy's.")] = "",
    pin_file: Annotated[
        Path | None, typer.Option("--pin-file", help="Read the PIN from this file's first line; else it is asked.")
    ] = None,
) -> None:
    """Write the poll book that the check-in has loaded, and the signature list, as PDF, for the station's chair.

    Who has a card already is ticked: of several desks, at any whose folder is there. While the check-in's screen is
    served, its page does the same.

    Example: testigo station voter-list stations/01-01 --out 01-01.pdf
    """
    from testigo.cli.register_options import pin_of
    from testigo.cli.voter_list import print_to
    from testigo.register.voter_list import of_all_desks
    from testigo.station.check_in.check_in import CheckIn

    with contextlib.ExitStack() as opened:
        desks = [opened.enter_context(CheckIn(path)) for path in _machines(folder, "check-in")]
        definition, pin = desks[0].definition, pin_of(pin_file)
        what = of_all_desks([desk.voter_list(account, pin) for desk in desks])
    print_to(out, definition, what)


@app.command()
def cards(
    folder: StationFolder,
    out: Annotated[Path, typer.Option(help="PDF of the cards; print it, then delete it.")] = Path("cards.pdf"),
    spare: Annotated[int, typer.Option(help="Spare cards of each ballot style.")] = 20,
    booth: BoothNumber = 1,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, also where cards were made already.")] = False,
) -> None:
    """Make a booth's voting cards: one a voter and some spare. The codes are in this PDF and nowhere else.

    Print it, cut it, shuffle each tray, and delete the file. Cards made again void all those before: then it asks.

    Example: testigo station cards stations/01-01 --out cards.pdf
    """
    from testigo.slip import FolderPrinter
    from testigo.station.booth.booth import Booth

    path = _one_booth(folder, booth)
    with Booth(path, FolderPrinter(path / "paper")) as opened:
        if opened.has_cards and not yes and not confirmed(message("cli", "cards.make-again")):
            console.print(str(message("cli", "nothing-changed")))
            raise typer.Exit(1)
        with progress(message("cli", "progress.making-cards"), None):
            deck = opened.make_cards(spare, write=lambda made: storage.write(out, made.pdf(), mode=0o600))
    styles = [card.style for card in deck.cards]
    rows = [(style, styles.count(style)) for style in sorted(set(styles))]
    table(str(message("cli", "station.cards")), heads("style", "cards"), rows)
    say(message("cli", "station.print-then-delete", file=out))


@app.command()
def status(folder: StationFolder, as_json: AsJson = False) -> None:
    """Check the event log of every machine in the folder, and say how far each is. Machines may be running.

    Example: testigo station status stations/01-01
    """
    found = [(machine, _events(path)) for path, machine in machine_folders(folder)]
    rows = [
        {
            "machine": machine.name,
            "state": _state(machine.role, events),
            "entries": len(events),
            "last": events[-1].event if events else "",
            "head": head,
        }
        for machine, (events, head) in found
    ]
    if as_json:
        print_json(rows)
        return
    shown = [
        (
            StationMachine.named(str(row["machine"])).label,
            _named_state(row),
            *(str(row[one])[:24] for one in ("entries", "last", "head")),
        )
        for row in rows
    ]
    table(str(message("cli", "station.machines")), heads("machine", "state", "entries", "last", "log-head"), shown)


@app.command()
def log(
    folder: Annotated[Path, typer.Argument(help="One machine's folder.", show_default=False)],
    key: Annotated[
        str, typer.Option(help="The machine's public key; the one in its folder where not given.", show_default=False)
    ] = "",
    head: Annotated[
        str, typer.Option(help="A head from the tally sheet: a log that was cut off or exchanged since lacks it.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Check one machine's event log, line by line, and show it. With a head, say how many lines follow it.

    A log goes on after the tally sheet; the statement `event-log` says at how many entries each machine's head was.

    Example: testigo station log stations/01-01/booth --head 9f2c…
    """
    events, _ = _events(folder, PublicKey.from_hex(key) if key else None, head or None)
    if as_json:
        print_json(events)
        return
    for event in events:
        data = " ".join(f"{name}={value}" for name, value in event.data.items())
        console.print(f"{event.sequence:6} {event.time} {event.event:18} {data}", soft_wrap=True)
    if head:
        after = lines_after(events, head)
        say(message("cli", "station.head-at", entry=len(events) - after, after=after))


@app.command()
def export(
    folder: StationFolder,
    out: Annotated[Path, typer.Argument(help="Where to, such as a stick.", show_default=False)],
) -> None:
    """Copy what the station has to carry: printed pages, signed statements, package.

    Example: testigo station export stations/01-01 /media/stick
    """
    from testigo.record.log import require_no_record
    from testigo.station.chair.statement_store import FIRST_PACKAGE, PACKAGE

    require_no_record(out)
    path = _machines(folder, "chair")[0]
    station = read_settings(path).station
    files = sorted((*(path / "paper").glob("*.pdf"), *(path / "statements").glob("*.json")))
    if not files:
        raise StorageError("chair.signed-nothing", place=path)
    carried = [(file, storage.read(file)) for file in files]  # all of them, before any is written
    storage.make_folder(out)
    for file, data in carried:
        name = f"{PACKAGE}.json" if file.stem == FIRST_PACKAGE else file.name
        storage.write(out / f"{station}-{name}", data)
        console.print(str(out / f"{station}-{name}"), soft_wrap=True)
    if not any((path / "statements" / f"{name}.json").exists() for name in (PACKAGE, FIRST_PACKAGE)):
        say(message("cli", "station.no-package-yet"))


@app.command("restore-box")
def restore_box(folder: StationFolder, booth: BoothNumber = 1) -> None:
    """Write the missing copy of the ballot box again from the other, after a disk was replaced. Stop the booth first.

    Example: testigo station restore-box stations/01-01
    """
    from testigo.station.booth.box import BallotBox, box_paths
    from testigo.station.machine.folder import MachineFolder

    machine = MachineFolder(_one_booth(folder, booth), "booth")
    try:
        restored = BallotBox.restore(box_paths(machine))
        machine.log.append("box-restored", copy=restored.parent.name)
    finally:
        machine.close()
    say(message("cli", "station.restored", file=restored))


def _named_state(row: dict[str, Any]) -> Message:
    state = row["state"]
    return message("term", f"station-state.{state}" if row["machine"] == "chair" else f"machine-state.{state}")


def _machines(folder: Path, role: Role) -> list[Path]:
    """The folders of the machines of that role, whether the station's folder was given or a machine's own."""
    found = [path for path, machine in machine_folders(folder) if machine.role == role]
    if not found:
        raise InvalidInput("folder.of-role-not-here", place=folder, role=message("screens", f"{role}.role"))
    return found


def _one_booth(folder: Path, number: int) -> Path:
    """The folder of that booth; where a booth's own folder was given, that one."""
    own = {machine: path for path, machine in machine_folders(folder)}
    if len(own) == 1 and folder in own.values():
        return _machines(folder, "booth")[0]
    booth = StationMachine("booth", number)
    if booth not in own:
        raise InvalidInput("folder.of-role-not-here", place=folder, role=titled(booth))
    return own[booth]


def _events(path: Path, key: PublicKey | None = None, head: str | None = None) -> tuple[tuple[Event, ...], str]:
    """The verified entries of a machine's log, and the head. A line that is being written just now is left out."""
    settings = read_settings(path)
    public = key or SigningKey.load(path / SIGNING_KEY).public
    place = path / EVENTS
    whole = whole_lines(storage.read(place, limit=LOG_LIMIT), place=place)
    origin = log_origin(settings.election, settings.station, settings.machine.name)
    events = verify_event_log(whole, public, origin, head=head, place=place)
    return events, canonical.digest(whole.split(b"\n")[-2])


def _state(role: Role, events: tuple[Event, ...]) -> str:
    if role == "chair":
        from testigo.station.chair.state import state_of

        return state_of(events)
    from testigo.station.machine.orders import state_of as machine_state_of

    return machine_state_of(events)
