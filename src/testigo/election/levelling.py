"""Levelling seats: seats of a body beside those of its contests, for who won fewer there than their votes in all.

Two steps, both with divisors, so that nothing is ever taken back:

1. *To parties.* The largest quotients of the votes in all of the body's list contests that remain after the seats that
   each party has already won in the body, for as many seats as there are. This is the distribution of all seats of the
   body as if it were one contest, except that who won more in the contests keeps it, and the others share the rest
   (Norway, valglov 2002, § 11-6; Sweden, vallag 2005:837, ch. 14 § 4, as it was until 2014).
2. *To lists.* Each of a party's levelling seats goes to that of its lists with the largest quotient after the seats
   it has there, by the same divisors, the first of which is 1 (Sweden, vallag, ch. 14 § 5): to its next candidate.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from testigo.canonical import SignedValue
from testigo.election.bodies import Levelling
from testigo.election.methods import METHODS, Award, Divisors, highest_quotients
from testigo.election.ties import Tie, settle
from testigo.errors import InvalidInput
from testigo.words import Either

DIVISOR_METHODS = tuple(name for name, method in METHODS.items() if method.divisors)


@dataclass(frozen=True)
class ListSeats:
    """One list when the seats of its contest are shared out. `waiting`: its candidates without a seat, in order."""

    contest: str
    option: str
    party: str
    votes: int
    seats: int
    waiting: tuple[str, ...]

    @property
    def name(self) -> str:
        """By which ties and draws name it."""
        return f"{self.contest}/{self.option}"


class LevellingElected(SignedValue, frozen=True):
    """One levelling seat that is filled, and whose list it went to."""

    contest: str
    option: str
    candidate: str


class LevellingSeats(SignedValue, frozen=True):
    """How a body's levelling seats went.

    `seats`: by party, of those that have some. `elected`: party by party. `ties`: of parties for seats; `list_ties`: of
    a party's own lists, each named `CONTEST/OPTION`. `unfilled`: seats with nobody left for them. `open_seats`: those
    that wait for the public draw.
    """

    seats: dict[str, int]
    elected: tuple[LevellingElected, ...]
    ties: tuple[Tie, ...]
    list_ties: tuple[Tie, ...]
    unfilled: int
    open_seats: int


def level(
    body: str,
    levelling: Levelling,
    *,
    votes: Mapping[str, int],
    won: Mapping[str, int],
    lists: tuple[ListSeats, ...],
    draw: str | None,
) -> LevellingSeats:
    """The levelling seats of a body.

    `votes`: by party, of those admitted, in all. `won`: seats by party in the body's contests. `lists`: all its lists.
    Raises `InvalidInput` where its method is not one of divisors.
    """
    divisors = METHODS[levelling.method].divisors
    if divisors is None:
        raise InvalidInput("levelling.no-method", body=body, methods=Either(DIVISOR_METHODS))
    lists = tuple(one for one in lists if one.votes)
    room = {party: sum(len(one.waiting) for one in lists if one.party == party) for party in votes}
    admitted = {party: count for party, count in votes.items() if count}
    winners, ties = settle(body, highest_quotients(admitted, levelling.seats, room, divisors, won), draw)
    seats = Counter(winners)
    elected: list[LevellingElected] = []
    list_ties: tuple[Tie, ...] = ()
    for party in sorted(seats):
        own = tuple(one for one in lists if one.party == party)
        placed, more = settle(body, _to_lists(own, seats[party], divisors), draw)
        elected += _named(own, placed)
        list_ties += more
    open_seats = sum(tie.seats_at_stake for tie in ties if tie.open)
    return LevellingSeats(
        seats={party: seats[party] for party in sorted(seats)},
        elected=tuple(elected),
        ties=ties,
        list_ties=list_ties,
        unfilled=levelling.seats - len(winners) - open_seats,
        open_seats=open_seats,
    )


def waiting(levelling: Levelling) -> LevellingSeats:
    """As long as a seat of one of the body's contests is open, nobody knows who won fewer seats there."""
    return LevellingSeats({}, (), (), (), unfilled=0, open_seats=levelling.seats)


def _to_lists(lists: tuple[ListSeats, ...], seats: int, divisors: Divisors) -> Award:
    return highest_quotients(
        {one.name: one.votes for one in lists},
        seats,
        {one.name: len(one.waiting) for one in lists},
        divisors._replace(first=Fraction(1)),
        {one.name: one.seats for one in lists},
    )


def _named(lists: tuple[ListSeats, ...], placed: list[str]) -> list[LevellingElected]:
    by_name = {one.name: one for one in lists}
    next_ones = {one.name: iter(one.waiting) for one in lists}
    return [LevellingElected(by_name[name].contest, by_name[name].option, next(next_ones[name])) for name in placed]
