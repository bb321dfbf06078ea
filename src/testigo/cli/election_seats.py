"""`testigo election seats`: work out seats from votes on the command line, by the code that counts an election."""

from dataclasses import dataclass
from typing import Annotated

import typer

from testigo.cli.output import figure, heads, print_json, say, table
from testigo.election import (
    METHODS,
    Agreement,
    Allocation,
    CoalitionShare,
    Contest,
    Kind,
    MethodName,
    Option,
    Party,
    Threshold,
    allocate,
    is_preference,
)
from testigo.election.digits import is_whole, read_digits
from testigo.election.thresholds import Base
from testigo.errors import InvalidInput
from testigo.words import message

MOST_SEATS = 10_000


@dataclass(frozen=True)
class _Count:
    """What was voted, and what each list is."""

    votes: dict[str, int]
    blank: int
    ballots: int
    parties: tuple[Party, ...]
    excluded: tuple[str, ...]


def seats(
    method: Annotated[MethodName, typer.Argument(help="The rule: one of the names in docs/election.md, Seats.")],
    number: Annotated[int, typer.Argument(min=1, max=MOST_SEATS, help="How many seats there are.")],
    votes: Annotated[list[str], typer.Argument(help="Votes of each option, as OPTION=VOTES.", show_default=False)],
    threshold: Annotated[str, typer.Option(help="Share below which a list gets no seat: 3 (per cent), or 1/12.")] = "0",
    cast: Annotated[
        int | None, typer.Option(help="Ballots cast, with blank and null: then the threshold is of these.", min=0)
    ] = None,
    blank: Annotated[
        int | None, typer.Option(help="Blank ballots: then the threshold is of valid votes and these.", min=0)
    ] = None,
    coalition: Annotated[
        list[str] | None, typer.Option(help="A list of a coalition and its parties, as OPTION=3.", show_default=False)
    ] = None,
    coalition_threshold: Annotated[
        list[str] | None, typer.Option(help="Threshold of coalitions of so many parties or more: 2=8 is 8 %.")
    ] = None,
    minority: Annotated[list[str] | None, typer.Option(help="A list of a minority, without a threshold.")] = None,
    excluded: Annotated[
        list[str] | None, typer.Option(help="A list that a threshold over several contests keeps out.")
    ] = None,
    agreement: Annotated[list[str] | None, typer.Option(help="Lists that pool their votes, as OPTION,OPTION.")] = None,
    draw: Annotated[str | None, typer.Option(help="Digits of the public draw, to settle a tie.")] = None,
    contest: Annotated[str, typer.Option(help="Id of the contest, which the public draw goes by.")] = "contest",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Work out seats from votes, with the same code that counts an election.

    Every list is taken to be long enough. A tie is reported, and its seats stay open, until --draw gives the dice.
    Where a method rounds its quota and that changes seats, the seats without rounding are told too. Who of an open list
    takes its seats, by preference votes, is worked out by `election result`.

    Examples: testigo election seats dhondt 8 a=100000 b=80000 c=30000 d=20000

    testigo election seats dhondt 10 a=52 b=41 c=7 --threshold 5 --coalition c=2 --coalition-threshold 2=8
    """
    count = _count(votes, cast, blank, coalition or [], minority or [], excluded or [])
    bar = _threshold(threshold, coalition_threshold or [], cast, blank)
    made_up = _contest(contest, method, number, count.votes, bar, agreement or [])
    found, exact = (_allocate(made_up, count, draw, unrounded) for unrounded in (False, True))
    if as_json:
        print_json(found)
        return
    _print_allocation(found, count.votes)
    if exact.seats != found.seats:
        told = ", ".join(f"{option} {won}" for option, won in exact.seats.items() if won)
        say(message("cli", "seats.rounding", told=told))


def _count(
    votes: list[str],
    cast: int | None,
    blank: int | None,
    coalitions: list[str],
    minorities: list[str],
    excluded: list[str],
) -> _Count:
    counted = _numbers(votes)
    valid = sum(counted.values())
    ballots = valid + (blank or 0) if cast is None else cast
    if ballots < valid + (blank or 0):
        raise InvalidInput("votes.more-than-ballots", ballots=ballots, votes=valid + (blank or 0))
    sizes = _numbers(coalitions)
    for option in (*sizes, *minorities, *excluded):
        _require_option(option, counted)
    parties = [Party(option, {}, "", kind="coalition", members=size) for option, size in sizes.items()]
    parties += [Party(option, {}, "", kind="minority") for option in minorities]
    return _Count(counted, blank or 0, ballots, tuple(parties), tuple(excluded))


def _threshold(share: str, coalitions: list[str], cast: int | None, blank: int | None) -> Threshold:
    own = []
    for text in coalitions:
        members, equals, bar = text.partition("=")
        if not equals or not is_whole(members):
            raise InvalidInput("votes.malformed-threshold", text=text[:60])
        percent, fraction = _share(bar)
        own.append(CoalitionShare(read_digits(members, place="--coalition-threshold"), percent, fraction))
    percent, fraction = _share(share)
    of: Base = "cast" if cast is not None else "valid-and-blank" if blank is not None else "valid"
    return Threshold(percent, of, fraction, tuple(own), minorities="exempt")


def _share(text: str) -> tuple[str, str]:
    return ("", text) if "/" in text else (text, "")


def _contest(
    name: str, method: MethodName, number: int, options: dict[str, int], bar: Threshold, agreements: list[str]
) -> Contest:
    lists = METHODS[method].lists
    kind: Kind = "party-list" if lists else "choose-one"
    candidates = tuple(str(place + 1) for place in range(number)) if lists else ()
    if agreements and not lists:
        raise InvalidInput("agreement.of-persons", contest=name, kind=kind)
    pooled = [text.split(",") for text in agreements]
    together = [option for group in pooled for option in group]
    for option in together:
        _require_option(option, options)
    if len(set(together)) != len(together):
        raise InvalidInput("votes.option-twice")
    return Contest(
        id=name,
        district="",
        title={},
        kind=kind,
        options=tuple(Option(id=option, name={}, party=option, candidates=candidates) for option in options),
        seats=number,
        method=method,
        threshold=bar,
        agreements=tuple(Agreement("+".join(group), tuple(group)) for group in pooled),
    )


def _allocate(contest: Contest, count: _Count, draw: str | None, unrounded: bool) -> Allocation:
    return allocate(
        contest,
        count.votes,
        ballots=count.ballots,
        blank=count.blank,
        draw=draw,
        parties=count.parties,
        excluded=count.excluded,
        unrounded=unrounded,
    )


def _numbers(pairs: list[str]) -> dict[str, int]:
    found = dict(map(_read_votes, pairs))
    if len(found) != len(pairs):
        raise InvalidInput("votes.option-twice")
    return found


def _read_votes(text: str) -> tuple[str, int]:
    option, equals, digits = text.rpartition("=")
    if is_preference(option):
        raise InvalidInput("votes.of-a-candidate", option=option[:60])
    if not option or not equals or not is_whole(digits):
        raise InvalidInput("votes.malformed", text=text[:60])
    return option, read_digits(digits, place=option[:60])


def _require_option(option: str, options: dict[str, int]) -> None:
    if option not in options:
        raise InvalidInput("votes.unknown-option", option=option[:60])


def _print_allocation(allocation: Allocation, votes: dict[str, int]) -> None:
    under = str(message("cli", "seats.under-threshold"))
    rows = [
        (option, figure(votes[option]), won, under if option in allocation.excluded else "")
        for option, won in sorted(allocation.seats.items(), key=lambda row: (-row[1], -votes[row[0]], row[0]))
    ]
    table(str(message("cli", "seats.title")), heads("option", "votes", "seats", ""), rows)
    for tie in allocation.ties:
        if tie.open:
            say(message("cli", "seats.tie-open", options=list(tie.options), count=tie.seats_at_stake))
        else:
            say(message("cli", "seats.tie-drawn", options=list(tie.options), winners=list(tie.winners)))
    if allocation.unfilled:
        say(message("cli", "seats.unfilled", count=allocation.unfilled))
