"""The folder in which a run over the whole register keeps what it has done, so that any cut costs minutes, not hours.

    run.json          which register, up to which enrolment, with which parameters; a random name of the run
    lock              held while a command works here
    parts/00000/…     people's prints, in the order of enrolment: opened, ready to be searched (see `prints`)
    loaded.json       written when all parts are there: how many people are in each
    results/0000000   one block's outcome: SHA-256 of the rest, a line feed, JSON

Each file appears whole or not at all, and each result names what it was computed from, so that a result by being there
says that its block is done. **`parts` holds fingerprints in the clear**: the folder is for its owner alone (0700, and
refused otherwise), should lie on an encrypted disk or in memory, and `parts` is taken away as soon as the last block is
done.
"""

import contextlib
import hashlib
import hmac
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from testigo import storage
from testigo.errors import InvalidInput, StorageError
from testigo.locks import FolderLock
from testigo.stored import NewerFormat, StoredFormat
from testigo.words import Message, message

MOST_RESULT = 16 * 1024 * 1024
"""Bytes of a block's outcome: some 200,000 likely duplicates."""


class Parameters(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    rename={"prefiltered": "glanced", "least_prefiltered": "least_glanced"},  # as folders of release 0.1 have them
):
    """What the outcome of a block depends on, besides the people.

    `block`: persons a block; `fingers`: of each person that are searched for, the best first; `minutiae`: of these
    fingers together, that the scan looks at; `prefiltered`: share of those before that the prefilter
    looks at after it, and `least_prefiltered` of each part; `most`: persons that the matcher looks at; `false_cases`:
    that chance may make in the whole run, 0 for the enrolment desk's own limit.
    """

    block: int
    fingers: int
    minutiae: int
    prefiltered: float
    least_prefiltered: int
    most: int
    false_cases: float


