"""Which ballots an election has: many stations give their voters the same one."""

import msgspec

from testigo.election.definition import BallotStyle, Definition


class DistinctBallot(msgspec.Struct, frozen=True):
    """One ballot. `station`, `style`: the first station whose voters get it, and what it calls the style; `stations`:
    how many have it."""

    station: str
    style: BallotStyle
    stations: int


def distinct_ballots(definition: Definition, station_id: str = "") -> tuple[DistinctBallot, ...]:
    """Each ballot that some voter gets, once, in the order of the stations. `station_id`: those of one station alone.

    Raises `InvalidInput` where there is no such station.
    """
    found: dict[tuple[str, ...], DistinctBallot] = {}
    for station in [definition.station(station_id)] if station_id else definition.stations:
        for style in definition.styles_of_station(station.id):
            known = found.get(style.contests)
            ballot = known or DistinctBallot(station.id, style, 0)
            found[style.contests] = msgspec.structs.replace(ballot, stations=ballot.stations + 1)
    return tuple(found.values())
