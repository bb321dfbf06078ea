"""From votes to seats: thresholds, ties and the names of who is elected, around the rules of `methods`.

Ties. Equal votes, quotients or remainders that compete for fewer seats than they are form a tie, and a tie is never
settled by the order of the file. The rule: after the results are known, dice are rolled in public; their digits are
the `draw`. The tied options are put in the ascending order of SHA-256("DRAW,CONTEST,OPTION") and take the tied seats
in that order. Until there is a draw these seats stay open and are reported.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction

from testigo.canonical import SignedValue
from testigo.election.contests import Contest, Threshold
from testigo.election.methods import METHODS, Award
from testigo.errors import InvalidInput


class Elected(SignedValue, frozen=True):
    """One filled seat. `candidate`: whom on the option's list; empty where the option is itself a person."""

    option: str
    candidate: str


class Tie(SignedValue, frozen=True):
    """`options` (by id) tie for `seats_at_stake`, fewer than they are. `winners`: as drawn, empty until there is a
    draw.
    """

    options: tuple[str, ...]
    seats_at_stake: int
    winners: tuple[str, ...]

    @property
    def open(self) -> bool:
        """Whether the tie waits for a public draw."""
        return not self.winners


class Allocation(SignedValue, frozen=True):
    """Who won one contest.

    `seats`: of every option, with 0. `elected`: in the order in which the seats were won; seats won at the same
    instant are in the order of option ids. `ties`: those that decided a seat. `excluded`: lists under the threshold.
    `unfilled`: seats for which there is nobody with a vote; open ties' seats are not among them. Always sum(seats) +
    unfilled + Σ seats at stake in open ties = the contest's seats.
    """

    contest: str
    seats: dict[str, int]
    elected: tuple[Elected, ...]
    ties: tuple[Tie, ...]
    excluded: tuple[str, ...]
    unfilled: int


def allocate(contest: Contest, votes: Mapping[str, int], *, ballots: int, draw: str | None = None) -> Allocation:
    """Seats of one contest from its votes by option id (an option left out has none).

    `ballots`: all that were cast in it, with blank and null ones; only a threshold "of cast" looks at it. `draw`: the
    digits of the public draw, if there was one. Raises `InvalidInput` for unknown options, negative counts, no seats,
    or a draw that is not digits.
    """
    counted = _counted(contest, votes, ballots)
    admitted = {option: count for option, count in counted.items() if count}
    excluded: tuple[str, ...] = ()
    if contest.threshold is not None:
        bar = _bar(contest.threshold, sum(counted.values()), ballots)
        excluded = tuple(sorted(option for option, count in counted.items() if count < bar))
        admitted = {option: count for option, count in admitted.items() if option not in excluded}
    room = {option.id: len(option.candidates) if contest.kind == "party-list" else 1 for option in contest.options}
    award = METHODS[contest.method].rule(admitted, contest.seats, room)
    ties = _settle(contest.id, award, draw)
    won = award.won + [option for tie in ties for option in tie.winners]
    seats = Counter(won)
    open_seats = sum(tie.seats_at_stake for tie in ties if tie.open)
    return Allocation(
        contest=contest.id,
        seats={option: seats[option] for option in counted},
        elected=_name(contest, won),
        ties=ties,
        excluded=excluded,
        unfilled=contest.seats - len(won) - open_seats,
    )


def draw_order(draw: str, contest_id: str, options: Iterable[str]) -> list[str]:
    """Options in the order of the public draw `draw` (ASCII digits, as rolled); raises `InvalidInput` for anything
    else.
    """
    if not (draw.isascii() and draw.isdecimal()):
        raise InvalidInput("draw.not-digits", text=draw[:60])
    return sorted(options, key=lambda option: hashlib.sha256(f"{draw},{contest_id},{option}".encode()).digest())


def _counted(contest: Contest, votes: Mapping[str, int], ballots: int) -> dict[str, int]:
    """Votes of every option of the contest."""
    if contest.seats < 1:
        raise InvalidInput("contest.no-seats", contest=contest.id, number=contest.seats)
    unknown = set(votes) - {option.id for option in contest.options}
    if unknown:
        raise InvalidInput("contest.unknown-option", contest=contest.id, option=min(unknown)[:60])
    if ballots < 0 or any(count < 0 for count in votes.values()):
        raise InvalidInput("contest.negative-count", contest=contest.id)
    return {option.id: votes.get(option.id, 0) for option in contest.options}


def _bar(threshold: Threshold, valid: int, cast: int) -> Fraction:
    """The fewest votes that pass; who has exactly so many passes."""
    return threshold.share() * (valid if threshold.of == "valid" else cast)


def _settle(contest_id: str, award: Award, draw: str | None) -> tuple[Tie, ...]:
    if not award.tied:
        return ()
    winners = draw_order(draw, contest_id, award.tied)[: award.at_stake] if draw is not None else []
    return (Tie(award.tied, award.at_stake, tuple(winners)),)


def _name(contest: Contest, won: list[str]) -> tuple[Elected, ...]:
    if contest.kind != "party-list":
        return tuple(Elected(option, "") for option in won)
    candidates = {option.id: iter(option.candidates) for option in contest.options}
    return tuple(Elected(option, next(candidates[option])) for option in won)
