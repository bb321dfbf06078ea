"""`testigo station hardware-test`: does this machine have what its role needs, and does it work."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from testigo import storage
from testigo.cli.output import errors, print_json, table
from testigo.errors import StorageError


def hardware_test(
    folder: Annotated[Path, typer.Argument(help="One machine's folder; its process must not run.", show_default=False)],
    printer: Annotated[
        str, typer.Option(help="Print a test slip: tcp:HOST[:PORT], usb:VENDOR:PRODUCT, file:DEVICE or folder:PATH.")
    ] = "",
    photograph: Annotated[Path | None, typer.Option(help="Read this picture of a test slip printed before.")] = None,
    reader: Annotated[str, typer.Option(help="Take a finger: usb, usb:DRIVER, dropped:FOLDER or folder:FOLDER.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write the report here, as JSON; it must not be there yet.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Test clock, disk, screen and fonts of a machine; with their options, also printer, paper and finger reader.

    Exits 0 if nothing failed. What was not asked for is not tested, and the report says so.

    Example: testigo station hardware-test station-1/booth --printer usb:04b8:0202 --out booth.json
    """
    from testigo.station.folder import MachineFolder, read_settings
    from testigo.station.hardware_test import check_hardware

    if out is not None and out.exists():  # said before anything is printed
        raise StorageError("file.exists", place=out)
    machine = MachineFolder(folder, read_settings(folder).role)
    try:
        if reader:
            errors.print("Put a finger on the reader.")
        report = check_hardware(machine, printer=printer, photograph=photograph, reader=reader)
    finally:
        machine.close()
    written = msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"
    if out is not None:
        storage.write_new(out, written, mode=0o644)
    if as_json:
        print_json(report)
    else:
        rows = [(check.name, check.outcome, check.found) for check in report.checks]
        table(f"Station {report.station}, {report.role}, {report.tested}", ("", "", "found"), rows)
    raise typer.Exit(0 if report.ok else 1)
