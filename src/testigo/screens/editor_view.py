"""What the editor's pages show of a draft: a part with its fields and remarks, rows of a list, texts side by side."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from testigo.election.diagnostic import DefinitionPath
from testigo.election.editing.draft import Draft, Remark
from testigo.election.editing.fields import (
    LISTS,
    PARTS,
    Field,
    districts_below,
    fields_of,
    is_said,
    known_of,
    list_of,
    lists_of,
    text_parts,
)
from testigo.election.editing.inputs import Input, by_language, inputs
from testigo.election.editing.plain import Plain, at, items, mapping, single
from testigo.election.limits import STATION_ID
from testigo.election.tables.cells import id_part, reading_key
from testigo.screens.editor_labels import (
    choice_label,
    in_words,
    label_of,
    label_of_field,
    label_of_item,
    label_of_key,
    place_label,
)
from testigo.web.browser_session import Request
from testigo.web.pages import Answer, language_of, page
from testigo.words import Message, language_name, voter_languages

_MOST_CHOICES = 300
"""Of ids in one field to choose from; where there are more, the id is typed."""


@dataclass(frozen=True)
class ShownInput:
    """One input. `widget`: how it is shown. `label`: what it is called. `choices`: value and label, of what is chosen.
    `blank`: whether nothing may be chosen. `remarks`: what `check` says of it.
    """

    input: Input
    widget: str
    label: str
    choices: Sequence[tuple[str, str]]
    blank: bool
    remarks: Sequence[Remark]

    @property
    def name(self) -> str:
        return self.input.name

    @property
    def is_wrong(self) -> bool:
        return any(not one.warning for one in self.remarks)

    @property
    def ticked(self) -> list[str]:
        """Of boxes, those with a tick."""
        return self.input.text.splitlines()


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


def draft_page(request: Request, template: str, draft: Draft, *, status_code: int = 200, **facts: Any) -> Answer:
    """A page of the editor, whose templates name fields and parts by the words of the forms."""
    language = language_of(request)
    return page(
        request, f"editor/{template}.html", status_code=status_code, draft=draft,
        field_name=partial(label_of_key, language), item_name=partial(label_of_item, language),
        spoken=[f"{code} {language_name(code)}" for code in voter_languages()], **facts,
    )  # fmt: skip


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


def link_of(draft: Draft, path: DefinitionPath) -> tuple[str, Message]:
    """The page on which what stands at a path is edited, and what the place is called."""
    near = path
    while near and (path_of(".".join(map(str, near))) is None or isinstance(near[-1], str)):
        near = near[:-1]
    kind, where = ("list", path[:1]) if not near and path and path[0] in LISTS[""] else ("part", near)
    return address(kind, where), place_label(path, draft.values)


def label(draft: Draft, path: DefinitionPath) -> str:
    """What a part is called: its text in the first language, or its id."""
    return label_of(at(draft.values, path), int(path[-1]) if path and isinstance(path[-1], int) else 0)


# ── one part ──


def part_view(draft: Draft, path: DefinitionPath, language: str) -> dict[str, Any]:
    """What the page of a part shows."""
    part, name = at(draft.values, path), list_of(path)
    own = draft.remarks.of(path) if path else [one for one in draft.remarks.all if _is_of_election(one.path)]
    fields = fields_of(draft.values, path)
    groups: dict[str, list[tuple[Field, list[ShownInput]]]] = {}
    used: set[int] = set()
    for field in fields:
        if field.refers and not field.required and not known_of(draft.values, path, field) and not is_said(field, part):
            continue
        shown = list(_inputs(draft, path, field, own, used, language))
        groups.setdefault(field.group, []).append((field, shown))
    lists = [(one, len(items(mapping(part).get(one)))) for one in (lists_of(draft.values, path) if name else ())]
    shown_inputs = [one for group in groups.values() for _, shown in group for one in shown]
    return {
        "path": path,
        "at": ".".join(map(str, path)),
        "name": name or "election",
        "label": label(draft, path) if path else "",
        "groups": groups,
        "others": [one for one in own if id(one) not in used and _is_here(one.path, path, lists)],
        "lists": [(one, count, address("list", (*path, one))) for one, count in lists],
        "back": address("list", path[:-1]) if path else "",
        "kept": _kept(name, part, fields, language),
        "first_wrong": next((one.name for one in shown_inputs if one.is_wrong), ""),
    }


def _kept(name: str, part: Plain, fields: Sequence[Field], language: str) -> list[tuple[str, str]]:
    """What the part says that has no field."""
    known = {field.path[0] for field in (*PARTS.get(name, ()), *fields) if field.path}
    known |= {*LISTS.get(name, ()), "roll-sizes"}
    return [(key, in_words(value, [key], language)) for key, value in mapping(part).items() if key not in known]


def _is_of_election(path: DefinitionPath) -> bool:
    return not path or path[0] not in LISTS[""]


def _is_here(place: DefinitionPath, path: DefinitionPath, lists: Iterable[tuple[str, int]]) -> bool:
    """Whether a remark is about the part itself, not about an item of a list below it."""
    rest = place[len(path) :]
    return len(rest) < 2 or rest[0] not in {one for one, _ in lists}


def _inputs(
    draft: Draft, path: DefinitionPath, field: Field, own: Sequence[Remark], used: set[int], language: str
) -> Iterator[ShownInput]:
    all_inputs = list(inputs(field, draft.values, path, draft.languages))
    above = field.path if field.kind == "rows" else ()
    for number, one in enumerate(all_inputs):
        found = [remark for remark in own if id(remark) not in used and _belongs(remark, path, one, first=number == 0)]
        used |= {id(remark) for remark in found}
        choices = _choices(draft, path, one, language)
        yield ShownInput(
            one, _widget(one, choices), label_of_field(one.field, language, above), choices, _may_be_blank(one), found
        )  # fmt: skip


def _widget(shown: Input, choices: Sequence[tuple[str, str]]) -> str:
    if shown.field.kind == "checks":
        return "checks" if choices or not shown.text else "lines"
    return "lines" if shown.field.kind == "lines" else "choice" if choices else "text"


def _may_be_blank(shown: Input) -> bool:
    """Whether "nothing" is among what can be chosen: not where the choice has a value of its own for it."""
    return shown.field.switch or not (shown.text if shown.part else shown.field.default)


def _belongs(remark: Remark, path: DefinitionPath, shown: Input, *, first: bool) -> bool:
    """Whether a remark is about that input of the part at a path; what is about all of a field is told at its first."""
    rest, place = remark.path[len(path) :], shown.path
    if remark.error.code == "definition.text-missing" and rest == place:
        return remark.error.message.values.get("language") == shown.language
    if shown.field.kind in ("share", "percent"):
        return not shown.part and rest in (place, *((*place, key) for key in shown.field.keys))
    own = (*place, shown.language) if shown.language else place
    return rest[: len(own)] == own or (first and rest in (place, shown.field.path))


def _choices(draft: Draft, path: DefinitionPath, shown: Input, language: str) -> list[tuple[str, str]]:
    """What can be chosen in an input: values with what they are called; none where it is typed. What stands in it is
    among them.
    """
    field = shown.field
    if shown.part:
        return [(key, label_of_key(language, key.removeprefix("lead-"))) for key in field.keys]
    if field.choices:
        found = [(one, choice_label(field.path[-1], one, language)) for one in field.choices]
    elif field.refers == "rolls":
        found = [(one, one) for one in map(single, items(at(draft.values, ("rolls",)))) if one]
        found = found or [(field.default, field.default)]
    elif field.refers:
        listed = known_of(draft.values, path, field)
        named = [(single(at(draft.values, (*one, "id"))), one) for one in listed]
        found = [(name, f"{label(draft, one)} ({name})") for name, one in named if name]
    else:
        return []
    if len(found) > _MOST_CHOICES:
        return []
    there = {value for value, _ in found}
    said = shown.text.splitlines() if field.kind == "checks" else [shown.text]
    return [*found, *((one, one) for one in dict.fromkeys(said) if one and one not in there)]


def only_district(draft: Draft) -> str:
    """The id of the election's district, where it has one alone; else ""."""
    found = list(districts_below(draft.values, ("districts",)))
    return single(at(draft.values, (*found[0], "id"))) if len(found) == 1 else ""


