"""Freeze what the running release writes, so that every later release can be held to it.

    python tools/freeze.py [--version 0.2] [--out tests/data] [--stations 2] [--voters 12] [--seed 7]

Holds a rehearsal and leaves, each in a folder of the release that must not be there yet:

    records/VERSION/honest               the public record
    records/VERSION/changed-byte         one byte of a tally sheet's file is another one
    records/VERSION/removed-statement    the file of a closing count is missing
    records/VERSION/sheet-signed-again   who holds every key but the booth's and the check-in's moved a vote: tally
                                         sheet, closing count, results and log are signed again
    records/VERSION/verdicts.json        what this release says of each
    stored/VERSION/register, station     what the register and one station's machines keep

RELEASE.md says when. The tests that read them: tests/witness/test_frozen_records.py, tests/station/test_stored.py.
"""

import argparse
import contextlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from testigo import __version__
from testigo.audit.closing import PaperTally, closing_count
from testigo.ballot import ContestTally, TallySheet
from testigo.canonical import SignedValue
from testigo.count import KINDS, Annulment, ClosingCount, Correction, RecordRules, body_of
from testigo.election import Role, load
from testigo.keys import PublicKey, SigningKey
from testigo.record import Log, Statement, open_checkpoint, peek, read_record
from testigo.rehearsal import SyntheticFingers, cut_out, hold
from testigo.witness import verify

ROOT = Path(__file__).resolve().parents[1]
ELECTION = ROOT / "src" / "testigo" / "examples" / "republic" / "election.yaml"

Keys = Callable[[Role, str], SigningKey]
"""(role, station or "") → its private key."""

HONEST, CHANGED, REMOVED, SIGNED_AGAIN = "honest", "changed-byte", "removed-statement", "sheet-signed-again"


def freeze_records(public: Path, keys: Keys, out: Path) -> None:
    """The record in `public`, three copies that were tampered with, and this release's verdict of each, into `out`."""
    shutil.copytree(public, out / HONEST, ignore=shutil.ignore_patterns("*.lock", ".lock"))
    change_byte(Path(shutil.copytree(out / HONEST, out / CHANGED)))
    remove_statement(Path(shutil.copytree(out / HONEST, out / REMOVED)))
    sign_again(out / HONEST, keys, out / SIGNED_AGAIN)
    said = {name: verdict_of(out / name) for name in (HONEST, CHANGED, REMOVED, SIGNED_AGAIN)}
    (out / "verdicts.json").write_text(json.dumps(said, indent=1) + "\n")


def verdict_of(record: Path) -> dict[str, Any]:
    """What this release says of a record."""
    report = verify(record)
    return {
        "ok": report.verdict.holds,
        "verdict": report.verdict,
        "entries": report.entries,
        "root_hash": report.root_hash,
        "root_key_id": report.root_key_id,
        "failed": sorted({(one.code, one.place) for one in report.findings if not one.holds}),
    }


def change_byte(record: Path) -> None:
    """One byte in the middle of the last tally sheet's file becomes another character of base64."""
    file = _last(record, "tally-sheet")
    data = bytearray(file.read_bytes())
    middle = len(data) // 2
    data[middle] = ord("A") if data[middle] != ord("A") else ord("B")
    file.write_bytes(bytes(data))


def remove_statement(record: Path) -> None:
    """The file of the last closing count goes."""
    _last(record, "closing-count").unlink()


def _last(record: Path, kind: str) -> Path:
    return sorted((record / "statements").glob(f"*-{kind}-*.json"))[-1]


def sign_again(public: Path, keys: Keys, out: Path) -> None:
    """The same election with one vote moved, in the last tally sheet that has one, signed by all but its booth and
    its check-in.
    """
    record = read_record(public)
    envelopes = [data for _, data in record.envelopes]
    root = PublicKey.from_hex((public / "root.pub").read_text().strip())
    place = max(number for number, one in enumerate(envelopes) if _movable(one))
    station, rules = peek(envelopes[place]).subject, RecordRules(root)
    origin = open_checkpoint((public / "checkpoint").read_bytes(), keys("log", "").public).origin
    log = Log.create(out, origin, keys("log", ""), root_key=root)
    for envelope in envelopes:
        said = peek(envelope)
        body = _body_again(said, station, rules)
        if body is not None:
            who = KINDS[said.type].signer
            again = Statement.of(said.type, body, election=said.election, subject=said.subject, issued=said.issued)
            envelope = again.sign(keys(who, said.subject if who == "chair" else ""))
        rules.add(envelope)
        log.append(envelope)
    log.publish()


