"""`testigo station hardware-test`: does this machine have what its role needs, and does it work."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from testigo import storage
from testigo.cli.output import confirmed, errors, print_json, table
from testigo.station.machine.names import titled
from testigo.words import current_language, instant, message

if TYPE_CHECKING:
    from testigo.station.machine.hardware_test import HardwareReport


def hardware_test(
    folder: Annotated[Path, typer.Argument(help="One machine's folder; its process must not run.", show_default=False)],
    printer: Annotated[
        str, typer.Option(help="Print a test slip: tcp:HOST[:PORT], usb:VENDOR:PRODUCT, file:DEVICE or folder:PATH.")
    ] = "",
    photograph: Annotated[Path | None, typer.Option(help="Read this picture of a test slip printed before.")] = None,
    reader: Annotated[str, typer.Option(help="Take a finger: usb, usb:DRIVER, dropped:FOLDER or folder:FOLDER.")] = "",
    pages: Annotated[
        str, typer.Option(help="Print a test page and ask whether it came out: cups, cups:NAME or folder:PATH.")
    ] = "",
    out: Annotated[Path | None, typer.Option(help="Write the report here, as JSON; it must not be there yet.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Test clock, disk, screen and fonts of a machine; with their options, also printer, paper and finger reader.

    Exits 0 if nothing failed. What was not asked for is not tested, and the report says so.

    Example: testigo station hardware-test station-1/booth --printer usb:04b8:0202 --out booth.json
    """
    from testigo.screens.serve import page_printer
    from testigo.station.machine.folder import MachineFolder, read_settings
    from testigo.station.machine.hardware_test import check_hardware

    out_of = page_printer(pages, folder) if pages else None
    machine = MachineFolder(folder, read_settings(folder).role)
    try:
        if reader:
            errors.print(str(message("hardware", "put-finger")))
        report = check_hardware(
            machine,
            printer=printer,
            photograph=photograph,
            reader=reader,
            pages=out_of,
            page_is_out=lambda: confirmed(message("hardware", "pages.is-out")),
        )
    finally:
        machine.close()
    written = msgspec.json.format(msgspec.json.encode(report.as_json()), indent=2) + b"\n"
    if out is not None:
        storage.write_new(out, written, mode=0o644)
    if as_json:
        print_json(report.as_json())
    else:
        _print_report(report)
    raise typer.Exit(0 if report.ok else 1)


def _print_report(report: "HardwareReport") -> None:
    title = message(
        "hardware",
        "title",
        station=report.station,
        role=titled(report.machine),
        time=instant(report.tested, current_language()),
    )
    columns = ("", "", str(message("hardware", "found")))
    rows = [
        (
            str(message("hardware", f"check.{check.name}")),
            str(message("hardware", f"outcome.{check.outcome.replace(' ', '-')}")),
            str(check.found or ""),
        )
        for check in report.checks
    ]
    table(str(title), columns, rows)
