"""The definition as a record says it: its core, then the stations in pieces, in order, until all are there."""

from dataclasses import dataclass, replace

from testigo.count.conflict import Conflict
from testigo.election import PIECE, Definition, DefinitionCore, Station, StationList
from testigo.errors import InvalidInput


@dataclass(frozen=True)
class DefinitionParts:
    """What of it is in. `envelope`: that of the core. `stations`: of the pieces so far. `whole`: once all are there.

    Immutable: each step gives the next one. A definition of version 1 is whole at once, without a core.
    """

    core: DefinitionCore | None = None
    envelope: bytes = b""
    stations: tuple[Station, ...] = ()
    whole: Definition | None = None

    @property
    def missing(self) -> str:
        """What is not there yet, as a sentence."""
        if self.core is None:
            return "the record holds no election definition yet"
        return f"the record holds only {len(self.stations)} of the {self.core.stations.count} stations"

    def with_piece(self, piece: StationList, place: str = "") -> "DefinitionParts":
        """With the next piece, of its full length; the last one must complete what the core names.

        Raises `Conflict` for any but the next, `InvalidInput` for another length, `InvalidSignature` for other
        stations.
        """
        core, known = self.core, len(self.stations)
        if core is None or self.whole is not None:
            raise Conflict("the record already holds all stations", place=place, hint="the first list stands")
        if piece.first != known:
            problem = f"a piece of the station list from place {piece.first} on, where {known} is next"
            raise Conflict(problem, place=place, hint="append the pieces in order, each once")
        size = min(PIECE, core.stations.count - known)
        if len(piece.stations) != size:
            raise InvalidInput(f"{len(piece.stations)} stations, where {size} are required here", place=place)
        stations = self.stations + piece.stations
        complete = len(stations) == core.stations.count
        return replace(self, stations=stations, whole=core.with_stations(stations) if complete else None)
