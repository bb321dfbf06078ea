"""What is voted on: districts, stations, contests, options, ballot styles, and who may sign what.

`definition` holds the values, `stations` the list of stations and the proof that one is on it, `station_file` what the
machines of one station are installed with. `load` reads a definition from a YAML or JSON file (`source` keeps the
lines), `check` finds what is wrong with it, `seats` turns votes into seats by the rules of `methods`, `keyring` holds
the keys of an election, `hours` tells whether a moment lies within the hours of voting. A new seat rule is a line in
`methods.METHODS`; a new contest kind is a name in `contests.Kind`, and its own errors in `check_contests`.
"""

from testigo.election.check import LANGUAGE, check_definition, require_valid
from testigo.election.contests import GENERAL_ROLL, Contest, Kind, Option, Party, Threshold
from testigo.election.definition import (
    BallotStyle,
    Definition,
    DefinitionCore,
    District,
    FirstDefinition,
    StationDefinition,
    VotingRules,
)
from testigo.election.diagnostic import Diagnostic
from testigo.election.example import EXAMPLES, copy_example, example_definition
from testigo.election.keyring import STATION_ROLES, KeyRing, MachineKey, MachineKeys, ReplacedKey, Role, role_label
from testigo.election.load import LoadedDefinition, load, load_with_warnings
from testigo.election.methods import METHODS, MethodName
from testigo.election.own_fonts import write_fonts
from testigo.election.own_words import speak_own_languages, write_definition
from testigo.election.seats import Allocation, Elected, Tie, allocate, draw_order
from testigo.election.station_file import open_station_file, pack_station_file
from testigo.election.stations import PIECE, Station, StationList, StationProof, StationsRoot, pieces
from testigo.election.value import Text

__all__ = [
    "EXAMPLES",
    "GENERAL_ROLL",
    "LANGUAGE",
    "METHODS",
    "PIECE",
    "STATION_ROLES",
    "Allocation",
    "BallotStyle",
    "Contest",
    "Definition",
    "DefinitionCore",
    "Diagnostic",
    "District",
    "Elected",
    "FirstDefinition",
    "KeyRing",
    "Kind",
    "LoadedDefinition",
    "MachineKey",
    "MachineKeys",
    "MethodName",
    "Option",
    "Party",
    "ReplacedKey",
    "Role",
    "Station",
    "StationDefinition",
    "StationList",
    "StationProof",
    "StationsRoot",
    "Text",
    "Threshold",
    "Tie",
    "VotingRules",
    "allocate",
    "check_definition",
    "copy_example",
    "draw_order",
    "example_definition",
    "load",
    "load_with_warnings",
    "open_station_file",
    "pack_station_file",
    "pieces",
    "require_valid",
    "role_label",
    "speak_own_languages",
    "write_definition",
    "write_fonts",
]
