"""The inputs of the editor's fields: what stands in each, and how what is typed into them becomes edits."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from testigo.election.diagnostic import DefinitionPath
from testigo.election.editing.edits import Edit, Put, Remove
from testigo.election.editing.fields import Field
from testigo.election.editing.plain import Plain, at, is_number, items, mapping, single

Typed = Callable[[str], str | None]
"""What was typed into the input of that name, of boxes the ids that are ticked, each on a line; None where the form
does not have it."""

MORE_ROWS = 2
"""So many empty rows stand below those that are filled in."""

_LINE_BREAKS = re.compile(r"[\r\n]+")


@dataclass(frozen=True)
class Input:
    """One input: its name, and what stands in it. `language`: of a text, "" for none. `part`: "how" for the choice
    between more than and at least. `row`: the number of its row, from 0. `path`: of its value, below the part.
    """

    name: str
    text: str
    field: Field
    path: DefinitionPath
    language: str = ""
    part: str = ""
    row: int | None = None


def inputs(field: Field, values: Plain, path: DefinitionPath, languages: Sequence[str]) -> Iterator[Input]:
    """The inputs of a field of the part at a path."""
    part = at(values, path)
    if field.kind == "rows":
        rows = items(at(part, field.path))
        for number in range(len(rows) + MORE_ROWS):
            row = rows[number] if number < len(rows) else {}
            for one in field.row:
                for shown in _inputs(one, row, languages):
                    name = f"{field.name}/{number}/{shown.name}"
                    yield replace(shown, name=name, row=number, path=(*field.path, number, *shown.path))
    elif field.path == ("filled-by",):
        yield Input(field.name, "\n".join(_filling(values, path)), field, field.path)
    else:
        yield from _inputs(field, part, languages)


def _inputs(field: Field, part: Plain, languages: Sequence[str]) -> Iterator[Input]:
    value = at(part, field.path)
    if field.kind in ("texts", "names"):
        texts = by_language(field, value, languages)
        for language in dict.fromkeys([*languages, *texts]):
            yield Input(f"{field.name}/{language}", texts.get(language, ""), field, field.path, language)
    elif field.kind in ("share", "percent"):
        yield from _share_inputs(field, mapping(value))
    else:
        yield Input(field.name, _text(field, part, value), field, field.path)


def _text(field: Field, part: Plain, value: Plain) -> str:
    if field.kind == "words":
        return " ".join(map(single, items(value))) if value is not None else field.default
    if field.kind in ("lines", "checks"):
        return "\n".join(_line(single(one)) for one in items(value))
    if value is None and (not field.switch or at(part, field.path[:-1]) is not None):
        return field.default
    return single(value)


def _share_inputs(field: Field, value: dict[str, Plain]) -> Iterator[Input]:
    said = [key for key in field.keys if key in value]
    text = " ".join(single(value[key]) for key in said)
    if field.kind == "percent":
        yield Input(field.name, text, field, field.path)
        return
    how = "" if len(said) > 1 else said[0] if said else field.keys[0]
    yield Input(f"{field.name}/how", how, field, field.path, part="how")
    yield Input(field.name, text, field, field.path)


def by_language(field: Field, value: Plain, languages: Sequence[str]) -> dict[str, str]:
    """A text by language; what is said once is said in each."""
    if isinstance(value, str):
        return dict.fromkeys(languages, value) if field.kind == "names" else {}
    return {language: single(words) for language, words in mapping(value).items()}


# ── what is typed ──


def edits_of(
    field: Field, values: Plain, path: DefinitionPath, languages: Sequence[str], typed: Typed, *, own_id: str = ""
) -> Iterator[Edit]:
    """The edits that what was typed into a field asks for; none where it is what stands there already. `own_id`: the
    id of the part from now on, where that changes.
    """
    shown = list(inputs(field, values, path, languages))
    changed = {
        one.name: new
        for one in shown
        if (new := typed(one.name)) is not None and _entered(one, new) != _entered(one, one.text)
    }
    if not changed:
        return
    part, own = at(values, path), (*path, *field.path)
    if field.kind in ("texts", "names"):
        texts = {one.language: changed[one.name].strip() for one in shown if one.name in changed}
        yield from _texts(field, part, own, languages, texts)
    elif field.kind == "rows":
        rows = _rows(field, items(at(part, field.path)), shown, typed)
        yield Put(own, rows) if rows else Remove(own)
    elif field.path == ("filled-by",):
        yield from _fill(values, path, set(changed[field.name].splitlines()), own_id)
    else:
        said = _said(field, "", typed, {one.name: one.text for one in shown})
        yield from _as_edits(field, own, said, path)


def _as_edits(field: Field, own: DefinitionPath, said: dict[str, Any], path: DefinitionPath) -> Iterator[Edit]:
    if field.switch and not any(value is not None for value in said.values()):
        yield Remove((*path, field.path[0]))
        return
    for key, value in sorted(said.items(), key=lambda one: one[1] is None):
        where = (*own, key) if key else own
        if value is not None:
            yield Put(where, value)
        elif field.required:
            yield Put(where, [] if field.kind == "checks" else "")
        else:
            yield Remove(where)


def _said(field: Field, above: str, typed: Typed, shown: dict[str, str]) -> dict[str, Any]:
    """What a field says now, by the key below its path ("" for itself); None for what goes."""

    def text(name: str) -> str:
        new = typed(above + name)
        return shown.get(above + name, "") if new is None else new

    entered = _line(text(field.name)).strip()
    if field.kind in ("share", "percent"):
        if field.kind == "percent":
            key = field.keys["/" in entered]
        else:
            how = text(f"{field.name}/how")
            key = how if how in field.keys else field.keys[0]
        return {**dict.fromkeys(field.keys), key: entered or None}
    if field.kind == "words":
        return {"": entered.replace(",", " ").split() or (None if not field.required else [])}
    if field.kind in ("lines", "checks"):
        return {"": [line.strip() for line in text(field.name).splitlines() if line.strip()] or None}
    if not entered:
        return {"": None}
    return {"": int(entered) if field.kind == "number" and is_number(entered) else entered}


def _rows(field: Field, before: list[Plain], shown: list[Input], typed: Typed) -> list[dict[str, Any]]:
    """The rows that say something, what has no field in them kept."""
    old = {one.name: one.text for one in shown}
    rows = []
    for number in range(len(before) + MORE_ROWS):
        row = dict(mapping(before[number])) if number < len(before) else {}
        for one in field.row:
            for key, value in _said(one, f"{field.name}/{number}/", typed, old).items():
                row[key or one.name] = value
        said = {key: value for key, value in row.items() if value is not None}
        if said:
            required = {one.name: "" for one in field.row if one.required}
            rows.append({**required, **said})
    return rows


def _filling(values: Plain, path: DefinitionPath) -> Iterator[str]:
    """The ids of the contests that fill the body at a path."""
    body = single(at(values, (*path, "id")))
    for contest in items(at(values, ("contests",))):
        if body and single(at(contest, ("body",))) == body:
            yield single(at(contest, ("id",)))


def _fill(values: Plain, path: DefinitionPath, chosen: set[str], own_id: str) -> Iterator[Edit]:
    body = own_id or single(at(values, (*path, "id")))
    filling = set(_filling(values, path))
    for number, contest in enumerate(items(at(values, ("contests",)))):
        name = single(at(contest, ("id",)))
        if body and name in chosen - filling:
            yield Put(("contests", number, "body"), body)
        elif name in filling - chosen:
            yield Remove(("contests", number, "body"))


def _texts(
    field: Field, part: Plain, own: DefinitionPath, languages: Sequence[str], changed: dict[str, str]
) -> Iterator[Edit]:
    value = at(part, field.path)
    if isinstance(value, dict) and value:
        yield from (Put((*own, one), new) if new else Remove((*own, one)) for one, new in changed.items())
        return
    texts = {one: new for one, new in {**by_language(field, value, languages), **changed}.items() if new}
    once = field.kind == "names" and set(texts) == set(languages) and len(set(texts.values())) == 1
    yield Put(own, next(iter(texts.values())) if once else texts)


def _entered(shown: Input, text: str) -> Any:
    """A text as a browser's input gives it back."""
    if shown.part:
        return text
    if shown.field.kind == "lines":
        return [line.strip() for line in text.splitlines() if line.strip()]
    if shown.field.kind == "checks":
        return {line.strip() for line in text.splitlines() if line.strip()}
    if shown.field.kind == "words":
        return " ".join(text.replace(",", " ").split())
    return _line(text).strip()


def _line(text: str) -> str:
    return _LINE_BREAKS.sub("", text)
