"""Who is enrolled twice, looked for in the whole register: found once, whatever ends the run on the way."""

import contextlib
import datetime
import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from enrolled_people import both_indexes, document, enrol_people, press
from raising import raises_code
from stored_files import unlisted
from testigo.cli import main
from testigo.election import Definition, load
from testigo.errors import IllegalStep, InvalidInput, StorageError, TestigoError
from testigo.fingerprint import THRESHOLD, Position
from testigo.register import Register, RegisterKey, deduplication, duplicates, prints, workers
from testigo.register.deduplication import STANDARD, Summary, expected_false_cases, least_pair_score
from testigo.register.enrolment import Kept
from testigo.register.gallery import DuplicateCandidate, least_score
from testigo.register.tables import changing
from testigo.register.work_folder import Pair, Parameters
from testigo.register.workers import Certificates, Workers
from testigo.words import Message

RIGHT, LEFT = Position.RIGHT_INDEX, Position.LEFT_INDEX
PARAMETERS = msgspec.structs.replace(STANDARD, block=7)

PEOPLE = [
    *(both_indexes(person) for person in range(36)),
    both_indexes(3, 1),
    [(RIGHT, press(2 * 5 + 1, 1)), (LEFT, press(2 * 5, 1))],  # holds out the other hand
    [(RIGHT, press(9_999)), (LEFT, press(2 * 7 + 1, 1))],  # one finger is somebody else's
    [(Position.LEFT_THUMB, press(2 * 9, 1)), (RIGHT, press(9_998, 1)), (RIGHT, press(9_998, 2))],
]
"""36 persons with two fingers each, four of them enrolled again in other ways."""

PLANTED = {(3, 36), (5, 37), (7, 38), (9, 39)}


