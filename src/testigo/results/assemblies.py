"""Who sits in each body: its seats by party, where each stands in a half circle, and who got a levelling seat.

A body is what the definition names as one. Where it names none, every contest of the whole election that fills three
or more seats stands alone: which contests belong together nobody can guess, and a council is never added to a school
board.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from testigo.count.result import Result
from testigo.count.totals import percent
from testigo.election import BodySeats, Definition, Text, Tie, holder
from testigo.results.hemicycle import SeatPosition, lay_out
from testigo.results.words import say

PALETTE = 12
"""How many party colours the style sheet has; each stands out 3 : 1 from light and from dark paper (WCAG 2.2,
1.4.11).
"""

SMALLEST_ASSEMBLY = 3


@dataclass(frozen=True)
class PartySeats:
    """A party's part of a body. `levelling`: of its seats, those that are levelling seats, and `people` who got them.
    `places`: its seats in the hemicycle.
    """

    name: str
    abbreviation: str
    seats: int
    levelling: int
    people: tuple[str, ...]
    share: str
    colour: str
    places: tuple[SeatPosition, ...]


@dataclass(frozen=True)
class Assembly:
    """One body. `levelling`: how many of its seats are levelling seats; `ties`: for these, in sentences. `open_places`:
    seats with nobody in them yet.
    """

    id: str
    title: str
    seats: int
    filled: int
    majority: int
    levelling: int
    radius: float
    parties: tuple[PartySeats, ...]
    open_places: tuple[SeatPosition, ...]
    ties: tuple[str, ...]


def party_colour(definition: Definition, party: str, place: int) -> str:
    """A class of the style sheet; `place`: counted from 0, for whoever stands alone."""
    order = [one.id for one in definition.parties]
    return f"p{(order.index(party) if party in order else len(order) + place) % PALETTE}"


def assemblies(definition: Definition, result: Result, language: str) -> tuple[Assembly, ...]:
    """Every body of three seats or more, in the definition's order."""
    seating = _Seating(definition, language)
    if definition.bodies:
        titles = {body.id: body.title for body in definition.bodies}
        return tuple(
            seating.seat(one.body, titles[one.body], one) for one in result.bodies if one.seats >= SMALLEST_ASSEMBLY
        )
    roots = {district.id for district in definition.districts}
    found = []
    for contest, counted in zip(definition.contests, result.contests, strict=True):
        if contest.seats >= SMALLEST_ASSEMBLY and contest.district in roots:
            won: Counter[str] = Counter()
            for option in contest.options:
                won[holder(contest, option)] += counted.allocation.seats[option.id]
            alone = BodySeats(contest.id, contest.seats, dict(+won), counted.allocation.unfilled, 0)
            found.append(seating.seat(contest.id, contest.title, alone))
    return tuple(found)


def _ties(body: BodySeats) -> tuple[Tie, ...]:
    return (*body.levelling.ties, *body.levelling.list_ties) if body.levelling is not None else ()


class _Seating:
    def __init__(self, definition: Definition, language: str) -> None:
        self._definition = definition
        self._language = language
        self._places = {party.id: place for place, party in enumerate(definition.parties)}

    def seat(self, name: str, title: Text, body: BodySeats) -> Assembly:
        hemicycle = lay_out(body.seats)
        people = self._levelled(body)
        levelling = body.levelling.seats if body.levelling is not None else {}
        order = sorted(body.party_seats, key=lambda one: (self._places.get(one, len(self._places)), one))
        parties, dealt = [], 0
        for place, party in enumerate(order):
            count = body.party_seats[party]
            label, abbreviation = self._named(party)
            parties.append(
                PartySeats(
                    name=label,
                    abbreviation=abbreviation,
                    seats=count,
                    levelling=levelling.get(party, 0),
                    people=people.get(party, ()),
                    share=percent(count, body.seats),
                    colour=party_colour(self._definition, party, place),
                    places=hemicycle.places[dealt : dealt + count],
                )
            )
            dealt += count
        return Assembly(
            id=name,
            title=self._text(title),
            seats=body.seats,
            filled=dealt,
            majority=body.seats // 2 + 1,
            levelling=sum(levelling.values()),
            radius=hemicycle.radius,
            parties=tuple(parties),
            open_places=hemicycle.places[dealt:],
            ties=tuple(self._tie(tie) for tie in _ties(body)),
        )

    def _tie(self, tie: Tie) -> str:
        names, winners = ([self._named(one)[0] for one in some] for some in (tie.options, tie.winners))
        kind = "tie_open" if tie.open else "tie_drawn"
        return say(self._language, kind, count=tie.seats_at_stake, options=names, winners=winners)

    def _levelled(self, body: BodySeats) -> Mapping[str, tuple[str, ...]]:
        """By party, who got a levelling seat, each with the contest of the list."""
        people: dict[str, tuple[str, ...]] = {}
        for one in body.levelling.elected if body.levelling is not None else ():
            contest = self._definition.contest(one.contest)
            party = holder(contest, contest.option(one.option))
            people[party] = (*people.get(party, ()), f"{one.candidate} ({self._text(contest.title)})")
        return people

    def _named(self, party: str) -> tuple[str, str]:
        contest_id, slash, option_id = party.partition("/")
        if slash:
            contest = self._definition.contest(contest_id)
            return f"{self._text(contest.option(option_id).name)} ({self._text(contest.title)})", ""
        found = self._definition.party(party)
        return self._text(found.name), found.abbreviation

    def _text(self, text: Text) -> str:
        return self._definition.words(text, self._language)
