"""What may be unusual about a visit: one table. A new incident is a row of `INCIDENTS`, and a function here or in
`booth` where it does something that no other incident does.

Every visit ends in one outcome: `matched`, `released`, or the reason of a refusal (`station.reasons`). An incident says
which one is right, and which others chance may bring; any other breaks a promise of the product, and the rehearsal
fails.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from testigo.rehearsal.booth import BoothVisit
from testigo.rehearsal.fingers import wear_off
from testigo.rehearsal.people import Person
from testigo.web.client import SeenPage

Outcome = str

_SMALL_REGISTER = 8
"""Where registers are smaller, only the first station has incidents that use a voter up: the others' voters tell how
well fingers match."""
_LEAST_REGISTER = 5


@dataclass(frozen=True)
class PlannedVisit:
    """One arrival at a station, with `person`'s document and a finger of `finger_of`."""

    person: Person
    incident: "StagedIncident"
    finger_of: Person


@dataclass
class Casting:
    """Who of a station may be given which part. Everybody is honest but `second_numbers`.

    `own`: the station's voters; `others`: those of other stations; `coming`: own voters who come to vote and have no
    part yet, in random order; `firsts`: document numbers of those who try to enrol a second time; `victims`: whose
    document somebody else uses.
    """

    own: list[Person]
    others: list[Person]
    second_numbers: list[Person]
    coming: list[Person]
    generator: random.Random
    firsts: frozenset[str] = frozenset()
    victims: list[Person] = field(default_factory=list)


# ── Who comes ────────────────────────────────────────────────────────────────────────────────────────────────────────


def an_own_voter(casting: Casting, incident: "StagedIncident") -> PlannedVisit | None:
    """A voter of the station, in the place of an ordinary visit; one of these always remains."""
    if len(casting.coming) < 2:
        return None
    person = casting.coming.pop()
    return PlannedVisit(person, incident, person)


def without_finger(casting: Casting, incident: "StagedIncident") -> PlannedVisit | None:
    """A voter of the station of whom no finger is taken at enrolment."""
    fit = [person for person in casting.coming if person.document not in casting.firsts]
    if len(casting.coming) < 2 or not fit:
        return None
    person = fit[-1]
    casting.coming.remove(person)
    person.fingers_taken = False
    return PlannedVisit(person, incident, person)


def with_somebodys_document(casting: Casting, incident: "StagedIncident") -> PlannedVisit | None:
    """A voter of the station with the document of another."""
    left = [person for person in casting.own if person not in casting.victims]
    if len(casting.own) < 2 or not left:
        return None
    victim = casting.generator.choice(left)
    casting.victims.append(victim)
    return PlannedVisit(victim, incident, casting.generator.choice([one for one in casting.own if one is not victim]))


def from_another_station(casting: Casting, incident: "StagedIncident") -> PlannedVisit | None:
    """A voter of another station."""
    if not casting.others:
        return None
    person = casting.generator.choice(casting.others)
    return PlannedVisit(person, incident, person)


def once_more(casting: Casting, incident: "StagedIncident") -> PlannedVisit | None:
    """Somebody who comes to vote in an ordinary visit, too."""
    person = casting.generator.choice(casting.coming)
    return PlannedVisit(person, incident, person)


def with_a_second_number(casting: Casting, incident: "StagedIncident") -> PlannedVisit | None:
    """Somebody who is enrolled twice, with the second document."""
    if not casting.second_numbers:
        return None
    person = casting.second_numbers.pop()
    return PlannedVisit(person, incident, person)


# ── The table ────────────────────────────────────────────────────────────────────────────────────────────────────────

NOT_MATCHED = {"released": "no try matched, and the chair let the voter through"}
"""What may happen to any voter whose finger is not recognised."""


