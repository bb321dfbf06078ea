"""What is voted on: districts, stations, contests, options, ballot styles, and who may sign what.

`definition` holds the values, `load` reads them from a YAML or JSON file (`source` keeps the lines), `check` finds
what is wrong with them, `seats` turns votes into seats, `keyring` holds the keys of an election. A new contest kind
or seat rule is a name in `definition.Kind` or `Method`, a function in `seats`, and its own mistakes in `check`.
"""

from testigo.election.check import check_definition, refuse_mistakes
from testigo.election.definition import (
    GENERAL_ROLL,
    BallotStyle,
    Contest,
    Definition,
    District,
    Kind,
    Method,
    Option,
    Party,
    Station,
    Text,
    Threshold,
    VotingRules,
)
from testigo.election.keyring import STATION_ROLES, KeyRing, MachineKey, MachineKeys, ReplacedKey, Role
from testigo.election.load import LoadedDefinition, load, load_with_warnings
from testigo.election.mistake import Mistake
from testigo.election.seats import Allocation, Elected, Tie, allocate, draw_order

__all__ = [
    "GENERAL_ROLL",
    "STATION_ROLES",
    "Allocation",
    "BallotStyle",
    "Contest",
    "Definition",
    "District",
    "Elected",
    "KeyRing",
    "Kind",
    "LoadedDefinition",
    "MachineKey",
    "MachineKeys",
    "Method",
    "Mistake",
    "Option",
    "Party",
    "ReplacedKey",
    "Role",
    "Station",
    "Text",
    "Threshold",
    "Tie",
    "VotingRules",
    "allocate",
    "check_definition",
    "draw_order",
    "load",
    "load_with_warnings",
    "refuse_mistakes",
]
