"""`testigo register doubles` and `judge-double`: voters who are likely one person by number or name."""

from typing import Annotated

import typer

from testigo.cli.output import console, patience, print_json, table
from testigo.cli.register_options import (
    KEY,
    OFFICERS,
    REGISTER,
    Account,
    Address,
    AsJson,
    ElectionFile,
    KeyFile,
    Officers,
    PinFile,
    open_register,
    signed_in,
)
from testigo.register import LikelyDouble
from testigo.words import current_language, message, value_text

LISTED = 200


def doubles(
    election: ElectionFile,
    register: Address = REGISTER,
    key: KeyFile = KEY,
    as_json: AsJson = False,
) -> None:
    """List voters who are likely one person: nearly the same number, or the same name. A person looks at each.

    Nothing follows from being listed. Where it is one person, remove one of the two; where not, say so with
    `judge-double`.

    Example: testigo register doubles --election election.yaml
    """
    with open_register(register, election, key) as opened, patience(message("cli", "register.doubles-looking")):
        found = opened.doubles()
    if as_json:
        print_json(found)
        return
    names = ("group", "document", "name", "station", "why")
    columns = [str(message("cli", f"register.doubles-{name}")) for name in names]
    title = str(message("screens", "enrolment.doubles"))
    table(title, columns, (row for group in found.groups[:LISTED] for row in _rows(group)))
    if len(found.groups) > LISTED or found.more:
        console.print(str(message("cli", "register.doubles-more", count=len(found.groups) - LISTED)), soft_wrap=True)


def judge_double(
    group: Annotated[str, typer.Argument(help="The group, from `doubles`.", show_default=False)],
    note: Annotated[str, typer.Option("--note", help="What you saw: who they are.", show_default=False)],
    officer: Account,
    election: ElectionFile,
    officers: Officers = OFFICERS,
    pin_file: PinFile = None,
    register: Address = REGISTER,
    key: KeyFile = KEY,
) -> None:
    """Say of a group of likely doubles who they are, with your PIN; it is listed no more.

    Example: testigo register judge-double 3f2a9c0d11e25b77 --note "father and son" --officer maria
    --election election.yaml
    """
    with open_register(register, election, key) as opened:
        opened.judge_double(group, signed_in(officers, officer, pin_file), note)
    console.print(str(message("cli", "register.double-judged", group=group)))


def _rows(group: LikelyDouble) -> list[tuple[object, ...]]:
    why = [message("screens", f"double.{kind}") for kind in group.kinds]
    rows: list[tuple[object, ...]] = []
    for place, voter in enumerate(group.voters):
        first = place == 0
        said = value_text(why, current_language()) if first else ""
        rows.append((group.id if first else "", voter.document, voter.name, voter.station, said))
    if group.count > len(group.voters):
        rows.append(("", "…", "", "", ""))
    return rows
