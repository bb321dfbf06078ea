"""The editor's import: the council's tables into the draft, once a person has seen which column is what."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from litestar import get, post
from litestar.di import NamedDependency

from testigo.election.editing.draft import Draft
from testigo.election.editing.plain import mapping
from testigo.election.places import field_name, place_words
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
from testigo.web import browser_session
from testigo.web.application import Answer, page, redirect
from testigo.web.browser_session import Request
from testigo.web.forms import FormSent, whole_number
from testigo.web.guards import own_screen
from testigo.words import Either, Message, Value, message

TheDraft = NamedDependency[Draft]

LARGEST_UPLOAD = 96 * 1024 * 1024
"""Bytes of all tables together."""

_SHAPE = ("file", "encoding", "separator", "header-row", "under")
_ROWS = 3
_STEPS = 6
_ERRORS = 100


@get("/import", guards=[own_screen], sync_to_thread=False)
def choose_tables(request: Request, draft: TheDraft) -> Answer:
    """Which tables: files that a spreadsheet program saved as CSV."""
    if not draft.begun:
        return redirect("/")
    browser_session.session(request).data.pop("tables", None)
    return page(request, "editor/import.html", draft=draft, tables=TABLES, errors=())


@post("/import", guards=[own_screen], request_max_body_size=LARGEST_UPLOAD, sync_to_thread=False)
def read_tables(request: Request, form: FormSent, draft: TheDraft) -> Answer:
    """Read the files, and guess which column is what."""
    read = {}
    for name in TABLES:
        for data in form.files(name):
            read[name] = read_table(data, Path(f"{name}.csv"), Shape(), HEADER_WORDS)
    if not read:
        raise InvalidInput("import.no-table", known=Either(TABLES))
    guesses = guess_all(read, mapping(draft.values))
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
    chosen = {
        name: {
            key: form.text(f"{name}/{key}", value) if key not in _SHAPE and isinstance(value, str) else value
            for key, value in part.items()
        }
        for name, part in guesses.items()
    }
    version = whole_number(form.text("version", ""), 0)
    draft.require(version)
    try:
        map_ = read_map({"format": 1, **chosen}, _place)
        imported = import_tables(draft.text, draft.file, map_, read, _place, unfinished=True)
    except TestigoError as error:
        errors = error.errors if isinstance(error, SeveralErrors) else [error]
        return _columns_page(request, draft, read, chosen, errors=errors)
    draft.put_text(imported.text, version)
    browser_session.session(request).data.pop("tables", None)
    return redirect("/changes")


def _place(*keys: str) -> Message:
    """Where in the choice of columns: the table, and what the column says."""
    steps = {f"step{at}": _name(key) for at, key in enumerate(keys[:_STEPS], 1)}
    return Message("place", f"steps-{len(steps)}", steps) if steps else place_words(())


def _name(key: str) -> Value:
    said = message("screens", f"editor.field.{key}")
    return said if said.known else field_name(key)


def _columns_page(
    request: Request,
    draft: Draft,
    read: Mapping[str, Table],
    guesses: Mapping[str, Guess],
    errors: list[TestigoError] | None = None,
) -> Answer:
    shown = [_shown(name, part, read[name]) for name, part in guesses.items()]
    return page(
        request, "editor/columns.html", status_code=422 if errors else 200, draft=draft, shown=shown,
        errors=(errors or [])[:_ERRORS], count=len(errors or []),
    )  # fmt: skip


def _shown(name: str, part: Guess, table: Table) -> dict[str, Any]:
    """One table: keys with their columns and what stands in the first rows."""
    keys = []
    for key, value in part.items():
        if key in _SHAPE:
            continue
        one = value if isinstance(value, str) else ""
        rows = [row.cells[one] for row in table.rows[:_ROWS]] if one in table.header else []
        keys.append((key, one, isinstance(value, str), _said(value), rows))
    return {"name": name, "rows": len(table.rows), "header": table.header, "columns": keys}


def _said(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


ROUTES = (choose_tables, read_tables, import_columns)
