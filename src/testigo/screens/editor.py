"""The editor of a definition, for officers who write no YAML: one page for each part, lists, texts side by side.

Whatever is typed changes the draft, which lives in this process's memory. Its file is written by one form alone, on the
page that lists what would change.
"""

from typing import Any

from litestar import Litestar, get, post
from litestar.di import NamedDependency

from testigo import waits
from testigo.election.diagnostic import DefinitionPath
from testigo.election.editing.changes import differences
from testigo.election.editing.consequences import rules_gone, texts_renamed
from testigo.election.editing.draft import Draft
from testigo.election.editing.edits import Append, Edit, Remove, Swap
from testigo.election.editing.fields import LISTS, NEW, PARTS
from testigo.election.editing.plain import at, items, mapping
from testigo.election.editing.references import following
from testigo.election.limits import ID
from testigo.errors import InvalidInput
from testigo.screens import TEMPLATES, editor_import
from testigo.screens.admission import Admission, enter, sessions_of
from testigo.screens.editor_form import change, part_edits, row_edits, version_of
from testigo.screens.editor_labels import differences_in_words
from testigo.screens.editor_view import (
    address,
    draft_page,
    label,
    link_of,
    only_district,
    part_view,
    path_of,
    proposed_id,
    rows_of,
    text_rows,
)
from testigo.screens.paging import page_number
from testigo.web.application import application
from testigo.web.browser_session import Request
from testigo.web.forms import Form, FormSent, whole_number
from testigo.web.guards import own_screen
from testigo.web.pages import Answer, language_of, redirect
from testigo.words import languages, officers_language

TheDraft = NamedDependency[Draft]

LARGEST_FORM = 4 * 1024 * 1024
"""A list of 1,000 candidates, as a browser encodes it."""

_ROWS, _TEXTS, _REMARKS, _DIFFERENCES = 50, 20, 100, 200
"""How much stands on one page of a list, of the texts, of errors, of changes."""

_LOOK_AGAIN = 1
"""Seconds after which a page that waits looks again."""


def app(draft: Draft, key: str, *, patience: float = waits.SHOWN_AFTER) -> Litestar:
    """The editor of one draft. `key`: what the address to enter by ends with; `patience`: after so many seconds a page
    that waits for `check` says so.
    """
    first = officers_language(draft.languages)
    routes = [
        enter, overview, begin, show_part, change_part, show_list, add, remove, move, texts, change_texts, changes,
        save, discard, *editor_import.ROUTES,
    ]  # fmt: skip
    return application(
        "editor", routes, sessions_of("editor", key), title={first: draft.file.name},
        languages=[first, *languages()], templates=TEMPLATES, draft=draft, screen=Admission(key), patience=patience,
    )  # fmt: skip


@get("/", guards=[own_screen], sync_to_thread=False)
def overview(request: Request, draft: TheDraft) -> Answer:
    """How far the election is, and every error; of a file that does not exist yet what it begins with."""
    if not draft.begun:
        return draft_page(request, "start", draft)
    if not _is_checked(request, draft):
        return _checking_page(request, draft)
    remarks = draft.remarks
    shown = [(one, link_of(draft, one.path)) for one in remarks.all[:_REMARKS]]
    counts = {name: _count(draft, name) for name in LISTS[""]}
    saved = request.query_params.get("saved") == "yes"
    return draft_page(
        request, "overview", draft, remarks=remarks, shown=shown, counts=counts, saved=saved,
        languages_missing=sum(row.missing for row in text_rows(draft)),
    )  # fmt: skip


@post("/begin", guards=[own_screen], sync_to_thread=False)
def begin(form: FormSent, draft: TheDraft) -> Answer:
    """A new election: its languages, title, day, hours, and the district of all."""
    codes = form.text("languages", "").replace(",", " ").split()
    first = codes[0] if codes else ""
    title, district = form.text("title", ""), form.text("district", "")
    draft.begin(
        {
            "id": proposed_id(title, (), ID),
            "title": {first: title} if first and title else {},
            "date": form.text("date", ""),
            "opens": form.text("opens", ""),
            "closes": form.text("closes", ""),
            "languages": codes,
            "districts": [{"id": proposed_id(district, ()), "name": district}] if district else [],
            "stations": [],
            "parties": [],
            "contests": [],
        }
    )
    return redirect("/")


