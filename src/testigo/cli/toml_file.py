"""A TOML file with the line of each key: `tomllib` reads it, and what is wrong in it is said with file and line.

`tomllib` tells no lines. They come from a second pass over the text, which only has to find where each statement begins
(TOML 1.0: a key and its value, or a table's header) and so skips values: strings of four kinds, arrays, inline tables.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from testigo import storage
from testigo.errors import InvalidInput

MAX_BYTES = 64 * 1024

Key = tuple[str, ...]

# No possessive quantifiers: Python 3.11.2, which is Debian's, matches some of them wrongly (CPython issue 106052). The
# alternatives of each group begin with different characters, so there is one way to match, and time stays linear.
_BETWEEN = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_BASIC = r'"(?:[^"\\\n]|\\.)*"'
_LITERAL = r"'[^'\n]*'"
_KEY_PART = re.compile(rf"[ \t]*(?:([A-Za-z0-9_-]+)|({_BASIC}|{_LITERAL}))[ \t]*")
_PIECE = re.compile(  # of a value, of a comment after it, or the end of a line
    r'"""(?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}"
    rf"|{_BASIC}|{_LITERAL}|#[^\n]*|[\[{{]|[\]}}]|\n|[^\"'#\[\]{{}}\n]+"
)
_LINE_TOLD = re.compile(r"at line (\d+)")


class TomlFile:
    """A file that was read. `values`: what `tomllib` makes of it."""

    def __init__(self, file: Path, values: dict[str, Any], lines: dict[Key, int]) -> None:
        self.file = file
        self.values = values
        self._lines = lines

    def place(self, *key: str) -> str:
        """`FILE:LINE` of a key, given in its parts; of the innermost key around it where it stands in an array or an
        inline table, and of the first line where there is none.
        """
        while key and key not in self._lines:
            key = key[:-1]
        return f"{self.file}:{self._lines.get(key, 1)}"


def read_toml(file: Path) -> TomlFile:
    """Read a file of at most `MAX_BYTES`.

    Raises `StorageError`, or `InvalidInput` with `FILE:LINE` where it is not UTF-8, not TOML, or has a key twice.
    """
    data = storage.read(file, limit=MAX_BYTES)
    try:
        text = data.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidInput("toml.not-utf-8", place=f"{file}:{line}") from None
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _explained(str(error), text, file) from None
    except (ValueError, RecursionError):  # a number of thousands of digits, a thousand brackets
        raise InvalidInput("toml.too-deep", place=file) from None
    lines: dict[Key, int] = {}
    for key, line in key_lines(text):
        for parts in range(1, len(key) + 1):
            lines.setdefault(key[:parts], line)
    return TomlFile(file, values, lines)


def key_lines(text: str) -> Iterator[tuple[Key, int]]:
    """Each key with its line, from 1, in the order of the text: all parts of it, those of its table first.

    A table's header counts as a key. The text is TOML with lines that end in a line feed; where it is not, the keys
    before the error are found.
    """
    table: Key = ()
    at = counted = 0
    line = 1
    while True:
        at = _end(_BETWEEN, text, at)
        line, counted = line + text.count("\n", counted, at), at
        brackets = 2 if text.startswith("[[", at) else int(text.startswith("[", at))
        key, at = _read_key(text, at + brackets)
        if not key:
            return
        if brackets:
            table = key
            at += brackets
        yield (key if brackets else table + key), line
        at = _skip_value(text, at)


def _read_key(text: str, at: int) -> tuple[Key, int]:
    """A dotted key and where it ends; no parts where there is none."""
    parts: list[str] = []
    while match := _KEY_PART.match(text, at):
        bare, quoted = match.groups()
        try:
            parts.append(bare if bare is not None else tomllib.loads(f"key = {quoted}")["key"])
        except tomllib.TOMLDecodeError:
            return (), at
        at = match.end()
        if not text.startswith(".", at):
            return tuple(parts), at
        at += 1
    return (), at


def _skip_value(text: str, at: int) -> int:
    """Where the statement ends whose value, or end of a table's header, is at `at`."""
    depth = 0
    while match := _PIECE.match(text, at):
        piece, at = match.group(), match.end()
        if piece == "\n" and depth <= 0:
            return at
        depth += (piece in "[{") - (piece in "]}")
    return len(text) if at == len(text) else _end(re.compile(r"[^\n]*"), text, at)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _explained(problem: str, text: str, file: Path) -> InvalidInput:
    """The error for what `tomllib` says."""
    repeated = _first_repeated(text) if problem.startswith("Cannot") else None
    if repeated is not None:
        key, line, earlier = repeated
        return InvalidInput("toml.key-twice", place=f"{file}:{line}", key=".".join(key), earlier=str(earlier))
    told = _LINE_TOLD.search(problem)
    line = int(told[1]) if told else text.rstrip("\n").count("\n") + 1
    reason = problem.partition(" (at ")[0]
    return InvalidInput("toml.malformed", place=f"{file}:{line}", why=reason)


def _first_repeated(text: str) -> tuple[Key, int, int] | None:
    seen: dict[Key, int] = {}
    for key, line in key_lines(text):
        if key in seen:
            return key, line, seen[key]
        seen[key] = line
    return None
