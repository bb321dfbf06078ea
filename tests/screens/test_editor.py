"""The editor's pages over HTTP: who may come in, what is taken over, what is refused, and nothing lost."""

import html
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar

from testigo.election import load
from testigo.election.editing.draft import Draft
from testigo.election.example import copy_example
from testigo.screens import editor
from testigo.slip.lengths import require_printable
from testigo.web.client import Client, SeenPage

KEY = "k" * 32


class Editing(Client):
    """An officer's browser, let in."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address
        assert self.get(f"/enter/{KEY}").ok

    def text(self, path: str) -> str:
        return self._client.get(path).text

    def post(self, path: str, **fields: Any) -> SeenPage:
        """A form with the version of the draft as it is now."""
        version = re.search(r'data-version="(\d+)"', self.text("/")).group(1)  # type: ignore[union-attr]
        sent = {"version": version, **{name.replace("__", "/"): value for name, value in fields.items()}}
        answer = self._client.post(path, data={"token": self._token, **sent})
        return self._see(answer)


@pytest.fixture
def edit(served: Callable[[Litestar], str]) -> Iterator[Callable[[Path], Editing]]:
    opened: list[Editing] = []

    def make(file: Path) -> Editing:
        opened.append(Editing(served(editor.app(Draft.open(file, require_printable), KEY, patience=60))))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    copy_example("municipality", tmp_path / "e")
    return tmp_path / "e" / "election.yaml"


def test_every_page_of_an_example_opens(edit: Any, file: Path) -> None:
    officer = edit(file)
    seen = officer.get("/")
    assert (seen.name, seen.facts["errors"], seen.facts["changed"]) == ("overview", "0", "no")
    waiting, known = ["/"], {"/"}
    while waiting:
        page = officer.text(waiting.pop())
        assert 'data-page="error"' not in page
        for link in map(html.unescape, re.findall(r'href="(/[^"]*)"', page)):
            if link not in known and not link.startswith("/static"):
                known.add(link)
                waiting.append(link)
    assert {"/part?at=", "/list?at=contests", "/part?at=contests.0.options.0", "/texts", "/changes"} <= known


def test_one_field_changes_one_line(edit: Any, file: Path) -> None:
    officer, before = edit(file), file.read_text(encoding="utf-8").splitlines()
    assert officer.post("/part", at="", opens="06:30").ok
    assert file.read_text(encoding="utf-8").splitlines() == before
    page = officer.get("/changes")
    assert page.facts["count"] == "1" and "06:30" in officer.text("/changes")
    assert officer.post("/save").path == "/"
    after = file.read_text(encoding="utf-8").splitlines()
    assert len([1 for old, new in zip(before, after, strict=True) if old != new]) == 1
    assert load(file).opens == "06:30"


def test_errors_stand_by_their_field_and_a_draft_with_errors_is_kept(edit: Any, file: Path) -> None:
    officer = edit(file)
    page = officer.post("/part", at="contests.0", kind="choose-up-to", district="nowhere")
    assert page.name == "part" and page.facts["wrong"] == "district"
    text = officer.text("/part?at=contests.0")
    assert re.search(r'<select id="district"[^>]*aria-invalid="true" autofocus', text)
    assert 'id="district-remarks"' in text
    assert int(officer.get("/").facts["errors"]) > 0
    assert officer.post("/save").ok
    assert "nowhere" in file.read_text(encoding="utf-8")
    assert int(officer.get("/").facts["errors"]) > 0


def test_a_missing_text_is_marked(edit: Any, file: Path) -> None:
    officer = edit(file)
    first = load(file).languages[0]
    assert officer.post("/part", at="", **{f"title__{first}": ""}).facts["wrong"] == f"title/{first}"
    assert officer.get("/texts?missing=yes").facts["count"] == "1"
    officer.post("/texts", row="title", missing="yes", page="1", **{f"/title__{first}": "Otra vez"})
    assert officer.get("/texts?missing=yes").facts["count"] == "0"
    assert officer.get("/").facts["errors"] == "0"


def test_somebody_elses_change_is_not_written_over(edit: Any, file: Path) -> None:
    officer = edit(file)
    officer.post("/part", at="", opens="06:30")
    file.write_text(file.read_text(encoding="utf-8") + "# theirs\n", encoding="utf-8")
    refused = officer.post("/save")
    assert (refused.status, refused.code) == (409, "editor.changed-meanwhile")
    assert "06:30" not in file.read_text(encoding="utf-8")
    assert officer.post("/discard").ok and officer.get("/changes").facts["count"] == "0"


def test_a_page_of_an_older_draft_is_refused(edit: Any, file: Path) -> None:
    officer = edit(file)
    officer.post("/part", at="", opens="06:30")
    page = officer.post("/part", at="", opens="05:00", version="1")
    assert (page.status, page.code) == (409, "editor.page-of-older-draft")


def test_a_key_without_a_field_is_shown_and_stays(edit: Any, file: Path) -> None:
    file.write_text(file.read_text(encoding="utf-8") + "notes: {by: Ana}\n", encoding="utf-8")
    officer = edit(file)
    assert "notes" in officer.text("/part?at=") and "by: Ana" in officer.text("/part?at=")
    officer.post("/part", at="", opens="06:30")
    officer.post("/save")
    assert file.read_text(encoding="utf-8").endswith("notes: {by: Ana}\n")


def test_what_is_changed_back(edit: Any, tmp_path: Path) -> None:
    copy_example("republic", tmp_path / "e")
    file = tmp_path / "e" / "election.yaml"
    before = load(file)
    officer = edit(file)
    officer.post("/part", at="contests.0", seats="2")
    officer.post("/save")
    assert load(file).digest != before.digest
    officer.post("/part", at="contests.0", seats="1")
    officer.post("/save")
    assert load(file).digest == before.digest


# ── who may come in ──


def test_nobody_without_the_key(edit: Any, file: Path) -> None:
    address = edit(file).address
    with httpx.Client(base_url=address) as other:
        for path in ("/", "/part?at=", "/changes", "/texts", "/import", "/list?at=contests"):
            answer = other.get(path)
            assert answer.status_code == 403 and "Alcald" not in answer.text
        assert other.get("/enter/" + "x" * 32).status_code == 403
        assert other.get("/").status_code == 403


def test_no_form_of_another_page(edit: Any, file: Path) -> None:
    officer, before = edit(file), file.read_bytes()
    for path in ("/part", "/add", "/remove", "/move", "/texts", "/save", "/discard", "/begin", "/import"):
        for token in ({}, {"token": "x" * 32}):
            assert officer._client.post(path, data={**token, "at": "contests.0", "version": "2"}).status_code == 403
    assert officer.get("/changes").facts["count"] == "0" and file.read_bytes() == before


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "127.0.0.1@evil",
        "127.0.0.1:1.evil.example", "127.0.0.1:", "evil:port", "[::1",
    ],
)  # fmt: skip
def test_no_other_name_of_this_machine(edit: Any, file: Path, host: str) -> None:
    officer = edit(file)
    for path in ("/", f"/enter/{KEY}", "/changes"):
        answer = officer._client.get(path, headers={"host": host})
        assert answer.status_code in (400, 403) and "Concejal" not in answer.text
    form = {"token": officer._token, "version": "1", "at": "", "opens": "01:00"}
    assert officer._client.post("/part", data=form, headers={"host": host}).status_code in (400, 403)


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=1>',
    "{{ 7*7 }}",
    "'; DROP TABLE",
    "a: b # c",
    "- x",
    "&a *a",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_texts(edit: Any, file: Path, text: str) -> None:
    officer = edit(file)
    officer.post("/part", at="contests.0.options.0", name__es=text, id=text, party=text)
    for path in ("/", "/changes", "/part?at=contests.0.options.0", "/list?at=contests.0.options", "/texts"):
        page = officer.text(path)
        assert "<script>alert" not in page and "<img src=x" not in page
    assert "49" not in re.findall(r"<bdi>(.*?)</bdi>", officer.text("/list?at=contests.0.options"))
    officer.post("/save")
    assert html.unescape(officer.text("/part?at=contests.0.options.0")).count(text) >= 2


@pytest.mark.parametrize(
    "at", ["x", "contests", "contests.x", "contests.99", "contests.0.options.0.id", "..", "0", "stations.-1", "9" * 400,
           "contests.0.title", "bodies.0", "contests.1e3", "contests.٣"],
)  # fmt: skip
def test_paths_that_are_none(edit: Any, file: Path, at: str) -> None:
    officer, before = edit(file), file.read_bytes()
    assert officer.get(f"/part?at={at}").status == 422
    for path in ("/part", "/remove", "/move"):
        assert officer.post(path, at=at, id="x").status == 422
    if at != "contests":
        assert officer.get(f"/list?at={at}").status == 422
        assert officer.post("/add", at=at).status == 422
    assert officer.get("/changes").facts["count"] == "0" and file.read_bytes() == before


def test_huge_and_strange_forms(edit: Any, file: Path) -> None:
    officer = edit(file)
    assert officer.post("/part", at="", opens="x" * 5_000_000).status == 413
    assert officer.post("/part", at="", opens="x" * 300_000).status == 422
    assert officer.post("/part", **{f"f{number}": "x" for number in range(1200)}).status == 422
    assert officer.post("/part", at="", opens="a\x00b").status == 422
    assert officer.post("/part", at="", opens="a\u202eb").status == 422
    assert officer.post("/part", at="", opens=["1", "2"]).status == 422
    assert officer.get("/changes").facts["count"] == "0"


# ── tables ──


def test_tables_are_imported_once_the_columns_are_seen(edit: Any, file: Path) -> None:
    officer = edit(file)
    district = load(file).stations[0].district
    csv = f"MESA;RECINTO;HABILITADOS;DISTRITO\n1;Escuela;120;{district}\n2;Colegio;130;{district}\n"
    page = officer._see(
        officer._client.post(
            "/import", data={"token": officer._token}, files={"stations": ("mesas.csv", csv.encode(), "text/csv")}
        )
    )
    assert page.name == "columns"
    chosen = {"stations__id__0": "MESA", "stations__name__0": "RECINTO", "stations__register-size": "RECINTO"}
    page = officer.post("/import/columns", **chosen)
    assert (page.status, page.name) == (422, "columns") and int(page.facts["errors"]) > 0
    assert officer.get("/changes").facts["count"] == "0"
    page = officer._see(
        officer._client.post(
            "/import", data={"token": officer._token}, files={"stations": ("mesas.csv", csv.encode(), "text/csv")}
        )
    )
    page = officer.post("/import/columns", **{**chosen, "stations__register-size": "HABILITADOS"})
    assert page.name == "changes"
    assert officer.get("/list?at=stations").facts["whole"] == "2"


@pytest.mark.parametrize(
    ("at", "id"),
    [("contests.0.options.0", "consuelo-jimenez-nunez"), ("contests.0", "alcaldia"), ("", "elecciones-municipales")],
)
def test_an_id_that_is_taken_out_is_made_of_the_name_as_the_page_says(edit: Any, file: Path, at: str, id: str) -> None:
    officer = edit(file)
    assert officer.post("/part", at=at, id="", go="stay").ok
    assert f'name="id" value="{id}"' in officer.text(f"/part?at={at}")


# ── an id that changes ──


def test_what_follows_an_id_is_shown_before_it_changes(edit: Any, file: Path) -> None:
    officer, before = edit(file), load(file)
    old = before.districts[0].id
    sent = {"at": "districts.0", "id": "tierra", "name__es": "Tierra", "go": "list"}
    page = officer.post("/part", **sent)
    assert (page.status, page.name) == (200, "rename")
    shown = page.content.decode()
    assert "Mesa" in shown and "Distrito" in shown and old in shown and "tierra" in shown
    assert officer.get("/changes").facts["count"] == "0"  # nothing yet
    sent_again = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', shown))
    assert sent_again["follow"] == "yes"
    assert officer.post("/part", **{name: html.unescape(text) for name, text in sent_again.items()}).ok
    officer.post("/save")
    after = load(file)
    assert {one.district for one in (*after.stations, *after.contests)} == {"tierra"}
    assert after.districts[0].name["es"] == "Tierra"


def test_an_id_that_another_part_has_is_refused(edit: Any, file: Path) -> None:
    officer, before = edit(file), load(file)
    parties = [one.id for one in before.parties]
    page = officer.post("/part", at="parties.0", id=parties[1])
    assert (page.status, page.code) == (422, "editor.id-taken")
    assert officer.get("/changes").facts["count"] == "0"


def test_nothing_is_asked_where_nothing_names_it(edit: Any, file: Path) -> None:
    assert edit(file).post("/part", at="stations.0", id="otra-mesa").name == "part"


# ── rules by form ──


def test_a_body_its_contests_and_levelling_seats(edit: Any, file: Path) -> None:
    officer = edit(file)
    council = next(one.id for one in load(file).contests if one.kind == "party-list" or one.seats > 1)
    assert officer.post("/add", at="bodies").name == "part"
    chosen = {"filled-by": council, "filled-by/boxes": "yes"}
    assert officer.post("/part", at="bodies.0", title__es="Concejo", title__en="Council", **chosen).ok
    officer.post("/save")
    definition = load(file)
    assert definition.bodies[0].id == "concejo" and definition.contest(council).body == "concejo"
    page = officer.post("/part", at="bodies.0", id="consejo")
    assert page.name == "rename" and page.facts["count"] == "2"
    assert officer.post("/part", at="bodies.0", id="consejo", follow="yes").ok
    assert officer.post("/part", at="bodies.0", **{"filled-by/boxes": "yes"}).ok  # no box is ticked any more
    officer.post("/save")
    assert "body:" not in file.read_text(encoding="utf-8") and "consejo" in file.read_text(encoding="utf-8")


def test_only_what_a_contest_uses_is_shown(edit: Any, file: Path) -> None:
    officer = edit(file)
    page = officer.text("/part?at=contests.0")
    assert 'name="majority/of"' in page and 'name="majority/conditions' not in page
    assert "preferences" not in page and 'name="method"' not in page
    officer.post("/part", at="contests.0", majority__of="valid")
    page = officer.text("/part?at=contests.0")
    assert 'name="majority/conditions/1/lead"' in page and 'name="majority/withdrawn"' in page
    officer.post("/part", at="contests.0", kind="party-list", majority__of="", follow="yes")
    page = officer.text("/part?at=contests.0")
    assert 'name="method"' in page and 'name="preferences/most"' in page and "majority" not in page
    assert 'value="plurality"' not in page  # no method of lists
    assert 'name="threshold/coalitions' not in page  # no party is a coalition


def test_first_45_or_40_and_10_by_form(edit: Any, file: Path) -> None:
    officer = edit(file)
    rows = {
        "majority/of": "valid", "majority/conditions/0/share/how": "more-than", "majority/conditions/0/share": "45",
        "majority/conditions/1/share/how": "at-least", "majority/conditions/1/share": "40",
        "majority/conditions/1/lead/how": "lead-more-than", "majority/conditions/1/lead": "10",
    }  # fmt: skip
    officer.post("/part", at="contests.0", majority__of="valid")
    assert officer.post("/part", at="contests.0", **rows).ok
    officer.post("/save")
    majority = load(file).contests[0].majority
    assert majority is not None
    first, second = majority.conditions
    assert (first.more_than, second.at_least, second.lead_more_than) == ("45", "40", "10")
    assert officer.post("/part", at="contests.0", **{"majority/conditions/0/share": ""}).ok
    officer.post("/save")
    assert load(file).contests[0].majority.conditions == (second,)  # type: ignore[union-attr]


# ── in words ──


def test_changes_and_errors_are_said_in_the_words_of_the_forms(edit: Any, file: Path) -> None:
    officer = edit(file)
    officer.post("/part", at="contests.0.options.0", name__es="Otra Persona")
    officer.post("/part", at="", languages="es en xx")
    officer.post("/add", at="contests.0.options")
    rows = re.findall(r'<th scope="row"><bdi>(.*?)</bdi>', officer.text("/changes"))
    assert any(
        re.fullmatch(r"Cargo .+ › opción «Otra Persona» › nombre(?: › Español)?", html.unescape(one)) for one in rows
    )
    places = re.findall(r'<th scope="row"><a href="[^"]*"><bdi>(.*?)</bdi>', officer.text("/"))
    assert "idioma 3" in places
    text = officer.text("/changes") + officer.text("/")
    assert not re.search(r"contests|options|languages\.|register-size", re.sub(r'(href|value|name)="[^"]*"', "", text))


# ── several files, people of an option ──


def test_several_files_for_one_table_are_refused(edit: Any, file: Path) -> None:
    officer = edit(file)
    csv = ("mesas.csv", b"MESA;RECINTO\n1;Escuela\n", "text/csv")
    answer = officer._client.post(
        "/import", data={"token": officer._token}, files=[("stations", csv), ("stations", csv)]
    )
    page = officer._see(answer)
    assert (page.status, page.code) == (422, "import.several-files") and "mesas" in answer.text


def test_the_role_of_a_substitute_is_said_and_can_be_corrected(edit: Any, file: Path) -> None:
    officer, definition = edit(file), load(file)
    contest = next(one for one in definition.contests if one.kind == "choose-one")
    csv = f"CARGO;CANDIDATO;SUPLENTE\n{contest.id};Ana Peña;Iris Leal\n{contest.id};Luis Soto;Noé Díaz\n"
    page = officer._see(
        officer._client.post(
            "/import", data={"token": officer._token}, files={"candidates": ("c.csv", csv.encode(), "text/csv")}
        )
    )
    text = page.content.decode()
    assert page.name == "columns" and 'name="candidates/people/0/role/es" value="Suplente"' in text
    assert 'name="candidates/people/0/role/en" value="Substitute"' in text
    assert 'name="candidates/people/1/column"' in text  # for one more
    assert officer.post("/import/columns", **{"candidates/people/0/role/es": "Vicealcalde"}).name == "changes"
    officer.post("/save")
    people = load(file).contest(contest.id).options[0].people
    assert [(one.name, one.role["es"], one.role["en"]) for one in people] == [
        ("Iris Leal", "Vicealcalde", "Substitute")
    ]


# ── what takes long ──


def test_a_check_that_takes_long_says_so_and_the_page_goes_on_by_itself(
    file: Path, served: Callable[[Litestar], str]
) -> None:
    go_on = threading.Event()
    draft = Draft.open(file, lambda definition: require_printable(definition) if go_on.wait(60) else None)
    with Editing(served(editor.app(draft, KEY, patience=0.01))) as officer:
        for path in ("/", "/part?at=contests.0", "/list?at=stations", "/changes"):
            answer = officer._client.get(path)
            assert 'data-page="checking"' in answer.text and answer.headers["refresh"] == "1"
        assert officer.get("/texts").name == "texts"  # which does not need it
        go_on.set()
        assert draft.is_checked(60) and officer.get("/").name == "overview"


def test_a_wrong_kind_of_contest_can_be_corrected_by_the_form(edit: Any, file: Path) -> None:
    officer, definition = edit(file), load(file)
    place = next(number for number, one in enumerate(definition.contests) if one.kind == "party-list")
    page = officer.post("/part", at=f"contests.{place}", kind="choose-up-to")
    assert page.name == "rename" and int(page.facts["count"]) > 1
    assert officer.post("/part", at=f"contests.{place}", kind="choose-up-to", follow="yes").ok
    assert "method:" not in file.read_text(encoding="utf-8").split("kind: choose-up-to")[-1].split("- id:")[0]
    assert "definition." not in officer.text(f"/part?at=contests.{place}")


def test_an_id_may_be_made_of_two_columns(edit: Any, file: Path) -> None:
    officer, definition = edit(file), load(file)
    district = definition.stations[0].district
    csv = f"COD_MUN;MESA;RECINTO;HABILITADOS;DISTRITO\n7;1;Escuela;120;{district}\n8;1;Colegio;130;{district}\n"
    files = {"stations": ("mesas.csv", csv.encode(), "text/csv")}
    page = officer._see(officer._client.post("/import", data={"token": officer._token}, files=files))
    assert page.name == "columns" and 'name="stations/id/1"' in page.content.decode()
    chosen = {"stations/id/0": "COD_MUN", "stations/id/1": "MESA", "stations/id/2": "", "stations/id/3": ""}
    chosen["stations/district/0"] = "DISTRITO"
    chosen |= {"stations/district/1": "", "stations/name/0": "RECINTO", "stations/register-size": "HABILITADOS"}
    assert officer.post("/import/columns", **chosen).name == "changes"
    officer.post("/save")
    assert {one.id for one in load(file).stations} == {"7-1", "8-1"}