@get("/part", guards=[own_screen], sync_to_thread=False)
def show_part(request: Request, draft: TheDraft) -> Answer:
    """One part: the election itself, a district, a station, a party, a contest, an option. Query `at`: its path."""
    path = _part(draft, request.query_params.get("at", ""))
    if not _is_checked(request, draft):
        return _checking_page(request, draft)
    return draft_page(request, "part", draft, **part_view(draft, path, language_of(request)))


@post("/part", guards=[own_screen], request_max_body_size=LARGEST_FORM, sync_to_thread=False)
def change_part(request: Request, form: FormSent, draft: TheDraft) -> Answer:
    """Take over what was typed into a part's fields; only what differs changes the draft. Where something names the
    part by an id that changes, or more goes with the change, a page shows all of it first.
    """
    path = _part(draft, form.text("at", ""))
    edits = part_edits(draft, form, path)
    gone = rules_gone(draft.values, path, edits)
    edits = [edit for edit in edits if not any(edit.path[: len(one.path)] == one.path for one in gone)]
    more: list[Edit] = [*following(draft.values, path, edits), *gone]
    if not path:
        more += texts_renamed(draft.values, draft.values_by(edits))
    if more and form.text("follow", "") != "yes":
        draft.require(version_of(form))
        return _rename_page(request, form, draft, path, [*edits, *more])
    change(draft, form, [*edits, *more])
    if form.text("go", "") == "list" and path:
        return redirect(address("list", path[:-1]))
    return redirect(address("part", path))


@get("/list", guards=[own_screen], sync_to_thread=False)
def show_list(request: Request, draft: TheDraft) -> Answer:
    """One list in pages. Query: `at` its path, `find` what is searched, `page`."""
    path = _list(draft, request.query_params.get("at", ""))
    if not _is_checked(request, draft):
        return _checking_page(request, draft)
    find = request.query_params.get("find", "")[:100]
    found = list(rows_of(draft, path, find))
    number, pages, shown = _page(found, _ROWS, request.query_params.get("page", ""))
    return draft_page(
        request, "list", draft, path=path, at=".".join(map(str, path)), name=path[-1], find=find,
        rows=shown, count=len(found), number=number, pages=pages, whole=len(items(at(draft.values, path))),
        above=path[:-1], above_label=label(draft, path[:-1]) if path[:-1] else "", address=address,
    )  # fmt: skip


@post("/add", guards=[own_screen], sync_to_thread=False)
def add(form: FormSent, draft: TheDraft) -> Answer:
    """One more item at the end of a list, with nothing in it yet; on to its page."""
    path = _list(draft, form.text("at"))
    new = dict(NEW[str(path[-1])])
    if "district" in new:
        new["district"] = only_district(draft)
    change(draft, form, [Append(path, new)])
    return redirect(address("part", (*path, len(items(at(draft.values, path))) - 1)))


@post("/remove", guards=[own_screen], sync_to_thread=False)
def remove(form: FormSent, draft: TheDraft) -> Answer:
    """An item goes out of its list in the draft."""
    path = _part(draft, form.text("at"))
    if not path:
        raise InvalidInput("page.unknown")
    change(draft, form, [Remove(path)])
    return redirect(address("list", path[:-1]))


@post("/move", guards=[own_screen], sync_to_thread=False)
def move(form: FormSent, draft: TheDraft) -> Answer:
    """An item changes places with the next one: the order of contests and options is that of the ballot."""
    path = _part(draft, form.text("at"))
    if not path or at(draft.values, (*path[:-1], int(path[-1]) + 1)) is None:
        raise InvalidInput("page.unknown")
    change(draft, form, [Swap(path)])
    return redirect(address("list", path[:-1]))


@get("/texts", guards=[own_screen], sync_to_thread=False)
def texts(request: Request, draft: TheDraft) -> Answer:
    """Every text in every language side by side. Query: `missing=yes` for those that lack one, `page`."""
    only = request.query_params.get("missing") == "yes"
    found = [row for row in text_rows(draft) if row.missing or not only]
    number, pages, shown = _page(found, _TEXTS, request.query_params.get("page", ""))
    return draft_page(
        request, "texts", draft, rows=shown, count=len(found), number=number, pages=pages, only=only,
    )  # fmt: skip


