"""What the editor's pages show of a draft: a part with its fields and remarks, rows of a list, texts side by side."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from testigo.election.diagnostic import DefinitionPath
from testigo.election.editing.changes import Difference
from testigo.election.editing.draft import Draft, Remark
from testigo.election.editing.fields import LISTS, PARTS, Field, by_language, fields_of, inputs, list_of
from testigo.election.editing.plain import Plain, at, items, mapping, single
from testigo.election.limits import STATION_ID
from testigo.election.places import place_words
from testigo.election.tables import splice
from testigo.election.tables.cells import id_part, reading_key
from testigo.words import Message, message

_MOST_CHOICES = 300
"""Of ids in one field to choose from; where there are more, the id is typed."""

_SHOWN = 600
"""Characters of a value on a page of changes, or of one that is kept."""


@dataclass(frozen=True)
class Input:
    """One input. `choices`: value and label, none where it is typed. `remarks`: what `check` says of it."""

    name: str
    language: str
    value: str
    choices: Sequence[tuple[str, str]]
    remarks: Sequence[Remark]
    field: Field

    @property
    def is_wrong(self) -> bool:
        return any(not one.warning for one in self.remarks)


@dataclass(frozen=True)
class Row:
    """One item of a list. `below`: how many lie in it, by list."""

    at: str
    id: str
    label: str
    remarks: int
    below: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class TextRow:
    """One text in all languages. `path`, `part`: of the part that it belongs to."""

    path: DefinitionPath
    part: Plain
    field: Field
    label: str
    texts: tuple[tuple[str, str], ...]
    missing: int

    @property
    def at(self) -> str:
        return ".".join(map(str, (*self.path, *self.field.path)))

    def input(self, name: str) -> str:
        """The name on this page of an input of the part."""
        return f"{'.'.join(map(str, self.path))}/{name}"


# ── addresses ──


def path_of(text: str) -> DefinitionPath | None:
    """The path that an address says: `contests.2.options`; None where it is none."""
    if len(text) > 300:
        return None
    steps = text.split(".") if text else []
    path = tuple(int(one) if one.isascii() and one.isdigit() and len(one) < 8 else one for one in steps)
    allowed, name = LISTS[""], ""
    for place, step in enumerate(path):
        if (place % 2 == 0) != isinstance(step, str) or (isinstance(step, str) and step not in allowed):
            return None
        name = step if isinstance(step, str) else name
        allowed = LISTS.get(name, ())
    return path


def address(kind: str, path: DefinitionPath) -> str:
    """The address of a part's or a list's page."""
    return f"/{kind}?at={quote('.'.join(map(str, path)))}"


def link_of(draft: Draft, path: DefinitionPath) -> tuple[str, Message | str]:
    """The page on which what stands at a path is edited, and what the place is called."""
    near = path
    while near and (path_of(".".join(map(str, near))) is None or isinstance(near[-1], str)):
        near = near[:-1]
    if len(path) > len(near) and not near and path[0] in LISTS[""]:
        return address("list", path[:1]), place_words(path[:1])
    if not near or len(path) == len(near):
        return address("part", near), label(draft, near) if near else place_words(path)
    where = message("place", "steps-2", step1=label(draft, near), step2=place_words(path, below=len(near)))
    return address("part", near), where


def label(draft: Draft, path: DefinitionPath) -> str:
    """What a part is called: its text in the first language, or its id."""
    part = at(draft.values, path)
    for key in ("title", "name"):
        value = mapping(part).get(key)
        texts = [value] if isinstance(value, str) else list(mapping(value).values())
        if text := next((one for one in texts if isinstance(one, str) and one.strip()), ""):
            return text[:160]
    return single(mapping(part).get("id"))[:160] or f"{path[-1] + 1 if isinstance(path[-1], int) else path[-1]}"


# ── one part ──


def part_view(draft: Draft, path: DefinitionPath) -> dict[str, Any]:
    """What the page of a part shows."""
    part = at(draft.values, path)
    own = draft.remarks.of(path) if path else [one for one in draft.remarks.all if _is_of_election(one.path)]
    fields = fields_of(draft.values, path)
    groups: dict[str, list[tuple[Field, list[Input]]]] = {}
    used: set[int] = set()
    for field in fields:
        shown = list(_inputs(draft, path, field, part, own, used))
        if field.refers and not field.required and not _known(draft, path, field) and not any(map(_says, shown)):
            continue
        groups.setdefault(field.group, []).append((field, shown))
    name = list_of(path)
    lists = [(one, len(items(mapping(part).get(one)))) for one in (LISTS.get(name, ()) if name else ())]
    known = {field.path[0] for field in PARTS.get(name, fields)} | {one for one, _ in lists} | {"roll-sizes"}
    known |= set() if name else set(LISTS[""])
    kept = [(key, _shown(value)) for key, value in mapping(part).items() if key not in known]
    return {
        "path": path,
        "at": ".".join(map(str, path)),
        "name": name or "election",
        "label": label(draft, path) if path else "",
        "groups": groups,
        "others": [one for one in own if id(one) not in used and _is_here(one.path, path, lists)],
        "lists": [(one, count, address("list", (*path, one))) for one, count in lists],
        "back": address("list", path[:-1]) if path else "",
        "kept": kept,
        "first_wrong": next(
            (one.name for group in groups.values() for _, shown in group for one in shown if one.is_wrong), ""
        ),
    }


def _is_of_election(path: DefinitionPath) -> bool:
    return not path or path[0] not in LISTS[""]


def _is_here(place: DefinitionPath, path: DefinitionPath, lists: Iterable[tuple[str, int]]) -> bool:
    """Whether a remark is about the part itself, not about an item of a list below it."""
    rest = place[len(path) :]
    return len(rest) < 2 or rest[0] not in {one for one, _ in lists}


def _inputs(
    draft: Draft, path: DefinitionPath, field: Field, part: Plain, own: Sequence[Remark], used: set[int]
) -> Iterator[Input]:
    whole = (*path, *field.path)
    choices = _choices(draft, path, field)
    all_inputs = list(inputs(field, part, draft.languages))
    for number, (name, language, value) in enumerate(all_inputs):
        found = [one for one in own if id(one) not in used and _belongs(one, whole, language, first=number == 0)]
        used |= {id(one) for one in found}
        given = choices
        if choices and value and value not in {one for one, _ in choices}:
            given = [*choices, (value, value)]
        yield Input(name, language, value, given, found, field)


def _belongs(remark: Remark, whole: DefinitionPath, language: str, *, first: bool) -> bool:
    """Whether a remark is about that input of the field at `whole`; what is about all of it is told at the first."""
    if remark.error.code == "definition.text-missing" and remark.path == whole:
        return remark.error.message.values.get("language") == language
    place = (*whole, language) if language else whole
    return remark.path[: len(place)] == place or (first and remark.path == whole)


def _choices(draft: Draft, path: DefinitionPath, field: Field) -> list[tuple[str, str]]:
    """What can be chosen in a field: values with what they are called; none where it is typed."""
    if field.choices:
        return [(one, "") for one in field.choices]
    if not field.refers:
        return []
    if field.refers == "rolls":
        return [(one, one) for one in map(single, items(at(draft.values, ("rolls",)))) if one]
    listed = _known(draft, path, field)
    if len(listed) > _MOST_CHOICES:
        return []
    found = [(single(at(draft.values, (*one, "id"))), one) for one in listed]
    return [(name, f"{label(draft, one)} ({name})") for name, one in found if name]


def _known(draft: Draft, path: DefinitionPath, field: Field) -> list[DefinitionPath]:
    """The parts that a field can name."""
    if field.refers == "districts":
        return list(_districts(draft, ("districts",)))
    where = (*path, "options") if field.refers == "options" else (field.refers,)
    return [(*where, number) for number in range(len(items(at(draft.values, where))))]


def _says(shown: Input) -> bool:
    return bool(shown.value or shown.remarks)


def _districts(draft: Draft, path: DefinitionPath) -> Iterator[DefinitionPath]:
    for number, district in enumerate(items(at(draft.values, path))):
        yield (*path, number)
        if mapping(district).get("districts"):
            yield from _districts(draft, (*path, number, "districts"))


def only_district(draft: Draft) -> str:
    """The id of the election's district, where it has one alone; else ""."""
    found = list(_districts(draft, ("districts",)))
    return single(at(draft.values, (*found[0], "id"))) if len(found) == 1 else ""


