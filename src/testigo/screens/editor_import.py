"""The editor's import: the council's tables into the draft, once a person has seen which column is what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency

from testigo.election.editing.draft import Draft
from testigo.election.editing.plain import mapping
from testigo.election.limits import PEOPLE
from testigo.election.places import field_name, item_name, joined
from testigo.election.tables import (
    HEADER_WORDS,
    TABLES,
    Guess,
    Shape,
    Table,
    guess_all,
    import_tables,
    read_map,
    read_table,
)
from testigo.errors import IllegalStep, InvalidInput, SeveralErrors, TestigoError
from testigo.screens.editor_view import draft_page
from testigo.web import browser_session
from testigo.web.browser_session import Request
from testigo.web.forms import Form, FormSent, whole_number
from testigo.web.guards import own_screen
from testigo.web.pages import Answer, language_of, redirect
from testigo.words import Either, Message, Value, language_name

TheDraft = NamedDependency[Draft]

LARGEST_UPLOAD = 96 * 1024 * 1024
"""Bytes of all tables together."""

_SHAPE = ("file", "encoding", "separator", "header-row", "under")
_SEVERAL = ("id", "name", "district", "parent", "address", "contest")
"""Keys of the map that may have several columns."""
_ROWS = 3
_ERRORS = 100


@get("/import", guards=[own_screen], sync_to_thread=False)
def choose_tables(request: Request, draft: TheDraft) -> Answer:
    """Which tables: files that a spreadsheet program saved as CSV."""
    if not draft.begun:
        return redirect("/")
    browser_session.session(request).data.pop("tables", None)
    return draft_page(request, "import", draft, tables=TABLES, errors=())


@post("/import", guards=[own_screen], request_max_body_size=LARGEST_UPLOAD, sync_to_thread=False)
def read_tables(request: Request, form: FormSent, draft: TheDraft) -> Answer:
    """Read the files, and guess which column is what."""
    read = {}
    for name in TABLES:
        files = form.files(name)
        if len(files) > 1:
            raise InvalidInput("import.several-files", table=field_name(name), count=len(files))
        if files:
            read[name] = read_table(files[0], Path(f"{name}.csv"), Shape(), HEADER_WORDS)
    if not read:
        raise InvalidInput("import.no-table", known=Either(field_name(name) for name in TABLES))
    guesses = guess_all(read, mapping(draft.values))
    if "candidates" in guesses:
        guesses["candidates"].setdefault("people", [])
    read |= {name: read["stations"] for name in guesses if name not in read}
    browser_session.session(request).data["tables"] = (read, guesses)
    return _columns_page(request, draft, read, guesses)


@post("/import/columns", guards=[own_screen], sync_to_thread=False)
def import_columns(request: Request, form: FormSent, draft: TheDraft) -> Answer:
    """Import by the columns that were chosen: all tables, or none."""
    kept = browser_session.session(request).data.get("tables")
    if kept is None:
        raise IllegalStep("editor.page-of-older-draft")
    read, guesses = kept
    chosen = {name: _chosen(form, name, part, draft.languages) for name, part in guesses.items()}
    version = whole_number(form.text("version", ""), 0)
    draft.require(version)
    try:
        map_ = read_map({"format": 1, **_without_empty(chosen)}, _place)
        imported = import_tables(draft.text, draft.file, map_, read, _place, unfinished=True)
    except TestigoError as error:
        errors = error.errors if isinstance(error, SeveralErrors) else [error]
        browser_session.session(request).data["tables"] = (read, chosen)
        return _columns_page(request, draft, read, chosen, errors=errors)
    draft.put_text(imported.text, version)
    browser_session.session(request).data.pop("tables", None)
    return redirect("/changes")


# ── what was guessed, as inputs ──


@dataclass(frozen=True)
class Leaf:
    """One column of the guess, or a word of it. `path`: keys and places, from 0, of its value in the table's part."""

    path: tuple[str | int, ...]
    text: str
    is_column: bool

    @property
    def name(self) -> str:
        """The name of its input below the table's."""
        return "/".join(map(str, self.path))


def _leaves(key: str, value: Any, path: tuple[str | int, ...], languages: Sequence[str]) -> Iterator[Leaf]:
    """What a person may choose of a key's value; one more person, level of districts and further column of an id or a
    text than there are."""
    if key in _SEVERAL and _is_columns([value] if isinstance(value, str) else value):
        said = [one for one in ([value] if isinstance(value, str) else value) if one]
        yield from (Leaf((*path, number), one, True) for number, one in enumerate([*said, ""]))
    elif isinstance(value, str):
        yield Leaf(path, value, is_column="role" not in path)
    elif key == "people" and len(path) == 1:
        for number, one in enumerate([*value, {}][:PEOPLE]):
            whole = {"column": "", **one, "role": {**dict.fromkeys(languages, ""), **one.get("role", {})}}
            yield from _leaves("", whole, (*path, number), languages)
    elif key == "levels" and len(path) == 1:
        levels = [one for one in value if any(map(_is_named, one.values()))]
        for number, level in enumerate([*levels, {"id": "", "name": ""}]):
            for inside in ("id", "name"):
                yield from _leaves(inside, level[inside], (*path, number, inside), languages)
    else:
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for step, one in inner:
            yield from _leaves("", one, (*path, step), languages)


