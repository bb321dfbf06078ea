"""An election of a few stations and voters, cut out of a whole definition: what is rehearsed and practised with."""

from typing import TypeVar

import msgspec

from testigo.election.bodies import Body
from testigo.election.contests import GENERAL_ROLL, Contest
from testigo.election.definition import Definition, District
from testigo.election.limits import ID
from testigo.election.stations import Station
from testigo.errors import InvalidInput
from testigo.words import message

_SMALLEST_RELEASE_CAP = 2


def cut_out(definition: Definition, stations: int, voters: int, *, ending: str) -> Definition:
    """The same election with its first stations, as many voters as asked shared among them, and only what they vote on.

    Districts and contests that no remaining station votes on are left out, and so are rolls nobody is on. Each station
    with a further roll keeps some voters on it. `ending`: what its id ends in, so that it is another election.

    Raises `InvalidInput` where stations or voters are too few or too many.
    """
    if not 1 <= stations <= len(definition.stations):
        raise InvalidInput("stations.not-so-many", wanted=stations, there=len(definition.stations))
    if voters < stations:
        raise InvalidInput(
            "voters.fewer-than-stations", count=voters, stations=message("term", "stations", count=stations)
        )
    kept = tuple(
        _resize(station, voters // stations + (place < voters % stations))
        for place, station in enumerate(definition.stations[:stations])
    )
    wanted = {district for station in kept for district in definition.district_path(station.district)}
    rolls_of = {
        (district, roll)
        for station in kept
        for district in definition.district_path(station.district)
        for roll in (GENERAL_ROLL, *station.roll_sizes)
    }
    contests = tuple(contest for contest in definition.contests if (contest.district, contest.roll) in rolls_of)
    contests = tuple(_measured_on(contest, {one.id for one in contests}) for contest in contests)
    filled = {contest.body for contest in contests}
    parties = {option.party for contest in contests for option in contest.options}
    used_rolls = {roll for station in kept for roll in station.roll_sizes} | {GENERAL_ROLL}
    return msgspec.structs.replace(
        definition,
        id=ending_in(definition.id, ending),
        districts=_prune(definition.districts, wanted),
        stations=kept,
        contests=contests,
        parties=tuple(party for party in definition.parties if party.id in parties),
        rolls=tuple(roll for roll in definition.rolls if roll in used_rolls),
        bodies=tuple(_shrink(body, contests) for body in definition.bodies if body.id in filled),
        rules=msgspec.structs.replace(definition.rules, release_cap_percent=_release_cap(definition, kept)),
    )


def ending_in(identifier: str, ending: str) -> str:
    """An id with another end, as long as an id may be."""
    return identifier[: ID - len(ending)] + ending


Thresholded = TypeVar("Thresholded", Contest, Body)


def _measured_on(one: Thresholded, contests: set[str]) -> Thresholded:
    """With a threshold on those of its contests that are left."""
    if one.threshold is None or not one.threshold.contests:
        return one
    named = tuple(contest for contest in one.threshold.contests if contest in contests)
    return msgspec.structs.replace(one, threshold=msgspec.structs.replace(one.threshold, contests=named))


def _shrink(body: Body, contests: tuple[Contest, ...]) -> Body:
    """The body without a threshold or levelling seats where none of its list contests is left."""
    if not any(contest.body == body.id and contest.kind == "party-list" for contest in contests):
        return msgspec.structs.replace(body, threshold=None, levelling=None)
    return _measured_on(body, {contest.id for contest in contests})


def _resize(station: Station, size: int) -> Station:
    rolls = {roll: max(1, size * count // station.register_size) for roll, count in station.roll_sizes.items() if count}
    if sum(rolls.values()) > size:
        rolls = {}
    return msgspec.structs.replace(station, register_size=size, roll_sizes=rolls)


def _release_cap(definition: Definition, stations: tuple[Station, ...]) -> int:
    """The definition's percentage, raised where a register is so small that it would allow hardly any release."""
    smallest = min(station.register_size for station in stations)
    return min(100, max(definition.rules.release_cap_percent, 100 * _SMALLEST_RELEASE_CAP // smallest))


def _prune(districts: tuple[District, ...], wanted: set[str]) -> tuple[District, ...]:
    return tuple(
        msgspec.structs.replace(district, districts=_prune(district.districts, wanted))
        for district in districts
        if district.id in wanted
    )
