"""`testigo register upgrade`: the schema of an older release's register becomes this release's."""

from typing import Annotated

import typer

from testigo import database
from testigo.cli.output import confirmed, console, progress
from testigo.cli.register_options import REGISTER, Address
from testigo.register import Upgrade, planned_upgrade
from testigo.register import upgrade as run
from testigo.words import message


def upgrade(
    register: Address = REGISTER, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False
) -> None:
    """Upgrade a register of an earlier release: all steps, or on any failure or cut none. The data stay as they are.

    Shows the steps, and asks. A SQLite file is copied first, beside itself. Example:

    testigo register upgrade --register register.db
    """
    plan = planned_upgrade(register)
    if not plan.steps:
        console.print(str(message("cli", "register.up-to-date", schema=plan.version)))
        return
    _show(plan, register)
    if not yes and not confirmed(message("cli", "register.upgrade-it")):
        console.print(str(message("cli", "nothing-changed")))
        raise typer.Exit(1)
    with progress(message("cli", "register.upgrading"), len(plan.steps)) as bar:
        copy = run(register, lambda _: bar.advance())
    console.print(str(message("cli", "register.upgraded", before=plan.version, now=plan.steps[-1].version)))
    if copy is not None:
        console.print(str(message("cli", "register.upgrade-copy", file=copy)), soft_wrap=True)


def _show(plan: Upgrade, address: str) -> None:
    console.print(str(message("cli", "register.upgrade-from-to", before=plan.version, now=plan.steps[-1].version)))
    for step in plan.steps:
        console.print(f"  {step.version}  {step.what}", soft_wrap=True)
    if database.sqlite_file(address) is None:
        console.print(str(message("cli", "register.upgrade-copy-first")))
    console.print(str(message("cli", "register.upgrade-stop-first")))
