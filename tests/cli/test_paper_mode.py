"""`testigo election paper` and `testigo station paper`: everything for a day on paper, of any election, nothing cut."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pypdfium2
import pytest

from testigo.election import Definition, copy_example, load
from testigo.paper_mode import paper_ballot, paper_kit
from testigo.paper_mode.ballots import page_count

DATA = Path(__file__).parents[1] / "data" / "definitions"


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The definition of the example with one station, as a file."""
    return copy_example("municipality", tmp_path / "example")[0]


def text_of(pdf: bytes | Path) -> str:
    """All text of a PDF, without the breaks of lines."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return "".join("".join(pages).split())


def has(text: str, *said: str) -> list[str]:
    """What is not in the text."""
    return [one for one in said if "".join(one.split()) not in text]


def test_a_station_has_all_it_needs_from_the_definition(run: Callable[..., Any], example: Path, tmp_path: Path) -> None:
    definition = load(example)
    station = definition.stations[0].id
    code, out, _ = run("election", "paper", example, "--station", station, "--out", tmp_path / "paper", "--json")
    files = [Path(one) for one in json.loads(out)["files"]]
    assert code == 0 and [file.exists() for file in files] == [True] * 3
    ballot, form, minutes = map(text_of, files)
    for contest in definition.contests_of_station(station):
        names = [definition.words(one.name, language) for one in contest.options for language in definition.languages]
        titles = [definition.words(contest.title, language) for language in definition.languages]
        assert has(ballot, *names, *titles) == []
        official = [definition.words(one.name, definition.languages[0]) for one in contest.options]
        assert has(form, *official) == has(minutes, *official) == []
    assert has(minutes, "Votar en papel, paso a paso", "Reservas de los testigos", "Presidencia de mesa") == []


def test_nothing_is_left_behind_where_it_cannot_be_printed(
    run: Callable[..., Any], example: Path, tmp_path: Path
) -> None:
    station = load(example).stations[0].id
    paper = ("election", "paper", example, "--out", tmp_path / "paper")
    assert run(*paper, "--station", "no-such")[0] == 1
    assert not (tmp_path / "paper").exists()
    assert run(*paper, "--station", station)[0] == 0
    before = sorted(file.name for file in (tmp_path / "paper").iterdir())
    code, _, err = run(*paper, "--station", station)
    assert (code, "something is there already" in err) == (1, True)
    assert sorted(file.name for file in (tmp_path / "paper").iterdir()) == before


def test_a_machine_prints_it_from_its_own_folder(
    run: Callable[..., Any], installed: tuple[Path, bytes], tmp_path: Path
) -> None:
    assert run("station", "paper", installed[0], "--out", tmp_path / "paper")[0] == 0
    assert {"tally-form.pdf", "minutes.pdf"} < {file.name for file in (tmp_path / "paper").iterdir()}


def test_a_sample_says_so_on_every_page(municipality: Definition) -> None:
    definition = municipality
    for _, make in paper_kit(definition, definition.stations[0].id, sample=True):
        with pypdfium2.PdfDocument(make()) as document:
            assert ["MUESTRA" in page.get_textpage().get_text_bounded() for page in document] == [True] * len(document)


@pytest.mark.parametrize("file", ["def-hebrew.json", "vietnam.json", "vote3of2.json"])
def test_scripts_are_set(file: str) -> None:
    definition = load(DATA / file)
    for name, make in paper_kit(definition, definition.stations[0].id):
        text = text_of(make())
        names = [definition.words(one.name, definition.languages[0]) for one in definition.contests[0].options]
        assert len(text) > 100 and (name[0].isdigit() is False or "def-hebrew" in file or has(text, *names) == [])


def many(definition: Definition, options: int) -> Definition:
    """The same with the first contest's options so many."""
    first = definition.contests[0]
    more = tuple(
        msgspec.structs.replace(
            first.options[0], id=f"o{number}", name={"es": f"Candidatura número {number} de la lista"}
        )
        for number in range(options)
    )
    contest = msgspec.structs.replace(first, options=more)
    return msgspec.structs.replace(definition, contests=(contest, *definition.contests[1:]))


def test_sixty_options_are_all_there(municipality: Definition) -> None:
    definition = many(municipality, 60)
    station = definition.stations[0].id
    style = definition.styles_of_station(station)[0].id
    ballot = paper_ballot(definition, station, style)
    assert has(text_of(ballot), *(f"Candidatura número {number} de la lista" for number in range(60))) == []
    assert page_count(ballot) <= 4
