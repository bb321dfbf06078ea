"""The warning that many voters of a poll book have no finger, where it is made and where it is loaded."""

from testigo.cli.output import errors
from testigo.election import Definition
from testigo.words import message


def warn_of_many_without_finger(definition: Definition, station: str, without: int, voters: int) -> None:
    """Say so where there are more of them than releases are usual at the station."""
    usual = definition.release_cap(station)
    if without > usual:
        said = message("cli", "many-without-finger", count=without, registered=voters, cap=usual, station=station)
        errors.print(str(said), soft_wrap=True)
