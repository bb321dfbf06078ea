"""The ballot boxes of an election: one of each booth, each with the signed sheet that its paper is compared with."""

from collections.abc import Mapping
from dataclasses import dataclass

from testigo.ballot import BoothCounters, BoothSheet, TallySheet, summed_tally, tally_errors
from testigo.election import Definition, StationMachine, StationMachines
from testigo.words import Message, message


@dataclass(frozen=True)
class Box:
    """One box. `booth`: its number. `several`: whether its station has others."""

    station: str
    booth: int = 1
    several: bool = False

    @property
    def id(self) -> str:
        """What the audit's draw calls it: the station, of several booths `STATION/booth-2`."""
        return f"{self.station}/{StationMachine('booth', self.booth).name}" if self.several else self.station


def boxes_of(definition: Definition, sheets: Mapping[str, TallySheet]) -> tuple[Box, ...]:
    """Every box, in the definition's order: a station has several where its tally sheet names several."""
    return tuple(box for station in definition.stations for box in _of_station(station.id, sheets.get(station.id)))


def _of_station(station: str, sheet: TallySheet | None) -> tuple[Box, ...]:
    if sheet is None or not sheet.booth_sheets:
        return (Box(station),)
    numbers = sorted(StationMachine.named(name).number for name in sheet.booth_sheets)
    return tuple(Box(station, number, several=True) for number in numbers)


def sum_errors(
    definition: Definition, sheet: TallySheet, parts: Mapping[str, BoothSheet], machines: StationMachines
) -> list[Message]:
    """Where the tally sheet of a station with several booths differs from its booth sheets, `parts` by booth.

    Every booth that the root admitted has a sheet, or was taken out with a reason. Empty if all is well.
    """
    silent = [one.label for one in machines.booths if one.name not in parts and one.name not in sheet.out]
    if silent:
        return [message("finding", "booth-sheets.missing", booths=silent)]
    for name, part in parts.items():
        if part.station != sheet.station or StationMachine("booth", part.number).name != name:
            return [message("finding", "booth-sheets.of-another", booth=name)]
        errors = tally_errors(definition, sheet.station, part.tally)
        if errors:
            return errors
    wrong = []
    if summed_tally(definition, sheet.station, [part.tally for part in parts.values()]) != sheet.tally:
        wrong.append(message("finding", "booth-sheets.other-tally"))
    counters = BoothCounters.summed(part.counters for part in parts.values())
    wrong += sheet.reconciliation.contradictions(counters)
    return wrong
