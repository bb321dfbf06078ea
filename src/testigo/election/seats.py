"""From votes to seats, in exact arithmetic: plurality, D'Hondt, Sainte-Laguë, Hare and Droop largest remainder.

Let V be the votes of all admitted lists, v those of one list, S the seats.

- *Plurality*: the S options with most votes.
- *Divisor methods*: the S largest quotients v/d, with d = 1, 2, 3, … (D'Hondt, or Jefferson) or d = 1, 3, 5, …
  (Sainte-Laguë, or Webster).
- *Largest remainder*: each list gets ⌊v/q⌋ seats, the rest go one each to the largest remainders v − q·⌊v/q⌋, with
  q = V/S (Hare, or Hamilton) or q = ⌊V/(S + 1)⌋ + 1 (Droop).

Sources: M. Gallagher and P. Mitchell (eds.), *The Politics of Electoral Systems*, OUP 2005, appendix A; F. Pukelsheim,
*Proportional Representation*, 2nd ed., Springer 2017, chapters 4 and 5. Nobody is elected without a vote.

Ties. Equal votes, quotients or remainders that compete for fewer seats than they are form a tie, and a tie is never
settled by the order of the file. The rule: after the results are known, dice are rolled in public; their digits are
the `draw`. The tied options are put in the ascending order of SHA-256("DRAW,CONTEST,OPTION") and take the tied seats
in that order. Until there is a draw these seats stay open and are reported.

Short lists. A list cannot win more seats than it has candidates. Under the divisor methods it has no quotients beyond
them. Under largest remainder a list whose whole quotas exceed its candidates gets a seat for each of them and is set
aside, and the same rule shares the remaining seats among the remaining lists; a list without a candidate left is passed
over when remainders are given out, and is set aside too if the others are then too few for these seats.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from testigo.canonical import SignedValue
from testigo.election.definition import Contest, Method, Threshold
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


class _Award(NamedTuple):
    """What a rule gives: options in the order of winning, then those (by id) that tie for the `at_stake` last seats."""

    won: list[str]
    tied: tuple[str, ...] = ()
    at_stake: int = 0


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
    award = _RULES[contest.method](admitted, contest.seats, room)
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
        raise InvalidInput(f"{draw[:60]!r} is no public draw", hint="type the digits of the dice, with nothing between")
    return sorted(options, key=lambda option: hashlib.sha256(f"{draw},{contest_id},{option}".encode()).digest())


def _counted(contest: Contest, votes: Mapping[str, int], ballots: int) -> dict[str, int]:
    """Votes of every option of the contest."""
    if contest.seats < 1:
        raise InvalidInput(f"contest {contest.id!r} has {contest.seats} seats", hint="check the election definition")
    unknown = set(votes) - {option.id for option in contest.options}
    if unknown:
        raise InvalidInput(f"contest {contest.id!r} has no option {min(unknown)!r}", hint="count only its own options")
    if ballots < 0 or any(count < 0 for count in votes.values()):
        raise InvalidInput(f"a count of contest {contest.id!r} is negative", hint="count again")
    return {option.id: votes.get(option.id, 0) for option in contest.options}


def _bar(threshold: Threshold, valid: int, cast: int) -> Fraction:
    """The fewest votes that pass; who has exactly so many passes."""
    return threshold.share() * (valid if threshold.of == "valid" else cast)


def _settle(contest_id: str, award: _Award, draw: str | None) -> tuple[Tie, ...]:
    if not award.tied:
        return ()
    winners = draw_order(draw, contest_id, award.tied)[: award.at_stake] if draw is not None else []
    return (Tie(award.tied, award.at_stake, tuple(winners)),)


def _name(contest: Contest, won: list[str]) -> tuple[Elected, ...]:
    if contest.kind != "party-list":
        return tuple(Elected(option, "") for option in won)
    candidates = {option.id: iter(option.candidates) for option in contest.options}
    return tuple(Elected(option, next(candidates[option])) for option in won)


def _highest(claims: Iterable[tuple[Fraction | int, str]], seats: int) -> _Award:
    """The `seats` highest claims, each of one option; equal claims at the edge are tied."""
    ordered = sorted(claims, key=lambda claim: (-claim[0], claim[1]))
    if len(ordered) <= seats:
        return _Award([option for _, option in ordered])
    edge = ordered[seats - 1][0] if seats else None
    if edge is None or ordered[seats][0] != edge:
        return _Award([option for _, option in ordered[:seats]])
    won = [option for claim, option in ordered if claim > edge]
    return _Award(won, tuple(option for claim, option in ordered if claim == edge), seats - len(won))


def _plurality(votes: dict[str, int], seats: int, room: dict[str, int]) -> _Award:
    return _highest(((count, option) for option, count in votes.items() if room[option]), seats)


def _divisors(step: int) -> "_Rule":
    """The divisor method with d = 1, 1 + step, 1 + 2·step, …"""

    def rule(votes: dict[str, int], seats: int, room: dict[str, int]) -> _Award:
        return _highest(
            (
                (Fraction(count, 1 + step * already), option)
                for option, count in votes.items()
                for already in range(min(seats, room[option]))
            ),
            seats,
        )

    return rule


def _hare(total: int, seats: int) -> Fraction:
    return Fraction(total, seats)


def _droop(total: int, seats: int) -> Fraction:
    return Fraction(total // (seats + 1) + 1)


def _largest_remainder(quota_of: Callable[[int, int], Fraction]) -> "_Rule":
    """The largest remainder method with that quota."""

    def rule(votes: dict[str, int], seats: int, room: dict[str, int]) -> _Award:
        won: list[str] = []
        while votes and seats:
            quota = quota_of(sum(votes.values()), seats)
            whole = {option: int(count // quota) for option, count in votes.items()}
            # A Droop quota can leave more seats than lists when votes are very few: then each gets one a round.
            rounds, rest = divmod(seats - sum(whole.values()), len(votes))
            base = {option: count + rounds for option, count in whole.items()}
            full = [option for option in votes if base[option] > room[option]]
            if not full and rest > sum(base[option] < room[option] for option in votes):
                full = [option for option in votes if base[option] == room[option]]
            if not full:
                claims = ((votes[one] - quota * whole[one], one) for one in votes if base[one] < room[one])
                last = _highest(claims, rest)
                return last._replace(won=won + _repeat(base) + last.won)
            won += _repeat({option: room[option] for option in full})
            seats -= sum(room[option] for option in full)
            votes = {option: count for option, count in votes.items() if option not in full}
        return _Award(won)

    return rule


def _repeat(seats: dict[str, int]) -> list[str]:
    """Each option as often as it has seats: most seats first, then by id."""
    return [option for option in sorted(seats, key=lambda one: (-seats[one], one)) for _ in range(seats[option])]


_Rule = Callable[[dict[str, int], int, dict[str, int]], _Award]

_RULES: dict[Method, _Rule] = {
    "plurality": _plurality,
    "dhondt": _divisors(1),
    "sainte-lague": _divisors(2),
    "hare": _largest_remainder(_hare),
    "droop": _largest_remainder(_droop),
}
