"""The record of a station with two desks and two booths: honest, it holds; twisted, each lie is found."""

import dataclasses
import random
from collections.abc import Callable

import msgspec
import msgspec.inspect as shapes
import pytest

from hostile import VALUES, at, more, paths, replaced, signed
from polling_place import ISSUED, Root
from testigo import canonical
from testigo.audit.closing import PaperTally, closing_count
from testigo.ballot import BoothSheet
from testigo.count import Box, Conflict, NewerVersion, RecordRules
from testigo.election import MachineKey, MachineKeys
from testigo.errors import InvalidInput, InvalidSignature, StorageError, TestigoError
from testigo.keys import SigningKey
from testigo.record import Finding, Grade, Statement, open_package, open_statement, peek
from testigo.record.statement import PAYLOAD_TYPE
from testigo.station.chair.chair import Chair
from testigo.station.machine.ways import LocalMachine
from testigo.witness import stations
from testigo.witness.finding_log import FindingLog
from testigo.witness.reading import RecordContents, VerifiedStatement
from wide_station import WideStation, wide, wide_installed

__all__ = ["wide", "wide_installed"]


@dataclasses.dataclass
class Record:
    """What a wide station has sent, and the authority's statements before it."""

    root: Root
    before: list[bytes]
    said: list[bytes]
    chair: SigningKey

    def find(self, kind: str, number: int = 0) -> int:
        return [place for place, one in enumerate(self.said) if self.statement(one).type == kind][number]

    @staticmethod
    def statement(envelope: bytes) -> Statement:
        return peek(envelope)

    def say_again(self, place: int, key: SigningKey | None = None, **changes: object) -> "Record":
        """The same with one statement of the chair signed again, its body changed."""
        said = self.statement(self.said[place])
        twisted = msgspec.structs.replace(said, body={**said.body, **changes}).sign(key or self.chair)
        return dataclasses.replace(self, said=[*self.said[:place], twisted, *self.said[place + 1 :]])

    def rules(self) -> RecordRules:
        rules = RecordRules(self.root.key.public)
        for envelope in (*self.before, *self.said):
            rules.add(envelope)
        return rules

    def checked(self) -> list[Finding]:
        """What the witness finds about stations. (The tests' definition is not whole enough for all of `verify`.)"""
        contents = RecordContents(self.rules())
        for index, envelope in enumerate((*self.before, *self.said)):
            contents.add(
                VerifiedStatement(f"statements/{index}", index, self.statement(envelope), canonical.digest(envelope))
            )
        findings = FindingLog()
        stations.check(findings, contents)
        return findings.findings


def of(found: list[Finding], *grades: Grade) -> list[str]:
    """Findings of a grade, without the test before opening: of the deck only the last part was cast here."""
    return [f"{one.code}: {one.detail}" for one in found if one.grade in grades and one.code != "tested"]


@pytest.fixture
def record_of(wide: WideStation, root: Root) -> Callable[[], Record]:
    """Closes the station and gives its record."""

    def close() -> Record:
        assert wide.chair.close_polls() == ()
        package = open_package(wide.chair.send(), lambda claim: wide.chair.folder.key.public)
        log = SigningKey.generate()
        own = MachineKeys(
            (MachineKey(log.public.hex, "log", "", ""), MachineKey(root.centre.public.hex, "centre", "", ""))
        )
        request = msgspec.json.decode((wide.folder / "machine-keys-request.json").read_bytes(), type=MachineKeys)
        about = {"election": root.definition.digest, "issued": ISSUED}
        keys = [
            Statement.of("machine-keys", body, subject=subject, **about).sign(root.key)
            for body, subject in ((own, ""), (request, "s1"))
        ]
        before = [*root.definition_envelopes(), *keys]
        return Record(root, before, list(package.envelopes), wide.chair.folder.key)

    return close


def vote_at_both(wide: WideStation) -> None:
    first, second = wide.to_open()
    for desk, document in ((0, "103"), (1, "104"), (1, "105")):
        wide.release(document, desk)
    wide.vote(first[0], 0, "ana")
    wide.vote(second[0], 1, "beto")
    wide.vote(second[1], 1, "beto")


def test_an_honest_record_holds(wide: WideStation, record_of: Callable[[], Record]) -> None:
    vote_at_both(wide)
    record = record_of()
    found = [one for one in record.checked() if "opened" not in one.detail]
    assert of(found, Grade.FAILURE, Grade.EXPLAINED, Grade.INCOMPLETE) == []
    rules = record.rules()
    assert [box.id for box in rules.boxes()] == ["s1/booth", "s1/booth-2", "s2"]
    assert rules.count().stations[0].status == "counted"


def test_the_paper_of_one_booth_is_compared_with_its_own_sheet(
    wide: WideStation, record_of: Callable[[], Record]
) -> None:
    vote_at_both(wide)
    rules = record_of().rules()
    box = Box("s1", 2, several=True)
    sheet = rules.box_sheet(box)
    assert isinstance(sheet, BoothSheet)
    paper = PaperTally("hand", 2, sheet.tally.contests, 0)
    count = closing_count(rules.definition, sheet, rules.box_digest(box, 4), paper)
    assert count.is_consistent and count.booth == 2


