"""`testigo election result`: what votes in a table come to by the rules of a definition, without any record."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from testigo import storage
from testigo.ballot import BALLOTS, BLANK, NULL, UNDERVOTES
from testigo.cli.output import console, figure, heads, print_json, table
from testigo.election import (
    Allocation,
    Contest,
    Definition,
    Need,
    OptionStatus,
    Outcome,
    StatusLog,
    VoteTotals,
    allot,
    decide,
    load,
    speak_own_languages,
)
from testigo.election.digits import is_whole, read_digits
from testigo.errors import InvalidInput
from testigo.words import Message, message

_COLUMNS = ("contest", "option", "votes")
_MOST_DIGITS = 12
_LARGEST = 512 * 1024 * 1024


def result(
    file: Annotated[Path, typer.Argument(help="The election definition, YAML or JSON.", show_default=False)],
    votes: Annotated[
        Path, typer.Argument(help="CSV with columns contest, option, votes; such as `result.csv` of results.")
    ],
    status: Annotated[
        list[str] | None,
        typer.Option(help="Who withdrew or died, as CONTEST/OPTION=withdrawn or CONTEST/OPTION/PERSON=deceased."),
    ] = None,
    draw: Annotated[str | None, typer.Option(help="Digits of the public draw, to settle ties.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Work out who wins what, by all the rules of a definition: majorities, second rounds, referendums, seats, bodies.

    Rows of the same contest and option are added up; other columns are passed over. `(blank)`, `(null)` and
    `(ballots)` in place of an option are the blank and null votes and all ballots cast; where `(ballots)` is missing,
    it is the sum of the others. A candidate of an open list is `LIST/NUMBER`, with the preferences. With --status, see
    what a withdrawal would change.

    Example: testigo election result my-election/election.yaml results/result.csv --status mayor/ana-pena=withdrawn
    """
    definition = load(file)
    speak_own_languages(definition)
    figures = _read(votes, definition)
    totals = {contest.id: _totals(contest, figures) for contest in definition.contests}
    states = _statuses(definition, status or []).states(definition)
    found = allot(definition, totals, draw=draw, states=states)
    decided = {
        contest.id: decide(contest.referendum, totals[contest.id], definition.registered(contest))
        for contest in definition.contests
        if contest.referendum is not None
    }
    if as_json:
        print_json({"contests": found.contests, "bodies": found.bodies, "referendums": decided, "states": states})
        return
    for contest, allocation in zip(definition.contests, found.contests, strict=True):
        _print(definition, contest, totals[contest.id], allocation)
        for line in _lines(contest, totals[contest.id], allocation, decided.get(contest.id)):
            console.print(str(line), soft_wrap=True)
    for body in found.bodies:
        table(body.body, heads("party", "seats"), list(body.party_seats.items()))


def _read(file: Path, definition: Definition) -> dict[tuple[str, str], int]:
    """Figures by contest and option; raises `InvalidInput` with the line of the first that is wrong."""
    try:
        text = storage.read(file, limit=_LARGEST).decode("utf-8-sig")
        rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        if not set(_COLUMNS) <= set(rows.fieldnames or ()):
            raise InvalidInput("votes-table.columns", place=file, columns=", ".join(_COLUMNS))
        known = {(one.id, option) for one in definition.contests for option in _names(one)}
        figures: dict[tuple[str, str], int] = {}
        for row in rows:
            place = f"{file}:{rows.line_num}"
            if more := row.get(None):
                columns = len(rows.fieldnames or ())
                raise InvalidInput("table.more-cells", place=place, count=columns + len(more), columns=columns)
            key, count = _figure(row, known, place)
            figures[key] = figures.get(key, 0) + count
    except UnicodeDecodeError as error:
        raise InvalidInput("file.not-utf8", place=file, byte=f"{error.object[error.start]:#04x}") from None
    except csv.Error as error:
        raise InvalidInput("csv.malformed", place=file, why=str(error)) from None
    return figures


def _names(contest: Contest) -> list[str]:
    return [*contest.marks, BLANK, NULL, UNDERVOTES, BALLOTS]


def _figure(row: dict[str, Any], known: set[tuple[str, str]], place: str) -> tuple[tuple[str, str], int]:
    contest, option, votes = ((row[column] or "").strip() for column in _COLUMNS)
    if (contest, option) not in known:
        raise InvalidInput("votes-table.unknown-line", place=place, contest=contest[:60], option=option[:60])
    if not is_whole(votes):
        raise InvalidInput("count.not-a-number", place=place, text=votes[:20])
    return (contest, option), read_digits(votes, most=_MOST_DIGITS, place=place)


