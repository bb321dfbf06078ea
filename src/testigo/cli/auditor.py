"""`testigo auditor`: the auditor's key, made by the auditor and never given to the centre."""

from pathlib import Path
from typing import Annotated

import typer

from testigo.audit import create_auditor
from testigo.audit.desk import KEY, REQUEST
from testigo.cli.output import console, print_json

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
    console.print(f"Key      {folder / KEY}: keep it, and show it to nobody", soft_wrap=True)
    console.print(f"Its id   {key.key_id}")
    console.print(f"Request  {folder / REQUEST}: give it to the centre, and compare the id there", soft_wrap=True)
    console.print("Next     testigo centre create … --auditor, or testigo centre admit, with the request")