def _chosen(form: Form, name: str, part: Guess, languages: Sequence[str]) -> Guess:
    """The guess as a person has corrected it."""
    made: Guess = {}
    for key, value in part.items():
        if key in _SHAPE:
            made[key] = value
            continue
        for leaf in _leaves(key, value, (key,), languages):
            _set(made, leaf.path, form.text(f"{name}/{leaf.name}", leaf.text))
        made.setdefault(key, value)
    return made


def _set(around: Any, path: Sequence[str | int], text: str) -> None:
    """Put a text at a path, making what is around it: a list where a place comes next, else a mapping."""
    for step, after in pairwise(path):
        if isinstance(around, list):
            if len(around) <= int(step):
                around.append([] if isinstance(after, int) else {})
            around = around[int(step)]
        else:
            around = around.setdefault(step, [] if isinstance(after, int) else {})
    if isinstance(around, list):
        around.append(text)
    else:
        around[path[-1]] = text


def _without_empty(chosen: Mapping[str, Guess]) -> dict[str, Guess]:
    """The map: no person without a column, no word that is empty, no further column that nobody chose."""
    made = {}
    for name, part in chosen.items():
        people = [
            {"column": one["column"], "role": {code: word for code, word in one["role"].items() if word}}
            for one in part.get("people", ())
            if one["column"]
        ]
        whole = {key: value for key, value in _filled(part).items() if key != "people"}
        if "levels" in whole:
            levels = [_filled(one) for one in whole["levels"]]
            whole["levels"] = [one for one in levels if any(map(_is_named, one.values()))] or levels[:1]
        made[name] = {**whole, "people": people} if people else whole
    return made


def _filled(part: Mapping[str, Any]) -> Guess:
    """Without empty columns in lists; a list without any has one empty column, which is then told."""
    return {
        key: ([one for one in value if one] or [""]) if _is_columns(value) else value for key, value in part.items()
    }


def _is_named(value: Any) -> bool:
    return value not in ("", [""])


def _is_columns(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _place(*keys: object) -> Message:
    """Where in the map something is wrong, in the words of the page."""
    return _in_words(tuple(one if isinstance(one, int) else str(one) for one in keys))


def _in_words(path: tuple[str | int, ...]) -> Message:
    """A place in the map: *person 1 › role › Español*."""
    steps: list[Value] = []
    for number, step in enumerate(path):
        before = path[number - 1] if number else ""
        if isinstance(step, int):
            steps[-1:] = [item_name(str(before), str(step + 1))]
            if steps[-1] == str(step + 1):
                steps[-1:] = [field_name(str(before)), str(step + 1)]
        else:
            steps.append(language_name(step) if before in ("role", "name") else field_name(step))
    return joined(steps)


def _columns_page(
    request: Request,
    draft: Draft,
    read: Mapping[str, Table],
    guesses: Mapping[str, Guess],
    errors: list[TestigoError] | None = None,
) -> Answer:
    language = language_of(request)
    shown = [_shown(name, part, read[name], draft.languages, language) for name, part in guesses.items()]
    return draft_page(
        request, "columns", draft, status_code=422 if errors else 200, shown=shown, errors=(errors or [])[:_ERRORS],
        count=len(errors or []),
    )  # fmt: skip


def _shown(name: str, part: Guess, table: Table, spoken: Sequence[str], language: str) -> dict[str, Any]:
    """One table: its columns, and words, with what they are called and what stands in the first rows."""
    leaves = [leaf for key, value in part.items() if key not in _SHAPE
              for leaf in _leaves(key, value, (key,), spoken)]  # fmt: skip
    first = [table.rows[:_ROWS] if leaf.text in table.header else () for leaf in leaves]
    rows = [[row.cells[leaf.text] for row in some] for leaf, some in zip(leaves, first, strict=True)]
    columns = [(leaf, _called(leaf, language), cells) for leaf, cells in zip(leaves, rows, strict=True)]
    return {"name": name, "rows": len(table.rows), "header": table.header, "columns": columns}


def _called(leaf: Leaf, language: str) -> str:
    """What an input is called."""
    text = _in_words(leaf.path).text(language)
    return text[:1].upper() + text[1:]


ROUTES = (choose_tables, read_tables, import_columns)
