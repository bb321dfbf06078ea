"""The command line: `testigo GROUP COMMAND`, one module per group.

A new group is a module with `app = typer.Typer(...)` and one line in `root.GROUPS`. Modules are loaded only when their
group is called, so that `testigo --help` answers at once and a booth never loads the fingerprint engine.
"""

import sys

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> None:
    """Run the command line (see `root`). Loading it takes a moment, in which Ctrl-C shall be no traceback."""
    try:
        from testigo.cli import root
    except KeyboardInterrupt:
        sys.exit(130)
    root.main(arguments)
