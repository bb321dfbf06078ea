"""The rules that share out seats, each by its name in a definition's `method`, in exact arithmetic.

Let V be the votes of all admitted lists, v those of one list, S the seats.

- *Plurality*: the S options with most votes.
- *Divisor methods*: the S largest quotients v/d, with d = 1, 2, 3, … (D'Hondt, or Jefferson), 1, 3, 5, … (Sainte-Laguë,
  or Webster; modified: 1.4 or 1.2 in place of the 1) or 1, 1½, 2, 2½, … (Imperiali).
- *Largest remainder*: each list gets ⌊v/q⌋ seats, the rest go one each to the largest remainders v − q·⌊v/q⌋, with
  q = V/S (Hare, or Hamilton), V/(S + 1) (Droop, exact), that rounded up (Droop) or to the nearest (Hagenbach-Bischoff),
  or V/(S + 2) (Imperiali).
- *Quota and largest averages*: each list gets ⌊v/q⌋ seats, the rest go one after the other to the largest v/(seats + 1)
  (Hagenbach-Bischoff in Swiss law; Brazil).

Sources: M. Gallagher and P. Mitchell (eds.), *The Politics of Electoral Systems*, OUP 2005, appendix A; F. Pukelsheim,
*Proportional Representation*, 2nd ed., Springer 2017, chapters 4 and 5; the laws that docs/election.md names for each.
Nobody is elected without a vote.

Short lists. A list cannot win more seats than it has candidates. Where quotients decide it has none beyond them. Under
largest remainder a list whose whole quotas exceed its candidates gets a seat for each of them and is set
aside, and the same rule shares the remaining seats among the remaining lists; a list without a candidate left is passed
over when remainders are given out, and is set aside too if the others are then too few for these seats.

A new rule is a line in `METHODS` and its line in docs/election.md; definitions, checks and commands follow the table.
"""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Final, Literal, NamedTuple


class Award(NamedTuple):
    """What a rule gives: options in the order of winning, then those (by id) that tie for the `at_stake` last seats."""

    won: list[str]
    tied: tuple[str, ...] = ()
    at_stake: int = 0


Rule = Callable[[dict[str, int], int, dict[str, int]], Award]
"""From votes (of options that have some), seats, and how many seats each option can take."""

Rounding = Callable[[Fraction], Fraction]


class Divisors(NamedTuple):
    """The numbers that votes are divided by, for the first seat, the second, …: `first`, 1 + `step`, 1 + 2·`step`, …"""

    step: Fraction
    first: Fraction = Fraction(1)

    def after(self, seats: int) -> Fraction:
        """The divisor of a list that has so many seats."""
        return 1 + self.step * seats if seats else self.first


class Method(NamedTuple):
    """One way to share out seats.

    `lists`: among party lists, which may have a threshold; else among single options. `divisors`: of a divisor method.
    `unrounded`: the rule without the rounding of its quota that law prescribes, where that can change seats.
    """

    rule: Rule
    lists: bool = True
    divisors: Divisors | None = None
    unrounded: Rule | None = None


def highest_quotients(
    votes: Mapping[str, int], seats: int, room: Mapping[str, int], divisors: Divisors, already: Mapping[str, int]
) -> Award:
    """The `seats` largest quotients of votes that remain after the seats that each has `already`; `room`: for more."""
    return highest(
        (
            (count / divisors.after(already.get(option, 0) + more), option)
            for option, count in votes.items()
            for more in range(min(seats, room[option]))
        ),
        seats,
    )


def highest(claims: Iterable[tuple[Fraction | int, str]], seats: int) -> Award:
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
    return highest(((count, option) for option, count in votes.items() if room[option]), seats)


def _divisor_method(step: str, first: str = "1") -> Method:
    """The divisor method of the divisors `first`, 1 + step, 1 + 2·step, …"""
    divisors = Divisors(Fraction(step), Fraction(first))

    def rule(votes: dict[str, int], seats: int, room: dict[str, int]) -> Award:
        return highest_quotients(votes, seats, room, divisors, {})

    return Method(rule, divisors=divisors)


_DHONDT = Divisors(Fraction(1))


def _exact(quota: Fraction) -> Fraction:
    return quota


def _next_whole(quota: Fraction) -> Fraction:
    """The next whole number, also of one."""
    return Fraction(int(quota) + 1)


def _nearest(quota: Fraction) -> Fraction:
    """The nearest whole number, of a half the next; at least 1."""
    return Fraction(max(1, int(quota + Fraction(1, 2))))


def _half_dropped(quota: Fraction) -> Fraction:
    """The nearest whole number, of a half the one before."""
    return Fraction(ceil(quota - Fraction(1, 2)))


class _Shared(NamedTuple):
    """Seats by whole quotas, and the remainders that claim the `rest`."""

    base: dict[str, int]
    remainders: dict[str, Fraction]
    rest: int


