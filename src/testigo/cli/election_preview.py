"""`testigo election preview`: the booth in a browser, without three machines."""

from pathlib import Path
from typing import Annotated

import typer

from testigo.cli.browser import opener
from testigo.cli.output import errors
from testigo.election import load
from testigo.words import message


def preview(
    file: Annotated[Path, typer.Argument(help="The definition, a YAML or JSON file.", show_default=False)],
    station: Annotated[str, typer.Option(help="Only the ballot styles of this station.", show_default=False)] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8086,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address and open no browser.")] = False,
) -> None:
    """Look at the booth in a browser: its real screens, with nothing stored and nothing printed.

    The printed vote is shown as a picture; every page is marked as a sample. Only this computer can open the pages.
    Ends with Ctrl-C, and leaves nothing on the disk. Change the file, and start it again.

    Example: testigo election preview my-election/election.yaml
    """
    # Not above: `check` and `show` need no web library.
    from testigo.screens.serve import serve_preview
    from testigo.slip.lengths import require_printable
    from testigo.web.listening import Listening

    definition = load(file)
    require_printable(definition)
    errors.print(str(message("cli", "preview-ends")), soft_wrap=True)
    serve_preview(definition, station, Listening(port=port), opener(no_browser=no_browser))
