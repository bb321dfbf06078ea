"""Edits of single values, keys and items of a definition's file, the rest of its text as it was, comments too.

Each edit replaces the text of what it changes and nothing else. What was written is read again and must say what was
meant; where a place is written in a way that cannot be edited so finely, the value around it is written again, then the
one around that (comments inside go with it).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from testigo.election import yaml_text
from testigo.election.diagnostic import DefinitionPath
from testigo.election.editing.plain import Plain, as_text, at, is_number, read_plain
from testigo.election.tables import splice
from testigo.election.tables.splice import Span
from testigo.errors import InvalidInput, TestigoError

_SURROGATES = re.compile(r"\\(?:\\|u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2}))")
_REQUIRED_TEXTS = ("title", "name", "role")


@dataclass(frozen=True)
class Put:
    """A value at a path, in the place of what is there, or as a new key of the mapping above."""

    path: DefinitionPath
    value: Any


@dataclass(frozen=True)
class Remove:
    """A key, or an item of a list, goes."""

    path: DefinitionPath


@dataclass(frozen=True)
class Append:
    """One more item at the end of a list."""

    path: DefinitionPath
    value: Any


@dataclass(frozen=True)
class Swap:
    """An item of a list changes places with the next one."""

    path: DefinitionPath


Edit = Put | Remove | Append | Swap
_Piece = tuple[int, int, str]


class _TooFine(Exception):
    """The text there is written in a way that this edit cannot be made in."""


def edited(text: str, values: Plain, file: Path, edits: Sequence[Edit]) -> tuple[str, Plain]:
    """The text and what it says, with these edits, one after the other. `values`: what it says before.

    Raises `InvalidInput` where it cannot be written.
    """
    try:
        written, meant = text, values
        for single, group in groupby(edits, key=lambda one: isinstance(one, Put) and _is_single(values, one)):
            if single:
                puts = {one.path: one.value for one in group if isinstance(one, Put)}
                written, meant = _all_put(written, puts, is_json=_is_json(file)), _with_all(meant, puts)
                continue
            for edit in (one for raw in group for one in _possible(meant, raw)):
                written, meant = _spliced(written, meant, edit, is_json=_is_json(file)), _applied(meant, edit)
        if _values(written, file) == meant:
            return written, meant
    except (_TooFine, TestigoError, yaml.YAMLError):
        pass
    for raw in edits:
        for edit in _possible(values, raw):
            text, values = _with_one(text, values, file, edit), _applied(values, edit)
    return text, values


def _is_single(values: Plain, edit: Put) -> bool:
    """Whether something that is there gets another value, and no more: many such are written at once."""
    return isinstance(at(values, edit.path), str | dict) and isinstance(edit.value, str | int | dict)


def _is_json(file: Path) -> bool:
    return file.suffix.lower() == ".json"


def _values(text: str, file: Path) -> Plain:
    return read_plain(text.encode(), file)


def _with_one(text: str, values: Plain, file: Path, edit: Edit) -> str:
    meant = _applied(values, edit)
    for attempt in (edit, *_coarser(meant, edit.path)):
        try:
            written = _spliced(text, values, attempt, is_json=_is_json(file))
            if _values(written, file) == meant:
                return written
        except (_TooFine, TestigoError):
            continue
    raise InvalidInput("editor.not-written", place=file)


def _coarser(meant: Plain, path: DefinitionPath) -> Iterator[Edit]:
    """The values around a path as a whole, from the inside to the outside."""
    for length in range(len(path) - 1, 0, -1):
        yield Put(path[:length], _numbers(at(meant, path[:length])))


def _numbers(value: Plain) -> Any:
    """Values as they are written again: what reads as a whole number as one."""
    if isinstance(value, dict):
        return {key: _numbers(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_numbers(one) for one in value]
    return int(value) if is_number(value) else value


# ── what an edit means ──


def _possible(values: Plain, edit: Edit) -> list[Edit]:
    """The edit as it can be made: a missing mapping around a new value is made, an emptied one goes."""
    path = edit.path
    if isinstance(edit, Put) and len(path) > 1 and not isinstance(at(values, path[:-1]), dict | list):
        return _possible(values, Put(path[:-1], {path[-1]: edit.value}))
    if isinstance(edit, Append) and not isinstance(at(values, path), list):
        return _possible(values, Put(path, [edit.value]))
    if isinstance(edit, Remove):
        around = at(values, path[:-1])
        if around is None or at(values, path) is None:
            return []
        if len(around) == 1 and len(path) > 1:
            if isinstance(around, list):
                return [Put(path[:-1], [])]
            if path[-2] in _REQUIRED_TEXTS or isinstance(path[-2], int):
                return [Put(path[:-1], {})]
            return _possible(values, Remove(path[:-1]))
    return [edit]


def _applied(values: Plain, edit: Edit) -> Plain:
    """The values after an edit."""
    if not edit.path:
        return as_text(edit.value) if isinstance(edit, Put) else values
    step, *rest = edit.path
    changed = values.copy()
    if rest:
        changed[step] = _applied(values[step], replace(edit, path=tuple(rest)))
    elif isinstance(edit, Put):
        changed[step] = as_text(edit.value)
    elif isinstance(edit, Remove):
        del changed[step]
    elif isinstance(edit, Append):
        changed[step] = [*values[step], as_text(edit.value)]
    else:
        after = int(step) + 1
        changed[step], changed[after] = values[after], values[step]
    return changed


def _with_all(values: Plain, puts: Mapping[DefinitionPath, Any]) -> Plain:
    """The values after edits that each put a single value in the place of another."""
    if () in puts:
        return as_text(puts[()])
    below: dict[str | int, dict[DefinitionPath, Any]] = {}
    for (step, *rest), value in puts.items():
        below.setdefault(step, {})[tuple(rest)] = value
    changed = values.copy()
    for step, inner in below.items():
        changed[step] = _with_all(values[step], inner)
    return changed


# ── in the text ──


def _all_put(text: str, puts: Mapping[DefinitionPath, Any], *, is_json: bool) -> str:
    """The text with single values in the place of others; read only once, however many they are."""
    spans = _spans(_positions_text(text) if is_json else text, puts)
    writing = _Writing(text, spans, is_json=is_json)
    pieces, end = [], len(text)
    for start, stop, new in sorted((writing.replaced(path, value) for path, value in puts.items()), reverse=True):
        pieces += [text[stop:end], new]
        end = start
    return "".join(reversed([*pieces, text[:end]]))


def _spliced(text: str, values: Plain, edit: Edit, *, is_json: bool) -> str:
    spans = _spans(_positions_text(text) if is_json else text, _wanted(values, edit))
    writing = _Writing(text, spans, is_json=is_json)
    match edit:
        case Put():
            pieces = writing.put(values, edit)
        case Remove():
            pieces = [writing.removed(values, edit.path)]
        case Append():
            pieces = [writing.appended(values, edit)]
        case Swap():
            pieces = writing.swapped(edit.path)
    newline = "\r\n" if "\r\n" in text else "\n"
    for start, end, new in sorted(pieces, reverse=True):
        text = text[:start] + (new if isinstance(edit, Swap) else new.replace("\n", newline)) + text[end:]
    return text


def _wanted(values: Plain, edit: Edit) -> set[DefinitionPath]:
    """The paths whose places an edit needs: its own, that around it, and those beside it."""
    around, last = edit.path[:-1], edit.path[-1]
    wanted = {edit.path, around}
    steps = list(at(values, around)) if isinstance(last, str) else list(range(len(at(values, around))))
    place = steps.index(last) if last in steps else len(steps)
    wanted |= {(*around, step) for step in steps[max(place - 1, 0) : place + 2]}
    inner = at(values, edit.path)
    if isinstance(edit, Append) and inner:
        wanted.add((*edit.path, len(inner) - 1))
    return wanted


def _spans(text: str, wanted: Iterable[DefinitionPath]) -> dict[DefinitionPath, Span]:
    paths = frozenset(wanted)
    return {path: span for path, span in splice.positions(text) if path in paths}


def _positions_text(text: str) -> str:
    """JSON in a spelling that YAML's parser takes, every character in its place."""
    return _SURROGATES.sub(lambda one: one[0] if one[1] is None else "x" * 12, text.replace("\t", " "))


