"""A YAML or JSON text as a tree of nodes that know their lines. No meaning here: `load` reads the tree.

YAML is far more than an election needs, and some of it is dangerous: aliases can blow a small file up to terabytes,
tags can name code, and unquoted words can turn into dates, booleans or base-60 numbers (`08:00` is 480). So only
mappings with text keys, lists and plain or quoted scalars are taken; a scalar stays the text that stands in the file,
and whoever reads the tree decides whether a number is expected there. The tree is built from the parser's events, never
by recursion.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from testigo.election.places import line_place
from testigo.errors import InvalidInput, TestigoError
from testigo.words import Value, message

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 64
MAX_NODES = 2_000_000

# libyaml's parser is about ten times faster than PyYAML's own, which stands in where PyYAML was built without it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_SURROGATES = re.compile(r"\\(?:\\|u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2}))")


@dataclass(slots=True)
class Scalar:
    """Text as it stands in the file. `quoted`: it was in quotes or a block, so it is meant as text."""

    line: int
    text: str
    quoted: bool


@dataclass(slots=True)
class Sequence:
    """A list of nodes."""

    line: int
    items: list["Node"] = field(default_factory=list)


@dataclass(slots=True)
class Mapping:
    """Nodes by key, each with the line of its key."""

    line: int
    entries: dict[str, tuple[int, "Node"]] = field(default_factory=dict)


Node = Scalar | Sequence | Mapping


def parse(data: bytes, file: Path) -> tuple[Node, list[TestigoError]]:
    """The tree of one document, and the errors that did not hinder building it (keys that are named twice).

    A file named `.json` must be JSON. Raises `InvalidInput` with the line for what is not YAML or JSON at all, for
    aliases, tags, more than one document, and for more than `MAX_DEPTH` levels or `MAX_NODES` nodes.
    """
    text = _decode(data, file)
    if is_json(file):
        text = _json_as_yaml(text, file)
    tree = _Tree(file)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            tree.take(event)
    except yaml.YAMLError as error:
        raise _syntax_error(error, text, file) from None
    if tree.root is None:
        raise InvalidInput("definition.empty", place=file)
    return tree.root, tree.errors


def is_json(file: Path) -> bool:
    """Whether the file is named as JSON; any other is YAML."""
    return file.suffix.lower() == ".json"


def _decode(data: bytes, file: Path) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidInput(
            "file.not-utf8", place=line_place(file, line, ()), byte=f"{data[error.start]:#04x}"
        ) from None


def _json_as_yaml(text: str, file: Path) -> str:
    """Checked JSON in the spelling that YAML also understands, every line in its place.

    YAML takes all of JSON but tabs between tokens (a tab inside a JSON string is always escaped, so any bare tab is
    one of these) and characters written as two `\\u` halves.
    """
    try:
        json.loads(text, parse_int=str)  # however many digits: the reader of each field says what it takes
    except json.JSONDecodeError as error:
        raise InvalidInput("file.not-json", place=line_place(file, error.lineno, ()), why=error.msg) from None
    except RecursionError:
        raise InvalidInput("file.too-deep", place=file, most=MAX_DEPTH) from None
    except ValueError as error:
        raise InvalidInput("file.not-json", place=file, why=str(error)) from None
    return _SURROGATES.sub(_joined, text.replace("\t", " "))


def _joined(match: re.Match[str]) -> str:
    high, low = match.groups()
    if high is None:
        return match.group()
    return f"\\U{0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00:08X}"


def _syntax_error(error: yaml.YAMLError, text: str, file: Path) -> InvalidInput:
    mark = getattr(error, "problem_mark", None)
    position = getattr(error, "position", None)
    line = mark.line + 1 if mark else text.count("\n", 0, position) + 1 if isinstance(position, int) else 1
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
    code = "file.not-json" if is_json(file) else "file.not-yaml"
    known = _REASONS.get(str(problem))
    why: Value = message("term", f"yaml-reason.{known}") if known else str(problem)
    return InvalidInput(code, place=line_place(file, line, ()), why=why)


_REASONS = {
    "found a tab character that violates indentation": "tab",
    "found a tab character where an indentation space is expected": "tab",
    "found character that cannot start any token": "start",
    "control characters are not allowed": "control",
    "mapping values are not allowed in this context": "colon",
    "could not find expected ':'": "no-colon",
    "found unexpected end of stream": "quote",
    "did not find expected ',' or ']'": "bracket",
    "did not find expected ',' or '}'": "bracket",
    "did not find expected key": "indentation",
    "found unknown escape character": "escape",
    "found invalid Unicode character escape code": "escape",
}
"""What libyaml says of the errors that people make, as words that have translations."""


class _Tree:
    """Builds nodes from parser events with a stack of its own, so depth is counted and never Python's to run out of."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.root: Node | None = None
        self.errors: list[TestigoError] = []
        self._open: list[Sequence | Mapping] = []
        self._keys: list[tuple[int, str] | None] = []
        self._nodes = 0

    def take(self, event: Any) -> None:
        """One event of `yaml.parse`."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise self._refuse("yaml.alias", line)
        if isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            raise self._refuse("yaml.second-document", line)
        if isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
            self._keys.pop()
        elif isinstance(event, yaml.NodeEvent):
            self._take_node(event, line)

    def _take_node(self, event: Any, line: int) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise self._refuse("yaml.too-many-values", line, most=MAX_NODES)
        if event.tag is not None:
            raise self._refuse("yaml.tag", line, tag=str(event.tag)[:60])
        if isinstance(event, yaml.ScalarEvent):
            self._place(Scalar(line, event.value, quoted=bool(event.style)))
            return
        node = Sequence(line) if isinstance(event, yaml.SequenceStartEvent) else Mapping(line)
        self._place(node)
        self._open.append(node)
        self._keys.append(None)
        if len(self._open) > MAX_DEPTH:
            raise self._refuse("file.too-deep", line, most=MAX_DEPTH)

    def _place(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif self._keys[-1] is None:
            if not isinstance(node, Scalar):
                raise self._refuse("yaml.not-a-key", node.line)
            self._keys[-1] = (node.line, node.text)
        else:
            line, key = self._keys[-1]
            self._keys[-1] = None
            if key in parent.entries:
                first = parent.entries[key][0]
                self.errors.append(self._refuse("yaml.key-twice", line, key=key[:60], first=str(first)))
            else:
                parent.entries[key] = (line, node)

    def _refuse(self, code: str, line: int, **values: Value) -> InvalidInput:
        return InvalidInput(code, place=line_place(self.file, line, ()), **values)
