"""`testigo auditor`: the auditor's key, made by the auditor and never given to the centre."""

from pathlib import Path
from typing import Annotated

import typer

from testigo.audit import create_auditor
from testigo.audit.desk import KEY, REQUEST
from testigo.cli.output import facts, print_json
from testigo.words import message

app = typer.Typer(help="The auditor's key.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def group() -> None:
    """The auditor's key. What is signed with it: `testigo audit`."""


@app.command()
def create(
    folder: Annotated[Path, typer.Argument(help="A new folder, on the auditor's own medium.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Make an auditor's key and the request by which the root admits it. The key never leaves the auditor.

    Example: testigo auditor create auditor
    """
    key = create_auditor(folder).keys[0].public
    if as_json:
        print_json({"key": key.hex, "key_id": key.key_id, "request": str(folder / REQUEST)})
        return
    keep, give = (
        message("cli", "auditor.keep-key", file=folder / KEY),
        message("cli", "auditor.give-request", file=folder / REQUEST),
    )
    facts([("key", keep), ("key-id", key.key_id), ("request", give), ("next", message("cli", "auditor.then"))])