@dataclass(frozen=True, eq=False)
class StagedIncident:
    """One kind of visit.

    `name`: in JSON. `who`: the visitor, in a sentence. `line`: the summary's. `how_many(voters, place)`: of a
    station with so many voters, the `place`-th. `who_comes`: finds the visitor; None where nobody fits. `right`:
    the outcome that is right, unless somebody has voted with the document; then it is `already-voted`. `chance`:
    outcomes that chance may bring → what the summary says of them. `touch`: what the reader sees of the finger.
    `refused_as`: the reason for which the chair turns the visitor away when no try has matched; "": lets them
    through, for the reason `release_reason`. `reader_fails`: no finger can be read. `in_booth`: what the visitor
    does there, from the card on. `votes`: whether a paper goes into the box. `last`: comes after all other visits,
    which come in any order.
    """

    name: str
    who: str
    line: str
    how_many: Callable[[int, int], int]
    who_comes: Callable[[Casting, "StagedIncident"], PlannedVisit | None]
    right: Outcome
    chance: Mapping[Outcome, str] = field(default_factory=dict)
    touch: Callable[[bytes], bytes] = bytes
    refused_as: str = ""
    release_reason: str = "worn-finger"
    reader_fails: bool = False
    in_booth: Callable[[BoothVisit], SeenPage] = BoothVisit.vote
    votes: bool = True
    last: bool = False


def none(_voters: int, _place: int) -> int:
    """Nobody is cast for it."""
    return 0


def one(_voters: int, _place: int) -> int:
    """One at each station."""
    return 1


def one_where_many(voters: int, place: int) -> int:
    """One at each larger station, and at the first."""
    return int(voters >= _SMALL_REGISTER or (place == 0 and voters >= _LEAST_REGISTER))


def one_in_five(voters: int, _place: int) -> int:
    """One for five voters, and at least one."""
    return max(1, voters // 5)


ORDINARY = StagedIncident(
    "ordinary", "an ordinary voter", "Ordinary voters",
    none, an_own_voter, "matched", NOT_MATCHED,
)  # fmt: skip
"""Everybody who comes and has no other part."""

SECOND_NUMBER = StagedIncident(
    "second-number", "a person enrolled under a second number, with that number", "Second numbers of a person",
    one_where_many, with_a_second_number, "barred",
)  # fmt: skip

UNFOUND_NUMBER = StagedIncident(
    "unfound-number", "a person enrolled under a second number that nobody found", "Second numbers not found",
    none, with_a_second_number, "matched", NOT_MATCHED,
)  # fmt: skip
"""What a visit with a second number becomes where the register did not find it."""

IMPOSTOR = StagedIncident(
    "impostor", "an impostor with the document of another voter", "Impostors",
    one_in_five, with_somebodys_document, "impostor",
    {"matched": "somebody else's finger matched, and the impostor voted"}, refused_as="impostor",
)  # fmt: skip

INCIDENTS = (
    ORDINARY,
    StagedIncident(
        "power-cut", "a power cut while the vote is deposited", "Power cuts in a deposit",
        one, an_own_voter, "matched", NOT_MATCHED, in_booth=BoothVisit.lose_power,
    ),
    StagedIncident(
        "spoils", "a voter who finds the printed vote wrong", "Spoiled and printed again",
        one, an_own_voter, "matched", NOT_MATCHED, in_booth=BoothVisit.spoil_once,
    ),
    StagedIncident(
        "worn-finger", "a voter with a worn finger, released by the chair", "Worn fingers",
        one_where_many, an_own_voter, "released",
        {"matched": "the worn finger matched all the same"}, touch=wear_off,
    ),
    StagedIncident(
        "abandoned", "a voter who walks out of the booth", "Sessions left, and ended by the chair",
        one_where_many, an_own_voter, "matched", NOT_MATCHED, in_booth=BoothVisit.walk_away, votes=False,
    ),
    StagedIncident(
        "no-finger", "a voter of whom no finger was ever taken", "Voters without an enrolled finger",
        one_where_many, without_finger, "released", release_reason="not-enrolled",
    ),
    StagedIncident(
        "reader-fails", "a voter before whom the reader fails", "Readers that failed",
        one_where_many, an_own_voter, "released", release_reason="reader-failure", reader_fails=True,
    ),
    IMPOSTOR,
    StagedIncident(
        "wrong-station", "a voter at the wrong station", "Voters of another station",
        one, from_another_station, "other-station",
    ),
    SECOND_NUMBER,
    UNFOUND_NUMBER,
    StagedIncident(
        "twice", "a voter who comes a second time", "Voters who came again",
        one, once_more, "already-voted",
        {"matched": "was turned away before, and let through now", **NOT_MATCHED}, last=True,
    ),
)  # fmt: skip
"""In the order in which people are cast for them, and of the summary's lines. At a small station there is nobody left
for the later rows: a new one that uses a voter up stands after those that must happen there."""