class _Writing:
    """Pieces of text, each with what it replaces."""

    def __init__(self, text: str, spans: dict[DefinitionPath, Span], *, is_json: bool) -> None:
        self._text = text
        self._spans = spans
        self._is_json = is_json

    def put(self, values: Plain, edit: Put) -> list[_Piece]:
        if at(values, edit.path) is None:
            return [self._new_key(values, edit)]
        return [self.replaced(edit.path, edit.value)]

    def replaced(self, path: DefinitionPath, value: Any) -> _Piece:
        span = self._span(path)
        return *self._place(span, value), self._value(value, span)

    def removed(self, values: Plain, path: DefinitionPath) -> _Piece:
        span, after, before = self._span(path), self._beside(values, path, 1), self._beside(values, path, -1)
        if span.inside:
            if after is not None:
                return span.key, after.key, ""
            return (before.end, span.end, "") if before is not None else (span.key, span.end, "")
        line = self._text.rfind("\n", 0, span.key) + 1
        lead = self._text[line : span.key]
        if (isinstance(path[-1], int) and lead.strip() == "-") or not lead.strip():
            return line, splice.next_line(self._text, span.end), ""
        if after is None or isinstance(path[-1], int):
            raise _TooFine
        return span.key, after.key, ""

    def appended(self, values: Plain, edit: Append) -> _Piece:
        inner, span = at(values, edit.path), self._span(edit.path)
        if not inner:
            return *self._place(span, [edit.value]), self._value([edit.value], span)
        last = self._span((*edit.path, len(inner) - 1))
        if span.flow:
            return last.end, last.end, f", {self._flow(edit.value)}"
        return self._new_lines(last, span.column, yaml_text.block([edit.value]))

    def swapped(self, path: DefinitionPath) -> list[_Piece]:
        *around, place = path
        if not isinstance(place, int):
            raise _TooFine
        one, other = self._span(path), self._span((*around, place + 1))
        first, second = self._text[one.start : one.end], self._text[other.start : other.end]
        return [(one.start, one.end, second), (other.start, other.end, first)]

    def _new_key(self, values: Plain, edit: Put) -> _Piece:
        *around, key = edit.path
        inner, span = at(values, tuple(around)), self._span(tuple(around))
        if not isinstance(inner, dict) or not isinstance(key, str):
            raise _TooFine
        if not inner:
            return *self._place(span, {key: edit.value}), self._value({key: edit.value}, span)
        last = self._span((*around, next(reversed(inner))))
        if span.flow:
            return last.end, last.end, f", {self._flow(key)}: {self._flow(edit.value)}"
        if isinstance(edit.value, list) and edit.value:
            lines = [f"{yaml_text.scalar(key)}:", *(f"  {line}" for line in yaml_text.block(edit.value))]
        else:
            lines = [f"{yaml_text.scalar(key)}: {yaml_text.flow(edit.value)}"]
        return self._new_lines(last, span.column, lines)

    def _new_lines(self, behind: Span, column: int, lines: Iterable[str]) -> _Piece:
        here = splice.next_line(self._text, behind.end)
        start = "" if self._text[here - 1 : here] == "\n" else "\n"
        return here, here, start + "".join(f"{' ' * column}{line}\n" for line in lines)

    def _place(self, span: Span, value: Any) -> tuple[int, int]:
        """What is replaced: with a list in lines, also the space behind the colon."""
        if span.flow and not span.inside and isinstance(value, list) and value:
            return len(self._text[: span.start].rstrip(" ")), span.end
        return span.start, span.end

    def _value(self, value: Any, span: Span) -> str:
        after_colon = self._text[span.start - 1 : span.start] == ":" and not self._is_json
        if span.inside or self._is_json or not (isinstance(value, list) and value):
            line = self._text.rfind("\n", 0, span.start) + 1
            deeper = not span.flow and not self._text[line : span.start].strip()
            return f"{' ' if after_colon else '  ' if deeper else ''}{self._flow(value)}"
        indent = span.column if not span.flow else span.column + 2
        lines = ("\n" + " " * indent).join(yaml_text.block(value))
        return f"\n{' ' * indent}{lines}" if span.flow else lines

    def _flow(self, value: Any) -> str:
        if not self._is_json:
            return yaml_text.flow(value)
        written = json.dumps(value, ensure_ascii=False)
        return written if written.isprintable() else json.dumps(value)

    def _span(self, path: DefinitionPath) -> Span:
        if path not in self._spans:
            raise _TooFine
        return self._spans[path]

    def _beside(self, values: Plain, path: DefinitionPath, by: int) -> Span | None:
        *around, last = path
        inner = at(values, tuple(around))
        steps: list[Any] = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        place = steps.index(last) + by
        return self._span((*around, steps[place])) if 0 <= place < len(steps) else None
