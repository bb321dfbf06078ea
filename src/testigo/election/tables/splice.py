"""Lists of a definition replaced in its file's text, the rest of it, comments too, as it was.

In YAML what is replaced is the text of the list, from its first character to its last; comments inside go with it. In
JSON, which has no comments, the file is written again.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from testigo.election import yaml_text
from testigo.election.diagnostic import DefinitionPath

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Span:
    """Where a value stands. `flow`: it is written in brackets, or is empty. `inside`: so is what it stands in. `key`:
    where its key begins; of an item of a list, where it begins itself.
    """

    start: int
    end: int
    column: int
    flow: bool
    inside: bool
    key: int = 0


def replaced(text: str, file: Path, lists: Mapping[DefinitionPath, list[Any]]) -> str:
    """The text with these lists in place of those at their paths; one that is missing at the top is added."""
    if file.suffix.lower() == ".json":
        return _replaced_json(text, lists)
    spans, end = _spans(text, lists.keys())
    pieces = []
    at = 0
    for path, span in sorted(spans.items(), key=lambda one: one[1].start):
        start = span.start
        if span.flow and not span.inside:
            start = len(text[:start].rstrip(" "))
        pieces += [text[at:start], _written(lists[path], span, after_colon=text[start - 1 : start] == ":")]
        at = span.end
    pieces.append(text[at : end.start])
    added = [_added(str(path[0]), value, end) for path, value in lists.items() if path not in spans]
    if added and not end.inside and text[end.start - 1 : end.start] not in ("", "\n"):
        pieces.append("\n")
    pieces += added
    pieces.append(text[end.start :])
    return "".join(pieces)


def _replaced_json(text: str, lists: Mapping[DefinitionPath, list[Any]]) -> str:
    values = json.loads(text)
    for (*path, last), value in lists.items():
        inner = values
        for step in path:
            inner = inner[step]
        inner[last] = value
    return json.dumps(values, ensure_ascii=False, indent=1) + "\n"


def _written(value: list[Any], span: Span, *, after_colon: bool) -> str:
    if span.inside:
        return yaml_text.flow(value)
    if not value:
        return " []" if after_colon else "[]"
    indent = span.column if not span.flow else span.column + 2
    lines = ("\n" + " " * indent).join(yaml_text.block(value))
    return f"\n{' ' * indent}{lines}" if span.flow else lines


def _added(key: str, value: list[Any], end: Span) -> str:
    if end.inside:
        return f", {json.dumps(key)}: {yaml_text.flow(value)}"
    lines = "\n  ".join(yaml_text.block(value))
    return f"{key}:\n  {lines}\n" if value else f"{key}: []\n"


# ── where the values are ──


def _spans(text: str, wanted: Any) -> tuple[dict[DefinitionPath, Span], Span]:
    """Spans of the wanted paths, and where another key of the root can be added."""
    found: dict[DefinitionPath, Span] = {}
    end = Span(len(text), len(text), 0, flow=False, inside=False)
    for path, span in positions(text):
        if path in wanted:
            found[path] = span
        if path == ():
            at = span.end - 1 if span.flow else next_line(text, span.end)
            end = Span(at, at, 0, flow=span.flow, inside=span.flow)
    return found, end


def positions(text: str) -> Iterator[tuple[DefinitionPath, Span]]:
    """Every value of the text with its place, what is inside another before that."""
    walk = _Walk()
    for event in yaml.parse(text, Loader=_LOADER):
        closed = walk.take(event)
        if closed is not None:
            span = closed[1]
            while span.end > span.start and text[span.end - 1] in " \r\n":  # behind a text in block style
                span.end -= 1
            yield closed


def next_line(text: str, at: int) -> int:
    """Where the line after that of a position begins."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


class _Walk:
    """Follows the parser's events, with the path of each value and the end of its last character.

    The parser ends a block list at the next token, beyond comments and empty lines; here the last scalar or bracket
    before it does.
    """

    def __init__(self) -> None:
        self._open: list[tuple[DefinitionPath, Span, bool]] = []
        self._keys: list[str | int | None] = []
        self._last = 0
        self._key_column = 0
        self._key = 0

    def take(self, event: Any) -> tuple[DefinitionPath, Span] | None:
        """A value that ends with this event."""
        start, end = event.start_mark, event.end_mark
        if isinstance(event, yaml.ScalarEvent):
            if self._keys and self._keys[-1] is None:
                self._keys[-1] = str(event.value)
                self._key_column, self._key = start.column, start.index
                return None
            span = self._span(event, flow=True)
            self._last = end.index
            return self._end(self._path(), span)
        if isinstance(event, yaml.CollectionStartEvent):
            is_list = isinstance(event, yaml.SequenceStartEvent)
            self._open.append((self._path(), self._span(event, flow=bool(event.flow_style)), is_list))
            self._keys.append(0 if is_list else None)
        elif isinstance(event, yaml.CollectionEndEvent):
            path, span, _ = self._open.pop()
            self._keys.pop()
            self._last = end.index if span.flow else self._last
            return self._end(path, span)
        return None

    def _path(self) -> DefinitionPath:
        return tuple(key for key in self._keys if key is not None)

    def _span(self, event: Any, *, flow: bool) -> Span:
        inside = bool(self._open) and self._open[-1][1].flow
        column = self._key_column if flow and self._open else event.start_mark.column
        start = event.start_mark.index
        key = self._key if self._keys and isinstance(self._keys[-1], str) else start
        return Span(start, event.end_mark.index, column, flow, inside, key)

    def _end(self, path: DefinitionPath, span: Span) -> tuple[DefinitionPath, Span]:
        span.end = self._last
        if self._open:
            key = self._keys[-1]
            self._keys[-1] = key + 1 if isinstance(key, int) else None
        return path, span
