"""`testigo selfcheck`: compare what is installed with a release's signed list."""

from pathlib import Path
from typing import Annotated

import typer

from testigo.cli.output import console, print_json
from testigo.cli.public_key import read_public_key
from testigo.release import INSTALLED, compare, read_manifest
from testigo.words import message

app = typer.Typer(rich_markup_mode=None)

DIFFERS = 4


@app.command()
def selfcheck(
    manifest: Annotated[Path, typer.Argument(help="The release's manifest.json.", show_default=False)],
    key: Annotated[
        str, typer.Option(help="The release key: 64 hexadecimal digits, or a file that holds them.", show_default=False)
    ],
    folder: Annotated[
        Path, typer.Option(help="The installed package that is compared; without it, the one that runs.")
    ] = INSTALLED,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Compare an installation with the signed list of its release, and name each file that differs.

    A program that was changed can lie about itself: run this from a clean medium, and name the installation with
    --folder. Exit codes: 0 the same; 4 something differs; 1 could not be compared. Example:

    testigo selfcheck manifest.json --key release.pub
    """
    found = compare(read_manifest(manifest, read_public_key(key)), folder)
    differences = {"changed": found.changed, "missing": found.missing, "extra": found.extra}
    if as_json:
        print_json({"same": found.same, "version": found.version, **differences, "uncompared": found.uncompared})
    else:
        for what, paths in differences.items():
            for path in paths:
                console.print(f"{message('selfcheck', what)!s:<8} {path}", soft_wrap=True)
        if found.uncompared:
            console.print(str(message("selfcheck", "uncompared", count=len(found.uncompared))))
        verdict = "same" if found.same else "differs"
        said = message("selfcheck", verdict, version=found.version, count=found.files, folder=folder)
        console.print(str(said), soft_wrap=True)
    raise typer.Exit(0 if found.same else DIFFERS)