def _whole_quotas(votes: dict[str, int], seats: int, added: int, rounded: Rounding) -> _Shared:
    """With the quota V/(S + `added`), rounded.

    Only an exact or a rounded-down quota can give more seats than there are. With one added, the surplus seats are then
    taken from the smallest remainders; with two (or where each would lose one and that is not enough) the divisor is
    lowered by one and the quotas are worked out again.
    """
    total, divisor = sum(votes.values()), seats + added
    while True:
        quota = rounded(Fraction(total, divisor))
        whole = {option: int(count // quota) for option, count in votes.items()}
        remainders = {option: count - quota * whole[option] for option, count in votes.items()}
        missing = seats - sum(whole.values())
        if missing >= 0:
            # A rounded quota can leave more seats than lists when votes are very few: then each gets one a round.
            rounds, rest = divmod(missing, len(votes))
            return _Shared({option: count + rounds for option, count in whole.items()}, remainders, rest)
        holders = {option: remainders[option] for option, count in whole.items() if count}
        if added == 1 and len(holders) + missing >= 0:
            base = {option: max(0, count - 1) for option, count in whole.items()}
            return _Shared(base, holders, len(holders) + missing)
        divisor -= 1


def _largest_remainder(added: int, rounded: Rounding = _exact) -> Rule:
    """The largest remainder method with the quota V/(S + `added`), rounded."""

    def rule(votes: dict[str, int], seats: int, room: dict[str, int]) -> Award:
        won: list[str] = []
        while votes and seats:
            base, remainders, rest = _whole_quotas(votes, seats, added, rounded)
            full = [option for option in votes if base[option] > room[option]]
            if not full and rest > sum(base[option] < room[option] for option in remainders):
                full = [option for option in remainders if base[option] == room[option]]
            if not full:
                claims = ((claim, one) for one, claim in remainders.items() if base[one] < room[one])
                last = highest(claims, rest)
                return last._replace(won=won + _repeat(base) + last.won)
            won += _repeat({option: room[option] for option in full})
            seats -= sum(room[option] for option in full)
            votes = {option: count for option, count in votes.items() if option not in full}
        return Award(won)

    return rule


def _hagenbach_bischoff(votes: dict[str, int], seats: int, room: dict[str, int]) -> Award:
    """Whole quotas of the next whole number above V/(S + 1), then largest averages."""
    quota = _next_whole(Fraction(sum(votes.values()), seats + 1))
    base = {option: min(int(count // quota), room[option]) for option, count in votes.items()}
    return _averages(votes, seats, room, base)


def _brazil(rounded: Rounding) -> Rule:
    """Brazil's quotients and largest averages, of closed lists: Código Eleitoral, arts. 106, 107 and 109."""

    def rule(votes: dict[str, int], seats: int, room: dict[str, int]) -> Award:
        if not votes:
            return Award([])
        exact = Fraction(sum(votes.values()), seats)
        quotient = rounded(exact)
        # With very few votes the rounded quotient gives more seats than there are, or is 0: law has no rule for that.
        if not quotient or sum(count // quotient for count in votes.values()) > seats:
            quotient = exact
        base = {option: min(int(count // quotient), room[option]) for option, count in votes.items()}
        admitted = {option: count for option, count in votes.items() if count >= quotient * Fraction(4, 5)}
        second = _averages(admitted, seats, room, base)
        if len(second.won) + second.at_stake == seats:
            return second
        # Every admitted list is used up.
        others = {option: count for option, count in votes.items() if option not in admitted}
        third = _averages(others, seats - len(second.won), room, {})
        return third._replace(won=second.won + third.won)

    return rule


def _averages(votes: dict[str, int], seats: int, room: dict[str, int], base: dict[str, int]) -> Award:
    """The seats of `base`, and those that are left to the largest v/(seats + 1)."""
    left = {option: room[option] - base.get(option, 0) for option in votes}
    award = highest_quotients(votes, seats - sum(base.values()), left, _DHONDT, base)
    return award._replace(won=_repeat(base) + award.won)


def _repeat(seats: dict[str, int]) -> list[str]:
    """Each option as often as it has seats: most seats first, then by id."""
    return [option for option in sorted(seats, key=lambda one: (-seats[one], one)) for _ in range(seats[option])]


METHODS: Final[dict[str, Method]] = {
    "plurality": Method(_plurality, lists=False),
    "dhondt": _divisor_method("1"),
    "sainte-lague": _divisor_method("2"),
    "sainte-lague-1.4": _divisor_method("2", first="1.4"),
    "sainte-lague-1.2": _divisor_method("2", first="1.2"),
    "imperiali-divisor": _divisor_method("1/2"),
    "hare": Method(_largest_remainder(0)),
    "droop": Method(_largest_remainder(1, _next_whole), unrounded=_largest_remainder(1)),
    "droop-exact": Method(_largest_remainder(1)),
    "hagenbach-bischoff-quota": Method(_largest_remainder(1, _nearest), unrounded=_largest_remainder(1)),
    "imperiali-quota": Method(_largest_remainder(2)),
    "hagenbach-bischoff": Method(_hagenbach_bischoff),
    "brazil": Method(_brazil(_half_dropped), unrounded=_brazil(_exact)),
}

if TYPE_CHECKING:
    MethodName = str
else:
    MethodName = Literal[tuple(METHODS)]
    """The type of a contest's `method`: one of the names in the table."""
