"""`testigo centre allow-releases`: the authority lets a station's chair release more voters alone."""

from pathlib import Path
from typing import Annotated

import typer

from testigo import canonical, storage
from testigo.ballot.release_allowance import ReleaseAllowance
from testigo.centre import Centre, authority_key
from testigo.cli.output import confirmed, console, print_json
from testigo.record import Statement
from testigo.words import message


def allow_releases(
    folder: Annotated[Path, typer.Argument(help="The centre's folder.", show_default=False)],
    station: Annotated[str, typer.Argument(help="Id of the station.", show_default=False)],
    more: Annotated[
        int, typer.Option(help="Releases beyond the usual number that the chair may decide alone.", show_default=False)
    ],
    reason: Annotated[str, typer.Option(help="Why, in words that everybody will read.", show_default=False)],
    out: Annotated[Path, typer.Option(help="The new file: the signed allowance, for the station.", show_default=False)],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of sentences; implies --yes.")] = False,
) -> None:
    """Allow a station's chair more releases without a second person.

    For a station where many voters have no enrolled finger, or whose reader has failed. It is appended to the record
    and written to a file, which the check-in takes in on its own page. --more 0 takes back what was allowed before.

    Example: testigo centre allow-releases centre 01-01 --more 40 --reason "Resolution 12" --out allowance.json
    """
    centre = Centre.open(folder)
    rules = centre.rules
    size = rules.definition.station(station).register_size
    number = len(rules.allowances.get(station, ())) + 1
    said = ReleaseAllowance(station, number, more, reason)
    about = {"election": rules.election, "subject": station, "issued": canonical.utc_now()}
    envelope = Statement.of("release-allowance", said, **about).sign(authority_key(folder, "centre"))
    rules.check(envelope)
    if not as_json:
        usual = rules.definition.release_cap(station)
        shown = message("cli", "allowance.shown", station=station, more=more, usual=usual, size=size, reason=reason)
        console.print(str(shown), soft_wrap=True)
        if not yes and not confirmed(message("cli", "option-status.sign")):
            console.print(str(message("cli", "nothing-changed")))
            raise typer.Exit(1)
    storage.write_new(out, envelope, mode=0o644)
    centre.append(envelope, place=str(out))
    if as_json:
        print_json({"allowance": said, "file": str(out)})
        return
    console.print(str(message("cli", "allowance.written", file=out)), soft_wrap=True)