class Watcher:
    """Remembers what it is shown."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int, int]] = []
        self.notes: list[str] = []

    def stage(self, name: Message, total: int, done: int = 0) -> None:
        self.stages.append((name.key, total, done))

    def advance(self, steps: int) -> None:
        name, total, done = self.stages[-1]
        self.stages[-1] = (name, total, done + steps)

    def note(self, what: Message | TestigoError) -> None:
        self.notes.append(str(what))


class ThisProcess:
    """Workers without processes, for tests of everything else; `lives`: blocks until the power fails."""

    def __init__(self, lives: int = 10**6) -> None:
        self.lives = lives
        self.done: list[int] = []

    def run(
        self, task: Callable[..., Any], given: Sequence[object], numbers: Sequence[int], after: Callable[[], None]
    ) -> Iterator[tuple[int, Any]]:
        for number in numbers:
            if len(self.done) == self.lives:
                raise KeyboardInterrupt
            yield number, task(*given, number)
            self.done.append(number)
        after()


@pytest.fixture
def address(tmp_path: Path) -> str:
    """SQLite; the one test that wants PostgreSQL too says so."""
    return f"sqlite:///{tmp_path / 'register.db'}"


@pytest.fixture
def people_enrolled(address: str, definition: Definition, key: RegisterKey, tmp_path: Path) -> Iterator[Register]:
    with Register.open(address, definition, key) as register:
        enrol_people(register, "s3", tmp_path, PEOPLE)
        yield register


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return tmp_path / "work"


def run(register: Register, work: Path, these: Any = None, watcher: Watcher | None = None, **more: Any) -> Summary:
    @contextlib.contextmanager
    def open_workers() -> Iterator[Any]:
        yield these or ThisProcess()

    more.setdefault("parameters", PARAMETERS)
    return deduplication.deduplicate(register, work, open_workers, watcher or Watcher(), **more)


def people_of(register: Register, found: Sequence[Pair]) -> set[tuple[int, int]]:
    """(earlier, later) of each pair as numbers of `PEOPLE`."""
    names = register.documents({enrolment for pair in found for enrolment in (pair.earlier, pair.later)})
    return {(int(names[pair.earlier][1:]) - 100_000, int(names[pair.later][1:]) - 100_000) for pair in found}


def files(folder: Path) -> dict[str, tuple[int, int]]:
    """Name → (inode, time of the last change) of each file: a file written again has others."""
    return {str(file.relative_to(folder)): (file.stat().st_ino, file.stat().st_mtime_ns) for file in folder.rglob("*")}


# ── What is found ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_everybody_enrolled_twice_becomes_a_case_and_nobody_else(
    database: str,
    address: str,
    definition: Definition,
    key: RegisterKey,
    work: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    if database == "postgres":
        address = request.getfixturevalue("make_postgres_database")()
    watcher = Watcher()
    with Register.open(address, definition, key) as register:
        enrol_people(register, "s3", tmp_path, PEOPLE)
        summary = run(register, work, watcher=watcher)
        assert people_of(register, summary.found) == PLANTED
        expected = {(document(one), document(two)) for one, two in PLANTED}
        assert {(case.earlier_document, case.later_document) for case in register.cases()} == expected
        swapped = register.case(next(c.id for c in register.cases() if c.later_document == document(37)))
        assert (
            swapped.earlier.images[swapped.earlier.most_similar][0]
            != swapped.later.images[swapped.later.most_similar][0]
        )
    assert (summary.persons, summary.prints, summary.pairs) == (40, 80, 40 * 39 // 2)
    assert len(summary.opened) == 4
    assert [(total, done) for _, total, done in watcher.stages] == [(40, 40), (40, 40), (4, 4)]
    assert not work.exists()


def test_parts_change_nothing(people_enrolled: Register, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run(people_enrolled, work, dry_run=True)
    shutil.rmtree(work)
    monkeypatch.setattr(prints, "PART", 14)
    with pytest.raises(KeyboardInterrupt):
        run(people_enrolled, work, ThisProcess(lives=1))
    assert len(list((work / "parts").iterdir())) == 3
    assert unlisted(work, "WORK") == []
    parted = run(people_enrolled, work, dry_run=True)
    assert parted.found == whole.found
    assert parted.pairs == whole.pairs


def test_the_best_impression_of_a_finger_is_the_one_that_counts() -> None:
    taken = [(1, RIGHT, 40), (2, LEFT, 50), (3, RIGHT, 60), (4, RIGHT, 55)]
    best = prints.best_of_each_finger(Kept(number, finger, quality, b"") for number, finger, quality in taken)
    assert [one.number for one in best] == [3, 2]


def test_a_pair_that_has_a_case_gets_no_other(people_enrolled: Register, work: Path) -> None:
    assert len(run(people_enrolled, work).opened) == 4
    (first, *_) = people_enrolled.cases()
    people_enrolled.settle(first.id, "different", "Eva", "twins")
    again = run(people_enrolled, work)
    assert (len(again.found), again.opened) == (4, ())
    assert len(people_enrolled.cases(open_only=False)) == 4
    with changing(people_enrolled._engine) as connection:
        assert duplicates.open_missing_cases(connection, [(4, DuplicateCandidate(37, 9.0, 1, 1))]) == (), (
            "the other way round"
        )


def test_who_was_set_aside_is_not_looked_at(people_enrolled: Register, work: Path) -> None:
    people_enrolled.withdraw(document(3), "Eva", "wrong person")
    summary = run(people_enrolled, work)
    assert people_of(people_enrolled, summary.found) == PLANTED - {(3, 36)}
    assert summary.persons == 39


@pytest.mark.parametrize("aside", [5, 37])
def test_who_is_set_aside_meanwhile_gets_no_case(people_enrolled: Register, work: Path, aside: int) -> None:
    run(people_enrolled, work, dry_run=True)
    people_enrolled.withdraw(document(aside), "Eva", "wrong person")
    summary = run(people_enrolled, work)
    assert len(summary.found) == 4
    assert {case.later_document for case in people_enrolled.cases()} == {document(36), document(38), document(39)}


def test_a_dry_run_opens_nothing_and_leaves_no_fingerprint(people_enrolled: Register, work: Path) -> None:
    summary = run(people_enrolled, work, dry_run=True)
    assert len(summary.found) == 4
    assert summary.opened == ()
    assert people_enrolled.cases() == []
    assert {entry.name for entry in work.iterdir()} == {"run.json", "lock", "loaded.json", "results"}
    assert unlisted(work, "WORK") == []
    none = ThisProcess(lives=0)
    assert len(run(people_enrolled, work, none).opened) == 4, "the results were kept"
    assert none.done == []
    assert not work.exists()


def test_a_register_of_nobody_has_no_duplicates(
    address: str, definition: Definition, key: RegisterKey, work: Path
) -> None:
    with Register.open(address, definition, key) as register:
        summary = run(register, work)
    assert (summary.persons, summary.pairs, summary.found) == (0, 0, ())


def test_a_work_folder_of_release_0_1_can_be_read() -> None:
    stored = b'{"block":256,"fingers":2,"minutiae":18,"glanced":0.005,"least_glanced":64,"most":16,"false_cases":0.0}'
    assert msgspec.json.decode(stored, type=Parameters) == STANDARD
    assert msgspec.json.encode(STANDARD) == stored


def test_the_limit_follows_from_the_false_cases_that_are_asked_for() -> None:
    assert least_pair_score(100_000, 0) == least_score(100_000) == 7.0
    assert expected_false_cases(100_000, 7.0) == pytest.approx(500, rel=1e-4)
    assert least_pair_score(20_000_000, 2) == pytest.approx(14.0, abs=1e-6)
    assert expected_false_cases(20_000_000, least_pair_score(20_000_000, 2)) == pytest.approx(2)
    assert least_pair_score(10, 45) == THRESHOLD


def test_a_higher_limit_finds_fewer(people_enrolled: Register, work: Path) -> None:
    all_pairs = run(people_enrolled, work, dry_run=True).found
    shutil.rmtree(work)
    scores = [pair.score for pair in all_pairs]
    middle = (min(scores) + max(scores)) / 2
    strict = msgspec.structs.replace(PARAMETERS, false_cases=780 * 10.0**-middle)
    higher = run(people_enrolled, work, parameters=strict).found
    assert set(higher) == {pair for pair in all_pairs if pair.score >= middle}
    assert 0 < len(higher) < 4


# ── Cuts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lives", [0, 1, 5])
def test_a_run_goes_on_where_it_was_cut(people_enrolled: Register, work: Path, lives: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(people_enrolled, work, ThisProcess(lives))
    before = files(work)
    rest, watcher = ThisProcess(), Watcher()
    summary = run(people_enrolled, work, rest, watcher, dry_run=True)
    assert rest.done == list(range(lives, 6))
    after = files(work)
    kept = [name for name in before if name.startswith("results/")]
    assert len(kept) == lives
    assert all(after[name] == before[name] for name in kept)
    assert people_of(people_enrolled, summary.found) == PLANTED
    assert watcher.stages[1] == ("deduplicate.looking", 40, 40)


def test_a_part_that_is_there_is_not_made_again(
    people_enrolled: Register, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prints, "PART", 14)
    monkeypatch.setattr(deduplication, "PAGE", 5)
    page = people_enrolled.kept_after

    def cut(newest: int, until: int, most: int) -> Any:
        if newest >= 20:
            raise KeyboardInterrupt
        return page(newest, until, most)

    with monkeypatch.context() as cut_short:
        cut_short.setattr(people_enrolled, "kept_after", cut)
        with pytest.raises(KeyboardInterrupt):
            run(people_enrolled, work)
    assert [entry.name for entry in (work / "parts").iterdir()] == ["00000"]
    torn = work / "parts" / ".00001.0f.tmp"  # what a kill leaves
    torn.mkdir()
    (torn / "rows.npy").write_bytes(b"half")
    before = files(work / "parts" / "00000")
    with pytest.raises(KeyboardInterrupt):
        run(people_enrolled, work, ThisProcess(0))
    assert sorted(entry.name for entry in (work / "parts").iterdir()) == ["00000", "00001", "00002"]
    assert files(work / "parts" / "00000") == before
    assert people_of(people_enrolled, run(people_enrolled, work).found) == PLANTED


@pytest.mark.parametrize("damage", ["a byte", "the end", "everything", "another block"])
def test_a_damaged_result_is_told_and_done_again(people_enrolled: Register, work: Path, damage: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(people_enrolled, work, ThisProcess(5))
    file = work / "results" / "0000002"
    data = file.read_bytes()
    other = (work / "results" / "0000001").read_bytes()
    file.write_bytes(
        {
            "a byte": data.replace(b'"persons":7', b'"persons":6'),
            "the end": data[:-1],
            "everything": b"",
            "another block": other,
        }[damage]
    )
    again, watcher = ThisProcess(), Watcher()
    summary = run(people_enrolled, work, again, watcher)
    assert again.done == [2, 5]
    assert "0000002" in watcher.notes[0]
    assert "done again" in watcher.notes[0]
    assert people_of(people_enrolled, summary.found) == PLANTED


def test_results_of_people_who_are_no_longer_the_same_do_not_count(people_enrolled: Register, work: Path) -> None:
    run(people_enrolled, work, dry_run=True)
    people_enrolled.withdraw(document(0), "Eva", "wrong person")
    (work / "results" / "0000000").unlink()
    again, watcher = ThisProcess(), Watcher()
    summary = run(people_enrolled, work, again, watcher)
    assert again.done == list(range(6))
    assert "looks at all others again" in watcher.notes[0]
    assert (summary.persons, people_of(people_enrolled, summary.found)) == (39, PLANTED)


def test_who_comes_meanwhile_is_told_and_left_out(people_enrolled: Register, work: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(people_enrolled, work, ThisProcess(3))
    enrol_people(people_enrolled, "s3", tmp_path, [both_indexes(0, 1)], first=40)
    watcher = Watcher()
    summary = run(people_enrolled, work, watcher=watcher)
    assert "since this run began are not in it" in watcher.notes[0]
    assert (summary.persons, people_of(people_enrolled, summary.found)) == (40, PLANTED)
    assert people_of(people_enrolled, run(people_enrolled, work).found) == PLANTED | {(0, 40)}


# ── Work folders that are not ours ───────────────────────────────────────────────────────────────────────────────────


def test_a_folder_of_other_parameters_or_another_register_is_refused(
    people_enrolled: Register, work: Path, tmp_path: Path, definition: Definition
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(people_enrolled, work, ThisProcess(3))
    before = files(work)
    other = msgspec.structs.replace(PARAMETERS, false_cases=3, block=8)
    with pytest.raises(InvalidInput, match=r"other parameters: block 7 \(now 8\) and false_cases 0 \(now 3\)"):
        run(people_enrolled, work, parameters=other)
    with (
        Register.open(str(tmp_path / "other.db"), definition, RegisterKey.generate()) as other,
        raises_code(InvalidInput, "work-folder.of-another-register"),
    ):
        run(other, work)
    begun = json.loads((work / "run.json").read_text())
    for name, value, sentence in (("newest", 41, "restored from a backup"), ("version", "9", "started with Testigo 9")):
        (work / "run.json").write_text(json.dumps({**begun, name: value}))
        with pytest.raises(InvalidInput, match=sentence):
            run(people_enrolled, work)
    (work / "run.json").write_text("{")
    with pytest.raises(InvalidInput, match=r"run\.json: this file of the run cannot be read; remove the folder"):
        run(people_enrolled, work)
    assert set(files(work)) == set(before)


def test_a_folder_in_which_nothing_was_done_may_be_begun_otherwise(people_enrolled: Register, work: Path) -> None:
    @contextlib.contextmanager
    def nobody() -> Iterator[Any]:
        raise StorageError("scheduler.gone")
        yield

    with pytest.raises(StorageError):
        deduplication.deduplicate(people_enrolled, work, nobody, Watcher(), parameters=PARAMETERS)
    assert len(run(people_enrolled, work, parameters=msgspec.structs.replace(PARAMETERS, block=9)).opened) == 4


def test_a_place_that_is_used_or_open_to_others_is_refused(
    people_enrolled: Register, work: Path, tmp_path: Path
) -> None:
    work.mkdir(mode=0o755)
    with raises_code(InvalidInput, "work-folder.readable-by-others"):
        run(people_enrolled, work)
    work.chmod(0o700)
    (work / "letters").write_text("dear")
    with raises_code(StorageError, "work-folder.something-else-there"):
        run(people_enrolled, work)
    assert [entry.name for entry in work.iterdir()] == ["letters"]
    (tmp_path / "private").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "private")
    for place in (tmp_path / "link", work / "letters"):
        with raises_code(StorageError, "work-folder.not-a-folder"):
            run(people_enrolled, place)


def test_nobody_else_may_read_what_lies_in_the_folder(people_enrolled: Register, work: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(people_enrolled, work, ThisProcess(1))
    assert work.stat().st_mode & 0o777 == 0o700
    assert (work / "parts").is_dir()


def test_two_commands_do_not_work_in_one_folder(people_enrolled: Register, work: Path) -> None:
    class Second(ThisProcess):
        def run(self, *given: Any) -> Iterator[tuple[int, Any]]:
            with raises_code(StorageError, "folder.in-use"):
                run(people_enrolled, work)
            return super().run(*given)

    assert len(run(people_enrolled, work, Second()).opened) == 4


# ── Workers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_block_that_kills_its_workers_is_left_out_and_reported(people_enrolled: Register, work: Path) -> None:
    deaths = work.with_name("deaths")
    deaths.mkdir()

    def deadly(folder: str, identity: str, block: int) -> Any:
        if block == 3:
            (deaths / str(os.getpid())).touch()
            os._exit(1)
        return deduplication.search_block(folder, identity, block)

    class Poisoned:
        def __init__(self, real: Workers) -> None:
            self.real = real

        def run(self, _task: Any, *given: Any) -> Iterator[tuple[int, Any]]:
            return self.real.run(deadly, *given)

    with Workers.local(2) as two, pytest.raises(IllegalStep, match=r"1 of 6 blocks could not be done.* died \(3\)"):
        run(people_enrolled, work, Poisoned(two))
    assert len(list(deaths.iterdir())) == workers.DEATHS
    assert len(people_enrolled.cases()) == 4, "block 3 holds none of them"
    assert sorted(file.name for file in (work / "results").iterdir()) == [f"{n:07}" for n in (0, 1, 2, 4, 5)]
    rest = ThisProcess()
    run(people_enrolled, work, rest)
    assert rest.done == [3]


def test_what_a_worker_cannot_do_is_one_sentence(people_enrolled: Register, work: Path, tmp_path: Path) -> None:
    with Workers.local(1) as one:
        with pytest.raises(StorageError, match="does not see the work folder; share it with all workers"):
            list(one.run(deduplication.search_block, (str(tmp_path / "absent"), "x"), [0], deduplication.forget))
        with pytest.raises(KeyboardInterrupt):
            run(people_enrolled, work, ThisProcess(0))
        with raises_code(IllegalStep, "worker.another-folder-or-release"):
            list(one.run(deduplication.search_block, (str(work), "x"), [0], deduplication.forget))


def _not_installed_there(number: int) -> int:
    """Tests are no package: a worker that is sent this finds no such module."""
    return number


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("tcp://192.0.2.7:8786", "whoever reaches a scheduler without TLS can run anything"),
        ("tls://192.0.2.7:8786", "requires certificates; give --tls-ca"),
        ("tcp://cluster:8786", "whoever reaches a scheduler without TLS"),
        ("inproc://127.0.0.1:1", "this is not a scheduler's address"),
        ("tcp://127.0.0.1", "this is not a scheduler's address"),
        ("tcp://127.0.0.1:notaport", "this is not a scheduler's address"),
        ("127.0.0.1:8786", "this is not a scheduler's address"),
    ],
)
def test_only_safe_addresses_are_spoken_to(address: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence), Workers.cluster(address):
        pass


def test_a_silent_scheduler_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(workers, "CONNECTING", 1)
    with raises_code(StorageError, "scheduler.does-not-answer"), Workers.cluster("tcp://127.0.0.1:9"):
        pass
    absent = Certificates(tmp_path / "ca.pem", tmp_path / "cert.pem", tmp_path / "key.pem")
    with pytest.raises(StorageError, match=r"ca\.pem: no such file"), Workers.cluster("tls://127.0.0.1:9", absent):
        pass


def test_errors_at_the_command_are_one_sentence(
    officers_folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(officers_folder)
    (officers_folder / "letters").mkdir(mode=0o700)
    (officers_folder / "letters" / "dear.txt").touch()
    for words, sentence in (
        (["--work", "letters"], "something else is in this folder"),
        (["--tls-ca", "ca.pem"], "some of the certificates are missing"),
        (["--scheduler", "tcp://192.0.2.7:8786"], "whoever reaches a scheduler without TLS"),
        (["--key", "absent.key"], "the register's key is not here"),
    ):
        with pytest.raises(SystemExit) as ended:
            main([*COMMAND[3:], *words])
        out, err = capfd.readouterr()
        assert ended.value.code == 1
        assert sentence in " ".join(err.split())
        assert "Traceback" not in out + err
    with pytest.raises(SystemExit):
        main(["register", "deduplicate", "--help"])
    assert "Example: testigo register deduplicate " in " ".join(capfd.readouterr().out.split())


# ── The command, killed; a cluster, one worker of which is killed ────────────────────────────────────────────────────


MANY = 440
"""Persons: some seconds of work."""

BLOCKS = MANY // 2


@pytest.fixture
def officers_folder(project_root: Path, tmp_path: Path) -> Path:
    """A folder with election, register and key, as an officer has it."""
    text = (project_root / "src" / "testigo" / "examples" / "municipality" / "election.yaml").read_text()
    (tmp_path / "election.yaml").write_text(text.replace("register-size: 24", f"register-size: {MANY}"))
    key = RegisterKey.generate()
    key.save(tmp_path / "register.key")
    with Register.open(str(tmp_path / "register.db"), load(tmp_path / "election.yaml"), key) as register:
        others = [both_indexes(100 + number) for number in range(MANY - len(PEOPLE))]
        enrol_people(register, "01-01", tmp_path, PEOPLE + others)
    return tmp_path


COMMAND = [sys.executable, "-m", "testigo", "register", "deduplicate", "--election", "election.yaml", "--block", "2"]


def wait_for_results(work: Path, wanted: int, process: "subprocess.Popen[bytes]") -> None:
    wait_for(lambda: len(list((work / "results").glob("0*"))) >= wanted, process)


def wait_for(done: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 120
    while not done():
        if process.poll() is not None or time.monotonic() > until:
            pytest.fail(f"the command ended or stood still: {process.communicate(timeout=60)[0].decode()}")
        time.sleep(0.02)


def start(folder: Path, *more: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*COMMAND, *more], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )


def test_the_command_killed_in_the_middle_goes_on(
    officers_folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    work = officers_folder / "deduplication.work"
    with start(officers_folder) as command:
        wait_for_results(work, 3, command)
        helpers = psutil.Process(command.pid).children(recursive=True)
        command.kill()
        command.wait()
    _, alive = psutil.wait_procs(helpers, timeout=120)
    assert alive == [], "workers end with their command"
    before = files(work / "results")
    done = {name for name in before if not name.startswith(".")}
    assert 3 <= len(done) < BLOCKS
    with start(officers_folder, "--dry-run", "--json") as command:
        out, _ = command.communicate()
    after = files(work / "results")
    assert all(after[name] == before[name] for name in done)
    assert len(after) == BLOCKS
    found = json.loads(out)["found"]
    assert len(found) == 4
    assert all(pair["earlier_document"] != pair["later_document"] for pair in found)
    assert json.loads(out)["opened"] == []

    monkeypatch.chdir(officers_folder)
    with pytest.raises(SystemExit) as ended:
        main([*COMMAND[3:]])
    assert ended.value.code in (0, None)
    shown = " ".join(capfd.readouterr().out.split())
    assert f"{MANY} persons with {2 * MANY} fingers: {MANY * (MANY - 1) // 2:,} pairs looked at" in shown
    assert "4 cases opened" in shown
    assert not work.exists()


def test_a_stopped_command_says_how_it_goes_on(officers_folder: Path) -> None:
    with start(officers_folder) as command:
        wait_for(lambda: (officers_folder / "deduplication.work" / "loaded.json").exists(), command)
        os.killpg(command.pid, signal.SIGINT)  # as a terminal does: the workers get it too
        out, _ = command.communicate()
    assert command.returncode == 130
    assert " ".join(out.decode().split()).startswith("Stopped. The same command goes on from here; deduplication.work")
    assert b"Traceback" not in out


class Cluster:
    """A real scheduler and workers, processes of their own. `options`: the command's."""

    def __init__(self, folder: Path, tls: Certificates | None) -> None:
        self._folder = folder
        self._running: list[subprocess.Popen[bytes]] = []
        names = zip(
            ("--tls-ca-file", "--tls-cert", "--tls-key"), msgspec.structs.astuple(tls) if tls else (), strict=False
        )
        self._tls = [word for name, file in names for word in (name, str(file))]
        place = folder / "scheduler.json"
        host = f"{'tls' if tls else 'tcp'}://127.0.0.1"
        self.scheduler = self._begin("scheduler", "--host", host, "--port", "0", "--scheduler-file", str(place))
        until = time.monotonic() + 60
        while not place.exists() or not place.read_text().endswith("}"):
            assert time.monotonic() < until, (folder / "scheduler.log").read_text()
            time.sleep(0.05)
        self.address = str(json.loads(place.read_text())["address"])
        self.options = ["--scheduler", self.address, *(word.replace("-ca-file", "-ca") for word in self._tls)]
        self.workers: list[subprocess.Popen[bytes]] = []

    def add_worker(self) -> None:
        words = ["--no-nanny", "--nthreads", "1", "--memory-limit", "0"]
        self.workers.append(self._begin("worker", self.address, *words))

    def end(self) -> None:
        for process in self._running:
            process.kill()
            process.wait()

    def _begin(self, what: str, *words: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "dask", what, *words, "--no-dashboard", *self._tls]
        with (self._folder / f"{what}.log").open("ab") as log:
            self._running.append(subprocess.Popen(command, cwd=self._folder, stdout=log, stderr=log))
        return self._running[-1]


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates(*make_certificates(tmp_path / "tls"))


