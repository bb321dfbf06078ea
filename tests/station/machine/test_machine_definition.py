"""What a machine keeps of the definition: the core and its own station; all of it where release 0.1 installed it."""

import shutil
from pathlib import Path

import msgspec
import pytest

from polling_place import MemoryPrinter
from testigo import canonical
from testigo.ballot import Ballot
from testigo.ballot.slip_number import new_slip_number
from testigo.election import STATION_ROLES, FirstDefinition, Role, StationDefinition
from testigo.errors import InvalidInput, InvalidSignature
from testigo.slip.qr import QrVote
from testigo.station.booth.booth import Booth
from testigo.station.chair.chair import Chair
from testigo.station.check_in.check_in import CheckIn
from testigo.station.machine.folder import MachineFolder
from testigo.station.machine.ways import LocalMachine

STORED = Path(__file__).parents[2] / "data" / "stored" / "0.1" / "station"


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    return Path(shutil.copytree(STORED, tmp_path / "station"))


@pytest.mark.parametrize("role", STATION_ROLES)
def test_a_folder_of_release_0_1_opens(stored: Path, role: Role) -> None:
    machine = MachineFolder(stored / role, role)
    assert isinstance(machine.definition, FirstDefinition)
    assert machine.definition.digest == machine.settings.election
    assert len(list(machine.log)) > 3
    machine.close()


def test_its_machines_know_where_they_stood(stored: Path) -> None:
    booth, check_in = Booth(stored / "booth", MemoryPrinter()), CheckIn(stored / "check-in")
    chair = Chair(stored / "chair", booths=[LocalMachine(booth)], desks=[LocalMachine(check_in)])
    assert (chair.state, booth.state, check_in.state) == ("sent", "closed", "closed")
    assert chair.tally_sheet().station == "01-01-1"
    assert chair.tally_sheet_pdf().startswith(b"%PDF")
    other = next(one for one in chair.definition.stations if one.id != "01-01-1")
    assert check_in.other_station(other.id) == other
    for machine in (booth, check_in, chair):
        machine.folder.close()


def test_a_machine_of_today_keeps_the_core_and_its_own_station(place) -> None:
    folder = place.check_in.folder
    known = folder.definition
    assert isinstance(known, StationDefinition) and [one.id for one in known.stations] == ["s1"]
    assert known.digest == place.root.definition.digest == folder.settings.election
    with pytest.raises(InvalidInput, match="this definition is that of station 's1'"):
        known.station("s2")


def test_its_paper_names_the_station_by_its_place_in_the_whole_list(root) -> None:
    """The second station's: a machine that counted its own list alone would write 0."""
    whole = root.definition
    known = whole.core().with_station(whole.station_proof("s2"))
    ballot = Ballot.mark(whole, whole.styles_of_station("s2")[0], {"mayor": ("beto",)})
    vote = QrVote("s2", ballot, new_slip_number())
    assert vote.encode(known) == vote.encode(whole)
    assert QrVote.decode(vote.encode(known), whole) == QrVote.decode(vote.encode(whole), known) == vote
    theirs = QrVote("s1", ballot, vote.number).encode(whole)
    with pytest.raises(InvalidInput, match="names something"):
        QrVote.decode(theirs, known)


def test_a_definition_of_another_station_or_a_changed_one_is_not_opened(place) -> None:
    file = place.folder / "booth" / "definition.json"
    place.stop()
    honest = file.read_bytes()
    value = canonical.decode(honest)
    proof = value["proof"]
    wrong = [
        place.root.station_file("s2"),
        canonical.encode({**value, "proof": {**proof, "index": 1}}),
        canonical.encode({**value, "proof": {**proof, "station": {**proof["station"], "register-size": 9}}}),
        canonical.encode({**value, "proof": {**proof, "hashes": []}}),
        canonical.encode({**value, "format": 3}),
        canonical.encode({**value, "more": 1}),
        canonical.encode(value["definition"]),
        msgspec.json.format(honest),
        honest[:-1],
    ]
    for data in wrong:
        file.write_bytes(data)
        with pytest.raises((InvalidInput, InvalidSignature)):
            Booth(place.folder / "booth", place.printer)
    file.write_bytes(honest)
    place.start()