@post("/texts", guards=[own_screen], request_max_body_size=LARGEST_FORM, sync_to_thread=False)
def change_texts(form: FormSent, draft: TheDraft) -> Answer:
    """Take over the texts of one page."""
    wanted = set(form.texts("row"))
    edits = [edit for row in text_rows(draft) if row.at in wanted for edit in row_edits(draft, form, row)]
    change(draft, form, edits)
    only = "yes" if form.text("missing", "") == "yes" else ""
    return redirect(f"/texts?missing={only}&page={whole_number(form.text('page', ''), 1)}")


@get("/changes", guards=[own_screen], sync_to_thread=False)
def changes(request: Request, draft: TheDraft) -> Answer:
    """What saving would change in the file."""
    if not _is_checked(request, draft):
        return _checking_page(request, draft)
    found = list(draft.changes())
    before = draft.opened_values
    shown = list(differences_in_words(found[:_DIFFERENCES], before, draft.values, language_of(request)))
    return draft_page(request, "changes", draft, differences=shown, count=len(found), remarks=draft.remarks)


@post("/save", guards=[own_screen], sync_to_thread=False)
def save(form: FormSent, draft: TheDraft) -> Answer:
    """Write the file."""
    draft.save(version_of(form))
    return redirect("/?saved=yes")


@post("/discard", guards=[own_screen], sync_to_thread=False)
def discard(form: FormSent, draft: TheDraft) -> Answer:
    """Forget what was not saved, and open the file again."""
    draft.discard(version_of(form))
    return redirect("/")


# ── while all of it is checked ──


def _is_checked(request: Request, draft: Draft) -> bool:
    return draft.is_checked(request.app.state.patience)


def _checking_page(request: Request, draft: Draft) -> Answer:
    """A page that says that the whole election is being checked, and looks again by itself."""
    answer = draft_page(request, "checking", draft, size=len(items(at(draft.values, ("stations",)))))
    answer.headers["refresh"] = f"{_LOOK_AGAIN}"
    return answer


def _rename_page(request: Request, form: Form, draft: Draft, path: DefinitionPath, edits: list[Edit]) -> Answer:
    """What else changes with an id, before it is changed; the form is sent again from there."""
    after = draft.values_by(edits)
    found = list(differences(draft.values, after))
    shown = list(differences_in_words(found[:_DIFFERENCES], draft.values, after, language_of(request)))
    sent = [(name, text) for name, text in form.all_texts() if name not in ("token", "version", "follow")]
    return draft_page(
        request, "rename", draft, differences=shown, count=len(found), sent=sent, back=address("part", path),
        label=label(draft, path) if path else "", path=path,
    )  # fmt: skip


def _part(draft: Draft, text: str) -> DefinitionPath:
    """The path of a part that has a page; raises `InvalidInput`."""
    path = path_of(text)
    if path is None or (path and (isinstance(path[-1], str) or not isinstance(at(draft.values, path), dict))):
        raise InvalidInput("page.unknown")
    if not path and not draft.begun:
        raise InvalidInput("page.unknown")
    return path


def _list(draft: Draft, text: str) -> DefinitionPath:
    """The path of a list that has a page, which need not be there yet; raises `InvalidInput`."""
    path = path_of(text)
    if not path or path[-1] not in PARTS or not isinstance(at(draft.values, path[:-1]), dict):
        raise InvalidInput("page.unknown")
    return path


def _page(found: list[Any], length: int, asked: str) -> tuple[int, int, list[Any]]:
    pages = max(-(-len(found) // length), 1)
    number = page_number(asked, pages)
    return number, pages, found[(number - 1) * length : number * length]


def _count(draft: Draft, name: str) -> int:
    value = at(draft.values, (name,))
    if name != "districts":
        return len(items(value))
    return sum(1 + _count_below(one) for one in items(value))


def _count_below(district: Any) -> int:
    return sum(1 + _count_below(one) for one in items(mapping(district).get("districts")))
