"""Few voters of one ballot style at one station: said before anything is signed, by the number of the definition."""

import msgspec
import pytest

from testigo import canonical
from testigo.election import Definition, VotingRules, check_definition, load, small_groups


@pytest.fixture
def definition(base, written) -> Definition:
    return load(written(base))


def warned(definition: Definition, smallest: int, size: int, **rolls: int) -> list[tuple[str, int]]:
    """Roll and number of voters of each warning about a station of that size."""
    replace = msgspec.structs.replace
    station = replace(definition.stations[0], register_size=size, roll_sizes=rolls)
    made = replace(definition, stations=(station,), rules=VotingRules(smallest_group=smallest))
    found = [one for one in check_definition(made) if one.error.code == "station.few-voters"]
    assert all(one.warning for one in found)
    return [(str(one.error.message.values["roll"]), int(str(one.error.message.values["count"]))) for one in found]


@pytest.mark.parametrize(
    ("smallest", "size", "rolls", "told"),
    [
        (10, 10, {}, []),
        (10, 9, {}, [("general", 9)]),
        (10, 30, {"indigenous": 2}, [("indigenous", 2)]),
        (10, 12, {"indigenous": 4}, [("general", 8), ("indigenous", 4)]),
        (10, 30, {"indigenous": 0}, []),
        (3, 12, {"indigenous": 2}, [("indigenous", 2)]),
        (0, 1, {}, []),
    ],
)
def test_groups_smaller_than_the_number_are_warned_of(definition, smallest, size, rolls, told) -> None:
    assert warned(definition, smallest, size, **rolls) == told


@pytest.mark.parametrize("number", [-1, 1001])
def test_numbers_without_sense_are_refused(definition, number) -> None:
    made = msgspec.structs.replace(definition, rules=VotingRules(smallest_group=number))
    assert "definition.rule-out-of-range" in {one.error.code for one in check_definition(made) if not one.warning}


def test_the_number_that_nobody_wrote_changes_no_byte_of_a_definition(definition) -> None:
    assert b"smallest-group" not in canonical.encode(definition.core())
    other = msgspec.structs.replace(definition, rules=msgspec.structs.replace(definition.rules, smallest_group=5))
    assert b'"smallest-group":5' in canonical.encode(other.core()) and other.digest != definition.digest


def test_of_what_a_poll_book_holds(definition) -> None:
    assert small_groups(definition, {"general": 40, "indigenous": 3, "youth": 0}) == {"indigenous": 3}
