"""`testigo staff`: staff lists signed by the authority, PINs made on each machine, orders that replace one."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Protocol

import msgspec
import typer

from testigo import canonical, storage
from testigo.cli.output import ask_new_pin, console, heads, print_json, say, table
from testigo.election import Definition, load
from testigo.errors import IllegalStep, InvalidInput
from testigo.keys import PublicKey, SigningKey
from testigo.staff.accounts import FORMAT, LARGEST_FILE, StaffList, StaffMachine, StaffPlace
from testigo.staff.desk import DESK, make_desk, open_desk
from testigo.staff.machine import NewPin, Staff
from testigo.staff.orders import PinOrder
from testigo.staff.table import read_staff_table
from testigo.station.install import machine_folders
from testigo.station.machine.folder import MachineFolder
from testigo.station.machine.staffing import STAFFED, MachineStaff
from testigo.words import FIRST, Either, languages, message

app = typer.Typer(
    help="Who works at the machines: staff lists, PINs, orders.", no_args_is_help=True, rich_markup_mode=None
)
staff_list = typer.Typer(help="The signed list of who works where.", no_args_is_help=True, rich_markup_mode=None)
pins = typer.Typer(help="The PINs of one machine.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(staff_list, name="list")
app.add_typer(pins, name="pins")

StaffFolder = Annotated[
    Path, typer.Argument(help="A station's folder, one machine's, or an enrolment desk's.", show_default=False)
]
Key = Annotated[Path, typer.Option(help="The authority's key: of a station, the centre's.", show_default=False)]
Election = Annotated[
    Path | None, typer.Option(help="The election's definition, YAML or JSON. Desks belong to none.", show_default=False)
]
SlipsFile = Annotated[Path, typer.Option(help="PDF of the PIN slips; print it, then delete it.", show_default=False)]
Language = Annotated[str, typer.Option(help="Language of the slips.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


class _Opened(Protocol):
    """A machine whose staff is changed: `station.machine.staffing.MachineStaff` or a desk's `Staff` itself."""

    @property
    def staff(self) -> Staff: ...
    @property
    def definition(self) -> Definition | None: ...
    def load_list(self, data: bytes) -> StaffList: ...
    def keep_pins(self, drawn: tuple[NewPin, ...]) -> None: ...
    def keep_replacement(self, order: PinOrder, new: NewPin) -> None: ...


@staff_list.command("sign")
def sign_list(
    file: Annotated[Path, typer.Argument(help="CSV in UTF-8: id,name,role,party,station.", show_default=False)],
    key: Key,
    out: Annotated[Path, typer.Option(help="Folder for the signed lists.", show_default=False)],
    election: Election = None,
    as_json: AsJson = False,
) -> None:
    """Sign the staff lists of a CSV file: one file STATION.staff.json for each station or desk in it.

    Roles: chair, deputy, clerk, witness (with a party), officer (at an enrolment desk). On any wrong row nothing is
    signed, and each is told by its number. The same person may have accounts in several places and roles.

    Example: testigo staff list sign staff.csv --key centre/authority/centre/key.pem --election election.yaml
    --out staff-lists
    """
    places = read_staff_table(file)
    digest = _election_of([place for place, found in places.items() if found[0].role != "officer"], election, str(file))
    signing, issued = SigningKey.load(key), canonical.utc_now()
    storage.make_folder(out)
    written = []
    for place, found in places.items():
        signed = StaffList(FORMAT, "" if found[0].role == "officer" else digest, place, issued, found)
        storage.write(out / f"{place}.staff.json", signed.sign(signing))
        written.append({"place": place, "accounts": len(found), "file": str(out / f"{place}.staff.json")})
    if as_json:
        print_json(written)
        return
    table(
        str(message("cli", "staff.signed-lists")),
        heads("place", "accounts", "file"),
        [tuple(one.values()) for one in written],
    )


