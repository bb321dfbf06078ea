"""`testigo station retire` and `check-archive`: the end of a machine, and what is left of it."""

import contextlib
import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from testigo import canonical, storage
from testigo.cli.output import console, facts, heads, print_json, say, table
from testigo.cli.public_key import ROOT_KEY, read_public_key
from testigo.count import read_rules
from testigo.errors import InvalidInput
from testigo.paper.pages import CupsPages
from testigo.station.install import installed_folders
from testigo.station.machine.folder import MachineFolder, read_settings
from testigo.station.machine.retired import ARCHIVE, REPORT, Retirement, is_retired
from testigo.station.retirement.archive import ARCHIVE_LIMIT, open_archive
from testigo.station.retirement.retire import RetirementPlan, check_plan, finish, plan_retirement
from testigo.station.retirement.retire import retire as carry_out
from testigo.words import current_language, day, instant, message

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text; without --yes only the plan.")]


def retire(
    folder: Annotated[Path, typer.Argument(help="One machine's folder, or the station's.", show_default=False)],
    keep_until: Annotated[
        str, typer.Option(help="The last day on which the law keeps everything, YYYY-MM-DD.", show_default=False)
    ],
    record: Annotated[str, typer.Option(help="The public record: a folder or an address. It must have this day.")] = "",
    reason: Annotated[str, typer.Option(help="Why, although a condition does not hold; it stands on the page.")] = "",
    printer: Annotated[str, typer.Option(help="Print the page: cups or cups:NAME; it is kept as PDF anyway.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """End a machine: archive what the law keeps, destroy its keys and all else, make the page for the signatures.

    Shows what will be done, and asks. Interrupted, it is given again and goes on. On any of the three machines:

    testigo station retire stations/01-01/booth --record public --keep-until 2027-05-29
    """
    pages = _printer(printer)
    with contextlib.ExitStack() as opened:
        paths = installed_folders(folder)
        machines = [_open(path, opened) for path in paths if not is_retired(path)]
        plans = [_plan(machine, _day(keep_until), record) for machine in machines]
        for plan in plans:
            check_plan(plan, reason)
        if not as_json:
            for plan in plans:
                _show(plan)
        if plans and not yes and (as_json or not _agreed(plans[0].station)):
            _say_unchanged(plans, as_json)
        done = [(path, finish(path)) for path in paths if is_retired(path)]
        done += [(one.path, carry_out(one, plan, reason.strip())) for one, plan in zip(machines, plans, strict=True)]
    for path, retirement in done:
        if pages is not None:
            pages.print_page(f"retirement-{retirement.station}-{retirement.machine.name}", storage.read(path / REPORT))
    _tell(done, as_json)


def check_archive(
    archive: Annotated[Path, typer.Argument(help="The archive of a retired machine.", show_default=False)],
    root_key: Annotated[str, typer.Option(help=ROOT_KEY, show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Check an archive: signed by the machine, whose key the root admitted, and every file as it was listed.

    Compare the SHA-256 that is printed with the page that officers and witnesses signed. Example:

    testigo station check-archive archive.tar --root-key 3fb1…
    """
    data = storage.read(archive, limit=ARCHIVE_LIMIT)
    retirement = open_archive(data, read_public_key(root_key), place=str(archive))
    if as_json:
        print_json({"archive_sha256": canonical.digest(data), "retirement": retirement})
        return
    when = instant(retirement.retired, current_language())
    machine = retirement.machine.label
    say(message("cli", "retire.archive-of", station=retirement.station, machine=machine, when=when))
    say(message("cli", "retire.archive-whole", count=len(retirement.archived), id=retirement.key))
    say(message("cli", "retire.archive-digest", digest=canonical.digest(data)))


def _open(path: Path, opened: contextlib.ExitStack) -> MachineFolder:
    machine = MachineFolder(path, read_settings(path).role)
    opened.callback(machine.close)
    return machine


def _plan(machine: MachineFolder, keep_until: datetime.date, record: str) -> RetirementPlan:
    heads: dict[str, str] = {}
    if record:
        sheet = read_rules(record, machine.root).sheets.get(machine.station_id)
        heads = dict(sheet.event_logs) if sheet else {}
    return plan_retirement(machine, keep_until, heads, today=datetime.date.today())


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("day.malformed", place=text[:40]) from None


def _printer(address: str) -> CupsPages | None:
    kind, _, name = address.partition(":")
    if address and kind != "cups":
        raise InvalidInput("page-printer.not-cups", place=address)
    return CupsPages(name) if address else None


def _show(plan: RetirementPlan) -> None:
    state = message(
        "term", f"station-state.{plan.state}" if plan.machine.role == "chair" else f"machine-state.{plan.state}"
    )
    machine, until = plan.machine.label, day(plan.keep_until, current_language())
    say(message("cli", "retire.plan", station=plan.station, machine=machine, state=state, day=until))
    for one in plan.unmet:
        say(message("cli", "retire.unmet", condition=one))
    table(str(message("cli", "retire.kept")), heads("file"), [(name,) for name in plan.archived])
    rows = [(item.path, item.files, item.bytes) for item in plan.destroyed]
    table(str(message("cli", "retire.destroyed")), heads("file-or-folder", "files", "bytes"), rows)


def _agreed(station: str) -> bool:
    say(message("cli", "retire.for-good"))
    said: str = typer.prompt(str(message("cli", "retire.type-to-go-on", station=station)))
    return said.strip() == station


def _say_unchanged(plans: list[RetirementPlan], as_json: bool) -> None:
    if as_json:
        print_json({"done": False, "machines": plans})
    else:
        console.print(str(message("cli", "nothing-changed")))
    raise typer.Exit(1)


def _tell(done: list[tuple[Path, Retirement]], as_json: bool) -> None:
    told: list[dict[str, Any]] = [
        {
            "archive": str(path / ARCHIVE),
            "archive_sha256": canonical.digest(storage.read(path / ARCHIVE, limit=ARCHIVE_LIMIT)),
            "report": str(path / REPORT),
            "retirement": retirement,
        }
        for path, retirement in done
    ]
    if as_json:
        print_json({"done": True, "machines": told})
        return
    for one in told:
        retirement = one["retirement"]
        when = instant(retirement.retired, current_language())
        machine = retirement.machine.label
        say(message("cli", "retire.done", station=retirement.station, machine=machine, when=when))
        say(message("cli", "retire.archive-digest", digest=one["archive_sha256"]))
        page = message("cli", "retire.sign-page", file=one["report"])
        facts([("archive", one["archive"]), ("page", page)])
