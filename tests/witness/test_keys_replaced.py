"""Keys of the authority that the root replaces: what the old key signed stays, what it signs afterwards is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from testigo.count import AuditSeed, Result, count_result
from testigo.election import MachineKey, MachineKeys, Role
from testigo.keys import SigningKey
from testigo.record import Checkpoint, Grade, Log
from testigo.witness import verify

Caught = Callable[..., list[str]]
DRAW = "616243514325161434521623"[::-1]


def _result(election: Any) -> Result:
    rulings = election.rulings
    return count_result(election.definition, election.sheets, digests=election.digests, draw=DRAW, rulings=rulings)


def _give(election: Any, role: Role, signer: Role = "root") -> SigningKey:
    """Let the role have another key from here on; returns the old one."""
    old = election.key(role)
    election.keys[role, ""] = SigningKey.generate()
    keys = MachineKeys((MachineKey(election.key(role).public.hex, role, "", ""),))
    election.say("machine-keys", "", keys, election.key(signer), 615)
    return old


def test_a_key_of_the_authority_that_was_replaced_signs_nothing_after_and_everything_before(
    caught: Caught, elect: Any, tmp_path: Path
) -> None:
    election = elect()
    old = _give(election, "centre")
    entry = len(election.envelopes) - 1
    election.say("result", "", _result(election), election.key("centre"), 616)
    report = verify(election.publish(tmp_path / "honest"), election.key("root").public)
    assert report.verdict.holds, report.findings
    (shown,) = [finding for finding in report.findings if finding.code == "keys-replaced"]
    for words in (
        "centre",
        f"from entry {entry} on",
        old.public.key_id[:16],
        election.key("centre").public.key_id[:16],
    ):
        assert words in shown.detail
    election.say("result", "", _result(election), old, 617)
    assert [said.partition("…")[2] for said in caught("statements", election)] == [
        f" of the centre, which the root replaced at entry {entry}; sign with the key that took its place"
    ]


def test_the_new_key_signs_nothing_before_its_entry(caught: Caught, elect: Any) -> None:
    election = elect()
    _give(election, "auditor")
    announced = election.envelopes.pop()
    seed = election.find("audit-seed")
    election.envelopes[seed : seed + 1] = []
    election.say("audit-seed", "", AuditSeed("1" * 20), election.key("auditor"), 616)
    election.envelopes.append(announced)
    assert any("never admitted" in said for said in caught("statements", election))


@pytest.mark.parametrize("signer", ["centre", "log", "auditor"])
def test_only_the_root_replaces_a_key(caught: Caught, elect: Any, signer: Role) -> None:
    election = elect()
    _give(election, "auditor", signer)
    (refused,) = caught("statements", election)
    assert "'machine keys' must be signed by the election's root key" in refused


def test_a_key_that_was_replaced_never_comes_back(caught: Caught, elect: Any) -> None:
    election = elect()
    old = _give(election, "centre")
    election.keys["centre", ""] = old
    keys = MachineKeys((MachineKey(old.public.hex, "centre", "", ""),))
    election.say("machine-keys", "", keys, election.key("root"), 616)
    assert any("cannot come back" in said for said in caught("statements", election))


def test_who_kept_the_logs_old_key_cannot_go_on_with_the_log(caught: Caught, elect: Any, tmp_path: Path) -> None:
    election = elect()
    early = Log.create(tmp_path / "early", "testigo/test", election.key("log"), root_key=election.key("root").public)
    for envelope in election.envelopes:
        early.append(envelope)
    early.publish()
    kept = (early.folder / "checkpoint").read_bytes()
    old = _give(election, "log")
    entry = len(election.envelopes) - 1
    new, election.keys["log", ""] = election.key("log"), old
    said = caught("log-key", election)
    assert said == [f"the key that signs the log was replaced at entry {entry}; the new one has to sign it"]
    election.keys["log", ""] = new
    election.say("result", "", _result(election), election.key("centre"), 616)
    report = verify(election.publish(tmp_path / "p"), election.key("root").public, kept_checkpoint=kept)
    assert report.verdict.holds, report.findings
    assert any(finding.code == "kept-checkpoint" for finding in report.findings)
    size, root_hash = report.entries, bytes.fromhex(report.root_hash)
    for forged, grade in (
        (Checkpoint("testigo/test", size, root_hash), Grade.UNCHECKED),  # at that size it is not the log's key any more
        (Checkpoint("testigo/test", 3, bytes(32)), Grade.FAILURE),
    ):
        report = verify(tmp_path / "p", election.key("root").public, kept_checkpoint=forged.sign(old))
        assert [finding.code for finding in report.of_grade(grade)] == ["kept-checkpoint"]
