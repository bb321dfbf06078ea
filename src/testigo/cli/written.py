"""What commands write: one rule for every `--out`, whatever the command.

- Never what the same command reads.
- Never a file that is there; where a command has `--replace`, that permits it. What is not a file (a pipe, /dev/null)
  is written to, and folders that grow (of an audit, of a results page) take more files.
- Folders that are missing on the way are made, and the command says which; where it fails, none of them stays.
"""

import contextlib
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from testigo import storage
from testigo.cli.output import errors
from testigo.errors import InvalidInput, StorageError
from testigo.words import message

RESULTS = ("out", "paper", "kept", "save_map")
"""What commands call the file or folder that they write."""

REPLACED = ("kept",)
"""Of these, what is written again each time."""

ADDRESS = "register"
"""What they call what is a file, or a server's address."""


def keep_files(command: Any) -> None:
    """Let a command, and all below it, keep that rule."""
    for inner in getattr(command, "commands", {}).values():
        keep_files(inner)
    carry_out = command.callback
    if carry_out is None:
        return

    @functools.wraps(carry_out)
    def checked(*positional: Any, **given: Any) -> Any:
        _refuse_own_inputs(given)
        _refuse_files_there(given)
        with contextlib.ExitStack() as made:
            for name in RESULTS:
                if isinstance(given.get(name), Path):
                    made.enter_context(_folders_to(given[name]))
            return carry_out(*positional, **given)

    command.callback = checked


def _refuse_own_inputs(given: Mapping[str, Any]) -> None:
    read = [one for name, value in given.items() if name not in RESULTS for one in _files(name, value)]
    for name in RESULTS:
        for result in _files(name, given.get(name)):
            if any(one.samefile(result) for one in read):
                raise InvalidInput("command.result-is-input", place=result)


def _refuse_files_there(given: Mapping[str, Any]) -> None:
    if given.get("replace"):
        return
    for name in RESULTS:
        for there in _files(name, given.get(name)) if name not in REPLACED else ():
            if "replace" in given:
                raise StorageError("file.exists", place=there, hint="choose-another-name-or-replace")
            raise StorageError("file.exists", place=there)


@contextlib.contextmanager
def _folders_to(result: Path) -> Iterator[None]:
    with storage.explained(result.parent):
        missing = not result.parent.exists()
    with storage.making_folder(result.parent):
        yield
    if missing:
        errors.print(str(message("cli", "folder-made", folder=result.parent)), soft_wrap=True)


def _files(name: str, value: Any) -> list[Path]:
    """The files that an option or argument names and that are there."""
    if isinstance(value, list | tuple):
        return [file for one in value for file in _files(name, one)]
    path = Path(value.removeprefix("sqlite:///")) if name == ADDRESS and isinstance(value, str) else value
    if not isinstance(path, Path):
        return []
    with storage.explained(path):
        return [path] if path.is_file() else []
