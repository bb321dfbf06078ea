"""The proof of an election, read back: every text, every page, nothing blank, the same bytes again."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import numpy as np
import pypdfium2
import pytest

from drawn_definitions import draw, write
from eight_scripts import SCRIPTS, definition_text
from open_lists import LISTS, open_lists
from served_station import DEFINITION
from testigo.election import Definition, distinct_ballots, load, write_definition
from testigo.errors import StorageError
from testigo.proof import chromium as photographer
from testigo.proof import papers
from testigo.proof.booth_pages import LOOKED_AT, BoothPages
from testigo.proof.chromium import Chromium, find_chromium
from testigo.proof.pictures import photograph_booth

CHROMIUM = any(map(shutil.which, photographer.NAMES))
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="no Chromium here; install it: apt-get install chromium")
MUNICIPALITY = "src/testigo/examples/municipality/election.yaml"


@contextlib.contextmanager
def opened(file: Path) -> Iterator[Any]:
    document = pypdfium2.PdfDocument(file)
    try:
        yield document
    finally:
        document.close()


def letters(text: str) -> str:
    return "".join(one for one in text if one.isalnum())


def text_of(file: Path) -> str:
    with opened(file) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def require_every_text(definition: Definition, file: Path) -> None:
    """Every title and name of every language is in the text, wherever lines break."""
    said = letters(text_of(file))
    for contest in definition.contests:
        for text in (contest.title, *(option.name for option in contest.options)):
            for language in definition.languages:
                words = definition.words(text, language)
                assert letters(words) in said, (contest.id, words)


def pictures_of(file: Path) -> list[Any]:
    """Every photograph of a screen, as levels of grey."""
    with opened(file) as document:
        return [
            np.asarray(one.get_bitmap().to_pil().convert("L"))
            for page in document
            for one in page.get_objects(filter=(pypdfium2.raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3)
            if one.get_px_size() == (1280, 800)
        ]


@needs_chromium
@pytest.mark.browser
@pytest.mark.slow
def test_the_proof_of_the_municipality_is_whole_and_the_same_again(
    call: Any, tmp_path: Path, project_root: Path
) -> None:
    file = project_root / MUNICIPALITY
    code, out, _ = call("proof", file, "--out", tmp_path / "a.pdf", "--date", "2027-01-02", "--json")
    answer, definition = json.loads(out), load(file)
    assert (code, answer["digest"], answer["date"]) == (0, definition.digest, "2027-01-02")
    assert (answer["languages"], answer["ballots"], answer["stations"]) == (["es", "en"], ["puerto-laurel"], ["01-01"])
    made = (tmp_path / "a.pdf").read_bytes()
    assert answer["bytes"] == len(made) < 4_000_000
    require_every_text(definition, tmp_path / "a.pdf")
    said = text_of(tmp_path / "a.pdf")
    for part in ("Muestra de la elección", "Autoridad electoral", "Partido del Trabajo Unido", "Acta cero", "MUESTRA"):
        assert part in said, part
    assert definition.digest in said.replace("\r\n", "") and "2 de enero de 2027" in said
    pictures = pictures_of(tmp_path / "a.pdf")
    assert len(pictures) == answer["photographs"] >= 30
    assert all(one.std() > 10 for one in pictures), "no picture is blank"
    assert call("proof", file, "--out", tmp_path / "b.pdf", "--date", "2027-01-02")[0] == 0
    assert (tmp_path / "b.pdf").read_bytes() == made


def test_page_numbers_of_the_contents_are_true(call: Any, tmp_path: Path, project_root: Path) -> None:
    out = tmp_path / "a.pdf"
    assert call("proof", project_root / MUNICIPALITY, "--out", out, "--without-pages")[0] == 0
    with opened(out) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    listed = re.findall(
        r"^(Cargos y opciones|Boletas|Votos impresos|Acta cero|Acta de escr|Afiche)[^\n]*?(\d+)\r?$", texts[0], re.M
    )
    assert len(listed) == 6, texts[0]
    assert all(texts[int(number) - 1].startswith(title) for title, number in listed)
    assert "Faltan las pantallas" in texts[0]


def named_parties(project_root: Path, folder: Path, count: int, name: str) -> Path:
    """The municipality with so many more parties."""
    text = (project_root / MUNICIPALITY).read_text()
    more = "".join(f"  - {{id: more-{n}, name: {name} {n}, abbreviation: M{n}}}\n" for n in range(count))
    file = folder / "election.yaml"
    file.write_text(text.replace("\nparties:\n", f"\nparties:\n{more}", 1))
    return file


@pytest.mark.parametrize(
    ("count", "name", "pages"), [(0, "", 1), (1, "Partido", 1), (8, "Partido", 2), (4, "Largo " * 24 + "nombre", 2)]
)
def test_all_who_sign_do_so_on_one_page(
    call: Any, tmp_path: Path, project_root: Path, count: int, name: str, pages: int
) -> None:
    file, out = named_parties(project_root, tmp_path, count, name), tmp_path / "a.pdf"
    assert call("proof", file, "--out", out, "--without-pages")[0] == 0
    with opened(out) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    assert texts[pages].startswith("Cargos y opciones")
    page = letters(texts[pages - 1])
    names = [f"M{n} · {name} {n}" for n in range(count)]
    assert all(letters(one) in page for one in ("Firmas", "Autoridad electoral", "CN · Concordia Nacional", *names))


@pytest.mark.parametrize("seed", [2, 5, 9])
def test_drawn_elections_are_proven_whole(call: Any, tmp_path: Path, seed: int) -> None:
    drawn = draw(seed)
    file, out = write(drawn, tmp_path / "drawn"), tmp_path / "proof.pdf"
    if call("check", file)[0]:
        pytest.skip("not accepted")
    code, _, err = call("proof", file, "--out", out, "--without-pages")
    assert code == 0, err
    require_every_text(load(file), out)


@needs_chromium
@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("script", ["hebrew", "cjk"])
def test_other_scripts_are_drawn_by_the_election_s_own_fonts(call: Any, tmp_path: Path, script: str) -> None:
    pytest.importorskip("fontTools")
    file, out = tmp_path / "election.yaml", tmp_path / "proof.pdf"
    file.write_text(definition_text(SCRIPTS[script], "he" if script == "hebrew" else "es"), encoding="utf-8")
    code, _, err = call("proof", file, "--out", out)
    assert code == 0, err
    if script == "cjk":
        require_every_text(load(file), out)
    assert all(one.std() > 10 for one in pictures_of(out))


@needs_chromium
@pytest.mark.browser
def test_a_long_page_is_photographed_to_its_end(tmp_path: Path) -> None:
    html = b"""<!doctype html><html data-role="booth"><link rel="stylesheet" href="/static/style.css"><body>
      <header class="bar">x</header><main><div style="height:3000px"></div></main>
      <footer class="bar" data-below="b" data-above="a"></footer>
      <script src="/static/page.js"></script></body></html>"""
    pages = BoothPages(DEFINITION, distinct_ballots(DEFINITION))
    with contextlib.closing(pages), Chromium(find_chromium(), pages.file, width=1280, height=800) as chromium:
        assert len(chromium.photographs(html)) >= 4
        assert len(chromium.photographs(b"<main>short</main>")) == 1


def test_every_page_of_every_language_and_size_is_looked_at_once() -> None:
    pages = BoothPages(DEFINITION, distinct_ballots(DEFINITION))
    with contextlib.closing(pages):
        for language in DEFINITION.languages:
            for size in LOOKED_AT:
                common = pages.common(language, size)
                kinds = {one.kind for one in common}
                assert kinds == {"welcome", "wrong-card", "language", "note", "printed", "spoil", "thanks"}
                own = pages.of_ballot(distinct_ballots(DEFINITION)[0], language, size)
                shown = b"".join(one.html for one in own if one.kind == "contest")
                for contest in DEFINITION.contests:
                    assert all(f'value="{option.id}"'.encode() in shown for option in contest.options)
                assert f'data-size="{size}"'.encode() in shown and f'lang="{language}"'.encode() in shown
                again = pages.of_ballot(distinct_ballots(DEFINITION)[0], language, size)
                assert [one.key for one in again] == [one.key for one in own]


def test_candidates_of_each_open_list_are_looked_at_once() -> None:
    definition = open_lists()
    (ballot,) = distinct_ballots(definition)
    pages = BoothPages(definition, (ballot,))
    with contextlib.closing(pages):
        pages.common("en", LOOKED_AT[0])
        own = pages.of_ballot(ballot, "en", LOOKED_AT[0])
    council = definition.contest("council")
    of_lists = {one.option: one.html.decode() for one in own if one.kind == "candidates"}
    assert list(of_lists) == list(LISTS)
    for option in council.options:
        shown = [name for name in council.marks if f'value="{name}"' in of_lists[option.id]]
        assert shown == list(option.preferences) and "checked" not in of_lists[option.id]
        assert all(who in of_lists[option.id] for who in option.candidates)
    assert all("checked" not in one.html.decode() for one in own if one.kind == "contest")


def test_a_long_open_list_has_several_pages_and_a_search() -> None:
    long = {"red": tuple(f"Ana Gil {number}" for number in range(1, 41)), "blue": ("Eva Sol",)}
    definition = open_lists(lists=long)
    (ballot,) = distinct_ballots(definition)
    pages = BoothPages(definition, (ballot,))
    with contextlib.closing(pages):
        pages.common("en", LOOKED_AT[-1])
        own = [one for one in pages.of_ballot(ballot, "en", LOOKED_AT[-1]) if one.option == "red"]
    shown = [one.number for one in own if one.kind == "candidates"]
    assert shown == list(range(1, len(shown) + 1)) and len(shown) > 2
    assert [one.kind for one in own].count("find") == 1
    every = "".join(one.html.decode() for one in own if one.kind == "candidates")
    assert all(f'value="{name}"' in every for name in definition.contest("council").option("red").preferences)


def test_papers_of_open_lists_show_candidates() -> None:
    definition = open_lists()
    (ballot,) = distinct_ballots(definition)
    full = papers.sample_of(definition, ballot, full=True)
    assert full.ballot.choices["council"] == ("blue", "blue/1", "blue/2")
    with contextlib.closing(pypdfium2.PdfDocument(full.pdf())) as document:
        said = letters("".join(page.get_textpage().get_text_range() for page in document))
    assert letters("1 · Inés Vidal") in said and letters("2 · Pablo Cruz") in said
    tally = papers.figures(definition, "s1").tally.contest("council")
    assert tally.votes == {"red": 4, "blue": 4, "green": 4}
    assert set(tally.preferences.values()) == {1} and len(tally.preferences) == 9
    with contextlib.closing(pypdfium2.PdfDocument(papers.sheet_of_figures(definition, "s1"))) as document:
        said = letters("".join(page.get_textpage().get_text_range() for page in document))
    assert all(letters(who) in said for list_ in LISTS.values() for who in list_)


@needs_chromium
@pytest.mark.browser
@pytest.mark.slow
def test_the_proof_of_open_lists_says_whose_candidates_a_page_shows(call: Any, tmp_path: Path) -> None:
    file, out = tmp_path / "election.json", tmp_path / "proof.pdf"
    write_definition(open_lists(), file)
    code, _, err = call("proof", file, "--out", out, "--language", "es")
    assert code == 0, err
    said = text_of(out).replace("\r\n", " ")
    for part in ("Candidaturas de una lista: Concejo, Red (1)", "Candidaturas de una lista: Concejo, Green (1)"):
        assert letters(part) in letters(said), part
    assert letters("candidaturas de la lista que se escogen: hasta 2") in letters(said)
    assert all(letters(who) in letters(said) for list_ in LISTS.values() for who in list_)


def test_a_chromium_that_fails_is_an_error_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for program in (str(broken), str(tmp_path / "none")):
        with pytest.raises(StorageError) as raised:
            photograph_booth(DEFINITION, distinct_ballots(DEFINITION), ("es",), program)
        assert raised.value.code == "chromium.failed"
    assert list(tmp_path.iterdir()) == [broken]


def test_wrong_input_is_an_error_and_changes_nothing(
    call: Any, tmp_path: Path, project_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, out = project_root / MUNICIPALITY, tmp_path / "proof.pdf"
    broken = tmp_path / "broken.yaml"
    broken.write_text("id: [", encoding="utf-8")
    (tmp_path / "there.pdf").write_bytes(b"mine")
    (tmp_path / "file").write_bytes(b"")
    for arguments, part in (
        ((tmp_path / "none.yaml", "--out", out), "none.yaml"),
        ((broken, "--out", out), "broken.yaml"),
        ((file, "--out", tmp_path / "there.pdf"), "there.pdf"),
        ((file, "--out", tmp_path / "file" / "proof.pdf", "--without-pages"), "file"),
        ((file, "--out", out, "--station", "nowhere"), "nowhere"),
        ((file, "--out", out, "--language", "fr"), "fr"),
        ((file, "--out", out, "--date", "tomorrow"), "tomorrow"),
    ):
        code, printed, err = call("proof", *arguments)
        assert code == 1 and not printed and part in err and "Traceback" not in err, (arguments, err)
    monkeypatch.setenv("PATH", str(tmp_path))
    code, _, err = call("proof", file, "--out", out)
    assert code == 1 and "Chromium is not installed" in err and "--without-pages" in err
    assert not out.exists() and (tmp_path / "there.pdf").read_bytes() == b"mine"
    assert call("proof", file, "--out", out, "--without-pages")[0] == 0 and out.exists()


# ---- the preview as a process


@contextlib.contextmanager
def preview_process(folder: Path, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "testigo", "election", "preview", *map(str, arguments), "--no-browser"]
    environment = {**os.environ, "TMPDIR": str(folder), "HOME": str(folder)}
    with subprocess.Popen(
        command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_preview_ends_with_ctrl_c_and_leaves_nothing(tmp_path: Path, project_root: Path) -> None:
    with preview_process(tmp_path, project_root / MUNICIPALITY, "--port", 0) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/preview", address)
        answer = httpx.get(address, timeout=60)
        assert answer.status_code == 200 and "Vista previa" in answer.text
        port = int(address.split(":")[2].split("/")[0])
        with preview_process(tmp_path, project_root / MUNICIPALITY, "--port", port) as other:
            _, err = other.communicate(timeout=120)
            assert other.returncode == 1 and str(port) in err and "Traceback" not in err
        process.send_signal(signal.SIGINT)
        assert process.wait(120) == 0
    assert [one.name for one in tmp_path.iterdir() if one.name != ".cache"] == []


def test_wrong_input_of_a_preview(call: Any, tmp_path: Path, project_root: Path) -> None:
    code, _, err = call("preview", project_root / MUNICIPALITY, "--station", "nowhere", "--no-browser", "--port", 0)
    assert code == 1 and "nowhere" in err
    assert call("preview", tmp_path / "none.yaml", "--no-browser")[0] == 1


def test_a_slip_longer_than_the_page_goes_on_beside_itself(call: Any, tmp_path: Path) -> None:
    """Its head stands on top of the first strip, its last contest in the second."""
    first = DEFINITION.contests[0]
    contests = tuple(
        msgspec.structs.replace(first, id=f"c{number}", title={"es": f"Cargo {number}"}) for number in range(40)
    )
    write_definition(
        msgspec.structs.replace(DEFINITION, languages=("es",), contests=contests), tmp_path / "election.json"
    )
    code, _, err = call("proof", tmp_path / "election.json", "--without-pages", "--out", tmp_path / "proof.pdf")
    assert code == 0, err
    with opened(tmp_path / "proof.pdf") as document:
        page = next(page for page in document if "(…)" in page.get_textpage().get_text_range())
        width, height = page.get_size()
        text = page.get_textpage()
        left = text.get_text_bounded(0, 40, width / 2, height - 110)
        right = text.get_text_bounded(width / 2, 40, width, height - 110)
    numbers = [int(number) for number in re.findall(r"Cargo (\d+)", left + right)]
    assert left.lstrip().startswith("0000-0000-0000")
    assert set(numbers) == set(range(max(numbers) + 1)) and f"Cargo {max(numbers)}" in right
