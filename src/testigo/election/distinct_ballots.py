"""Which ballots an election has: many stations give their voters the same one."""

from collections.abc import Sequence

import msgspec

from testigo.election.definition import BallotStyle, Definition


class DistinctBallot(msgspec.Struct, frozen=True):
    """One ballot. `station`, `style`: the first station whose voters get it, and what it calls the style; `stations`:
    how many have it."""

    station: str
    style: BallotStyle
    stations: int


def distinct_ballots(definition: Definition, stations: Sequence[str] = ()) -> tuple[DistinctBallot, ...]:
    """Each ballot that some voter gets, once, in the order of the stations. `stations`: those of these stations alone.

    Raises `InvalidInput` where one of them does not exist.
    """
    found: dict[tuple[str, ...], DistinctBallot] = {}
    for station in map(definition.station, stations) if stations else definition.stations:
        for style in definition.styles_of_station(station.id):
            known = found.get(style.contests)
            ballot = known or DistinctBallot(station.id, style, 0)
            found[style.contests] = msgspec.structs.replace(ballot, stations=ballot.stations + 1)
    return tuple(found.values())