@pytest.fixture
def cluster(tmp_path: Path, certificates: Certificates) -> Iterator[Cluster]:
    """A real scheduler with two workers, behind TLS."""
    made = Cluster(tmp_path, certificates)
    made.add_worker()
    made.add_worker()
    yield made
    made.end()


@pytest.fixture
def open_cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler of this machine without TLS and without workers."""
    made = Cluster(tmp_path, None)
    yield made
    made.end()


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_on_the_way(officers_folder: Path, cluster: Cluster) -> None:
    work = officers_folder / "deduplication.work"
    with start(officers_folder, *cluster.options, "--dry-run", "--json") as command:
        wait_for_results(work, 2, command)
        cluster.workers[0].kill()
        out, _ = command.communicate()
    assert command.returncode == 0, out.decode()
    assert len(json.loads(out)["found"]) == 4
    assert len(list((work / "results").iterdir())) == BLOCKS
    assert not (work / "parts").exists()
    held = [file.path for file in psutil.Process(cluster.workers[1].pid).memory_maps() if str(work) in file.path]
    assert held == [], "the workers have let go of what was deleted"


@pytest.mark.slow
def test_a_client_without_our_certificate_is_not_let_in(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "CONNECTING", 3)
    theirs = Certificates(*make_certificates(tmp_path / "theirs"))
    with raises_code(StorageError, "scheduler.does-not-answer"), Workers.cluster(cluster.address, theirs):
        pass


@pytest.mark.slow
def test_a_cluster_that_falls_silent_is_one_sentence(
    open_cluster: Cluster, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "CONNECTING", 2)
    with pytest.raises(StorageError, match="has no workers; start some"), Workers.cluster(open_cluster.address):
        pass
    monkeypatch.setattr(workers, "SILENCE", 2)

    def slow(number: int) -> int:
        time.sleep(0.2)
        return number

    for what, sentence in (("worker", "all workers are gone"), ("scheduler", "the scheduler is gone")):
        monkeypatch.setattr(workers, "CONNECTING", 30)
        open_cluster.add_worker()
        with Workers.cluster(open_cluster.address) as these:
            with raises_code(IllegalStep, "worker.of-another-release"):
                list(these.run(_not_installed_there, (), [0], gc.collect))
            with pytest.raises(StorageError, match=sentence):
                for number, _ in these.run(slow, (), range(50), gc.collect):
                    if number == 1:
                        (open_cluster.workers[-1] if what == "worker" else open_cluster.scheduler).kill()


def make_certificates(folder: Path) -> tuple[Path, Path, Path]:
    """A new authority and one certificate by it, as PEM files: authority, certificate, key."""
    folder.mkdir()
    signer, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)

    def sign(name: str, public: ec.EllipticCurvePublicKey, ca: bool) -> bytes:
        made = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "authority")]))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        )
        return made.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    private = own.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    parts = (
        ("ca.pem", sign("authority", signer.public_key(), True)),
        ("certificate.pem", sign("worker", own.public_key(), False)),
        ("key.pem", private),
    )
    for name, data in parts:
        (folder / name).write_bytes(data)
    ca, certificate, key = (folder / name for name, _ in parts)
    return ca, certificate, key
