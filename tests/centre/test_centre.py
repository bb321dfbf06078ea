"""The centre under honest use, in any order and twice, and under attack."""

import itertools
import json
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digests import DIGESTS
from small_country import move_centre
from testigo import canonical, record
from testigo.audit import Seed, closing_sample
from testigo.audit.closing import PaperTally, closing_count
from testigo.ballot import CheckInCounters, CheckInReport, TallySheet
from testigo.centre import Centre, authority_key
from testigo.count import KINDS, Conflict, NewerVersion, Result, boxes_of, count_result, read_rules
from testigo.election import MachineKey, MachineKeys, OptionStatus
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature, StorageError
from testigo.keys import SigningKey
from testigo.record import Statement
from testigo.words import to_line

SheetOf = Callable[..., TallySheet]


def test_a_new_centre_has_keys_apart_and_a_record_that_binds_the_log_key_to_the_root(centre: Centre) -> None:
    authority = centre.folder / "authority"
    assert sorted(folder.name for folder in authority.iterdir()) == ["centre", "log", "root"]
    assert {folder.stat().st_mode & 0o777 for folder in [authority, *authority.iterdir()]} == {0o700}
    assert {file.stat().st_mode & 0o777 for file in authority.glob("*/*")} == {0o600}
    log_key = record.read_record(centre.public).log_key
    assert log_key is not None
    assert centre.key_ring.of_station("", "log").public == log_key
    assert centre.key_ring.root == authority_key(centre.folder, "root").public
    assert record.read_record(centre.public).ok


def test_a_folder_with_something_in_it_is_no_place_for_a_new_centre(centre: Centre, definition_file: Path) -> None:
    before = sorted(centre.folder.rglob("*"))
    with pytest.raises(StorageError, match="something is there already"):
        Centre.create(centre.folder, definition_file)
    assert sorted(centre.folder.rglob("*")) == before


def test_any_order_and_any_repetition_give_the_same_result(centre: Centre, machines: dict, sheet_of: SheetOf) -> None:
    sheets = {name: sheet_of(name) for name in machines}
    packages = {name: machines[name].package(sheets[name]) for name in machines}
    for name in ["s1", "n1", "s1", "n2", "n1"]:
        receipt = centre.receive(packages[name])
        assert receipt.station == name
    assert centre.receive(packages["n1"]).already
    expected = count_result(centre.definition, sheets, digests=centre.rules.sheet_digests(2))
    assert canonical.encode(centre.result()) == canonical.encode(expected)
    assert len(centre.rules.entries) == 3 + 3 + 2 * 3
    again = Centre.open(centre.folder)
    assert again.result() == expected
    assert again.rules.entries == centre.rules.entries


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrivals=st.lists(st.sampled_from(["n1", "n2", "s1"]), max_size=7), reopen=st.sets(st.integers(0, 6)))
def test_any_subset_order_and_repetition_counts_what_came(
    centre: Centre, machines: dict, sheet_of: SheetOf, arrivals: list[str], reopen: set[int]
) -> None:
    packages = {name: machines[name].package(sheet_of(name)) for name in machines}
    with tempfile.TemporaryDirectory() as folder:
        other = move_centre(centre.folder, Path(folder) / "other")
        office = Centre.open(other)
        for number, name in enumerate(arrivals):
            assert office.receive(packages[name]).already == (name in arrivals[:number])
            if number in reopen:
                office = Centre.open(other)
        sheets = {name: sheet_of(name) for name in arrivals}
        assert office.result() == count_result(centre.definition, sheets, digests=office.rules.sheet_digests(2))
        assert len(office.rules.entries) == len(centre.rules.entries) + 2 * len(set(arrivals))
        assert record.read_record(office.public).ok


def test_two_centre_processes_on_one_folder_do_not_lose_each_others_packages(
    centre: Centre, machines: dict, sheet_of: SheetOf
) -> None:
    other = Centre.open(centre.folder)
    centre.receive(machines["n1"].package(sheet_of("n1")))
    other.receive(machines["s1"].package(sheet_of("s1")))
    centre.receive(machines["n2"].package(sheet_of("n2")))
    assert centre.result().missing == ()
    assert record.read_record(centre.public).ok


