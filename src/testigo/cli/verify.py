"""`testigo verify`: check a whole published record."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from testigo import storage
from testigo.cli.output import console, print_json, progress
from testigo.keys import PublicKey
from testigo.record import Finding

app = typer.Typer(rich_markup_mode=None)


@app.command()
def verify(
    record: Annotated[str, typer.Argument(help="Folder of the record, or its http(s) address.")],
    root_key: Annotated[
        str, typer.Option(help="The election's root key: 64 hexadecimal digits, or a file that holds them.")
    ] = "",
    checkpoint: Annotated[
        Path | None, typer.Option(help="A checkpoint file you kept earlier: the record must continue it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check a whole published record: every file, signature, tally sheet, total, seat and audit, computed again.

    Prints each check with what it found; the exit code is 0 only if all hold. Example:

    testigo verify public --root-key 3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29
    """
    from testigo.witness import verify as check_record

    kept = storage.read(checkpoint, limit=1 << 20) if checkpoint is not None else None
    key = _read_root_key(root_key) if root_key else None
    with progress("Reading the record", None) as bar:
        report = check_record(
            record,
            key,
            kept_checkpoint=kept,
            on_finding=None if as_json else _print_finding,
            on_progress=lambda done, total: bar.move_to(done, total),
        )
    if as_json:
        print_json(
            {
                "ok": report.ok,
                "record": report.record,
                "root_key_id": report.root_key_id,
                "root_key_given": report.root_key_given,
                "entries": report.entries,
                "root_hash": report.root_hash,
                "findings": report.findings,
            }
        )
    else:
        _print_verdict(report.ok, len(report.findings), len(report.failures))
        if not report.root_key_given and report.root_key_id:
            console.print("The root key is the one in the record itself. Compare its id with the one that was")
            console.print(f"published, or give the published key with --root-key. Its id:\n  {report.root_key_id}")
    raise typer.Exit(0 if report.ok else 1)


def _read_root_key(text: str) -> PublicKey:
    """The key itself, or what the file of that name holds."""
    if len(text) != 64:
        text = storage.read(Path(text), limit=1024).decode("ascii", errors="replace").strip()
    return PublicKey.from_hex(text)


def _print_finding(finding: Finding) -> None:
    place = f"{finding.place}: " if finding.place else ""
    mark = ("ok  ", "green") if finding.ok else ("FAIL", "bold red")
    console.print(
        Text.assemble(mark, " ", (f"{finding.check:<18}", "bold"), f" {place}{finding.detail}"), soft_wrap=True
    )


def _print_verdict(ok: bool, checks: int, failures: int) -> None:
    if ok:
        console.print(Text.assemble("\n", ("Verified.", "bold green"), f" All {checks} checks hold."))
    else:
        told = f" {failures} of {checks} checks fail; each is marked FAIL above."
        console.print(Text.assemble("\n", ("Not verified.", "bold red"), told))
