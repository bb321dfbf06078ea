"""The log: once is once, published means consistent, and a power cut at any write loses nothing."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from testigo import storage
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature, StorageError
from testigo.keys import SigningKey
from testigo.record import Log, Statement, read_record

ORIGIN = "example.org/elections/2026"
Make = Callable[[int], bytes]


def snapshot(folder: Path) -> dict[str, str]:
    """Every file's path and digest."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_an_empty_log_is_a_sound_record(new_log: Log) -> None:
    record = read_record(new_log.folder)
    assert record.ok, record.findings
    assert (record.origin, record.size, record.envelopes) == (ORIGIN, 0, ())


def test_what_is_appended_is_published_in_order_and_once(new_log: Log, envelope: Make) -> None:
    assert [new_log.append(envelope(n)) for n in (0, 1, 0, 2, 1)] == [0, 1, 0, 2, 1]
    assert (new_log.size, new_log.published_size) == (3, 0)
    published = new_log.publish()
    assert (published.size, new_log.published_size) == (3, 3)
    record = read_record(new_log.folder)
    assert record.ok, record.findings
    assert [data for _, data in record.envelopes] == [envelope(n) for n in range(3)]
    assert record.root_hash == published.root_hash
    before = snapshot(new_log.folder)
    assert new_log.append(envelope(2)) == 2
    new_log.publish()
    assert snapshot(new_log.folder) == before


def test_an_opened_log_goes_on(new_log: Log, envelope: Make, log_key: SigningKey) -> None:
    new_log.append(envelope(0))
    new_log.publish()
    new_log.append(envelope(1))  # kept, not published
    again = Log.open(new_log.folder, log_key)
    assert (again.origin, again.size, again.published_size) == (ORIGIN, 2, 1)
    assert [again.append(envelope(n)) for n in (1, 0, 2)] == [1, 0, 2]
    again.publish()
    assert read_record(new_log.folder).ok


@pytest.mark.parametrize("steps", [(255, 1), (255, 2), (200, 313)])
def test_the_folder_depends_on_the_statements_alone(
    tmp_path: Path, root: SigningKey, log_key: SigningKey, envelope: Make, steps: tuple[int, ...]
) -> None:
    stepwise = Log.create(tmp_path / "stepwise", ORIGIN, log_key, root_key=root.public)
    at_once = Log.create(tmp_path / "at-once", ORIGIN, log_key, root_key=root.public)
    for step in steps:
        for _ in range(step):
            stepwise.append(envelope(stepwise.size))
            at_once.append(envelope(at_once.size))
        stepwise.publish()
    at_once.publish()
    assert snapshot(stepwise.folder) == snapshot(at_once.folder)
    record = read_record(stepwise.folder)
    assert record.ok, record.findings
    assert record.size == sum(steps)


def test_what_is_no_statement_changes_nothing(new_log: Log, root: SigningKey) -> None:
    before = snapshot(new_log.folder)
    for bad in (b"", b"{}", b"\xff", Statement("Not A Type", "e" * 64, "", "", {}).sign(root)):
        with pytest.raises(InvalidInput):
            new_log.append(bad)
    assert snapshot(new_log.folder) == before
    assert new_log.size == 0


def test_the_first_statement_must_be_the_roots(new_log: Log, envelope: Make) -> None:
    foreign = Statement("tally-sheet", "e" * 64, "s", "", {}).sign(SigningKey.generate())
    with pytest.raises(InvalidSignature):
        new_log.append(foreign)
    new_log.append(envelope(0))
    assert new_log.append(foreign) == 1


def test_a_record_is_never_begun_over_another(new_log: Log, envelope: Make, log_key: SigningKey) -> None:
    new_log.append(envelope(0))
    with pytest.raises(IllegalStep):
        Log.create(new_log.folder, ORIGIN, log_key)
    (new_log.folder / "checkpoint").unlink()
    with pytest.raises(IllegalStep):
        Log.create(new_log.folder, ORIGIN, log_key)


@pytest.mark.parametrize("origin", ["", "two words", "a+b", "a\nb"])
def test_an_origin_that_is_none_is_refused(tmp_path: Path, log_key: SigningKey, origin: str) -> None:
    with pytest.raises(InvalidInput):
        Log.create(tmp_path / "public", origin, log_key)
    assert not (tmp_path / "public").exists()


def test_another_key_does_not_open_it(new_log: Log) -> None:
    with pytest.raises(InvalidSignature):
        Log.open(new_log.folder, SigningKey.generate())