def proposed_id(text: str, taken: Iterable[str]) -> str:
    """An id made of a name, by the rule of imports; with a number behind where another has it."""
    made = id_part(text)[: STATION_ID - 3].strip("-")
    used = set(taken)
    if made not in used:
        return made
    return next(one for one in (f"{made}-{number}" for number in range(2, 100_000)) if one not in used)


# ── lists ──


def rows_of(draft: Draft, path: DefinitionPath, find: str) -> Iterator[Row]:
    """The items of a list whose id or name has what is searched."""
    name = str(path[-1])
    wanted = reading_key(find)
    for number, item in enumerate(items(at(draft.values, path))):
        own = (*path, number)
        text, identifier = label(draft, own), single(mapping(item).get("id"))
        if wanted and wanted not in reading_key(text) and wanted not in reading_key(identifier):
            continue
        below = tuple((one, len(items(mapping(item).get(one)))) for one in LISTS.get(name, ()))
        yield Row(".".join(map(str, own)), identifier, text, draft.remarks.below(own), below)


# ── texts ──


def text_rows(draft: Draft) -> Iterator[TextRow]:
    """Every text of the election, in the order of its parts."""
    for path in _text_parts(draft.values, ()):
        part = at(draft.values, path)
        if not isinstance(part, dict):
            continue
        for field in fields_of(draft.values, path):
            if field.kind not in ("texts", "names"):
                continue
            said = by_language(field, at(part, field.path), draft.languages)
            texts = tuple((one, said.get(one, "")) for one in draft.languages)
            missing = sum(not text.strip() for _, text in texts)
            yield TextRow(path, part, field, label(draft, path) if path else "", texts, missing)


def _text_parts(values: Plain, path: DefinitionPath) -> Iterator[DefinitionPath]:
    """Every part that can have texts."""
    yield path
    for name in LISTS.get(list_of(path), ()):
        if name != "stations":
            for number in range(len(items(at(values, (*path, name))))):
                yield from _text_parts(values, (*path, name, number))


# ── changes ──


def shown_differences(found: Iterable[Difference]) -> Iterator[tuple[Message, str | None, str | None]]:
    """Place, before and after, as text."""
    for one in found:
        yield (
            place_words(one.path),
            None if one.before is None else _shown(one.before),
            None if one.after is None else _shown(one.after),
        )


def _shown(value: Plain) -> str:
    text = value if isinstance(value, str) else splice.flow(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
