"""The test of one machine's hardware, when it is set up and again before it leaves the warehouse.

Each check tries the thing itself: the disk is written and read back, a slip is set and its text read, a finger is
taken. What was not asked for, or cannot be known on this machine, is `not tested`; nothing is guessed. The report is
for the authority's files: it names the machine, the release, and what was found, in the language of this process.
"""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import msgspec

from testigo import __version__
from testigo.canonical import utc_now
from testigo.election import StationMachine
from testigo.errors import InvalidInput, StorageError, TestigoError
from testigo.paper.pages import PagePrinter
from testigo.slip import Slip, open_printer
from testigo.slip_reader import SlipReader
from testigo.station.machine.folder import MachineFolder
from testigo.station.machine.page_test import test_page
from testigo.station.machine.screen_seen import ScreenSeen
from testigo.station.machine.self_test import blank_slip, disk, read_back
from testigo.words import Message, message, zone

Outcome = Literal["ok", "failed", "not tested"]

DISPLAYS = Path("/sys/class/drm")
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
"""Made by systemd-timesyncd when it has set the clock."""


class Check(msgspec.Struct, frozen=True):
    """One check: what was looked at, how it came out, and what was found; None where nothing was tested."""

    name: str
    outcome: Outcome
    found: Message | TestigoError | None

    def as_json(self) -> dict[str, str]:
        """The parts by name. `code`: of what was found, stable from release to release; `found`: the same in words."""
        found = self.found
        code = found.code if isinstance(found, TestigoError) else found.key if found else ""
        return {"name": self.name, "outcome": self.outcome, "code": code, "found": str(found or "")}


class HardwareReport(msgspec.Struct, frozen=True):
    """All checks of one machine. `tested`: UTC, by the machine's own clock."""

    station: str
    machine: StationMachine
    release: str
    tested: str
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing failed; what was not tested has not failed."""
        return all(check.outcome != "failed" for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        """The parts by name."""
        checks = [check.as_json() for check in self.checks]
        about = {"station": self.station, "role": self.machine.name, "release": self.release, "tested": self.tested}
        return {**about, "checks": checks}


def check_hardware(
    machine: MachineFolder,
    *,
    printer: str = "",
    photograph: Path | None = None,
    reader: str = "",
    pages: PagePrinter | None = None,
    page_is_out: Callable[[], bool] = lambda: True,
) -> HardwareReport:
    """Test the machine whose folder this is.

    `printer`: where to print a test slip, an address as of `open_printer`. `photograph`: a picture of a test slip that
    was printed before. `reader`: take a finger there, an address as of `fingerprint.reader.open_reader`.
    `pages`: where to print a test page; `page_is_out`: asks a person whether it came out.
    """
    slip = blank_slip(machine.definition, machine.station_id)
    checks = (
        Check("clock", *clock()),
        _checked("disk", lambda: disk(machine.path)),
        Check("screen", *screen()),
        _checked("fonts", lambda: read_back(slip, slip.grey_png())),
        _checked("printer", (lambda: printed(slip, printer)) if printer else None),
        _checked("paper", (lambda: photographed(machine, photograph)) if photograph else None),
        _checked("pages", (lambda: page_printed(machine, pages, page_is_out)) if pages is not None else None),
        _checked("finger", (lambda: finger(reader)) if reader else None),
    )
    return HardwareReport(machine.station_id, machine.machine, __version__, utc_now(), checks)


def _checked(name: str, check: Callable[[], Message] | None) -> Check:
    if check is None:
        return Check(name, "not tested", None)
    try:
        return Check(name, "ok", check())
    except TestigoError as error:
        return Check(name, "failed", error)


def clock() -> tuple[Outcome, Message]:
    """The time, for a person to compare with a watch. Without a network nothing can say whether it is right."""
    now = datetime.datetime.now().astimezone()
    shown = f"{now:%Y-%m-%d %H:%M:%S} ({zone(now)})"
    if SYNCHRONISED.exists():
        return "ok", message("hardware", "clock.set", time=shown)
    return "not tested", message("hardware", "clock.not-set", time=shown)


def screen() -> tuple[Outcome, Message]:
    """The connected displays and their size, as the kernel knows them."""
    sizes = []
    for status in sorted(DISPLAYS.glob("card*-*/status")):
        modes = (status.parent / "modes").read_text().split()
        if status.read_text().strip() == "connected" and modes:
            sizes.append(modes[0])
    if not sizes:
        return "not tested", message("hardware", "screen.unknown")
    outcome: Outcome = "ok" if any(map(_large, sizes)) else "failed"
    return outcome, message("hardware", "screen.sizes", sizes=sizes, least=ScreenSeen.LEAST)


def _large(size: str) -> bool:
    """Whether a mode as the kernel writes it, `1920x1080` or `1920x1080i`, is large enough for the booth's pages."""
    sides = [int(side) for side in size.rstrip("i").split("x") if side.isdecimal()]
    return len(sides) == 2 and ScreenSeen(sides[0], sides[1], fonts=True).large_enough


def printed(slip: Slip, address: str) -> Message:
    """Print it. Raises the printer's error."""
    open_printer(address).print_slip(slip)
    return message("hardware", "printer.printed", number=slip.number)


def page_printed(machine: MachineFolder, pages: PagePrinter, is_out: Callable[[], bool]) -> Message:
    """Print a test page and ask. Raises the printer's error, `StorageError` where it did not come out."""
    pages.is_ready()
    pages.print_page("test-page", test_page(machine.definition, machine.station_id))
    if not is_out():
        raise StorageError("page.not-out")
    return message("hardware", "pages.out")


def photographed(machine: MachineFolder, photograph: Path) -> Message:
    """Read a printed test slip. Raises `InvalidInput` where one is refused."""
    for reading in SlipReader(machine.definition, machine.station_id).read(photograph):
        if reading.refused:
            raise InvalidInput("paper-vote.not-read", place=photograph, why=reading.refused)
    return message("hardware", "paper.read", number=reading.number, certainty=round(reading.certainty, 2))


def finger(address: str) -> Message:
    """Take a finger. Raises the reader's error, and what is wrong with the best of three tries."""
    from testigo.fingerprint import extract, quality, quality_label  # here: the booth's machine is tested without them
    from testigo.fingerprint.reader import open_reader, take

    with open_reader(address) as reader:
        taken = take(reader)
    if taken.wrong is not None:
        raise taken.wrong
    score = quality(taken.image, extract(taken.image))
    return message(
        "hardware",
        "finger.taken",
        width=taken.image.width,
        height=taken.image.height,
        score=score,
        word=quality_label(score),
    )