def _totals(contest: Contest, figures: dict[tuple[str, str], int]) -> VoteTotals:
    votes = {option.id: figures.get((contest.id, option.id), 0) for option in contest.options}
    blank, null = figures.get((contest.id, BLANK), 0), figures.get((contest.id, NULL), 0)
    least = blank + null + (sum(votes.values()) if contest.choose == 1 else max(votes.values(), default=0))
    ballots = figures.get((contest.id, BALLOTS), blank + null + sum(votes.values()))
    if ballots < least:
        raise InvalidInput("votes.more-than-ballots", ballots=ballots, votes=least)
    return VoteTotals(votes, blank, ballots, preferences=_preferences(contest, figures, votes))


def _preferences(contest: Contest, figures: dict[tuple[str, str], int], votes: dict[str, int]) -> dict[str, int]:
    """The preferences by candidate; raises `InvalidInput` where a list has more than its votes can bring."""
    if contest.preferences is None:
        return {}
    found: dict[str, int] = {}
    for option in contest.options:
        own = {name: figures.get((contest.id, name), 0) for name in option.preferences}
        most, cast = contest.preferences.most, votes[option.id]
        if max(own.values(), default=0) > cast or sum(own.values()) > most * cast:
            raise InvalidInput(
                "votes-table.preferences", contest=contest.id, option=option.id, votes=str(cast), most=str(most)
            )
        found |= own
    return found


def _statuses(definition: Definition, texts: list[str]) -> StatusLog:
    log = StatusLog()
    for text in texts:
        where, _, said = text.rpartition("=")
        contest, _, rest = where.partition("/")
        option, _, person = rest.partition("/")
        if said not in ("withdrawn", "deceased"):
            raise InvalidInput("option-status.not-so-written", text=text[:80])
        status = OptionStatus(contest, option, said, "–", log.next_number, person)  # type: ignore[arg-type]
        log.check(definition, status)
        log.add(status)
    return log


def _print(definition: Definition, contest: Contest, totals: VoteTotals, allocation: Allocation) -> None:
    votes, seats = totals.votes, allocation.seats
    order = sorted(seats, key=lambda option: (-seats[option], -votes[option], option))
    title = definition.words(contest.title, definition.languages[0])
    rows = [(option, figure(votes[option]), seats[option]) for option in order]
    table(f"{contest.id}: {title}", heads("option", "votes", "seats"), rows)


def _need(need: Need) -> Message:
    """A condition of a referendum, with its figures."""
    met = "met" if need.met else "not-met"
    if need.what == "first":
        return message("cli", f"outcome.first-{met}", votes=need.count, whole=need.whole)
    what = message("term", f"need.{need.what}")
    return message("cli", f"outcome.need-{met}", what=what, votes=need.count, whole=need.whole)


def _lines(contest: Contest, totals: VoteTotals, allocation: Allocation, decided: Outcome | None) -> Iterator[Message]:
    """What else there is to say of a contest."""
    if contest.preferences is not None and not any(totals.preferences.values()):
        yield message("cli", "outcome.no-preferences")
    for option in contest.options:
        names = [one.candidate for one in allocation.elected if one.option == option.id and one.candidate]
        if names:
            yield message("cli", "outcome.elected", option=option.id, names=names)
    if decided is not None:
        adopted = "outcome.adopted" if decided.adopted else "outcome.not-adopted"
        yield message("cli", adopted, option=decided.option or "–")
        yield from map(_need, decided.needs)
    if allocation.second_round is not None:
        yield message("cli", "outcome.second-round", options=list(allocation.second_round.options) or ["–"])
    if allocation.void:
        yield message("cli", "outcome.held-again")
    for tie in allocation.all_ties:
        if tie.open:
            yield message("cli", "outcome.tie-open", options=list(tie.options))
        else:
            yield message("cli", "outcome.tie-drawn", options=list(tie.options), winners=list(tie.winners))
    if allocation.unfilled and not allocation.void:  # held again: its seats wait for that
        yield message("cli", "outcome.unfilled", count=allocation.unfilled)
    if allocation.vacant:
        yield message("cli", "outcome.vacant", options=list(allocation.vacant))