def test_a_folder_without_a_log_is_one_sentence(tmp_path: Path, log_key: SigningKey) -> None:
    with pytest.raises(StorageError, match="no such file or folder"):
        Log.open(tmp_path / "nowhere", log_key)


@pytest.mark.parametrize("damage", ["tile/entries/000.p/5", "checkpoint", "log.pub"])
def test_a_damaged_record_is_not_continued(make_record: Callable[..., Path], log_key: SigningKey, damage: str) -> None:
    folder = make_record(5)
    data = bytearray((folder / damage).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / damage).write_bytes(data)
    with pytest.raises((InvalidInput, InvalidSignature)):
        Log.open(folder, log_key)


def test_a_pending_statement_put_there_by_another_is_not_taken_up(
    make_record: Callable[..., Path], log_key: SigningKey, envelope: Make
) -> None:
    folder = make_record(2)
    for name in ("000003-tally-sheet-station-3.json", "000002-tally-sheet-other.json"):
        (folder / "statements" / name).write_bytes(envelope(3))
        with pytest.raises(InvalidInput):
            Log.open(folder, log_key)
        (folder / "statements" / name).unlink()
    assert Log.open(folder, log_key).size == 2


def test_two_logs_of_one_folder_never_fork_it(new_log: Log, envelope: Make, log_key: SigningKey) -> None:
    other = Log.open(new_log.folder, log_key)
    threads = [
        threading.Thread(target=lambda log=log, start=start: [log.append(envelope(n)) for n in range(start, 40, 2)])
        for log, start in ((new_log, 0), (other, 1), (other, 0))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    new_log.publish()
    other.append(envelope(40))
    other.publish()
    record = read_record(new_log.folder)
    assert record.ok, record.findings
    assert sorted(data for _, data in record.envelopes) == sorted(envelope(n) for n in range(41))


class PowerCut(BaseException):
    """Not an `Exception`: nothing in the program may catch it."""


class Disk:
    """Lets so many changes through and then none: whatever would change the disk raises."""

    def __init__(self, patch: pytest.MonkeyPatch, changes: int) -> None:
        self.left = changes
        for owner, name in ((storage, "flush"), (Path, "replace"), (Path, "unlink"), (Path, "rmdir"), (os, "utime")):
            patch.setattr(owner, name, self._limited(getattr(owner, name)))
        real_open, limited_open = os.open, self._limited(os.open)
        patch.setattr(
            os,
            "open",
            lambda path, flags, *rest: (limited_open if flags & os.O_CREAT else real_open)(path, flags, *rest),
        )

    def _limited(self, change: Callable[..., Any]) -> Callable[..., Any]:
        def limited(*arguments: Any, **options: Any) -> Any:
            if self.left <= 0:
                raise PowerCut
            self.left -= 1
            return change(*arguments, **options)

        return limited


def work(log: Log, envelope: Make, *, begin: int, end: int) -> None:
    """What a centre does between two checkpoints."""
    for number in range(begin, end):
        log.append(envelope(number))
    log.publish()


@pytest.mark.parametrize(("begin", "end", "step"), [(0, 1, 1), (3, 5, 1), (254, 257, 5)])
def test_a_power_cut_at_any_change_of_the_disk_loses_nothing(
    make_record: Callable[..., Path], log_key: SigningKey, envelope: Make, begin: int, end: int, step: int
) -> None:
    published = make_record(begin)
    old = read_record(published).checkpoint
    complete = make_record(begin, "complete")
    work(Log.open(complete, log_key), envelope, begin=begin, end=end)
    new = read_record(complete).checkpoint
    for changes in range(0, 1000, step):
        folder = published.with_name(f"cut-{changes}")
        shutil.copytree(published, folder)
        with pytest.MonkeyPatch.context() as patch:
            disk = Disk(patch, changes)
            try:
                work(Log.open(folder, log_key), envelope, begin=begin, end=end)
            except PowerCut:
                finished = False
            else:
                finished = True
            assert disk.left >= 0
        record = read_record(folder)
        assert record.checkpoint in (old, new)
        assert {finding.code for finding in record.findings if not finding.holds} <= {"files"}
        assert len(record.envelopes) == record.size
        again = Log.open(folder, log_key)
        assert again.size >= record.size
        work(again, envelope, begin=begin, end=end)
        assert snapshot(folder) == snapshot(complete)
        shutil.rmtree(folder)
        if finished:
            break
    assert finished
    assert changes > 10


def test_a_log_goes_on_under_another_key(make_record: Callable[..., Path], log_key: SigningKey, envelope: Make) -> None:
    folder, new = make_record(3), SigningKey.generate()
    other = Log.open(folder, log_key)
    log = Log.open(folder, log_key)
    log.append(envelope(3))
    log.rekey(new)
    assert log.key == new.public
    before = snapshot(folder)
    log.rekey(new)
    assert snapshot(folder) == before
    record = read_record(folder)
    assert record.ok, record.findings
    assert (record.size, record.log_key) == (4, new.public)
    for attempt in (lambda: other.append(envelope(4)), other.publish, lambda: Log.open(folder, log_key)):
        with pytest.raises(InvalidSignature, match="not the log's key"):
            attempt()
    assert snapshot(folder) == before
    log.append(envelope(4))
    log.publish()
    assert read_record(folder).ok


def test_a_power_cut_while_the_key_is_replaced_leaves_a_log_that_one_of_the_two_keys_continues(
    make_record: Callable[..., Path], log_key: SigningKey, envelope: Make
) -> None:
    begun, new = make_record(3), SigningKey.generate()
    complete = make_record(3, "complete")

    def replace(folder: Path, key: SigningKey) -> None:
        log = Log.open(folder, key)
        log.append(envelope(3))
        log.rekey(new)

    replace(complete, log_key)
    seen = set()
    for changes in range(100):
        folder = begun.with_name(f"cut-{changes}")
        shutil.copytree(begun, folder)
        finished = True
        with pytest.MonkeyPatch.context() as patch:
            Disk(patch, changes)
            try:
                replace(folder, log_key)
            except PowerCut:
                finished = False
        record = read_record(folder)
        failed = [finding for finding in record.findings if not finding.grade.holds]
        assert {finding.code for finding in failed} <= {"files"}
        signatures = record.checkpoint.count("\u2014".encode())
        seen.add((record.size, signatures, record.log_key == new.public))
        replace(folder, new if record.log_key == new.public else log_key)
        assert snapshot(folder) == snapshot(complete)
        shutil.rmtree(folder)
        if finished:
            break
    assert finished
    assert seen == {(3, 1, False), (4, 1, False), (4, 2, False), (4, 2, True), (4, 1, True)}


def test_killed_processes_lose_no_statement_that_was_acknowledged(
    new_log: Log, envelope: Make, log_key: SigningKey, tmp_path: Path
) -> None:
    log_key.save(tmp_path / "log.pem")
    for number in range(60):
        (tmp_path / f"{number}.json").write_bytes(envelope(number))
    program = (
        "import sys; from pathlib import Path; from testigo.keys import SigningKey; from testigo.record import Log\n"
        f"here = Path({str(tmp_path)!r}); log = Log.open(here / 'public', SigningKey.load(here / 'log.pem'))\n"
        "print('ready', flush=True)\n"
        "for number in range(60):\n"
        "    log.append((here / f'{number}.json').read_bytes()); print(number, flush=True)\n"
        "    if number % 7 == 6: log.publish()\n"
        "log.publish()\n"
    )
    for attempt in range(6):
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(0.002 * (attempt + 1))
        process.kill()
        said = process.communicate()[0].split(b"\n")
        acknowledged = sum(1 for line in said[:-1] if line)
        again = Log.open(new_log.folder, log_key)
        assert again.size >= acknowledged
        again.publish()
        record = read_record(new_log.folder)
        assert record.ok, record.findings
        assert [data for _, data in record.envelopes] == [envelope(n) for n in range(record.size)]


@pytest.mark.parametrize("failing", ["statements", "checkpoint", "tile"])
def test_a_full_disk_is_one_sentence_and_the_log_goes_on(
    new_log: Log, envelope: Make, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    new_log.append(envelope(0))
    new_log.publish()
    real = storage.write

    def full(path: Path, data: bytes, **options: Any) -> None:
        if failing in str(path.relative_to(new_log.folder)):
            with storage.explained(path):
                raise OSError(28, "No space left on device")
        real(path, data, **options)

    with monkeypatch.context() as patch:
        patch.setattr(storage, "write", full)
        with pytest.raises(StorageError, match="the disk is full"):
            work(new_log, envelope, begin=1, end=3)
    work(new_log, envelope, begin=1, end=3)
    record = read_record(new_log.folder)
    assert record.ok, record.findings
    assert record.size == 3


def test_a_write_that_fails_half_way_never_gives_one_index_twice(
    new_log: Log, envelope: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The statement's new name is there, but the disk did not say that it will stay."""
    new_log.append(envelope(0))

    def broken(path: Path) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "flush_folder", broken)
        with pytest.raises(StorageError):
            new_log.append(envelope(1))
    assert new_log.append(envelope(2)) == 2
    assert new_log.append(envelope(1)) == 1
    new_log.publish()
    record = read_record(new_log.folder)
    assert record.ok, record.findings


def test_contains_an_earlier_checkpoint_of_the_same_log_only(new_log: Log, envelope: Make) -> None:
    new_log.append(envelope(0))
    earlier = new_log.publish()
    new_log.append(envelope(1))
    later = new_log.publish()
    assert new_log.contains(earlier) and new_log.contains(later)
    assert not new_log.contains(msgspec.structs.replace(earlier, origin="example.org/another"))
    assert not new_log.contains(msgspec.structs.replace(earlier, root_hash=later.root_hash))
    assert not new_log.contains(msgspec.structs.replace(later, size=3))


def test_partial_tiles_stay_until_the_full_tile_is_there(new_log: Log, envelope: Make, log_key: SigningKey) -> None:
    """Whoever has an earlier checkpoint can still fetch what it needs (C2SP tlog-tiles)."""
    for end in (2, 5, 255):
        work(new_log, envelope, begin=new_log.size, end=end)
    tile_files = {
        str(file.relative_to(new_log.folder)) for file in (new_log.folder / "tile").rglob("*") if file.is_file()
    }
    assert tile_files == {f"tile/{level}/000.p/{width}" for level in ("0", "entries") for width in (2, 5, 255)}
    before = snapshot(new_log.folder)
    assert Log.open(new_log.folder, log_key).size == 255
    assert snapshot(new_log.folder) == before
    record = read_record(new_log.folder)
    assert record.ok, record.findings
    assert "4 partial tiles of earlier checkpoints beside them" in record.findings[-1].detail
    work(new_log, envelope, begin=255, end=257)
    tile_files = {
        str(file.relative_to(new_log.folder)) for file in (new_log.folder / "tile").rglob("*") if file.is_file()
    }
    full = {"tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/1"}
    assert tile_files == full
    assert read_record(new_log.folder).ok


def test_partial_tiles_of_a_later_tile_go_too(new_log: Log, envelope: Make) -> None:
    for end in (300, 511):
        work(new_log, envelope, begin=new_log.size, end=end)
    later = [new_log.folder / f"tile/{level}/001.p" for level in ("0", "entries")]
    assert [sorted(file.name for file in folder.iterdir()) for folder in later] == [["255", "44"]] * 2
    work(new_log, envelope, begin=511, end=512)
    assert not any(file for folder in later for file in folder.glob("*"))
    assert read_record(new_log.folder).ok


def test_a_partial_tile_that_could_not_be_removed_is_removed_next_time(
    new_log: Log, envelope: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    work(new_log, envelope, begin=0, end=2)
    real = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.name == "2":
            raise OSError(13, "Permission denied")
        real(path, missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        with pytest.raises(StorageError, match="permission denied"):
            work(new_log, envelope, begin=2, end=256)
    assert (new_log.folder / "tile/0/000.p/2").exists()
    assert read_record(new_log.folder).ok
    new_log.publish()
    assert not (new_log.folder / "tile/0/000.p").exists()
    assert read_record(new_log.folder).ok


class LogMachine(RuleBasedStateMachine):
    """Append, publish, open again and let another process write, in any order: the record is a list without repeats."""

    folder: Path
    root = SigningKey.generate()
    key = SigningKey.generate()

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp()) / "public"
        self.log = Log.create(self.folder, ORIGIN, self.key, root_key=self.root.public)
        self.other = Log.open(self.folder, self.key)
        self.said: list[bytes] = []
        self.published = 0

    def _envelope(self, number: int) -> bytes:
        return Statement("tally-sheet", "e" * 64, str(number), "2026-11-21T10:00:00Z", {}).sign(self.root)

    @rule(number=st.integers(0, 12), other=st.booleans())
    def append(self, number: int, other: bool) -> None:
        data = self._envelope(number)
        if data not in self.said:
            self.said.append(data)
        assert (self.other if other else self.log).append(data) == self.said.index(data)

    @rule(other=st.booleans())
    def publish(self, other: bool) -> None:
        assert (self.other if other else self.log).publish().size == len(self.said)
        self.published = len(self.said)
        record = read_record(self.folder)
        assert record.ok, record.findings
        assert [data for _, data in record.envelopes] == self.said

    @rule()
    def open_again(self) -> None:
        self.log = Log.open(self.folder, self.key)
        assert (self.log.size, self.log.published_size) == (len(self.said), self.published)

    def teardown(self) -> None:
        shutil.rmtree(self.folder.parent)


LogMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
TestLogMachine = LogMachine.TestCase
