"""The rules that share out seats, each by its name in a definition's `method`, in exact arithmetic.

Let V be the votes of all admitted lists, v those of one list, S the seats.

- *Plurality*: the S options with most votes.
- *Divisor methods*: the S largest quotients v/d, with d = 1, 2, 3, … (D'Hondt, or Jefferson) or d = 1, 3, 5, …
  (Sainte-Laguë, or Webster).
- *Largest remainder*: each list gets ⌊v/q⌋ seats, the rest go one each to the largest remainders v − q·⌊v/q⌋, with
  q = V/S (Hare, or Hamilton) or q = ⌊V/(S + 1)⌋ + 1 (Droop).

Sources: M. Gallagher and P. Mitchell (eds.), *The Politics of Electoral Systems*, OUP 2005, appendix A; F. Pukelsheim,
*Proportional Representation*, 2nd ed., Springer 2017, chapters 4 and 5. Nobody is elected without a vote.

Short lists. A list cannot win more seats than it has candidates. Under the divisor methods it has no quotients beyond
them. Under largest remainder a list whose whole quotas exceed its candidates gets a seat for each of them and is set
aside, and the same rule shares the remaining seats among the remaining lists; a list without a candidate left is passed
over when remainders are given out, and is set aside too if the others are then too few for these seats.

A new rule is a line in `METHODS` and its line in docs/election.md; definitions, checks and commands follow the table.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal, NamedTuple


class Award(NamedTuple):
    """What a rule gives: options in the order of winning, then those (by id) that tie for the `at_stake` last seats."""

    won: list[str]
    tied: tuple[str, ...] = ()
    at_stake: int = 0


Rule = Callable[[dict[str, int], int, dict[str, int]], Award]
"""From votes (of options that have some), seats, and how many seats each option can take."""


class Method(NamedTuple):
    """One way to share out seats. `lists`: among party lists, which may have a threshold; else among single options."""

    rule: Rule
    lists: bool = True


def _highest(claims: Iterable[tuple[Fraction | int, str]], seats: int) -> Award:
    """The `seats` highest claims, each of one option; equal claims at the edge are tied."""
    ordered = sorted(claims, key=lambda claim: (-claim[0], claim[1]))
    if len(ordered) <= seats:
        return Award([option for _, option in ordered])
    edge = ordered[seats - 1][0] if seats else None
    if edge is None or ordered[seats][0] != edge:
        return Award([option for _, option in ordered[:seats]])
    won = [option for claim, option in ordered if claim > edge]
    return Award(won, tuple(option for claim, option in ordered if claim == edge), seats - len(won))


def _plurality(votes: dict[str, int], seats: int, room: dict[str, int]) -> Award:
    return _highest(((count, option) for option, count in votes.items() if room[option]), seats)


def _divisors(step: int) -> Rule:
    """The divisor method with d = 1, 1 + step, 1 + 2·step, …"""

    def rule(votes: dict[str, int], seats: int, room: dict[str, int]) -> Award:
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


def _largest_remainder(quota_of: Callable[[int, int], Fraction]) -> Rule:
    """The largest remainder method with that quota."""

    def rule(votes: dict[str, int], seats: int, room: dict[str, int]) -> Award:
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
        return Award(won)

    return rule


def _repeat(seats: dict[str, int]) -> list[str]:
    """Each option as often as it has seats: most seats first, then by id."""
    return [option for option in sorted(seats, key=lambda one: (-seats[one], one)) for _ in range(seats[option])]


METHODS: Final[dict[str, Method]] = {
    "plurality": Method(_plurality, lists=False),
    "dhondt": Method(_divisors(1)),
    "sainte-lague": Method(_divisors(2)),
    "hare": Method(_largest_remainder(_hare)),
    "droop": Method(_largest_remainder(_droop)),
}

if TYPE_CHECKING:
    MethodName = str
else:
    MethodName = Literal[tuple(METHODS)]
    """The type of a contest's `method`: one of the names in the table."""
