"""The list of stations comes in pieces: in order, each once, complete before anything else, and what the core names."""

import msgspec
import pytest

from many_stations import made
from testigo.canonical import SignedValue
from testigo.count import Conflict, RecordRules
from testigo.election import (
    FirstDefinition,
    MachineKey,
    MachineKeys,
    StationList,
    open_station_file,
    pieces,
)
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature
from testigo.keys import SigningKey
from testigo.record import Statement

ISSUED = "2027-04-11T07:00:00Z"
Replace = msgspec.structs.replace

DEFINITION = made(600)
PIECES = pieces(DEFINITION.stations)


class Root:
    """The root key, and the rules that its statements go to."""

    def __init__(self) -> None:
        self.key = SigningKey.generate()
        self.rules = RecordRules(self.key.public)

    def say(self, kind: str, body: SignedValue, **about: str) -> bytes:
        said = {"election": DEFINITION.digest, "subject": "", "issued": ISSUED, **about}
        envelope = Statement.of(kind, body, **said).sign(self.key)
        self.rules.add(envelope)
        return envelope

    def say_all(self) -> None:
        self.say("election-definition", DEFINITION.core())
        for piece in PIECES:
            self.say("station-list", piece)


@pytest.fixture
def root() -> Root:
    return Root()


def test_complete_it_is_the_definition(root: Root) -> None:
    root.say_all()
    assert (root.rules.definition, root.rules.election) == (DEFINITION, DEFINITION.digest)
    known = open_station_file(root.rules.station_file("s300"), root.key.public)
    assert (known.digest, known.place_of("s300")) == (DEFINITION.digest, 300)


def test_before_it_is_complete_nothing_else_follows(root: Root) -> None:
    keys = MachineKeys((MachineKey(SigningKey.generate().public.hex, "centre", "", ""),))
    with pytest.raises(IllegalStep, match="no election definition yet"):
        root.say("station-list", PIECES[0])
    root.say("election-definition", DEFINITION.core())
    for number, piece in enumerate(PIECES):
        with pytest.raises(IllegalStep, match=f"only {256 * number} of the 600 stations"):
            root.say("machine-keys", keys)
        with pytest.raises(IllegalStep, match=f"only {256 * number} of the 600 stations"):
            _ = root.rules.definition
        with pytest.raises(Conflict, match="already holds an election definition"):
            root.say("election-definition", DEFINITION.core(), issued="2027-04-11T08:00:00Z")
        root.say("station-list", piece)
    root.say("machine-keys", keys)


@pytest.mark.parametrize(
    ("wrong", "kind", "problem"),
    [
        (PIECES[0], Conflict, "from place 0 on, where 256 is next"),
        (PIECES[2], Conflict, "from place 512 on, where 256 is next"),
        (Replace(PIECES[1], stations=PIECES[1].stations[:-1]), InvalidInput, "255 stations, where 256 are required"),
        (Replace(PIECES[1], stations=()), InvalidInput, "not the body of a station list"),
        (StationList(256, DEFINITION.stations[256:513]), InvalidInput, "not the body of a station list"),
    ],
)
def test_a_piece_out_of_place_or_of_another_length_is_refused(
    root: Root, wrong: StationList, kind: type[Exception], problem: str
) -> None:
    root.say("election-definition", DEFINITION.core())
    root.say("station-list", PIECES[0])
    with pytest.raises(kind, match=problem):
        root.say("station-list", wrong, issued="2027-04-11T08:00:00Z")
    root.say("station-list", PIECES[1])


def test_a_list_that_is_not_what_the_core_names_is_not_completed(root: Root) -> None:
    changed = Replace(DEFINITION.stations[300], register_size=301)
    root.say("election-definition", DEFINITION.core())
    root.say("station-list", PIECES[0])
    root.say("station-list", Replace(PIECES[1], stations=(*PIECES[1].stations[:44], changed, *PIECES[1].stations[45:])))
    with pytest.raises(InvalidSignature, match="not the 600 whose root the definition names"):
        root.say("station-list", PIECES[2])


def test_a_complete_list_is_not_said_again(root: Root) -> None:
    root.say_all()
    for piece in (PIECES[0], PIECES[2], Replace(PIECES[0], first=600)):
        with pytest.raises(Conflict, match="already holds all stations"):
            root.say("station-list", piece, issued="2027-04-11T08:00:00Z")


def test_a_fork_takes_pieces_in_for_itself(root: Root) -> None:
    root.say("election-definition", DEFINITION.core())
    root.say("station-list", PIECES[0])
    before = root.rules
    root.rules = before.fork()
    root.say("station-list", PIECES[1])
    root.rules = before
    root.say("station-list", PIECES[1])
    root.say("station-list", PIECES[2])
    assert root.rules.definition == DEFINITION


def test_a_core_under_a_wrong_name_or_in_another_spelling_is_refused(root: Root) -> None:
    with pytest.raises(InvalidInput, match="not the one whose digest"):
        root.say("election-definition", DEFINITION.core(), election="0" * 64)
    body = msgspec.to_builtins(DEFINITION.core())
    body["contests"][0]["seats"] = 1  # the default, which is left out
    spelled = Statement("election-definition", DEFINITION.digest, "", ISSUED, body, 2).sign(root.key)
    with pytest.raises(InvalidInput, match="not the one whose digest"):
        root.rules.add(spelled)


def test_a_definition_of_one_piece_needs_no_list(root: Root) -> None:
    first = FirstDefinition.from_payload(DEFINITION.payload())
    root.say("election-definition", first, election=first.digest)
    assert (root.rules.definition, root.rules.election) == (first, first.digest)
    with pytest.raises(Conflict, match="already holds all stations"):
        root.say("station-list", PIECES[0], election=first.digest)
    with pytest.raises(InvalidInput, match="of version 1, in one piece"):
        root.rules.station_file("s300")