def _body_again(said: Statement, station: str, rules: RecordRules) -> SignedValue | None:
    """What the forger says in the place of a statement; None where the honest one stays."""
    match said.type:
        case "tally-sheet" if said.subject == station:
            return _move_a_vote(body_of(said, TallySheet))
        case "closing-count" if said.subject == station:
            honest, sheet = body_of(said, ClosingCount), rules.sheets[station]
            paper = PaperTally(honest.method, honest.papers, sheet.tally.contests, honest.spoiled, honest.unsettled)
            return closing_count(rules.definition, sheet, rules.sheet_digests(ClosingCount.VERSION)[station], paper)
        case "annulment" if said.subject == station:
            standing = rules.rulings.annulments.get(station) or rules.sheet_digests(2)[station]
            return msgspec.structs.replace(body_of(said, Annulment), names=standing)
        case "correction" if said.subject == station:
            tally, names = rules.sheets[station].tally, rules.sheet_digests(2)[station]
            return msgspec.structs.replace(body_of(said, Correction), names=names, tally=tally)
        case "result":
            return rules.count()
    return None


def _movable(envelope: bytes) -> bool:
    said = peek(envelope)
    return said.type == "tally-sheet" and any(map(_two_options, body_of(said, TallySheet).tally.contests))


def _two_options(contest: ContestTally) -> tuple[str, str] | None:
    """The option with most votes, and another one; None where there are no two, or no votes."""
    ranked = sorted(contest.votes, key=lambda option: (-contest.votes[option], option))
    return (ranked[0], ranked[-1]) if len(ranked) > 1 and contest.votes[ranked[0]] else None


def _move_a_vote(sheet: TallySheet) -> TallySheet:
    """One vote of the first contest that has any, from the option with most votes to the one with fewest."""
    contests = list(sheet.tally.contests)
    for number, contest in enumerate(contests):
        if options := _two_options(contest):
            loser, winner = options
            votes = contest.votes | {loser: contest.votes[loser] - 1, winner: contest.votes[winner] + 1}
            contests[number] = msgspec.structs.replace(contest, votes=votes)
            break
    tally = msgspec.structs.replace(sheet.tally, contests=tuple(contests))
    return msgspec.structs.replace(sheet, tally=tally)


def freeze_stored(rehearsal: Path, out: Path) -> None:
    """The register of a rehearsal, and the machines of its first station."""
    leave = shutil.ignore_patterns("*.lock", ".lock", "paper", "*.pdf", "*.db-wal", "*.db-shm", "*.package")
    shutil.copytree(rehearsal / "register", out / "register", ignore=leave)
    station = sorted((rehearsal / "stations").iterdir())[0]
    for role in ("chair", "check-in", "booth"):
        shutil.copytree(station / role, out / "station" / role, ignore=leave)


def rehearsal_keys(out: Path) -> Keys:
    """The private keys that a rehearsal left in `out`."""

    def key(role: Role, station: str) -> SigningKey:
        if station:
            return SigningKey.load(out / "stations" / station / role / "signing.pem")
        folder = out / role if role == "auditor" else out / "centre" / "authority" / role
        return SigningKey.load(folder / "key.pem")

    return key


@contextlib.contextmanager
def _told(title: str, _steps: int) -> Iterator[Any]:
    print(f"{title} …", flush=True)
    yield _NoBar()


class _NoBar:
    def advance(self, steps: int = 1) -> None:
        """Nothing is drawn."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", default=".".join(__version__.split(".")[:2]))
    parser.add_argument("--out", type=Path, default=ROOT / "tests" / "data")
    parser.add_argument("--stations", type=int, default=2)
    parser.add_argument("--voters", type=int, default=12)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    records, stored = asked.out / "records" / asked.version, asked.out / "stored" / asked.version
    for folder in (records, stored):
        if folder.exists():
            parser.error(f"{folder} is there already: what a release has frozen is never changed")
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary) / "rehearsal"
        held = hold(
            cut_out(load(ELECTION), asked.stations, asked.voters), SyntheticFingers(asked.seed), asked.seed, out, _told
        )
        if not held.ok:
            parser.exit(1, f"the rehearsal broke a promise: {[*held.surprises, *held.mismatches]}\n")
        freeze_records(out / "public", rehearsal_keys(out), records)
        freeze_stored(out, stored)
    print(f"frozen: {records}, {stored}\nwrite what differs from the release before into tests/data/records/README.md")


if __name__ == "__main__":
    main()
