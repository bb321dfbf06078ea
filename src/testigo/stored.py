"""The JSON files that a program keeps for itself: each kind has a format number, and steps from older formats to it.

    {"format": 2, …}

A file without a number is of format 1, as release 0.1 wrote it. Reading takes a file of any format up to today's, step
by step, and changes nothing on the disk; the next writing of it, whole and flushed, writes today's format. A file of a
newer format is refused (`NewerFormat`). To change what a file holds: change its type and add a step.

`docs/stored-files.md` lists every file; statements, packages and logs, which are signed, say their version there.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from testigo import storage
from testigo.errors import InvalidInput

Kept = TypeVar("Kept", bound=msgspec.Struct)
Step = Callable[[Any], dict[str, Any]]
"""From the JSON value of one format, without its number, to that of the next; it need not know a damaged file."""


class NewerFormat(InvalidInput):
    """The file is of a format that only newer releases know."""


class StoredFormat(Generic[Kept]):
    """One kind of file. `name`: of the file; `type`: what it holds in today's format; `steps`: the first one leads from
    format 1 to 2, and so on. The type has no field `format`.
    """

    def __init__(self, name: str, type_: type[Kept], *steps: Step) -> None:
        self.name = name
        self.type = type_
        self.steps = steps

    @property
    def format(self) -> int:
        """Today's number."""
        return 1 + len(self.steps)

    def read(self, file: Path, *, limit: int = storage.DEFAULT_LIMIT) -> Kept:
        """What a file holds. Raises `StorageError` where it cannot be read, `InvalidInput` where it is not of this
        kind, `NewerFormat`.
        """
        return self.decode(storage.read(file, limit=limit), place=str(file))

    def write(self, file: Path, value: Kept, *, mode: int = 0o644) -> None:
        """Replace the file in today's format, whole or not at all."""
        storage.write(file, self.encode(value), mode=mode)

    def decode(self, data: bytes, *, place: str) -> Kept:
        """As `read`, of bytes."""
        try:
            number, value = _without_number(msgspec.json.decode(data))
            if 1 <= number <= self.format:
                for step in self.steps[number - 1 :]:
                    value = step(value)
                return msgspec.convert(value, self.type, strict=True)
        except (msgspec.MsgspecError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
            number = 0
        if number > self.format:
            raise NewerFormat("file.newer-format", place=place, found=str(number)[:20], known=str(self.format))
        raise InvalidInput("stored.damaged", place=place)

    def encode(self, value: Kept) -> bytes:
        """The JSON of today's format; keys are sorted, so that their order tells nothing."""
        kept = msgspec.to_builtins(value)
        return msgspec.json.encode({"format": self.format, **kept}, order="sorted")


def _without_number(value: Any) -> tuple[int, Any]:
    """The format's number and the rest: files of format 1 may be any JSON value, and may have another key `format`."""
    if isinstance(value, dict) and type(value.get("format")) is int:
        return value["format"], {key: inner for key, inner in value.items() if key != "format"}
    return 1, value
