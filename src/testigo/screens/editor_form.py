"""From a form of the editor to changes of the draft."""

from collections.abc import Iterator
from typing import Any

from testigo.election.diagnostic import DefinitionPath
from testigo.election.editing.draft import Draft
from testigo.election.editing.edits import Append, Edit, Put, Remove
from testigo.election.editing.fields import fields_of, list_of
from testigo.election.editing.inputs import edits_of
from testigo.election.editing.plain import at, items, single
from testigo.errors import InvalidInput, is_printable
from testigo.screens.editor_view import TextRow, proposed_id
from testigo.web.forms import Form, whole_number

_LONGEST = 200_000
"""Characters of one input."""


def part_edits(draft: Draft, form: Form, path: DefinitionPath) -> list[Edit]:
    """What was typed into the fields of a part, as far as it differs."""
    edits: list[Edit] = []
    own_id = ""
    # Which contests fill a body is said with its id, which must be known by then.
    for field in sorted(fields_of(draft.values, path), key=lambda one: one.path == ("filled-by",)):
        if field.path == ("filled-by",):
            edits += _missing_id(draft, path, edits)
            own_id = next((str(one.value) for one in edits if isinstance(one, Put) and one.path == (*path, "id")), "")
        edits += edits_of(
            field, draft.values, path, draft.languages, lambda name: _typed(form, name), own_id=own_id
        )  # fmt: skip
    gone = [edit.path for edit in edits if isinstance(edit, Remove)]
    edits = [edit for edit in edits if not any(edit.path != one and edit.path[: len(one)] == one for one in gone)]
    return edits if own_id else edits + _missing_id(draft, path, edits)


def change(draft: Draft, form: Form, edits: list[Edit]) -> None:
    """Change the draft, if the form was made of it as it is; raises `InvalidInput` for what cannot be printed, and what
    `Draft.edit` raises."""
    for edit in edits:
        if isinstance(edit, Put | Append) and not all(is_printable(one, _LONGEST) for one in _strings(edit.value)):
            raise InvalidInput("field.not-printable")
    draft.edit(edits, version_of(form))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


def _typed(form: Form, name: str) -> str | None:
    """What was typed into an input; None where the form lacks it, raises `InvalidInput` where it is not one text."""
    found = form.texts(name)
    if form.text(f"{name}/boxes", "") == "yes":
        found = ("\n".join(found),)
    if len(found) > 1 or any(len(one) > _LONGEST for one in found):
        raise InvalidInput("field.not-once", most=_LONGEST)
    return found[0] if found else None


def row_edits(draft: Draft, form: Form, row: TextRow) -> Iterator[Edit]:
    """What was typed into one row of the texts, as far as it differs."""
    return edits_of(row.field, draft.values, row.path, draft.languages, lambda name: _typed(form, row.input(name)))


def version_of(form: Form) -> int:
    """Of which draft the form was made."""
    return whole_number(form.text("version", ""), 0)


def _missing_id(draft: Draft, path: DefinitionPath, edits: list[Edit]) -> list[Edit]:
    """An id made of the name, where none was typed."""
    own = (*path, "id")
    put = {edit.path: edit.value for edit in edits if isinstance(edit, Put)}
    if list_of(path) == "people" or (put[own] if own in put else single(at(draft.values, own))):
        return []
    named = (put.get((*path, key)) or at(draft.values, (*path, key)) for key in ("name", "title"))
    texts = [one for value in named for one in _strings(value)]
    texts += [str(value) for where, value in put.items() if where[len(path) : -1] in (("title",), ("name",))]
    listed = enumerate(items(at(draft.values, path[:-1])))
    beside = (single(at(one, ("id",))) for number, one in listed if number != path[-1])
    made = proposed_id(texts[0], tuple(beside)) if texts else ""
    return [Put(own, made)] if made else []
