"""The authority's keys: none of the auditor's at the centre, each replaceable but the root's, whatever is cut off."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from small_country import move_centre
from testigo import storage
from testigo.audit import AuditDesk, Seed, create_auditor
from testigo.ballot import TallySheet
from testigo.centre import AUTHORITY_ROLES, Centre, authority_key, is_log_key_lost
from testigo.count import AuditSeed, Conflict, read_rules
from testigo.election import MachineKey, MachineKeys, Role
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature
from testigo.keys import SigningKey
from testigo.record import Finding, Grade, Log, Statement, read_record
from testigo.witness import VerificationReport, verify

SheetOf = Callable[..., TallySheet]
DICE = "41263551423621412653"


def _new(role: Role, station: str = "") -> MachineKey:
    return MachineKey(SigningKey.generate().public.hex, role, station, "")


def _seed(centre: Centre, key: SigningKey) -> bytes:
    about = {"election": centre.rules.election, "subject": "", "issued": "2027-04-11T23:00:00Z"}
    return Statement.of("audit-seed", AuditSeed(DICE), **about).sign(key)


@pytest.fixture
def counted(centre: Centre, machines: dict, sheet_of: SheetOf) -> Centre:
    """The centre with all tally sheets."""
    for name, machine in machines.items():
        centre.receive(machine.package(sheet_of(name)))
    return centre


def test_no_key_in_the_centres_folder_makes_an_audit_seed(counted: Centre, auditor: SigningKey) -> None:
    files = sorted((counted.folder / "authority").rglob("*.pem"))
    assert [file.parent.name for file in files] == sorted(AUTHORITY_ROLES)
    before = (counted.public / "checkpoint").read_bytes()
    for file in files:
        key = SigningKey.load(file)
        with pytest.raises(InvalidSignature, match=r"may not sign 'audit seed'|never admitted"):
            counted.append(_seed(counted, key))
        with pytest.raises(InvalidSignature, match=r"may not sign|never admitted"):
            AuditDesk(counted.rules, key)
    assert (counted.public / "checkpoint").read_bytes() == before
    assert counted.append(_seed(counted, auditor))


def test_before_an_auditor_is_admitted_nobody_audits(tmp_path: Path, definition_file: Path) -> None:
    centre = Centre.create(tmp_path / "alone", definition_file)
    request = create_auditor(tmp_path / "auditor")
    key = SigningKey.load(tmp_path / "auditor" / "key.pem")
    with pytest.raises(InvalidSignature, match="never admitted"):
        AuditDesk(centre.rules, key)
    centre.admit(request)
    AuditDesk(centre.rules, key)
    with pytest.raises(Conflict, match="the auditor's key is there already"):
        centre.admit(create_auditor(tmp_path / "second"))


def test_the_desk_signs_only_what_the_record_would_take(counted: Centre, auditor: SigningKey) -> None:
    desk = AuditDesk(counted.rules, auditor)
    made = desk.draw(Seed(DICE))
    assert list(made) == ["audit-seed.json", "audit-sample.json"]
    assert counted.rules.seed is None
    for again in (DICE, "1" * 20):
        with pytest.raises(IllegalStep, match="already drawn"):
            desk.draw(Seed(again))
    for name, envelope in made.items():
        assert counted.append(envelope, place=name)


@pytest.mark.parametrize(
    "keys",
    [
        (_new("auditor"), _new("chair", "n1")),
        (_new("chair", "n1"), _new("booth", "n2")),
        (_new("auditor"), _new("auditor")),
    ],
)
def test_a_request_brings_keys_of_one_station_or_of_one_auditor(
    tmp_path: Path, definition_file: Path, keys: tuple[MachineKey, ...]
) -> None:
    """Otherwise the file of a station could make its technician the auditor."""
    centre = Centre.create(tmp_path / "alone", definition_file)
    with pytest.raises((InvalidInput, Conflict), match=r"more than one station or role|two keys"):
        centre.admit(MachineKeys(keys))
    with pytest.raises(InvalidInput, match="not for one auditor's key"):
        Centre.create(tmp_path / "other", definition_file, MachineKeys(keys))
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("role", ["centre", "log"])
def test_after_a_replacement_the_new_key_signs_and_the_old_is_kept(counted: Centre, role: Role) -> None:
    counted.publish_result()
    old, other = authority_key(counted.folder, role), Centre.open(counted.folder)
    new = counted.replace_key(role)
    here = counted.folder / "authority" / role
    assert authority_key(counted.folder, role).public == new.public != old.public
    assert {file.name for file in here.iterdir()} == {"key.pem", f"replaced-{old.public.key_id[:16]}.pem"}
    assert {file.stat().st_mode & 0o777 for file in here.iterdir()} == {0o600}
    record = read_record(counted.public)
    assert record.ok, record.findings
    assert record.log_key == counted.key_ring.of_station("", "log").public
    entry = len(counted.rules.entries) - 1
    assert [(one.key.public, one.entry) for one in counted.key_ring.replaced] == [(old.public, entry)]
    result = msgspec.structs.replace(counted.result(), draw="1" * 24)
    with pytest.raises(InvalidSignature, match=f"of the {role}, which the root replaced at entry {entry}"):
        counted.say("result", "", result, old)
    # Another process that was open meanwhile goes on under the new key.
    other.say("result", "", result, authority_key(other.folder, "centre"))
    assert read_record(counted.public).ok
    assert read_rules(counted.public).result == result
    counted.replace_key(role)
    assert len(list(here.iterdir())) == 3
    assert Centre.open(counted.folder).rules.result == result


def test_the_auditor_is_replaced_by_the_request_of_the_next(counted: Centre, auditor: SigningKey) -> None:
    request = create_auditor(counted.folder.with_name("next"))
    key = SigningKey.load(counted.folder.with_name("next") / "key.pem")
    seed = _seed(counted, auditor)
    assert counted.append(seed)
    counted.replace_key("auditor", request)
    assert not counted.append(seed)  # what is in the record stays, and is told so
    with pytest.raises(InvalidSignature, match="of the auditor, which the root replaced at entry"):
        AuditDesk(counted.rules, auditor)
    made = AuditDesk(counted.rules, key).draw(Seed(DICE))
    assert list(made) == ["audit-sample.json"]
    assert counted.append(made["audit-sample.json"])
    for role, wrong in (("auditor", None), ("root", None), ("chair", None)):
        with pytest.raises(InvalidInput, match="key cannot be replaced so"):
            counted.replace_key(role, wrong)


def test_a_record_under_another_log_key_than_the_admitted_one_is_not_counted(centre: Centre, tmp_path: Path) -> None:
    old = authority_key(centre.folder, "log")
    centre.replace_key("log")
    for name, key in (("other", SigningKey.generate()), ("old", old)):
        copy = Log.create(tmp_path / name, "testigo/prueba", key, root_key=centre.key_ring.root)
        for _, envelope in read_record(centre.public).envelopes:
            copy.append(envelope)
        copy.append(_statement_of_the_centre(centre))
        copy.publish()
        assert read_record(copy.folder).ok
        with pytest.raises(InvalidInput, match="not admitted for the log, or has replaced"):
            read_rules(copy.folder)


def _statement_of_the_centre(centre: Centre) -> bytes:
    about = {"election": centre.rules.election, "subject": "", "issued": "2027-04-11T23:00:00Z"}
    return Statement.of("result", centre.result(), **about).sign(authority_key(centre.folder, "centre"))


def test_without_the_root_key_nothing_is_replaced(counted: Centre) -> None:
    (counted.folder / "authority" / "root").rename(counted.folder.with_name("safe"))
    before = sorted(counted.folder.rglob("*"))
    for role, request in (("log", None), ("centre", None), ("auditor", MachineKeys((_new("auditor"),)))):
        with pytest.raises(IllegalStep, match="the root key is not here"):
            counted.replace_key(role, request)
    for signer in ("centre", "log"):
        body = msgspec.to_builtins(MachineKeys((_new("centre"),)))
        statement = Statement("machine-keys", counted.rules.election, "", "2027-04-11T22:00:00Z", body)
        with pytest.raises(InvalidSignature, match="root key"):
            counted.append(statement.sign(authority_key(counted.folder, signer)))
    assert sorted(counted.folder.rglob("*")) == before


class PowerCut(BaseException):
    """Not an `Exception`: nothing in the program may catch it."""


def _limit(patch: pytest.MonkeyPatch, changes: int) -> None:
    """Let so many changes of the disk through, and then none."""
    left = [changes]

    def limited(change: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **options: Any) -> Any:
            if not left[0]:
                raise PowerCut
            left[0] -= 1
            return change(*arguments, **options)

        return run

    for owner, name in ((storage, "flush"), (Path, "replace"), (Path, "unlink"), (os, "link"), (os, "utime")):
        patch.setattr(owner, name, limited(getattr(owner, name)))


@pytest.mark.parametrize("role", ["log", "centre"])
def test_a_power_cut_at_any_change_of_the_disk_leaves_the_old_key_or_the_new(
    centre: Centre, role: Role, tmp_path: Path
) -> None:
    old, entries = authority_key(centre.folder, role).public, len(centre.rules.entries)
    outcomes = set()
    for changes in range(200):
        folder = move_centre(centre.folder, tmp_path / f"cut-{changes}")
        office, finished = Centre.open(folder), True
        with pytest.MonkeyPatch.context() as patch:
            _limit(patch, changes)
            try:
                office.replace_key(role)
            except PowerCut:
                finished = False
        again = Centre.open(folder)
        assert read_record(again.public).ok
        replaced = len(again.rules.entries) - entries
        now = again.key_ring.of_station("", role).public
        assert (now != old) == bool(replaced)
        assert authority_key(folder, role).public == now
        assert again.verifier_key.startswith("testigo/prueba+")
        if not replaced:
            again.replace_key(role)
        assert len(again.rules.entries) == entries + 1
        again.publish_result()
        assert read_record(again.public).log_key == again.key_ring.of_station("", "log").public
        names = {file.name for file in (folder / "authority" / role).iterdir() if file.suffix == ".pem"}
        assert names == {"key.pem", f"replaced-{old.key_id[:16]}.pem"}
        outcomes.add(replaced)
        shutil.rmtree(folder.parent)
        if finished:
            break
    assert finished
    assert outcomes == {0, 1}


def _lose_log_key(folder: Path, left: bytes | None = None) -> None:
    (folder / "authority" / "log" / "key.pem").unlink()
    if left is not None:
        (folder / "authority" / "log" / "key.pem").write_bytes(left)


def _bad(report: VerificationReport) -> list[Finding]:
    """What is wrong about the log; the sheets of this country do not say all that `testigo verify` wants."""
    about = {"keys", "log-key", "checkpoint", "kept-checkpoint", "files", "statements", "statement-files"}
    return [one for grade in (Grade.FAILURE, Grade.UNCHECKED) for one in report.of_grade(grade) if one.code in about]


@pytest.mark.parametrize("left", [None, b"", b"not a key"])
def test_a_log_whose_key_was_lost_goes_on_under_one_that_the_root_announces(
    counted: Centre, left: bytes | None
) -> None:
    counted.publish_result()
    kept, old = (counted.public / "checkpoint").read_bytes(), authority_key(counted.folder, "log")
    with pytest.raises(Conflict):
        Centre.replace_lost_log_key(counted.folder)
    _lose_log_key(counted.folder, left)
    with pytest.raises((IllegalStep, InvalidInput)):
        Centre.open(counted.folder)
    new = Centre.replace_lost_log_key(counted.folder)
    again = Centre.open(counted.folder)
    assert authority_key(again.folder, "log").public == again.key_ring.of_station("", "log").public == new.public
    again.publish_result()
    again.replace_key("log")
    report = verify(again.public, again.key_ring.root, kept_checkpoint=kept)
    assert not _bad(report), report.findings
    assert any(finding.code == "kept-checkpoint" for finding in report.findings)
    assert old.public in [one.key.public for one in again.key_ring.replaced]
    with pytest.raises(InvalidSignature):
        Log.open(again.public, old)


def test_a_lost_log_key_is_not_replaced_without_the_root(counted: Centre) -> None:
    _lose_log_key(counted.folder)
    (counted.folder / "authority" / "root").rename(counted.folder.with_name("safe"))
    before = {file: file.read_bytes() for file in counted.folder.rglob("*") if file.is_file()}
    with pytest.raises(IllegalStep, match="the root key is not here"):
        Centre.replace_lost_log_key(counted.folder)
    assert {file: file.read_bytes() for file in counted.folder.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize("pending", [False, True])
def test_a_power_cut_while_a_lost_log_key_is_replaced_is_repaired(
    centre: Centre, tmp_path: Path, pending: bool
) -> None:
    """`pending`: a statement had been appended and not published when the key was lost."""
    named, entries = authority_key(centre.folder, "log").public, len(centre.rules.entries) + pending
    if pending:
        Log.open(centre.public, authority_key(centre.folder, "log")).append(_statement_of_the_centre(centre))
    _lose_log_key(centre.folder)
    outcomes = set()
    for changes in range(200):
        folder, finished = move_centre(centre.folder, tmp_path / f"cut-{changes}"), True
        with pytest.MonkeyPatch.context() as patch:
            _limit(patch, changes)
            try:
                Centre.replace_lost_log_key(folder)
            except PowerCut:
                finished = False
        lost = is_log_key_lost(folder)
        if lost:
            Centre.replace_lost_log_key(folder)
        again = Centre.open(folder)
        assert read_record(again.public).ok
        assert authority_key(folder, "log").public == again.key_ring.of_station("", "log").public != named
        assert len(again.rules.entries) == entries + 1
        again.publish_result()
        assert not _bad(verify(again.public, again.key_ring.root))
        outcomes.add(lost)
        shutil.rmtree(folder.parent)
        if finished:
            break
    assert finished and outcomes == {True, False}


@pytest.mark.parametrize("left", [None, b"", b"not a key"])
def test_a_key_that_was_lost_is_replaced(counted: Centre, left: bytes | None) -> None:
    here = counted.folder / "authority" / "centre"
    (here / "key.pem").unlink()
    if left is not None:
        (here / "key.pem").write_bytes(left)
    new = counted.replace_key("centre")
    again = Centre.open(counted.folder)
    assert authority_key(again.folder, "centre").public == again.key_ring.of_station("", "centre").public == new.public
    kept = {} if left is None else {"replaced-damaged.pem": left}
    assert {file.name: file.read_bytes() for file in here.iterdir() if file.name != "key.pem"} == kept
    again.publish_result()