class Run(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a work folder was started for. `election`, `key`: see `register.Extent`; `newest`: its last enrolment."""

    version: str
    election: str
    key: str
    newest: int
    parameters: Parameters


class Loaded(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All parts are there. `persons`: in each part, as many in every one but the last; `prints`: in all.

    `digest`: SHA-256 of all enrolment numbers.
    """

    persons: tuple[int, ...]
    prints: int
    digest: str

    @property
    def total(self) -> int:
        """Persons in all parts."""
        return sum(self.persons)


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """Two enrolments that are likely one person's, with the numbers of the impressions most alike."""

    earlier: int
    later: int
    score: float
    earlier_impression: int
    later_impression: int


class Outcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What came of one block. `identity`: of the run (`WorkFolder.identity`); `pairs`: of persons; `compared`: pairs of
    prints that the matcher looked at; `seconds`: of processor time.
    """

    identity: str
    block: int
    persons: int
    pairs: int
    compared: int
    seconds: float
    found: tuple[Pair, ...]


RUN_FORMAT = StoredFormat("run.json", Run)
LOADED_FORMAT = StoredFormat("loaded.json", Loaded)
OUTCOME_FORMAT = StoredFormat("results/BLOCK", Outcome)

_Read = TypeVar("_Read", Run, Loaded)


class WorkFolder:
    """One run's folder. Made by `working` where the command runs, by `join` where a worker does."""

    def __init__(self, path: Path, run: Run) -> None:
        self.path = path
        self.run = run

    @classmethod
    def join(cls, path: Path) -> "WorkFolder":
        """An existing folder as a worker sees it. Raises `StorageError` where this machine does not have it."""
        if not (path / "run.json").is_file():
            machine = os.uname().nodename
            place = message("place", "on-machine", file=path, machine=machine)
            raise StorageError("work-folder.not-seen-by-worker", place=place)
        return cls(path, _read(path, RUN_FORMAT))

    @classmethod
    @contextlib.contextmanager
    def working(cls, path: Path, run: Run) -> Iterator["WorkFolder"]:
        """The folder for `run`, and nobody else works in it during the block: a new one, or the one that such a run was
        started in (its `newest` then holds).

        Raises `StorageError` where something else is there, `InvalidInput` where others may read it or it was started
        for another register or with other parameters, `StorageError` while another command works in it.
        """
        _make_private(path)
        with FolderLock(path, file="lock"):
            if any((path / name).exists() for name in ("parts", "loaded.json")):
                begun = _read(path, RUN_FORMAT)
                _same_run(path, begun, run)
                run = begun
            else:
                RUN_FORMAT.write(path / RUN_FORMAT.name, run, mode=0o600)
            storage.make_folder(path / "results", mode=0o700)
            yield cls(path, run)

    # Parts

    def part(self, number: int) -> Path:
        """Where a part is, or will be."""
        return self.path / "parts" / f"{number:05}"

    @property
    def loaded(self) -> Loaded | None:
        """What is in the parts; None while they are not all there."""
        return _read(self.path, LOADED_FORMAT) if (self.path / LOADED_FORMAT.name).exists() else None

    def all_loaded(self, loaded: Loaded) -> None:
        """Note that all parts are there."""
        LOADED_FORMAT.write(self.path / LOADED_FORMAT.name, loaded, mode=0o600)

    def clear_unfinished(self) -> None:
        """Take away what a cut left half made."""
        for file in self.path.rglob(".*.tmp"):
            if file.is_dir():
                shutil.rmtree(file, ignore_errors=True)
            else:
                file.unlink(missing_ok=True)

    def remove_prints(self) -> None:
        """Take the fingerprints away; what was found stays."""
        with storage.explained(self.path):
            if (self.path / "parts").exists():
                shutil.rmtree(self.path / "parts")

    def remove(self) -> None:
        """Take the whole folder away."""
        with storage.explained(self.path):
            shutil.rmtree(self.path)

    # Results

    def keep(self, outcome: Outcome) -> None:
        """Write a block's outcome, whole or not at all."""
        body = OUTCOME_FORMAT.encode(outcome)
        storage.write(self._result(outcome.block), hashlib.sha256(body).hexdigest().encode() + b"\n" + body, mode=0o600)

    def identity(self, loaded: Loaded) -> str:
        """Names all that an outcome is computed from: register, people, parameters, program."""
        return hashlib.sha256(msgspec.json.encode((self.run, loaded))).hexdigest()

    def outcome(self, block: int, loaded: Loaded) -> Outcome | None:
        """The outcome of a block; None where it is not done. Raises `InvalidInput` where its file is damaged."""
        file = self._result(block)
        if not file.exists():
            return None
        digest, _, body = storage.read(file, limit=MOST_RESULT).partition(b"\n")
        if not hmac.compare_digest(digest, hashlib.sha256(body).hexdigest().encode()):
            raise InvalidInput("work-folder.result-damaged", place=file, hint="its-block-is-done-again")
        found = OUTCOME_FORMAT.decode(body, place=str(file))
        if (found.identity, found.block) != (self.identity(loaded), block):
            raise InvalidInput("work-folder.result-of-others", place=file, hint="its-block-is-done-again")
        return found

    def _result(self, block: int) -> Path:
        return self.path / "results" / f"{block:07}"


def _make_private(path: Path) -> None:
    with storage.explained(path):
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            raise StorageError("work-folder.not-a-folder", place=path)
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        unexpected = {entry.name for entry in path.iterdir() if not entry.name.startswith(".run.json.")} - {"lock"}
        about = path.stat()
    if unexpected and "run.json" not in unexpected:
        raise StorageError("work-folder.something-else-there", place=path)
    if about.st_uid != os.getuid() or stat.S_IMODE(about.st_mode) & 0o077:
        raise InvalidInput("work-folder.readable-by-others", place=path, folder=path)


def _same_run(path: Path, begun: Run, wanted: Run) -> None:
    if (begun.election, begun.key) != (wanted.election, wanted.key) or wanted.newest < begun.newest:
        raise InvalidInput("work-folder.of-another-register", place=path, hint="use-the-same-or-another-folder")
    if begun.version != wanted.version:
        raise InvalidInput(
            "work-folder.of-another-release",
            place=path,
            hint="use-the-same-or-another-folder",
            begun=begun.version,
            now=wanted.version,
        )
    if begun.parameters != wanted.parameters:
        names = [name for name in Parameters.__struct_fields__ if _differs(name, begun.parameters, wanted.parameters)]
        changed = [_changed(name, getattr(begun.parameters, name), getattr(wanted.parameters, name)) for name in names]
        raise InvalidInput(
            "work-folder.of-other-parameters", place=path, hint="use-the-same-or-another-folder", changed=changed
        )


def _changed(name: str, before: float, now: float) -> Message:
    return message("term", "parameter-changed", name=name, before=before, now=now)


def _differs(name: str, one: Parameters, other: Parameters) -> bool:
    return bool(getattr(one, name) != getattr(other, name))


def _read(folder: Path, format_: StoredFormat[_Read]) -> _Read:
    file = folder / format_.name
    try:
        return format_.read(file)
    except NewerFormat:
        raise
    except InvalidInput:
        raise InvalidInput("work-folder.file-malformed", place=file) from None