def proposed_id(text: str, taken: Iterable[str], longest: int = STATION_ID) -> str:
    """An id made of a name, by the rule of imports; with a number behind where another has it."""
    whole = id_part(text)
    made = whole[: longest - 3].strip("-")
    if len(made) < len(whole) and "-" in made and whole[len(made)] != "-":
        made = made.rpartition("-")[0]  # no word is cut
    used = set(taken)
    if made not in used:
        return made
    return next(one for one in (f"{made}-{number}" for number in range(2, 100_000)) if one not in used)


# ── lists ──


def rows_of(draft: Draft, path: DefinitionPath, find: str) -> Iterator[Row]:
    """The items of a list whose id or name has what is searched."""
    wanted = reading_key(find)
    for number, item in enumerate(items(at(draft.values, path))):
        own = (*path, number)
        text, identifier = label(draft, own), single(mapping(item).get("id"))
        if wanted and wanted not in reading_key(text) and wanted not in reading_key(identifier):
            continue
        below = tuple((one, len(items(mapping(item).get(one)))) for one in lists_of(draft.values, own))
        yield Row(".".join(map(str, own)), identifier, text, draft.remarks.below(own), below)


# ── texts ──


def text_rows(draft: Draft) -> Iterator[TextRow]:
    """Every text of the election, in the order of its parts."""
    for path in text_parts(draft.values, ()):
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
