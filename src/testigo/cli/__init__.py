"""The command line: `testigo GROUP COMMAND`, one module per group.

A new group is a module with `app = typer.Typer(...)` and one line in `root.GROUPS`. Modules are loaded only when their
group is called, so that `testigo --help` answers at once and a booth never loads the fingerprint engine.
"""

from testigo.cli.root import main

__all__ = ["main"]
