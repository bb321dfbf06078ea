"""`testigo centre option-status`: the root says that a candidate withdrew, died, or stands again."""

from pathlib import Path
from typing import Annotated

import typer

from testigo import canonical, storage
from testigo.centre import authority_key
from testigo.centre.centre import PUBLIC
from testigo.cli.output import confirmed, console, print_json
from testigo.count import RecordRules, Result, read_rules
from testigo.election import Contest, OptionState, OptionStatus, StatusLog
from testigo.election.option_status import Status
from testigo.record import Statement
from testigo.words import Message, message


def option_status(
    folder: Annotated[Path, typer.Argument(help="Folder with the root key and the record.", show_default=False)],
    contest: Annotated[str, typer.Argument(help="Id of the contest.", show_default=False)],
    option: Annotated[str, typer.Argument(help="Id of the option.", show_default=False)],
    status: Annotated[Status, typer.Argument(help="What it is from now on.", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why, in words that everybody will read.", show_default=False)],
    out: Annotated[Path, typer.Option(help="The new file: the signed statement.", show_default=False)],
    person: Annotated[
        str, typer.Option(help="Whom of a list's candidates, or of the people named with the option.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of sentences; implies --yes.")] = False,
) -> None:
    """Let the root say that a candidate withdrew or died, or stands again after all.

    Shows what it will do, also to the seats by the tally sheets so far, and asks. The statement is written to a file;
    `centre append` takes it into the record, and the chair's page takes it in and shows it to voters.

    Example: testigo centre option-status centre mayor ana-pena withdrawn --reason "Resolution 12/2027" --out s1.json
    """
    rules = read_rules(folder / PUBLIC)
    number, counting = rules.statuses.next_number, bool(rules.sheets)
    said = OptionStatus(contest, option, status, reason, number, person, counting)
    rules.statuses.check(rules.definition, said)
    key = authority_key(folder, "root")
    after = StatusLog((*rules.statuses.said, said)).states(rules.definition)
    before, then = rules.count(), rules.count(states=after)
    if not as_json:
        _show(rules, said, after, before, then)
        if not yes and not confirmed(message("cli", "option-status.sign")):
            console.print(str(message("cli", "nothing-changed")))
            raise typer.Exit(1)
    issued = canonical.utc_now()
    statement = Statement.of("option-status", said, election=rules.election, subject="", issued=issued)
    storage.write_new(out, statement.sign(key), mode=0o644)
    if as_json:
        print_json(
            {"statement": said, "states": after, "elected": {"before": _elected(before), "after": _elected(then)}}
        )
        return
    console.print(str(message("cli", "option-status.written", file=out)), soft_wrap=True)


def _show(rules: RecordRules, said: OptionStatus, after: tuple[OptionState, ...], before: Result, then: Result) -> None:
    definition, contest = rules.definition, rules.definition.contest(said.contest)
    first = definition.languages[0]
    name = said.person or definition.words(contest.option(said.option).name, first)
    lines = [
        message("cli", "option-status.election", election=definition.id),
        message("cli", "option-status.contest", contest=definition.words(contest.title, first)),
        message("cli", "option-status.option", option=name, status=message("term", f"option-status.{said.status}")),
        message("cli", "option-status.reason", reason=said.reason),
        message("cli", "option-status.number", number=str(said.number)),
        _effect(contest, said, after),
    ]
    if rules.sheets:
        lines.append(message("cli", "option-status.sheets", count=len(rules.sheets)))
        lines += _changes(before, then) or [message("cli", "option-status.same-seats")]
    lines.append(message("cli", "option-status.for-good"))
    for line in lines:
        console.print(str(line), soft_wrap=True)


def _effect(contest: Contest, said: OptionStatus, after: tuple[OptionState, ...]) -> Message:
    """What it does to votes and seat, by the rule of the contest."""
    if said.status == "restored":
        return message("cli", "option-status.effect-restored")
    if said.person:
        listed = said.person in contest.option(said.option).candidates
        return message("cli", "option-status.effect-next" if listed else "option-status.effect-person")
    void = any(state.number == said.number and state.votes == "void" for state in after)
    return message("cli", "option-status.effect-void" if void else "option-status.effect-counts")


def _changes(before: Result, after: Result) -> list[Message]:
    """What else the contests would come to."""
    changed: list[Message] = []
    old, new = _elected(before), _elected(after)
    for contest in new:
        if old[contest] != new[contest]:
            told = [", ".join(one) or "–" for one in (old[contest], new[contest])]
            changed.append(message("cli", "option-status.changes", contest=contest, before=told[0], after=told[1]))
    return changed


def _elected(result: Result) -> dict[str, list[str]]:
    """Contest → who is elected or goes to a second round, those whose seat is vacant in brackets."""
    found = {}
    for one in result.contests:
        second = one.allocation.second_round
        names = [(elected.option, elected.candidate or elected.option) for elected in one.allocation.elected]
        shown = [f"({name})" if option in one.allocation.vacant else name for option, name in names]
        found[one.contest] = shown or [f"{option}?" for option in (second.options if second else ())]
    return found
