"""`testigo election second-round`: from a verified record to the definition of the election that follows."""

from pathlib import Path
from typing import Annotated

import typer

from testigo.cli.output import console, print_json
from testigo.cli.public_key import ROOT_KEY, read_root_key
from testigo.election import speak_own_languages, write_definition
from testigo.errors import InvalidInput
from testigo.words import message


def second_round(
    record: Annotated[str, typer.Argument(help="Folder of the public record, or its http(s) address.")],
    out: Annotated[Path, typer.Option(help="The new file: the definition of the second round.", show_default=False)],
    date: Annotated[str, typer.Option(help="Its day, as 2027-05-30.", show_default=False)],
    root_key: Annotated[str, typer.Option(help=ROOT_KEY, show_default=False)] = "",
    name: Annotated[str, typer.Option("--id", help="Its id.  [default: that of the first round, and -2]")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of sentences.")] = False,
) -> None:
    """Make the definition of the second round from a record that holds: two options for each contest without a winner.

    The whole record is verified first. Hours, stations, rules and languages are those of the first round; look at them,
    change what has changed, and let `check` see it. People named with an option stay, also those who withdrew or died:
    the command tells of them, and who takes the place has to be written by hand.

    Example: testigo election second-round centre/public --date 2027-05-30 --out second/election.yaml
    """
    from testigo.count import read_rules  # not above: `check` and `show` need none of it
    from testigo.count.second_round import second_round as following
    from testigo.witness import verify

    key = read_root_key(root_key)
    report = verify(record, key)
    if not report.verdict.holds:
        raise InvalidInput("second-round.record", place=record, verdict=report.verdict.meaning)
    rules = read_rules(record, key)
    first = rules.definition
    speak_own_languages(first)
    result = rules.count()
    definition = following(first, result, name=name or f"{first.id}-2", date=date)
    write_definition(definition, out)
    contests = {contest.id: [option.id for option in contest.options] for contest in definition.contests}
    out_of_ticket = [one for one in result.states if one.person and one.option in contests.get(one.contest, ())]
    if as_json:
        told = {"id": definition.id, "date": definition.date, "digest": definition.digest, "contests": contests}
        print_json({**told, "people_out": out_of_ticket})
        return
    for contest, options in contests.items():
        console.print(f"{contest}: {options[0]}, {options[1]}", soft_wrap=True)
    for one in out_of_ticket:
        status = message("term", f"option-status.{one.status}")
        said = message("cli", "second-round-person-out", person=one.person, option=one.option, status=status)
        console.print(str(said), soft_wrap=True)
    console.print(str(message("cli", "second-round-written", file=out)), soft_wrap=True)
