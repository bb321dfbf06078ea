"""What a rehearsal holds: an election of a few stations and voters, cut out of a whole definition."""

from typing import Final

from testigo.election import Definition
from testigo.election.cut_out import cut_out as cut_out_of

_ENDING: Final = "-rehearsal"


def cut_out(definition: Definition, stations: int, voters: int) -> Definition:
    """The election as `election.cut_out` cuts it out, with an id of its own."""
    return cut_out_of(definition, stations, voters, ending=_ENDING)
