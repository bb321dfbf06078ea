"""What is voted on: districts, stations, contests, options, ballot styles, and who may sign what.

`definition` holds the values, `keyring` the keys of an election.
"""

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
from testigo.election.keyring import STATEMENT_SIGNERS, STATION_ROLES, KeyRing, MachineKey, MachineKeys, Role

__all__ = [
    "GENERAL_ROLL",
    "STATEMENT_SIGNERS",
    "STATION_ROLES",
    "BallotStyle",
    "Contest",
    "Definition",
    "District",
    "KeyRing",
    "Kind",
    "MachineKey",
    "MachineKeys",
    "Method",
    "Option",
    "Party",
    "Role",
    "Station",
    "Text",
    "Threshold",
    "VotingRules",
]
