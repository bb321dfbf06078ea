"""From the votes of one contest to its seats: threshold, agreements, ties and the names of who is elected, around the
rules of `methods`. What spans several contests is in `allotment`.

Ties. Equal votes, quotients or remainders that compete for fewer seats than they are form a tie, and a tie is never
settled by the order of the file. The rule: after the results are known, dice are rolled in public; their digits are
the `draw`. The tied options are put in the ascending order of SHA-256("DRAW,CONTEST,OPTION") and take the tied seats
in that order. Until there is a draw these seats stay open and are reported.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from testigo.canonical import SignedValue
from testigo.election.contests import Contest
from testigo.election.methods import METHODS, Award, Rule
from testigo.election.parties import Party
from testigo.election.thresholds import VoteTotals, under
from testigo.errors import InvalidInput


class Elected(SignedValue, frozen=True):
    """One filled seat. `candidate`: whom on the option's list; empty where the option is itself a person."""

    option: str
    candidate: str


class Tie(SignedValue, frozen=True):
    """`options` (ids, also of agreements) tie for `seats_at_stake`, fewer than they are. `winners`: as drawn, empty
    until there is a draw.
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


def allocate(
    contest: Contest,
    votes: Mapping[str, int],
    *,
    ballots: int,
    blank: int = 0,
    draw: str | None = None,
    parties: Iterable[Party] = (),
    excluded: Collection[str] = (),
    unrounded: bool = False,
) -> Allocation:
    """Seats of one contest from its votes by option id (an option left out has none).

    `ballots`: all that were cast in it, with blank and null ones; `blank`: the blank ones; only a threshold that is
    "of" these looks at them. `draw`: the digits of the public draw, if there was one. `parties`: of the election, for a
    threshold by kind of list. `excluded`: options under a threshold that is measured on other contests too (`allotment`
    knows them); the contest's own is measured here. `unrounded`: without the rounding of quotas, to compare.

    Raises `InvalidInput` for unknown options, negative counts, no seats, or a draw that is not digits.
    """
    counted = _counted(contest, votes, ballots, blank)
    excluded = _under_own_threshold(contest, VoteTotals(counted, blank, ballots), parties).union(excluded)
    admitted = {option: count for option, count in counted.items() if count and option not in excluded}
    method = METHODS[contest.method]
    rule = method.unrounded if unrounded and method.unrounded else method.rule
    won, ties = _share_out(contest, rule, admitted, draw)
    seats = Counter(won)
    open_seats = sum(tie.seats_at_stake for tie in ties if tie.open)
    return Allocation(
        contest=contest.id,
        seats={option: seats[option] for option in counted},
        elected=_name(contest, won),
        ties=ties,
        excluded=tuple(sorted(excluded)),
        unfilled=contest.seats - len(won) - open_seats,
    )


def draw_order(draw: str, contest_id: str, options: Iterable[str]) -> list[str]:
    """Options in the order of the public draw `draw` (ASCII digits, as rolled); raises `InvalidInput` for anything
    else.
    """
    if not (draw.isascii() and draw.isdecimal()):
        raise InvalidInput("draw.not-digits", text=draw[:60])
    return sorted(options, key=lambda option: hashlib.sha256(f"{draw},{contest_id},{option}".encode()).digest())


def settle(subject: str, award: Award, draw: str | None) -> tuple[list[str], tuple[Tie, ...]]:
    """The winners of an award, tied ones too as far as they are drawn, and its tie. `subject`: what the draw is for."""
    if not award.tied:
        return award.won, ()
    winners = draw_order(draw, subject, award.tied)[: award.at_stake] if draw is not None else []
    return award.won + winners, (Tie(award.tied, award.at_stake, tuple(winners)),)


def _counted(contest: Contest, votes: Mapping[str, int], ballots: int, blank: int) -> dict[str, int]:
    """Votes of every option of the contest."""
    if contest.seats < 1:
        raise InvalidInput("contest.no-seats", contest=contest.id, number=contest.seats)
    unknown = set(votes) - {option.id for option in contest.options}
    if unknown:
        raise InvalidInput("contest.unknown-option", contest=contest.id, option=min(unknown)[:60])
    if min(ballots, blank, *votes.values()) < 0:
        raise InvalidInput("contest.negative-count", contest=contest.id)
    return {option.id: votes.get(option.id, 0) for option in contest.options}


def _under_own_threshold(contest: Contest, totals: VoteTotals, parties: Iterable[Party]) -> frozenset[str]:
    if contest.threshold is None or contest.threshold.contests:
        return frozenset()
    known = {party.id: party for party in parties}
    return under(contest.threshold, totals, {option.id: known.get(option.party) for option in contest.options})


def _share_out(
    contest: Contest, rule: Rule, votes: dict[str, int], draw: str | None
) -> tuple[list[str], tuple[Tie, ...]]:
    """Options in the order of winning, and ties. Seats go to an agreement as to one list, then inside by the rule."""
    room = {option.id: len(option.candidates) if contest.kind == "party-list" else 1 for option in contest.options}
    members = {one.id: [option for option in one.options if option in votes] for one in contest.agreements}
    members = {one: options for one, options in members.items() if len(options) > 1}
    pooled = {option for options in members.values() for option in options}
    outer = {option: count for option, count in votes.items() if option not in pooled}
    outer |= {one: sum(votes[option] for option in options) for one, options in members.items()}
    outer_room = room | {one: sum(room[option] for option in options) for one, options in members.items()}
    won, ties = settle(contest.id, rule(outer, contest.seats, outer_room), draw)
    inside: dict[str, list[str]] = {}
    for one, options in members.items():
        if seats := won.count(one):
            award = rule({option: votes[option] for option in options}, seats, room)
            inside[one], more = settle(contest.id, award, draw)
            ties += more
    return _in_place_of(won, inside), ties


def _in_place_of(won: list[str], inside: Mapping[str, list[str]]) -> list[str]:
    """Each of an agreement's seats with the list that it goes to; those of open ties inside are left out."""
    going = {one: iter(options) for one, options in inside.items()}
    named = (next(going[one], None) if one in going else one for one in won)
    return [one for one in named if one is not None]


def _name(contest: Contest, won: list[str]) -> tuple[Elected, ...]:
    if contest.kind != "party-list":
        return tuple(Elected(option, "") for option in won)
    candidates = {option.id: iter(option.candidates) for option in contest.options}
    return tuple(Elected(option, next(candidates[option])) for option in won)