def test_a_power_cut_between_keeping_and_recording_loses_nothing(
    centre: Centre, machines: dict, sheet_of: SheetOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = machines["n1"].package(sheet_of("n1"))
    for point in ("append", "publish"):
        real, calls = getattr(record.Log, point), itertools.count()

        def cut(log: record.Log, *arguments: bytes) -> object:
            # Call 0 of `publish` is the look whether another process wrote; the cut falls into the commit.
            if next(calls) == 1:  # noqa: B023
                raise KeyboardInterrupt
            return real(log, *arguments)  # noqa: B023

        with monkeypatch.context() as patch:
            patch.setattr(record.Log, point, cut)
            with pytest.raises(KeyboardInterrupt):
                centre.receive(package)
        centre = Centre.open(centre.folder)
        assert centre.rules.sheets["n1"] == sheet_of("n1")
        assert record.read_record(centre.public).ok
        package = machines["n2"].package(sheet_of("n2"))
    assert not list((centre.folder / "received").glob("*.incoming"))


def test_a_statement_that_could_not_be_kept_may_be_said_again(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    contest = centre.definition.contests[0]
    body = OptionStatus(
        contest.id, contest.standing[0].id, "withdrawn", "Decision 7", centre.rules.statuses.next_number
    )
    said = Statement.of("option-status", body, election=centre.rules.election, subject="", issued=canonical.utc_now())
    envelope = said.sign(authority_key(centre.folder, "root"))

    def full(*_: object) -> None:
        raise StorageError("file.exists")

    with monkeypatch.context() as patch:
        patch.setattr(record.Log, "append", full)
        with pytest.raises(StorageError):
            centre.append(envelope)
    assert centre.rules.statuses.said == () and centre.rules.states() == ()
    assert centre.append(envelope)
    assert centre.rules.statuses.said == Centre.open(centre.folder).rules.statuses.said == (body,)


def test_a_second_different_sheet_is_refused_and_kept(centre: Centre, machines: dict, sheet_of: SheetOf) -> None:
    centre.receive(machines["n1"].package(sheet_of("n1")))
    before = (centre.public / "checkpoint").read_bytes()
    other = machines["n1"].package(sheet_of("n1", seed=2))
    with pytest.raises(Conflict, match="already sent another tally sheet") as caught:
        centre.receive(other)
    assert (centre.public / "checkpoint").read_bytes() == before
    assert centre.result().contests == count_result(centre.definition, {"n1": sheet_of("n1")}, digests=DIGESTS).contests
    (refused,) = Centre.open(centre.folder).refused()
    assert (refused.station, refused.reason) == ("n1", to_line(caught.value.message))
    assert [refused.why.text(code) for code in ("es", "en")] == [caught.value.message.text(c) for c in ("es", "en")]
    assert (centre.folder / refused.file).read_bytes() == other


def test_two_different_sheets_in_one_package_are_a_conflict_and_nothing_is_taken(
    centre: Centre, machines: dict, sheet_of: SheetOf
) -> None:
    second = machines["n1"].statement("tally-sheet", sheet_of("n1", seed=2))
    with pytest.raises(Conflict):
        centre.receive(machines["n1"].package(sheet_of("n1"), extra=(second,)))
    assert centre.rules.sheets == {}
    assert Centre.open(centre.folder).rules.sheets == {}


def test_a_sheet_signed_by_another_station_or_machine_is_refused(
    centre: Centre, machines: dict, sheet_of: SheetOf
) -> None:
    n1, n2 = machines["n1"], machines["n2"]
    forged = [
        n1.statement("tally-sheet", sheet_of("n1"), key=n2.keys["chair"]),
        n1.statement("tally-sheet", sheet_of("n1"), key=n1.keys["booth"]),
        n1.statement("tally-sheet", sheet_of("n1"), key=SigningKey.generate()),
    ]
    for envelope in forged:
        package = record.pack(
            [envelope], n1.keys["chair"], election=centre.rules.election, subject="n1", issued="2027-04-11T22:00:00Z"
        )
        with pytest.raises(InvalidSignature):
            centre.receive(package)
        with pytest.raises(InvalidSignature):
            centre.append(envelope)
    outer = record.pack(
        [n1.statement("tally-sheet", sheet_of("n1"))],
        n2.keys["chair"],
        election=centre.rules.election,
        subject="n1",
        issued="2027-04-11T22:00:00Z",
    )
    with pytest.raises(InvalidSignature):
        centre.receive(outer)
    assert centre.result().missing == ("n1", "n2", "s1")


def test_a_package_of_another_election_is_one_sentence(centre: Centre, machines: dict, sheet_of: SheetOf) -> None:
    with pytest.raises(InvalidInput, match="another election") as caught:
        centre.receive(machines["n1"].package(sheet_of("n1"), election="0" * 64))
    assert caught.value.code == "package.of-another-election" and "\n" not in str(caught.value)
    with pytest.raises(InvalidInput, match="another election"):
        centre.append(machines["n1"].statement("tally-sheet", sheet_of("n1"), election="0" * 64))


def test_a_sheet_of_one_station_in_the_name_of_another_is_refused(
    centre: Centre, machines: dict, sheet_of: SheetOf
) -> None:
    with pytest.raises(InvalidInput, match="sent as that of"):
        centre.receive(machines["n2"].package(sheet_of("n1")))


def test_sums_that_do_not_come_out_are_refused_and_kept(centre: Centre, machines: dict, sheet_of: SheetOf) -> None:
    sheet = sheet_of("s1")
    first, *rest = sheet.tally.contests
    padded = msgspec.structs.replace(first, votes=first.votes | {"ana": first.votes["ana"] + 1})
    bad = msgspec.structs.replace(sheet, tally=msgspec.structs.replace(sheet.tally, contests=(padded, *rest)))
    with pytest.raises(InvalidInput, match="cannot be"):
        centre.receive(machines["s1"].package(bad))
    assert [one.station for one in centre.refused()] == ["s1"]


def test_reconciliation_that_does_not_hold_is_counted_and_reported(
    centre: Centre, machines: dict, sheet_of: SheetOf
) -> None:
    centre.receive(machines["s1"].package(sheet_of("s1", recorded=19, reasons={"deposited=recorded": "power cut"})))
    (station,) = centre.result().with_differences
    assert station.status == "counted"
    assert [(one.left, one.right, one.reason) for one in station.differences] == [
        ("deposited", "recorded", "power cut")
    ]


def test_a_machine_gets_one_key_and_a_key_one_machine(centre: Centre, machines: dict, sheet_of: SheetOf) -> None:
    centre.receive(machines["n1"].package(sheet_of("n1")))
    with pytest.raises(Conflict, match="the check-in of station n2 already has this key"):
        centre.admit(MachineKeys(machines["n2"].machine_keys.keys[::-1]))

    def admit(*keys: tuple[str, str]) -> None:
        made = (MachineKey(SigningKey.generate().public.hex, role, station, "") for role, station in keys)
        centre.admit(MachineKeys(tuple(made)))

    for role, station in (("chair", "n1"), ("booth", "n1"), ("log", ""), ("auditor", "")):
        with pytest.raises(Conflict, match=r"already has a key|key is there already"):
            admit((role, station))
    with pytest.raises(Conflict, match="two keys for the voting machine of station n2"):
        admit(("booth", "n2"), ("booth", "n2"))
    for role, station in (("chair", "nowhere"), ("root", ""), ("chair", "")):
        with pytest.raises(InvalidInput, match="no key can be admitted"):
            admit((role, station))
    with pytest.raises(InvalidSignature, match="admitted twice"):
        centre.admit(MachineKeys((MachineKey(machines["s1"].keys["booth"].public.hex, "booth", "n2", ""),)))


def test_a_machine_that_lost_its_key_before_its_station_said_anything_gets_another(
    centre: Centre, machines: dict, sheet_of: SheetOf
) -> None:
    n1 = machines["n1"]
    old, n1.keys["chair"] = n1.keys["chair"], SigningKey.generate()
    with pytest.raises(InvalidSignature):
        centre.receive(n1.package(sheet_of("n1")))
    centre.admit(MachineKeys((MachineKey(n1.keys["chair"].public.hex, "chair", "n1", ""),)))
    assert centre.key_ring.of_station("n1", "chair").public == n1.keys["chair"].public
    assert centre.key_ring.of_station("n1", "booth").public == n1.keys["booth"].public
    with pytest.raises(InvalidSignature, match="of the chair of station n1, which the root replaced at entry 6"):
        centre.append(n1.statement("tally-sheet", sheet_of("n1"), key=old))
    centre.receive(n1.package(sheet_of("n1")))
    again = Centre.open(centre.folder)
    assert again.rules.sheets["n1"] == sheet_of("n1")
    assert len(again.key_ring.keys) == 3 + 3 * 3
    with pytest.raises(InvalidSignature, match="replaced at entry 6"):
        again.append(n1.statement("event-log", {"heads": {}, "entries": {}}, key=old))


def test_machine_keys_not_signed_by_the_root_are_refused(centre: Centre, sheet_of: SheetOf) -> None:
    body = msgspec.to_builtins(MachineKeys((MachineKey(SigningKey.generate().public.hex, "chair", "n1", ""),)))
    statement = record.Statement("machine-keys", centre.rules.election, "n1", "2027-04-11T22:00:00Z", body)
    with pytest.raises(InvalidSignature, match="root key"):
        centre.append(statement.sign(authority_key(centre.folder, "centre")))


@pytest.fixture
def auditor_says(centre: Centre, auditor: SigningKey) -> Callable[..., bytes]:
    """`auditor_says(type, body, subject="")`: an envelope of the auditor."""

    def say(kind: str, body: object, subject: str = "") -> bytes:
        about = (centre.rules.election, subject, "2027-04-12T09:00:00Z")
        version = getattr(body, "VERSION", 1)
        return record.Statement(kind, *about, msgspec.to_builtins(body), version).sign(auditor)

    return say


def test_what_may_be_said_once_is_not_said_again(
    centre: Centre, machines: dict, sheet_of: SheetOf, auditor_says: Callable[..., bytes]
) -> None:
    for name, machine in machines.items():
        centre.receive(machine.package(sheet_of(name)))
    with pytest.raises(Conflict, match="a second zero report of station n1"):
        centre.append(machines["n1"].statement("zero-report", machines["n1"].zero_report(cards_made=7)))
    for kind in ("audit-seed", "public-draw"):
        for wrong, why in (("1234567" * 3, "does not show '7'"), ("1" * 19, "19 dice"), ("1" * 201, "201 dice")):
            with pytest.raises(InvalidInput, match=why):
                centre.append(auditor_says(kind, {"digits": wrong}))
        assert centre.append(auditor_says(kind, {"digits": "123456" * 4}))
        assert not centre.append(auditor_says(kind, {"digits": "123456" * 4}))
        with pytest.raises(Conflict, match=f"a second {KINDS[kind].label}"):
            centre.append(auditor_says(kind, {"digits": "654321" * 4}))
        with pytest.raises(InvalidInput, match="not of the whole election"):
            centre.append(auditor_says(kind, {"digits": "654321" * 4}, "n1"))
    assert centre.result().draw == "123456" * 4


def test_dice_that_fall_before_the_last_tally_sheet_are_refused(
    centre: Centre, machines: dict, sheet_of: SheetOf, auditor_says: Callable[..., bytes]
) -> None:
    for name in ("n1", "n2"):
        centre.receive(machines[name].package(sheet_of(name)))
        for kind in ("audit-seed", "public-draw"):
            with pytest.raises(IllegalStep, match=r"before \d tally sheets? (?:is|are) in .*s1"):
                centre.append(auditor_says(kind, {"digits": "1" * 20}))
    centre.receive(machines["s1"].package(sheet_of("s1")))
    assert centre.append(auditor_says("audit-seed", {"digits": "1" * 20}))


def test_every_type_of_statement_has_a_body_and_no_other_is_taken(
    centre: Centre, machines: dict, auditor_says: Callable[..., bytes]
) -> None:
    before = (centre.public / "checkpoint").read_bytes()
    n1 = machines["n1"]
    for kind, role in ((kind.name, kind.signer) for kind in KINDS.values()):
        if role in n1.keys:
            with pytest.raises(InvalidInput, match=f"not the body of a {KINDS[kind].label}"):
                centre.append(n1.statement(kind, {"junk": 1}, key=n1.keys[role]))
        elif role == "auditor":
            with pytest.raises(InvalidInput, match=f"not the body of a {KINDS[kind].label}"):
                centre.append(auditor_says(kind, {"junk": 1}, "n1" if kind == "closing-count" else ""))
    with pytest.raises(NewerVersion, match="not a kind of statement"):
        centre.append(auditor_says("audit-outcome", {"anything": "goes"}))
    assert (centre.public / "checkpoint").read_bytes() == before


def test_reports_and_counts_of_another_station_or_sheet_are_refused(
    centre: Centre, machines: dict, sheet_of: SheetOf, auditor_says: Callable[..., bytes]
) -> None:
    n1 = machines["n1"]
    other = CheckInReport("n2", CheckInCounters.zero(), "0" * 64, 1)
    with pytest.raises(InvalidInput, match="the check-in report of 'n2' is sent as that of 'n1'"):
        centre.append(n1.statement("check-in-report", other, key=n1.keys["check-in"]))
    sheet = sheet_of("n1")
    paper = PaperTally("hand", 20, sheet.tally.contests)
    package = n1.package(sheet)
    digest = next(
        record.open_statement(envelope, n1.keys["chair"].public).digest
        for envelope in record.open_package(package, lambda claim: n1.keys["chair"].public).envelopes
        if record.peek(envelope).type == "tally-sheet"
    )
    count = closing_count(centre.definition, sheet, digest, paper)
    with pytest.raises(InvalidInput, match="does not hold"):
        centre.append(auditor_says("closing-count", count, "n1"))
    centre.receive(package)
    with pytest.raises(InvalidInput, match="does not hold"):
        centre.append(auditor_says("closing-count", msgspec.structs.replace(count, sheet="0" * 64), "n1"))
    with pytest.raises(InvalidInput, match="is sent as that of"):
        centre.append(auditor_says("closing-count", count, "n2"))
    with pytest.raises(IllegalStep, match="counted before the dice"):
        centre.append(auditor_says("closing-count", count, "n1"))


def test_a_station_that_the_election_does_not_have_says_nothing(
    centre: Centre, machines: dict, sheet_of: SheetOf, auditor_says: Callable[..., bytes]
) -> None:
    centre.receive(machines["n1"].package(sheet_of("n1")))
    paper = PaperTally("hand", 20, sheet_of("n1").tally.contests)
    count = closing_count(centre.definition, sheet_of("n1"), centre.rules.sheet_digests(2)["n1"], paper)
    nowhere = type(machines["n1"])(centre.definition, "x9", machines["n1"].keys)
    for envelope in (
        auditor_says("closing-count", count, "x9"),
        nowhere.statement("tally-sheet", sheet_of("n1")),
        nowhere.statement("booth-report", {}, key=nowhere.keys["booth"]),
    ):
        with pytest.raises(InvalidInput, match="'x9', which the election does not have"):
            centre.append(envelope)


def test_a_sample_of_other_dice_is_refused(
    centre: Centre, machines: dict, sheet_of: SheetOf, auditor_says: Callable[..., bytes]
) -> None:
    right = closing_sample(centre.definition, boxes_of(centre.definition, {}), Seed("123456" * 4))
    with pytest.raises(InvalidInput, match="not of the seed"):
        centre.append(auditor_says("audit-sample", right))
    for name, machine in machines.items():
        centre.receive(machine.package(sheet_of(name)))
    centre.append(auditor_says("audit-seed", {"digits": "123456" * 4}))
    for wrong in ({"seed": "1" * 20}, {"purpose": "x"}):
        with pytest.raises(InvalidInput, match=r"not of the seed|not the body"):
            centre.append(auditor_says("audit-sample", msgspec.to_builtins(right) | wrong))
    assert centre.append(auditor_says("audit-sample", right))


def test_a_sheet_that_comes_while_the_result_is_counted_is_no_false_result(
    centre: Centre, machines: dict, sheet_of: SheetOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, taken = Centre.open(centre.folder), []
    real = Centre.result

    def slow(office: Centre) -> Result:
        result = real(office)
        # Another process brings a sheet meanwhile; it has to wait for the lock.
        taken.append(threading.Thread(target=other.receive, args=(machines["n1"].package(sheet_of("n1")),)))
        taken[0].start()
        taken[0].join(0.3)
        return result

    with monkeypatch.context() as patch:
        patch.setattr(Centre, "result", slow)
        centre.publish_result()
    taken[0].join()
    kinds = [entry.type for entry in Centre.open(centre.folder).rules.entries]
    assert kinds.index("result") < kinds.index("tally-sheet")


def test_a_result_is_published_once_until_it_changes(centre: Centre, machines: dict, sheet_of: SheetOf) -> None:
    centre.receive(machines["n1"].package(sheet_of("n1")))
    first = centre.publish_result()
    size = len(centre.rules.entries)
    assert centre.publish_result() == first
    assert len(centre.rules.entries) == size
    centre.receive(machines["n2"].package(sheet_of("n2")))
    assert centre.publish_result() != first
    assert read_rules(centre.public).result == centre.result()


def test_a_damaged_record_is_not_opened(centre: Centre, machines: dict, sheet_of: SheetOf) -> None:
    centre.receive(machines["n1"].package(sheet_of("n1")))
    (file,) = (centre.public / "statements").glob("*tally-sheet*")
    data = bytearray(file.read_bytes())
    data[100] ^= 1
    file.write_bytes(data)
    with pytest.raises(InvalidInput, match="does not hold"):
        Centre.open(centre.folder)


@pytest.mark.parametrize("data", [b"", b"{}", b"not json", b"\xff" * 100, json.dumps({"a": 1}).encode()])
def test_rubbish_is_one_sentence_and_leaves_nothing(centre: Centre, machines: dict, data: bytes) -> None:
    before = sorted(centre.folder.rglob("*"))
    with pytest.raises(InvalidInput):
        centre.receive(data)
    assert sorted(centre.folder.rglob("*")) == before
