"""`testigo register upgrade`: the schema of an older release's register becomes this release's."""

from typing import Annotated

import typer

from testigo import database
from testigo.cli.output import console, progress
from testigo.cli.register_options import REGISTER, Address
from testigo.register import Upgrade, planned_upgrade
from testigo.register import upgrade as run


def upgrade(
    register: Address = REGISTER, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False
) -> None:
    """Upgrade a register of an earlier release: all steps, or on any failure or cut none. The data stay as they are.

    Shows the steps, and asks. A SQLite file is copied first, beside itself. Example:

    testigo register upgrade --register register.db
    """
    plan = planned_upgrade(register)
    if not plan.steps:
        console.print(f"The register has schema {plan.version}, which is this release's. Nothing to do.")
        return
    _show(plan, register)
    if not yes and not typer.confirm("Upgrade it?"):
        console.print("Nothing was changed.")
        raise typer.Exit(1)
    with progress("Upgrading the register", len(plan.steps)) as bar:
        copy = run(register, lambda _: bar.advance())
    console.print(f"Upgraded from schema {plan.version} to {plan.steps[-1].version}.")
    if copy is not None:
        console.print(f"As it was before: {copy}. It holds fingers; delete it when the register works.", soft_wrap=True)


def _show(plan: Upgrade, address: str) -> None:
    console.print(f"Schema {plan.version} to {plan.steps[-1].version}:")
    for step in plan.steps:
        console.print(f"  {step.version}  {step.what}", soft_wrap=True)
    if database.sqlite_file(address) is None:
        console.print("Make a copy of the database first: pg_dump --format custom --file register.dump …")
    console.print("Stop every enrolment desk first. Earlier releases cannot open the register afterwards.")
