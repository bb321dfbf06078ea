"""Whoever tries to pass a training off as the election: its centre, machines, readers and verifier refuse."""

import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from polling_place import MemoryPrinter, Root
from testigo import canonical
from testigo.ballot import Marks, new_slip_number, tally_qr
from testigo.centre import Centre
from testigo.count import RecordRules
from testigo.election import Definition, StationMachine, check_definition, write_definition
from testigo.errors import IllegalStep, InvalidInput, TestigoError
from testigo.keys import SigningKey
from testigo.record import Log, open_package, peek
from testigo.scan.codes import qr_texts_in
from testigo.slip import Slip
from testigo.slip_reader import SlipReader
from testigo.station.booth.booth import Booth
from testigo.station.check_in.book import POLL_BOOK
from testigo.station.check_in.check_in import CheckIn
from testigo.station.install import load_keys
from testigo.station.machine.folder import MACHINE_KEYS, MachineFolder
from testigo.station.machine.order_sender import OrderSender
from testigo.station.machine.staffing import MachineStaff
from testigo.witness import verify
from training_day import ELECTION, TrainingDay


@pytest.fixture
def station(real: tuple[Root, Path], tmp_path: Path) -> Path:
    """The real station, of the test's own."""
    return Path(shutil.copytree(real[1], tmp_path / "s1"))


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    """A centre of the real election."""
    write_definition(ELECTION, tmp_path / "election.json")
    return Centre.create(tmp_path / "centre", tmp_path / "election.json")


def envelopes_of(day: TrainingDay) -> tuple[bytes, ...]:
    """Every statement that the training's station sends."""
    key = MachineFolder(day.place.folder / "chair", "chair")
    key.close()
    return open_package(day.package, lambda claim: key.key.public).envelopes


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def test_the_centre_takes_no_package(day: TrainingDay, centre: Centre) -> None:
    before = files_in(centre.folder)
    with pytest.raises(TestigoError) as refused:
        centre.receive(day.package)
    assert refused.value.code and files_in(centre.folder) == before


def test_no_statement_fits_into_the_record(day: TrainingDay, real: tuple[Root, Path]) -> None:
    envelopes = envelopes_of(day)
    assert {"tally-sheet", "zero-report", "logic-and-accuracy"} <= {peek(one).type for one in envelopes}
    rules = RecordRules(real[0].key.public)
    for envelope in real[0].definition_envelopes():
        rules.add(envelope)
    for envelope in envelopes:
        with pytest.raises(TestigoError):
            rules.add(envelope)


def test_the_booth_takes_no_card_of_a_training_nor_the_other_way(day: TrainingDay, station: Path) -> None:
    with Booth(station / "booth", MemoryPrinter()) as booth:
        cards = [card.printed for card in booth.make_cards(3).cards]
        for code in day.cards:
            with pytest.raises(IllegalStep) as refused:
                booth._cards.look_up(code)
            assert refused.value.code in ("card.of-another-station", "card.unknown")
    with Booth(day.place.folder / "booth", MemoryPrinter()) as booth:
        for code in cards:
            with pytest.raises(IllegalStep):
                booth._cards.look_up(code)


def test_the_reader_takes_no_slip_of_a_training_nor_the_other_way(day: TrainingDay) -> None:
    practised = day.printer.slips[0]
    for reader in (SlipReader(ELECTION), SlipReader(ELECTION, "s1")):
        (reading,) = reader.read(practised.png())
        assert reading.choices is None and reading.refused is not None
    ballot = Marks("villa", {"mayor": ("ana",)}).ballot(ELECTION, "s1")
    vote = Slip(ELECTION, "s1", ballot, new_slip_number(), "es")
    (reading,) = SlipReader(practised.definition, "s1").read(vote.png())
    assert reading.choices is None and reading.refused is not None


def test_the_totals_on_its_sheet_are_of_no_station_of_the_election(day: TrainingDay, tmp_path: Path) -> None:
    (tmp_path / "sheet.pdf").write_bytes(day.pdfs["tally-sheet"])
    codes = [text for text in qr_texts_in(tmp_path / "sheet.pdf") if tally_qr.is_code(text)]
    folder = MachineFolder(day.place.folder / "chair", "chair")
    folder.close()
    for code in codes:
        assert tally_qr.open_code(code, folder.definition, folder.key.public)
        with pytest.raises(InvalidInput):
            tally_qr.open_code(code, ELECTION, folder.key.public)


def test_the_station_takes_no_keys_poll_book_staff_or_order(day: TrainingDay, station: Path) -> None:
    training, before = day.place.folder, files_in(station)
    signed = canonical.decode((training / "chair" / MACHINE_KEYS).read_bytes())["statements"]
    with pytest.raises(TestigoError):
        load_keys(station, [one.encode() for one in signed])
    with CheckIn(station / "check-in") as check_in, pytest.raises(TestigoError):
        check_in.load_poll_book((training / "check-in" / POLL_BOOK).read_bytes())
    folder = MachineFolder(station / "chair", "chair")
    with pytest.raises(TestigoError):
        MachineStaff(folder).load_list((training / "chair" / "staff.json").read_bytes())
    folder.close()
    assert files_in(station) == before


def test_its_chair_gives_no_order_to_the_real_booth(day: TrainingDay, station: Path) -> None:
    sent: list[bytes] = []

    class Kept:
        """The way to a booth, for whoever listens."""

        def order(self, envelope: bytes) -> bytes:
            sent.append(envelope)
            raise IllegalStep("booth.in-use")

    chair = MachineFolder(day.place.folder / "chair", "chair")
    sender = OrderSender(chair, {StationMachine("booth"): Kept()})
    with suppress(TestigoError):
        sender.give(StationMachine("booth"), "close")
    chair.close()
    assert sent
    with Booth(station / "booth", MemoryPrinter()) as booth, pytest.raises(TestigoError):
        booth.order(sent[0])


def test_no_election_may_be_called_like_a_training(training_definition: Definition, tmp_path: Path) -> None:
    codes = [one.error.code for one in check_definition(training_definition) if not one.warning]
    assert codes == ["definition.of-a-training"]
    write_definition(training_definition, tmp_path / "election.json")
    with pytest.raises(TestigoError, match="training"):
        Centre.create(tmp_path / "centre", tmp_path / "election.json")
    assert not (tmp_path / "centre").exists()


@pytest.mark.parametrize("named", [True, False])
def test_a_record_of_a_training_does_not_verify(training_definition: Definition, tmp_path: Path, named: bool) -> None:
    """With the root key of the training, and also for who takes that key from the record itself."""
    for definition, fit in ((training_definition, False), (ELECTION, True)):
        root, public = Root(definition), tmp_path / definition.id
        log = Log.create(public, "testigo/x", SigningKey.generate(), root_key=root.key.public)
        for envelope in root.definition_envelopes():
            log.append(envelope)
        log.publish()
        report = verify(public, root.key.public if named else None)
        about = [one for one in report.findings if one.code == "definition" and not one.holds]
        assert [one.detail for one in about if "training" in one.detail] == [one.detail for one in about]
        assert (about == []) is fit
        assert not report.verdict.holds


def test_a_finger_cannot_be_chosen_in_an_election(station: Path) -> None:
    with CheckIn(station / "check-in") as check_in, pytest.raises(IllegalStep) as refused:
        check_in.practise_finger("x", matches=True)
    assert refused.value.code == "finger.chosen-in-an-election"
