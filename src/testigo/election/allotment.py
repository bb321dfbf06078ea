"""The seats of a whole election: thresholds over several contests, every contest's seats, and who sits in each body."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from testigo.canonical import SignedValue
from testigo.election.bodies import Body
from testigo.election.contests import Contest, Option
from testigo.election.definition import Definition
from testigo.election.levelling import LevellingSeats, ListSeats, level, waiting
from testigo.election.methods import METHODS
from testigo.election.nobody import without_nobody
from testigo.election.option_status import OptionState, Standing
from testigo.election.parties import Party
from testigo.election.preferences import candidate_of, ranks
from testigo.election.seats import Allocation, allocate
from testigo.election.thresholds import Threshold, VoteTotals, added_up, under


class BodySeats(SignedValue, frozen=True):
    """Who sits in one body. `seats`: all that there are, levelling seats too.

    `party_seats`: those that are settled, by party (an option without one stands for itself as `CONTEST/OPTION`).
    `unfilled`: with nobody for them. `open_seats`: waiting for the public draw or a second round. The three add up to
    `seats`.
    """

    body: str
    seats: int
    party_seats: dict[str, int]
    unfilled: int
    open_seats: int
    levelling: LevellingSeats | None = None


@dataclass(frozen=True)
class Allotment:
    """Who won what: `contests` and `bodies` in the definition's order."""

    contests: tuple[Allocation, ...]
    bodies: tuple[BodySeats, ...]


def allot(
    definition: Definition,
    totals: Mapping[str, VoteTotals],
    *,
    draw: str | None = None,
    states: tuple[OptionState, ...] = (),
    unrounded: bool = False,
) -> Allotment:
    """The seats of every contest and body from the votes by contest and option, as they were marked; raises
    `InvalidInput` as `allocate`. `states`: who withdrew or died.
    """
    standing = Standing.of(definition, totals, states)
    definition, totals = standing.definition, standing.totals
    parties = {party.id: party for party in definition.parties}
    bodies = {body.id: body for body in definition.bodies}
    listed = {body.id: list_contests(definition, body) for body in definition.bodies}
    kept_out = {one: _under(body.threshold, listed[one], totals, parties) for one, body in bodies.items()}
    contests = []
    for contest in definition.contests:
        out: frozenset[str] = kept_out.get(contest.body, frozenset()) if contest.kind == "party-list" else frozenset()
        if contest.threshold is not None and contest.threshold.contests:
            named = [definition.contest(one) for one in contest.threshold.contests]
            out |= _under(contest.threshold, named, totals, parties)
        own = totals[contest.id]
        contests.append(
            allocate(
                contest,
                own.votes,
                ballots=own.ballots,
                blank=own.blank,
                draw=draw,
                parties=definition.parties,
                excluded=[option.id for option in contest.options if holder(contest, option) in out],
                out=standing.out.get(contest.id, frozenset()),
                unrounded=unrounded,
                preferences=own.preferences,
            )
        )
    won = {one.contest: one for one in contests}
    return Allotment(
        tuple(contests),
        tuple(_body_seats(standing, body, won, kept_out[body.id], draw) for body in definition.bodies),
    )


def without_rounding(
    definition: Definition,
    totals: Mapping[str, VoteTotals],
    *,
    draw: str | None = None,
    states: tuple[OptionState, ...] = (),
) -> dict[str, dict[str, int]]:
    """The contests in which the rounding of the quota, which the law of their method prescribes, changed seats: what
    each option would have without it.
    """
    if not any(METHODS[contest.method].unrounded for contest in definition.contests):
        return {}
    rounded = allot(definition, totals, draw=draw, states=states)
    exact = allot(definition, totals, draw=draw, states=states, unrounded=True)
    return {
        one.contest: other.seats
        for one, other in zip(rounded.contests, exact.contests, strict=True)
        if one.seats != other.seats
    }


