"""A definition's file that is being edited: what it said when it was opened, what it says now, what `check` says of it.

The draft lives in memory, with all its errors. It is written to its file when it is saved, and never over a file that
somebody else has changed in the meantime.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent import futures
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from testigo import storage
from testigo.election import source, yaml_text
from testigo.election.definition import Definition
from testigo.election.diagnostic import DefinitionPath
from testigo.election.editing.changes import Difference, differences
from testigo.election.editing.edits import Edit, edited
from testigo.election.editing.plain import Plain, at, items, read_plain
from testigo.election.load import examine, read_payload
from testigo.election.tables import splice
from testigo.errors import IllegalStep, InvalidInput, StorageError, TestigoError
from testigo.words import Value

FurtherCheck = Callable[[Definition], None]
"""What is checked besides, of a definition without errors; raises `TestigoError`."""

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Remark:
    """An error or warning of `check`, and where it belongs. The error has no place."""

    path: DefinitionPath
    error: TestigoError
    warning: bool


class Remarks:
    """All remarks on one state of a draft."""

    def __init__(self, found: Sequence[Remark]) -> None:
        self.all = sorted(found, key=lambda one: one.warning)
        self.errors = sum(not one.warning for one in found)
        self.warnings = len(found) - self.errors
        self._below = Counter(one.path[:length] for one in found for length in range(len(one.path) + 1))

    def below(self, path: DefinitionPath) -> int:
        """How many there are on a part and everything in it."""
        return self._below[path]

    def of(self, path: DefinitionPath) -> list[Remark]:
        """Those on a part and everything in it."""
        return [one for one in self.all if one.path[: len(path)] == path] if self._below[path] else []


class _State:
    """One state of the draft's text, and what it says; what `check` says of it is worked out once, beside whoever
    waits for it.
    """

    def __init__(self, text: str, values: Plain, file: Path) -> None:
        self.text = text
        self.values = values
        self._file = file
        self._found: Future[Remarks] | None = None

    @classmethod
    def read(cls, text: str, file: Path) -> Self:
        """Raises `InvalidInput` where it is not YAML or JSON."""
        return cls(text, read_plain(text.encode(), file) if text.strip() else None, file)

    def remarks(self, further: FurtherCheck) -> "Future[Remarks]":
        if self._found is None:
            found = self._found = Future()

            def check() -> None:
                try:
                    found.set_result(Remarks(list(_remarks(self.text.encode(), self._file, further))))
                except BaseException as error:  # a defect is told to whoever asks for the remarks
                    found.set_exception(error)

            threading.Thread(target=check, daemon=True).start()
        return self._found


class Draft:
    """The draft of one file. `version` counts its states, so that a page of an older one is noticed."""

    def __init__(self, file: Path, further: FurtherCheck) -> None:
        self.file = file
        self._further = further
        self.version = 0
        self._data: bytes | None = None
        self._mark = b""
        self._opened = self._state = _State("", None, file)
        self._read()

    @classmethod
    def open(cls, file: Path, further: FurtherCheck = lambda definition: None) -> Self:
        """The draft of a file, an empty one where there is no file yet. `further`: what is checked besides.

        Raises `InvalidInput` where it is not YAML or JSON, or not a mapping; `StorageError`.
        """
        if not file.parent.is_dir():
            raise StorageError("file.not-found", place=file.parent)
        draft = cls(file, further)
        if draft.begun and not isinstance(draft.values, dict):
            raise InvalidInput("editor.not-a-definition", place=file)
        return draft

    # ---- what it says

    @property
    def begun(self) -> bool:
        """Whether there is anything in it."""
        return self._state.values is not None

    @property
    def values(self) -> Plain:
        """What it says (`plain`)."""
        return self._state.values

    @property
    def text(self) -> bytes:
        """Its text, as the file would have it."""
        return self._state.text.encode()

    @property
    def languages(self) -> tuple[str, ...]:
        """The election's languages, as far as they are said."""
        return tuple(
            dict.fromkeys(one for one in items(at(self.values, ("languages",))) if isinstance(one, str) and one)
        )

    @property
    def remarks(self) -> Remarks:
        """What `check` says of it now."""
        return self._state.remarks(self._further).result()

    def is_checked(self, wait: float) -> bool:
        """Whether `check` has said all of it within so many seconds; if not, it goes on."""
        return bool(futures.wait([self._state.remarks(self._further)], timeout=wait).done)

    @property
    def is_changed(self) -> bool:
        """Whether it differs from its file."""
        return self._state is not self._opened

    def changes(self) -> Iterator[Difference]:
        """What saving would change in the file."""
        return differences(self.opened_values, self.values or {})

    @property
    def opened_values(self) -> Plain:
        """What its file says."""
        return self._opened.values or {}

    def values_by(self, edits: Sequence[Edit]) -> Plain:
        """What it would say after some edits."""
        return edited(self._state.text, self.values, self.file, edits)[1]

    # ---- what is done with it

    def begin(self, values: dict[str, Any]) -> None:
        """The first values of an empty draft."""
        if self.begun:
            raise IllegalStep("editor.page-of-older-draft")
        if self.file.suffix.lower() == ".json":
            text = splice.replaced("{}", self.file, {(key,): value for key, value in values.items()})
        else:
            text = "".join(f"{key}: {yaml_text.flow(value)}\n" for key, value in values.items())
        self._set(_State.read(text, self.file))

    def edit(self, edits: Sequence[Edit], version: int) -> None:
        """Make edits that were asked for on a page of that version of the draft.

        Raises `IllegalStep` where it is an older one, `InvalidInput` where the file would be too large.
        """
        self.require(version)
        if edits:
            text, values = edited(self._state.text, self.values, self.file, edits)
            self._set(_State(text, values, self.file))

    def put_text(self, text: bytes, version: int) -> None:
        """Another text of the whole file, as an import has written it."""
        self.require(version)
        self._set(_State.read(text.decode("utf-8-sig"), self.file))

    def require(self, version: int) -> None:
        """Raise `IllegalStep` where that is not the draft's version."""
        if version != self.version:
            raise IllegalStep("editor.page-of-older-draft")

    def save(self, version: int) -> None:
        """Write the draft to its file; nothing is written where it is as it was opened.

        Raises `IllegalStep` where somebody has changed the file since it was opened, `StorageError`.
        """
        self.require(version)
        if not self.is_changed:
            return
        data = self._mark + self._state.text.encode()
        if self._data is None:
            storage.write_new(self.file, data, mode=0o644)
        else:
            self._write_over(self._data, data)
        self._data, self._opened = data, self._state

    def _write_over(self, before: bytes, data: bytes) -> None:
        try:
            storage.write(self.file, data, mode=storage.mode_of(self.file), over=before)
        except IllegalStep:
            raise IllegalStep("editor.changed-meanwhile", place=self.file) from None

    def discard(self, version: int) -> None:
        """Forget what was not saved, and read the file again."""
        self.require(version)
        self._read()

    def _read(self) -> None:
        self._data = storage.read(self.file, limit=source.MAX_BYTES) if self.file.exists() else None
        self._mark = _BOM if (self._data or b"").startswith(_BOM) else b""
        data = self._data or b""
        values = read_plain(data, self.file) if data.strip() else None
        self._opened = self._state = _State(data.decode("utf-8-sig"), values, self.file)
        self.version += 1

    def _set(self, state: _State) -> None:
        if len(state.text.encode()) > source.MAX_BYTES:
            raise InvalidInput("file.too-large", place=self.file, limit=source.MAX_BYTES)
        if state.text != self._state.text:
            self._state = state if state.text != self._opened.text else self._opened
            self.version += 1


def _remarks(data: bytes, file: Path, further: FurtherCheck) -> Iterator[Remark]:
    """As `check` finds them: what the definition says is judged once all of it can be read."""
    read = read_payload(data, file)
    for path, error in read.errors:
        key: Value = error.message.values.get("key", "") if error.code == "definition.key-missing" else ""
        yield Remark((*path, str(key)) if key else path, _by_form(error.at("")), warning=False)
    if read.errors:
        return
    try:
        definition, found = examine(Definition.from_payload(read.payload), file.parent)
        yield from (Remark(one.place, _by_form(one.error.at("")), one.warning) for one in found)
        if all(one.warning for one in found):
            further(definition)
    except TestigoError as error:
        yield Remark((), error, warning=False)


def _by_form(error: TestigoError) -> TestigoError:
    """The error with a hint for whoever has a form before them, not the lines of the file."""
    if error.code == "definition.key-missing":
        return InvalidInput("definition.key-missing", hint="editor.fill-in", **error.message.values)
    if error.code == "definition.text-missing":
        return InvalidInput("definition.text-missing", hint="editor.fill-in", **error.message.values)
    return error