@pytest.mark.parametrize(
    ("kind", "number", "changes"),
    [
        ("booth-sheet", 1, {"number": 1}),
        ("booth-sheet", 0, {"station": "s2"}),
        ("tally-sheet", 0, {"booth_sheets": {}}),
        ("tally-sheet", 0, {"booth_sheets": {"booth": "0" * 64}}),
    ],
)
def test_the_centre_takes_no_sum_that_is_not_of_its_parts(
    wide: WideStation, record_of: Callable[[], Record], kind: str, number: int, changes: dict[str, object]
) -> None:
    vote_at_both(wide)
    record = record_of()
    with pytest.raises((InvalidInput, Conflict)):
        record.say_again(record.find(kind, number), **changes).rules()


def test_a_booth_left_out_of_the_sum_is_found(wide: WideStation, record_of: Callable[[], Record]) -> None:
    vote_at_both(wide)
    record = record_of()
    place = record.find("tally-sheet")
    sheets = record.statement(record.said[place]).body["booth_sheets"]
    with pytest.raises(InvalidInput, match="sheet of each voting machine"):
        record.say_again(place, booth_sheets={"booth": sheets["booth"]}).rules()


def test_whatever_a_sheet_of_a_booth_says_is_taken_or_refused_in_a_sentence(
    wide: WideStation, record_of: Callable[[], Record]
) -> None:
    """As `tests/witness/test_hostile_statements.py` does it with the kinds of stations with one booth."""
    vote_at_both(wide)
    record = record_of()
    place = record.find("booth-sheet")
    payload = msgspec.to_builtins(record.statement(record.said[place]))
    places = [
        ("body",),
        ("version",),
        *(("body", *one) for one in paths(shapes.type_info(BoothSheet), payload["body"])),
    ]
    tried = [(one, value) for one in places for value in (*VALUES, *more(at(payload, one)))]
    assert {one[1] for one in places if len(one) > 1} >= set(BoothSheet.__struct_encode_fields__)
    for one, value in random.Random(7).sample(tried, 200):
        said = signed(PAYLOAD_TYPE, replaced(payload, one, value), record.chair)
        twisted = dataclasses.replace(record, said=[*record.said[:place], said, *record.said[place + 1 :]])
        try:
            twisted.checked()
        except TestigoError as error:
            assert len(str(error)) < 3000


def test_a_sheet_of_a_booth_in_a_newer_version_is_not_judged(
    wide: WideStation, record_of: Callable[[], Record]
) -> None:
    vote_at_both(wide)
    record = record_of()
    place = record.find("booth-sheet")
    newer = msgspec.structs.replace(record.statement(record.said[place]), version=99).sign(record.chair)
    with pytest.raises(NewerVersion, match="newer"):
        dataclasses.replace(record, said=[*record.said[:place], newer, *record.said[place + 1 :]]).rules()


def test_a_booth_cannot_sign_for_another(wide: WideStation, record_of: Callable[[], Record]) -> None:
    vote_at_both(wide)
    record = record_of()
    with pytest.raises(InvalidSignature):
        record.say_again(record.find("booth-report", 1), key=wide.booths[0].folder.key).rules()
    with pytest.raises(Conflict):
        record.say_again(record.find("booth-report", 1), key=wide.booths[0].folder.key, number=1).rules()


def test_a_machine_that_was_taken_out_is_explained(wide: WideStation, record_of: Callable[[], Record]) -> None:
    _, second = wide.to_open()
    wide.release("103", 0)
    wide.vote(second[0], 1, "beto")
    wide.chair.status()

    class Dead:
        def order(self, envelope: bytes) -> bytes:
            raise StorageError("machine.does-not-answer", place="booth-2", why="dead")

    wide.chair.close()
    ways = {"booths": [LocalMachine(wide.booths[0]), Dead()], "desks": [LocalMachine(one) for one in wide.desks]}
    wide.chair = Chair(wide.folder / "chair", **ways)
    wide.chair.take_out("booth-2", "its disks burnt", lost=True)
    found = [
        one for one in record_of().checked() if one.code != "limits"
    ]  # it was closed in the second it was opened in
    assert of(found, Grade.FAILURE) == []
    told = " / ".join(of(found, Grade.EXPLAINED))
    assert "its disks burnt" in told and "machine-reports" in told and "reconciliation" in told


def test_no_machine_is_added_once_the_station_has_spoken(wide: WideStation, record_of: Callable[[], Record]) -> None:
    vote_at_both(wide)
    record = record_of()
    rules = record.rules()
    about = {"election": record.root.definition.digest, "issued": ISSUED, "subject": "s1"}
    for number, kind in ((3, Conflict), (5, TestigoError)):
        more = MachineKeys((MachineKey(SigningKey.generate().public.hex, "booth", "s1", "", number),))
        with pytest.raises(kind):
            rules.check(Statement.of("machine-keys", more, **about).sign(record.root.key))
    with pytest.raises(InvalidInput):
        empty = RecordRules(record.root.key.public)
        for envelope in record.root.definition_envelopes():
            empty.add(envelope)
        alone = MachineKeys((MachineKey(SigningKey.generate().public.hex, "booth", "s1", "", 2),))
        empty.add(Statement.of("machine-keys", alone, **about).sign(record.root.key))
    assert open_statement(record.said[0], record.chair.public)