def holder(contest: Contest, option: Option) -> str:
    """Whose an option's votes and seats are in all: its party's, else its own."""
    return option.party or f"{contest.id}/{option.id}"


def seats_of_body(definition: Definition, body: Body) -> int:
    """All seats of a body: those of its contests, and levelling seats."""
    own = sum(contest.offices for contest in definition.contests if contest.body == body.id)
    return own + (body.levelling.seats if body.levelling is not None else 0)


def list_contests(definition: Definition, body: Body) -> list[Contest]:
    """The contests whose votes a body's threshold and levelling seats go by: those its threshold names, else all of its
    list contests.
    """
    if body.threshold is not None and body.threshold.contests:
        return [definition.contest(one) for one in body.threshold.contests]
    return [one for one in definition.contests if one.body == body.id and one.kind == "party-list"]


def _in_all(contests: Iterable[Contest], totals: Mapping[str, VoteTotals]) -> VoteTotals:
    """The votes of several contests by party."""
    return added_up(
        replace(own, votes=_by_holder(contest, own.votes))
        for contest in contests
        for own in [without_nobody(contest.none_of_the_above, totals[contest.id])]
    )


def _by_holder(contest: Contest, counts: Mapping[str, int]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for option in contest.options:
        found[holder(contest, option)] += counts.get(option.id, 0)
    return dict(found)


def _under(
    threshold: Threshold | None,
    contests: list[Contest],
    totals: Mapping[str, VoteTotals],
    parties: Mapping[str, Party],
) -> frozenset[str]:
    if threshold is None:
        return frozenset()
    together = _in_all(contests, totals)
    return under(threshold, together, {one: parties.get(one) for one in together.votes})


def _body_seats(
    standing: Standing,
    body: Body,
    allocations: Mapping[str, Allocation],
    excluded: frozenset[str],
    draw: str | None,
) -> BodySeats:
    definition, totals = standing.definition, standing.totals
    contests = [contest for contest in definition.contests if contest.body == body.id]
    won: Counter[str] = Counter()
    for contest in contests:
        won.update(_by_holder(contest, allocations[contest.id].seats))
    open_seats = sum(allocations[one.id].open_seats for one in contests)
    levelling = None
    if body.levelling is not None and open_seats:
        levelling = waiting(body.levelling)
    elif body.levelling is not None:
        together = _in_all(list_contests(definition, body), totals).votes
        admitted = {party: count for party, count in together.items() if party not in excluded}
        lists = tuple(one for contest in contests for one in _lists(contest, standing, allocations[contest.id]))
        levelling = level(body.id, body.levelling, votes=admitted, won=won, lists=lists, draw=draw)
    return BodySeats(
        body=body.id,
        seats=seats_of_body(definition, body),
        party_seats=dict(sorted((won + Counter(levelling.seats if levelling else {})).items())),
        unfilled=sum(allocations[one.id].unfilled for one in contests) + (levelling.unfilled if levelling else 0),
        open_seats=open_seats + (levelling.open_seats if levelling else 0),
        levelling=levelling,
    )


def _lists(contest: Contest, standing: Standing, allocation: Allocation) -> Iterable[ListSeats]:
    """Those that levelling seats go to; a list that withdrew keeps its votes, and has nobody to take one."""
    if contest.kind != "party-list":
        return
    own, out = standing.totals[contest.id], standing.out.get(contest.id, ())
    elected = {(one.option, one.candidate) for one in allocation.elected}
    for option in contest.options:
        votes = own.votes.get(option.id, 0)
        order = [candidate_of(contest, one) for rank in ranks(contest, option, votes, own.preferences) for one in rank]
        yield ListSeats(
            contest=contest.id,
            option=option.id,
            party=holder(contest, option),
            votes=votes,
            seats=allocation.seats[option.id],
            waiting=tuple(one for one in order if option.id not in out and (option.id, one) not in elected),
        )