@staff_list.command("load")
def load_list(
    folder: StaffFolder,
    file: Annotated[Path, typer.Argument(help="The signed list, STATION.staff.json.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Load the staff list into the machines found in the folder. From then on only who stands in it is admitted.

    PINs of people who are no longer in it, or were in none before, are forgotten: make new ones with `pins make`.

    Example: testigo staff list load stations/01-01 staff-lists/01-01.staff.json
    """
    data = storage.read(file, limit=LARGEST_FILE)
    with _open(folder) as machines:
        for machine in machines:
            machine.load_list(data)
        loaded = [
            (staff.place.machine, len(staff.accounts()), [one.id for one in staff.without_pin()])
            for staff in (machine.staff for machine in machines)
        ]
    if as_json:
        print_json([{"machine": name, "accounts": count, "without_pin": ids} for name, count, ids in loaded])
        return
    rows = [(message("screens", f"{name}.role"), count, ", ".join(ids)) for name, count, ids in loaded]
    table(str(message("cli", "staff.list")), heads("machine", "accounts", "without-pin"), rows)


@app.command()
def show(folder: StaffFolder, as_json: AsJson = False) -> None:
    """Show who may use the machines found in the folder, and who has a PIN there. The machine must not be running.

    Example: testigo staff show stations/01-01/chair
    """
    with _open(folder) as machines:
        rows = [
            {**msgspec.structs.asdict(one), "machine": staff.place.machine, "pin": one not in staff.without_pin()}
            for staff in (machine.staff for machine in machines)
            for one in staff.accounts()
        ]
    if as_json:
        print_json(rows)
        return
    shown = [
        (
            row["id"],
            row["name"],
            message("screens", f"staff.{row['role']}"),
            row["party"],
            message("screens", f"{row['machine']}.role"),
            message("cli", "yes" if row["pin"] else "no"),
        )
        for row in rows
    ]
    table(str(message("cli", "staff.accounts")), heads("account", "name", "role", "party", "machine", "pin"), shown)


@pins.command("make")
def make_pins(folder: StaffFolder, out: SlipsFile, language: Language = FIRST, as_json: AsJson = False) -> None:
    """Make a PIN for every account that has none yet, and their slips: one for each person and machine, to be cut.

    The PINs are in this PDF and nowhere else; the machine keeps hashes. Whoever has a PIN keeps it: a forgotten one is
    replaced by an order (`testigo staff replace-pin`).

    Example: testigo staff pins make stations/01-01 --out slips.pdf
    """
    with _open(folder) as machines:
        drawn = [(machine, machine.staff.draw_pins()) for machine in machines]
        made = [new for _, news in drawn for new in news]
        if not made:
            raise IllegalStep("pins.all-made", place=folder)
        _write_slips(made, machines[0].definition, out, language)
        for machine, news in drawn:
            if news:
                machine.keep_pins(news)
    _print_made(made, out, as_json=as_json)


@pins.command("replace")
def replace_pin(
    folder: StaffFolder,
    order: Annotated[Path, typer.Argument(help="The signed order for this machine.", show_default=False)],
    out: SlipsFile,
    language: Language = FIRST,
    as_json: AsJson = False,
) -> None:
    """Replace one forgotten PIN by an order of the authority. An order is good once, on one machine.

    Stop the machine's screen first, and start it again afterwards; it goes on where it was.

    Example: testigo staff pins replace stations/01-01/chair order.json --out slip.pdf
    """
    data = storage.read(order, limit=LARGEST_FILE)
    with _open(folder) as machines:
        if len(machines) != 1:
            raise InvalidInput("folder.several-machines", place=folder)
        read, new = machines[0].staff.draw_replacement(data)
        _write_slips([new], machines[0].definition, out, language)
        machines[0].keep_replacement(read, new)
    _print_made([new], out, as_json=as_json)


@app.command("replace-pin")
def sign_order(
    account: Annotated[str, typer.Argument(help="Whose PIN was forgotten.", show_default=False)],
    station: Annotated[str, typer.Option(help="The station's id, or the desk's.", show_default=False)],
    machine: Annotated[StaffMachine, typer.Option(help="Which machine.", show_default=False)],
    key: Key,
    out: Annotated[Path, typer.Option(help="The order to write.", show_default=False)],
    election: Election = None,
    as_json: AsJson = False,
) -> None:
    """Sign an order that one account gets a new PIN on one machine. Ask first who is asking.

    Example: testigo staff replace-pin ana --station 01-01 --machine chair --key centre/authority/centre/key.pem
    --election election.yaml --out order.json
    """
    digest = "" if machine == "enrolment" else _election_of([station], election, "--station")
    order = PinOrder.new(StaffPlace(digest, station, machine), account)
    storage.write_new(out, order.sign(SigningKey.load(key)), mode=0o644)
    if as_json:
        print_json(order)
        return
    say(message("cli", "staff.order-made", file=out, account=account, station=station, machine=machine))


@app.command()
def desk(
    folder: Annotated[Path, typer.Argument(help="The desk's folder of officers.", show_default=False)],
    desk_id: Annotated[str, typer.Option("--desk", help="The desk's id, as in staff lists.", show_default=False)],
    authority: Annotated[str, typer.Option("--authority", help="Public key of who signs its list, hexadecimal.")],
) -> None:
    """Say once which enrolment desk a folder is, and whose signature its staff list and orders bear.

    Example: testigo staff desk officers --desk desk-1 --authority 3fb1…
    """
    make_desk(folder, desk_id, PublicKey.from_hex(authority))
    say(message("cli", "staff.desk-made", folder=folder, desk=desk_id))


def officer(
    name: Annotated[str, typer.Argument(help="User name.", show_default=False)],
    folder: Annotated[Path, typer.Option("--officers", help="Folder of officers.")] = Path("officers"),
    remove: Annotated[bool, typer.Option("--remove", help="Let this officer in no more.")] = False,
    pin_file: Annotated[
        Path | None, typer.Option(help="Read the PIN from this file's first line instead of asking.")
    ] = None,
) -> None:
    """Admit an enrolment officer, or give them a new PIN (asked for twice, never shown), at a desk without staff list.

    A desk with a signed staff list admits only who stands in it: `testigo staff --help`.

    Example: testigo register officer maria
    """
    staff = open_desk(folder)
    if remove:
        staff.remove(name)
        say(message("cli", "staff.officer-removed", name=name))
        return
    staff.require_admissible(name)  # said before anybody thinks of a PIN
    if pin_file is not None:
        pin = storage.read(pin_file, limit=1024).decode("utf-8", "replace").partition("\n")[0].strip()
    else:
        pin = ask_new_pin(message("cli", "pin"))
    staff.set_pin(name, pin)
    say(message("cli", "staff.officer-admitted", name=name))


class _Desk:
    """An enrolment desk. It has no event log: its file of PINs says which order was obeyed when."""

    definition = None

    def __init__(self, staff: Staff) -> None:
        self.staff = staff
        self.load_list = staff.load_list
        self.keep_pins = staff.keep_pins
        self.keep_replacement = staff.keep_replacement


@contextmanager
def _open(folder: Path) -> Iterator[Sequence[_Opened]]:
    if (folder / DESK).exists():
        yield [_Desk(open_desk(folder))]
        return
    found = [(path, machine.role) for path, machine in machine_folders(folder) if machine.role in STAFFED]
    if not found:
        raise InvalidInput("folder.machine-without-staff", place=folder)
    with ExitStack() as opened:
        machines = []
        for path, role in found:
            machine = MachineFolder(path, role)
            opened.callback(machine.close)
            machines.append(MachineStaff(machine))
        yield machines


def _election_of(stations: list[str], election: Path | None, place: str) -> str:
    """The digest that lists and orders of these stations name; raises `InvalidInput` for an unknown station."""
    if not stations:
        return ""
    if election is None:
        raise InvalidInput("election.not-named", place=place, station=stations[0])
    definition = load(election)
    for station in stations:
        definition.station(station)
    return definition.digest


def _write_slips(made: Sequence[NewPin], definition: Definition | None, out: Path, language: str) -> None:
    from testigo.station.machine.pin_pages import pin_pages  # not above: only slips need the PDF library (0.1 s)

    if language not in languages():
        raise InvalidInput("command.unknown-language", language=language[:20], known=Either(languages()))
    storage.write_new(out, pin_pages(made, language, definition), mode=0o600)


def _print_made(made: Sequence[NewPin], out: Path, *, as_json: bool) -> None:
    if as_json:
        rows = [{"account": new.account.id, "machine": new.place.machine} for new in made]
        print_json({"slips": str(out), "made": rows})
        return
    console.print(str(message("cli", "staff.pins-made", file=out, count=len(made))), soft_wrap=True)
