"""`testigo verify`: check a whole published record."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from testigo import storage
from testigo.cli.output import console, print_json, progress
from testigo.cli.public_key import OPTIONAL_ROOT_KEY, read_root_key
from testigo.errors import TestigoError
from testigo.record import Finding, Grade
from testigo.witness import Verdict, VerificationReport
from testigo.witness import verify as check_record
from testigo.words import message

app = typer.Typer(rich_markup_mode=None)

_COLOURS = {
    Grade.OK: "green",
    Grade.NOTE: "cyan",
    Grade.EXPLAINED: "yellow",
    Grade.UNAUDITED: "yellow",
    Grade.INCOMPLETE: "bold yellow",
    Grade.UNCHECKED: "bold magenta",
    Grade.FAILURE: "bold red",
}
_GRADE_WIDTH, _CODE_WIDTH = 10, 16


@app.command()
def verify(
    record: Annotated[str, typer.Argument(help="Folder of the record, or its http(s) address.")],
    root_key: Annotated[str, typer.Option(help=OPTIONAL_ROOT_KEY)] = "",
    checkpoint: Annotated[
        Path | None, typer.Option(help="A checkpoint file you kept earlier: the record must continue it.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 5 where a difference is explained, or no paper was counted.")
    ] = False,
    json_wanted: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check a whole published record: every file, signature, tally sheet, total, seat and audit, computed again.

    Prints each check with its grade and what it found, and one verdict. Exit codes:

    0  complete: all holds, or every difference has a signed reason, or no paper was counted (5 with --strict)

    1  could not be checked: no record there, network or disk, another root key, a newer version

    2  this command was not understood

    3  incomplete: something has not come yet, or is missing in this copy

    4  tampered with: something is not what was signed

    Example:

    testigo verify public --root-key 3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29
    """
    try:
        kept = storage.read(checkpoint, limit=1 << 20) if checkpoint is not None else None
        key = read_root_key(root_key)
    except TestigoError as error:
        raise typer.BadParameter(str(error)) from None
    with progress(message("verify", "reading"), None) as bar:
        report = check_record(
            record,
            key,
            kept_checkpoint=kept,
            on_finding=None if json_wanted else _print_finding,
            on_progress=lambda done, total: bar.move_to(done, total),
        )
    if json_wanted:
        print_json(report.as_json())
    else:
        _print_verdict(report)
    raise typer.Exit(report.verdict.exit_code(strict=strict))


def _print_finding(finding: Finding) -> None:
    place = f"{finding.place}: " if finding.place else ""
    mark = (str(finding.grade.label).ljust(_GRADE_WIDTH), _COLOURS[finding.grade])
    code = (finding.code.ljust(_CODE_WIDTH), "bold")
    console.print(Text.assemble(mark, " ", code, f" {place}{finding.detail}"), soft_wrap=True)


def _print_verdict(report: VerificationReport) -> None:
    first, second = report.sentences()
    colour = "bold green" if report.verdict is Verdict.ALL_HOLDS else _COLOURS[report.worst]
    console.print(Text.assemble("\n", (str(first), colour), f" {second}"), soft_wrap=True)
    if not report.root_key_given and report.root_key_id:
        own = str(message("verify", "own-root-key")).split("\n")
        console.print(*own, f"  {report.root_key_id}", sep="\n", soft_wrap=True)
