"""What is voted on: districts, stations, contests, options, ballot styles, and who may sign what.

`definition` holds the values, `stations` the list of stations and the proof that one is on it, `station_file` what the
machines of one station are installed with. `load` reads a definition from a YAML or JSON file (`source` keeps the
lines), `check` finds what is wrong with it, by what `printed` says of texts and `limits` of sizes. `machines` says
which machines a station has, `keyring` holds the keys of an election, `hours` tells whether a moment lies within the
hours of voting. `seats` turns the votes of one contest into seats by the rules of `methods` and `majority`, `allotment`
those of all, with thresholds over several contests and who sits in which of the `bodies`; `option_status` has what
becomes of candidates who withdraw or die. `training` tells a training's definition from an election's. `tables` is a
room of its own on top: a council's spreadsheets into a definition's file and out of it. A new seat rule is a line in
`methods.METHODS`; a new contest kind is a name in `contests.Kind`, and its own errors in `check_contests`.
"""

from testigo.election.allotment import Allotment, BodySeats, allot, holder, seats_of_body, without_rounding
from testigo.election.bodies import Body, Levelling
from testigo.election.check import (
    LANGUAGE,
    check_definition,
    check_paper,
    check_structure,
    require_valid,
    small_groups,
)
from testigo.election.contests import GENERAL_ROLL, Agreement, Contest, Kind, Option, Person, Preferences
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
from testigo.election.distinct_ballots import DistinctBallot, distinct_ballots
from testigo.election.example import EXAMPLES, copy_example, example_definition
from testigo.election.keyring import KeyRing, MachineKey, MachineKeys, ReplacedKey, role_label
from testigo.election.levelling import LevellingElected, LevellingSeats
from testigo.election.load import LoadedDefinition, load, load_with_warnings
from testigo.election.machines import (
    CHAIR,
    MOST_OF_A_ROLE,
    STATION_ROLES,
    Role,
    StationMachine,
    StationMachines,
)
from testigo.election.majority import Condition, Majority, SecondRound
from testigo.election.methods import METHODS, MethodName
from testigo.election.nobody import NoneOfTheAbove
from testigo.election.option_status import OptionState, OptionStatus, Standing, StatusLog
from testigo.election.own_fonts import write_fonts
from testigo.election.own_words import speak_own_languages, write_definition
from testigo.election.parties import Party, PartyKind
from testigo.election.preferences import candidate_of, is_preference, list_of, ranks
from testigo.election.referendum import Need, Outcome, Referendum, decide
from testigo.election.seats import Allocation, Elected, allocate
from testigo.election.shares import Share
from testigo.election.station_file import open_station_file, pack_station_file
from testigo.election.stations import PIECE, Station, StationList, StationProof, StationsRoot, pieces
from testigo.election.thresholds import CoalitionShare, Threshold, VoteTotals
from testigo.election.ties import Tie, draw_order
from testigo.election.training import is_training
from testigo.election.value import Text

__all__ = [
    "CHAIR",
    "EXAMPLES",
    "GENERAL_ROLL",
    "LANGUAGE",
    "METHODS",
    "MOST_OF_A_ROLE",
    "PIECE",
    "STATION_ROLES",
    "Agreement",
    "Allocation",
    "Allotment",
    "BallotStyle",
    "Body",
    "BodySeats",
    "CoalitionShare",
    "Condition",
    "Contest",
    "Definition",
    "DefinitionCore",
    "Diagnostic",
    "DistinctBallot",
    "District",
    "Elected",
    "FirstDefinition",
    "KeyRing",
    "Kind",
    "Levelling",
    "LevellingElected",
    "LevellingSeats",
    "LoadedDefinition",
    "MachineKey",
    "MachineKeys",
    "Majority",
    "MethodName",
    "Need",
    "NoneOfTheAbove",
    "Option",
    "OptionState",
    "OptionStatus",
    "Outcome",
    "Party",
    "PartyKind",
    "Person",
    "Preferences",
    "Referendum",
    "ReplacedKey",
    "Role",
    "SecondRound",
    "Share",
    "Standing",
    "Station",
    "StationDefinition",
    "StationList",
    "StationMachine",
    "StationMachines",
    "StationProof",
    "StationsRoot",
    "StatusLog",
    "Text",
    "Threshold",
    "Tie",
    "VoteTotals",
    "VotingRules",
    "allocate",
    "allot",
    "candidate_of",
    "check_definition",
    "check_paper",
    "check_structure",
    "copy_example",
    "decide",
    "distinct_ballots",
    "draw_order",
    "example_definition",
    "holder",
    "is_preference",
    "is_training",
    "list_of",
    "load",
    "load_with_warnings",
    "open_station_file",
    "pack_station_file",
    "pieces",
    "ranks",
    "require_valid",
    "role_label",
    "seats_of_body",
    "small_groups",
    "speak_own_languages",
    "without_rounding",
    "write_definition",
    "write_fonts",
]
