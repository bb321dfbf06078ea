"""`testigo election edit`: a definition in the browser, for officers who write no YAML."""

from pathlib import Path
from typing import Annotated

import typer

from testigo.cli.browser import opener
from testigo.cli.output import errors, patience
from testigo.words import message


def edit(
    file: Annotated[
        Path, typer.Argument(help="The definition, a YAML or JSON file; one that does not exist yet is begun.")
    ],
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of 127.0.0.1; 0 takes a free one.")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address and open no browser.")] = False,
) -> None:
    """Edit an election in the browser: title, day, districts, stations, parties, contests, and every text.

    The pages are on this machine alone, at the address that is printed. What `check` has to say stands by each field.
    Nothing is written before you have seen the changes and saved them. End it with Ctrl+C.

    Example: testigo election edit my-election/election.yaml
    """

    # Not above: whoever only checks a definition needs no web server.
    from testigo.screens import serve
    from testigo.web.listening import Listening

    opening = patience(message("cli", "edit.opening", file=file))
    if not serve.edit_definition(file, Listening(port=port), opener(no_browser=no_browser), opening):
        errors.print(str(message("cli", "edit.not-saved", file=file)), soft_wrap=True)
