"""`testigo centre annul`, `correct`, `accept-manual-tally`, `incident`: what the authority says of stations.

Each shows what it will sign and what that does to the result, asks, and writes the statement to a file; `centre append`
takes it into the record.
"""

from pathlib import Path
from typing import Annotated

import typer

from testigo import canonical, storage
from testigo.ballot import Incident
from testigo.ballot.incidents import IncidentKind
from testigo.canonical import SignedValue
from testigo.centre import authority_key
from testigo.centre.centre import PUBLIC
from testigo.cli.output import confirmed, console, print_json
from testigo.cli.tally_forms import entered_twice, paper_lines
from testigo.count import Annulment, Correction, ManualTallyAccepted, RecordRules, Result, read_rules
from testigo.count.authority import AnnulmentCause
from testigo.election import Role
from testigo.errors import IllegalStep, InvalidInput
from testigo.record import Statement
from testigo.words import Message, message

Folder = Annotated[Path, typer.Argument(help="Folder with the authority's key and the record.", show_default=False)]
StationId = Annotated[str, typer.Argument(help="Id of the station.", show_default=False)]
Reason = Annotated[str, typer.Option(help="Why, in one line that everybody will read.", show_default=False)]
Out = Annotated[Path, typer.Option(help="The new file: the signed statement.", show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of sentences; with it, --yes is needed.")]


def annul(
    folder: Folder,
    station: StationId,
    cause: Annotated[AnnulmentCause, typer.Option(help="Why nothing is counted; `lifted` takes an annulment back.")],
    reason: Reason,
    out: Out,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Let the root say that nothing of a station is counted, and that nobody waits for it: destroyed, not opened, or by
    a ruling.

    Example: testigo centre annul centre 01-03 --cause destroyed --reason "Fire, minutes 7 of the board" --out a.json
    """
    rules = _rules(folder, station)
    standing, paper = rules.rulings.annulments.get(station, ""), rules.rulings.paper_of(station)
    whole = paper[0] if paper and paper[1].part == "whole" else ""
    names = standing if cause == "lifted" else whole or rules.sheet_digests(2).get(station, "")
    body = Annulment(station, cause, names, reason)
    what = message("cli", "ruling.lift" if cause == "lifted" else "ruling.annul")
    _Ruling(rules, "root", "annulment", body, what, reason).sign(folder, out, yes, as_json)


def correct(
    folder: Folder,
    station: StationId,
    by_hand: Annotated[list[Path], typer.Option(help="Filled whole form; give it twice, by two people.")],
    reason: Reason,
    out: Out,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Let the root say other figures of a station than its tally sheet does, such as those of a recount.

    The forms: testigo audit form election.yaml --station 01-03 --whole. Example:

    testigo centre correct centre 01-03 --by-hand first.csv --by-hand second.csv --reason "Recount" --out c.json
    """
    rules = _rules(folder, station)
    if station not in rules.sheets:
        raise IllegalStep("record.no-tally-sheet", station=station)
    tally, last = entered_twice(rules.definition, station, by_hand), rules.rulings.corrections.get(station)
    body = Correction(station, last[0] if last else rules.sheet_digests(2)[station], reason, tally)
    _Ruling(rules, "root", "correction", body, message("cli", "ruling.correct"), reason).sign(folder, out, yes, as_json)


def accept_manual_tally(
    folder: Folder,
    station: StationId,
    out: Out,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Let the centre accept what a chair signed of votes on paper, once its statement is in the record.

    Compare it first with the paper that chair and witnesses signed. Example:

    testigo centre accept-manual-tally centre 01-03 --out accepted.json
    """
    rules = _rules(folder, station)
    named = rules.rulings.on_paper.get(station)
    if named is None:
        raise IllegalStep("manual-tally.none", station=station)
    body, reason = ManualTallyAccepted(station, named[0]), named[1].reason
    ruling = _Ruling(rules, "centre", "manual-tally-accepted", body, message("cli", "ruling.accept"), reason)
    ruling.sign(folder, out, yes, as_json)


def incident(
    folder: Folder,
    station: StationId,
    kind: Annotated[IncidentKind, typer.Option(help="Of what kind.")],
    name: Annotated[str, typer.Option(help="Who tells it.", show_default=False)],
    words: Annotated[str, typer.Option(help="What happened, in one line.", show_default=False)],
    out: Out,
    at: Annotated[str, typer.Option(help="When, UTC, as 2027-04-11T12:00:00Z; now where not given.")] = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Let an officer of the authority tell what happened at a station. Chairs and witnesses tell it on the chair's
    page.

    Example: testigo centre incident centre 01-03 --kind seal --name "Eva Luz" --words "The box came open." --out i.json
    """
    rules = _rules(folder, station)
    number = rules.numbered.last(("incident", station, "officer")) + 1
    body = Incident(station, number, kind, "officer", name, at or canonical.utc_now(), words)
    _Ruling(rules, "centre", "incident", body, message("cli", "ruling.incident"), words).sign(folder, out, yes, as_json)


def _rules(folder: Path, station: str) -> RecordRules:
    rules = read_rules(folder / PUBLIC)
    rules.definition.station(station)
    return rules


class _Ruling:
    """One statement that is to be signed. `role`: whose key signs it; `what`: what it does, `reason`: why, in words."""

    def __init__(
        self, rules: RecordRules, role: Role, kind: str, body: SignedValue, what: Message, reason: str
    ) -> None:
        self._rules, self._role, self._kind, self._body = rules, role, kind, body
        self._what, self._reason = what, reason

    def sign(self, folder: Path, out: Path, yes: bool, as_json: bool) -> None:
        """Check, show, ask, write; raises what the record would refuse it with."""
        if as_json and not yes:
            raise InvalidInput("command.nobody-asked", hint="command.sign-with-yes")
        key = authority_key(folder, self._role)
        station = str(getattr(self._body, "station", ""))
        election, issued = self._rules.election, canonical.utc_now()
        statement = Statement.of(self._kind, self._body, election=election, subject=station, issued=issued)
        envelope = statement.sign(key)
        self._rules.check(envelope)  # also where the very same was said in the same second
        after = self._rules.fork()
        after.add(envelope)
        before, then = self._rules.count(), after.count()
        if not as_json:
            for line in self._lines(station, before, then):
                console.print(str(line), soft_wrap=True)
            if not yes and not confirmed(message("cli", "option-status.sign")):
                console.print(str(message("cli", "nothing-changed")))
                raise typer.Exit(1)
        storage.write_new(out, envelope, mode=0o644)
        if as_json:
            print_json(
                {"statement": self._body, "file": str(out), "changes": [str(one) for one in _seats(before, then)]}
            )
        else:
            console.print(str(message("cli", "ruling.written", file=out)), soft_wrap=True)

    def _lines(self, station: str, before: Result, then: Result) -> list[Message]:
        definition = self._rules.definition
        own = definition.station(station)
        counted = next(one for one in before.stations if one.station == station)
        lines = [
            message("cli", "option-status.election", election=definition.id),
            message("cli", "ruling.station", station=station, name=own.name, count=own.register_size),
            message("cli", "ruling.status", status=message("results", f"status_{counted.status}")),
            message("cli", "ruling.what", what=self._what),
            message("cli", "option-status.reason", reason=self._reason),
        ]
        if self._kind == "manual-tally-accepted":
            lines += paper_lines(self._rules.rulings.on_paper[station][1])
        lines += _figures(before, then)
        seats = _seats(before, then) or [message("cli", "option-status.same-seats")]
        return [*lines, *seats, message("cli", "option-status.for-good")]


def _figures(before: Result, then: Result) -> list[Message]:
    """Every option whose votes change."""
    return [
        message("cli", "ruling.votes", contest=old.contest, option=one.option, before=one.votes, after=other.votes)
        for old, new in zip(before.contests, then.contests, strict=True)
        for one, other in zip(old.options, new.options, strict=True)
        if one.votes != other.votes
    ]


def _seats(before: Result, then: Result) -> list[Message]:
    """Every option whose seats change, as the votes so far give them."""
    return [
        message(
            "cli", "ruling.seats", contest=old.contest, option=option, before=seats, after=new.allocation.seats[option]
        )
        for old, new in zip(before.contests, then.contests, strict=True)
        for option, seats in old.allocation.seats.items()
        if seats != new.allocation.seats[option]
    ]
