"""The definition as a record says it: its core, then the stations in pieces, in order, until all are there."""

from dataclasses import dataclass, replace

from testigo.count.conflict import Conflict
from testigo.election import PIECE, Definition, DefinitionCore, Station, StationList
from testigo.errors import IllegalStep, InvalidInput


@dataclass(frozen=True)
class DefinitionParts:
    """What of it is in. `envelope`: that of the core. `stations`: of the pieces so far. `whole`: once all are there.

    Immutable: each step gives the next one. A definition of version 1 is whole at once, without a core.
    """

    core: DefinitionCore | None = None
    envelope: bytes = b""
    stations: tuple[Station, ...] = ()
    whole: Definition | None = None

    def incomplete(self, place: str = "") -> IllegalStep:
        """The error of what needs all of it, by what is not there yet."""
        if self.core is None:
            return IllegalStep("definition.not-there-yet", place=place)
        there, count = len(self.stations), self.core.stations.count
        return IllegalStep("definition.stations-missing", place=place, there=there, count=count)

    def with_piece(self, piece: StationList, place: str = "") -> "DefinitionParts":
        """With the next piece, of its full length; the last one must complete what the core names.

        Raises `Conflict` for any but the next, `InvalidInput` for another length, `InvalidSignature` for other
        stations.
        """
        core, known = self.core, len(self.stations)
        if core is None or self.whole is not None:
            raise Conflict("station-list.complete-already", place=place)
        if piece.first != known:
            raise Conflict("station-list.out-of-order", place=place, found=str(piece.first), expected=str(known))
        size = min(PIECE, core.stations.count - known)
        if len(piece.stations) != size:
            raise InvalidInput("station-list.wrong-length", place=place, count=len(piece.stations), required=size)
        stations = self.stations + piece.stations
        complete = len(stations) == core.stations.count
        return replace(self, stations=stations, whole=core.with_stations(stations) if complete else None)
