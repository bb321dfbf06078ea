"""From the votes of one contest to its seats: threshold, agreements, ties and the names of who is elected, around the
rules of `methods` and `majority`. What spans several contests is in `allotment`.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from testigo.canonical import SignedValue
from testigo.election.contests import Contest
from testigo.election.majority import Majority, SecondRound, second_round
from testigo.election.methods import METHODS, Rule
from testigo.election.nobody import without_nobody
from testigo.election.parties import Party
from testigo.election.preferences import candidate_of, ranks, take_seats
from testigo.election.thresholds import VoteTotals, under
from testigo.election.ties import Tie, settle
from testigo.errors import InvalidInput


class Elected(SignedValue, frozen=True):
    """One filled seat. `candidate`: whom on the option's list; empty where the option is itself a person, or where
    equally many preferences for the seat wait for the public draw.
    """

    option: str
    candidate: str


class Allocation(SignedValue, frozen=True):
    """Who won one contest; nobody where it is a referendum.

    `seats`: of every option, with 0. `elected`: in the order in which the seats were won; seats won at the same
    instant are in the order of option ids. `ties`: those that decided a seat. `excluded`: lists under the threshold.
    `unfilled`: seats for which there is nobody with a vote; seats of open ties and of a second round are not among
    them. Always sum(seats) + unfilled + Σ seats at stake in open ties + 1 if there is a second round = the
    contest's seats. `void`: *none of the above* won, and the contest is held again. `list_ties`: of candidates of one
    list for its last seats, named `OPTION/NUMBER`; the seats are the list's in any case.
    `vacant`: those of `elected` who withdrew or died, and whose seats nobody takes by this count, once for each seat.
    """

    contest: str
    seats: dict[str, int]
    elected: tuple[Elected, ...]
    ties: tuple[Tie, ...]
    excluded: tuple[str, ...]
    unfilled: int
    second_round: SecondRound | None = None
    void: bool = False
    vacant: tuple[str, ...] = ()
    list_ties: tuple[Tie, ...] = ()

    @property
    def open_seats(self) -> int:
        """Seats that wait for the public draw or for a second round."""
        return sum(tie.seats_at_stake for tie in self.ties if tie.open) + (self.second_round is not None)

    @property
    def all_ties(self) -> tuple[Tie, ...]:
        """The ties for a seat, of lists and on lists, and that for a place in the second round."""
        second = self.second_round
        ties = (*self.ties, *self.list_ties)
        return (*ties, second.tie) if second is not None and second.tie is not None else ties


def allocate(
    contest: Contest,
    votes: Mapping[str, int],
    *,
    ballots: int,
    blank: int = 0,
    draw: str | None = None,
    parties: Iterable[Party] = (),
    excluded: Collection[str] = (),
    out: Collection[str] = (),
    unrounded: bool = False,
    preferences: Mapping[str, int] | None = None,
) -> Allocation:
    """Seats of one contest from its votes by option id (an option left out has none).

    `ballots`: all that were cast in it, with blank and null ones; `blank`: the blank ones; only a threshold that is
    "of" these looks at them. `draw`: the digits of the public draw, if there was one. `parties`: of the election, for a
    threshold by kind of list. `excluded`: options under a threshold that is measured on other contests too (`allotment`
    knows them); the contest's own is measured here. `out`: options that withdrew or died; what they win is vacant, and
    they go to no second round. `unrounded`: without the rounding of quotas, to compare.
    `preferences`: by candidate, where they may be marked.

    Raises `InvalidInput` for unknown options, negative counts, no seats, or a draw that is not digits.
    """
    counted = _counted(contest, votes, ballots, blank)
    if contest.referendum is not None:
        return Allocation(contest.id, dict.fromkeys(counted, 0), (), (), (), 0)
    cast, nobody = VoteTotals(counted, blank, ballots), contest.none_of_the_above
    if nobody is not None and nobody.voids(cast):
        return Allocation(contest.id, dict.fromkeys(counted, 0), (), (), (), contest.seats, void=True)
    totals = without_nobody(nobody, cast)
    if contest.majority is not None:
        return _by_majority(contest, contest.majority, totals, out, draw)
    standing = {option.id for option in contest.standing}
    excluded = _under_own_threshold(contest, totals, parties).union(excluded) & standing
    admitted = {option: count for option, count in totals.votes.items() if count and option not in excluded}
    method = METHODS[contest.method]
    rule = method.unrounded if unrounded and method.unrounded else method.rule
    won, ties = _share_out(contest, rule, admitted, draw)
    seats = Counter(won)
    open_seats = sum(tie.seats_at_stake for tie in ties if tie.open)
    elected, list_ties = _name(contest, won, counted, preferences or {}, draw)
    return Allocation(
        contest=contest.id,
        seats={option: seats[option] for option in counted},
        elected=elected,
        ties=ties,
        excluded=tuple(sorted(excluded)),
        unfilled=contest.seats - len(won) - open_seats,
        vacant=tuple(option for option in won if option in out),
        list_ties=list_ties,
    )


def _by_majority(
    contest: Contest, majority: Majority, totals: VoteTotals, out: Collection[str], draw: str | None
) -> Allocation:
    winner = majority.elects(totals.votes, totals.of(majority.of))
    winner = winner or majority.elects_other(contest.id, totals.votes, out, draw)
    staying = {option: count for option, count in totals.votes.items() if option not in out}
    second = None if winner else second_round(contest.id, staying, draw)
    return Allocation(
        contest=contest.id,
        seats={option: int(option == winner) for option in totals.votes},
        elected=(Elected(winner, ""),) if winner else (),
        ties=(),
        excluded=(),
        unfilled=contest.seats - bool(winner) - (second is not None),
        second_round=second,
        vacant=(winner,) if winner in out else (),
    )


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
    listed = {option.id: sum(map(bool, option.candidates)) for option in contest.options}
    room = listed if contest.kind == "party-list" else dict.fromkeys(listed, 1)
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


def _name(
    contest: Contest, won: list[str], votes: Mapping[str, int], preferences: Mapping[str, int], draw: str | None
) -> tuple[tuple[Elected, ...], tuple[Tie, ...]]:
    """The people on the seats that options won, and ties of candidates of one list."""
    if contest.kind != "party-list":
        return tuple(Elected(option, "") for option in won), ()
    people: dict[str, Iterator[str]] = {}
    list_ties: list[Tie] = []
    for option, seats in Counter(won).items():
        order = ranks(contest, contest.option(option), votes[option], preferences)
        taken, ties = take_seats(contest, order, seats, draw)
        people[option] = iter([candidate_of(contest, name) for name in taken])
        list_ties += ties
    return tuple(Elected(option, next(people[option], "")) for option in won), tuple(list_ties)
