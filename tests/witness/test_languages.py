"""A check says the same in every language: codes, grades and places are the same, and the words are of the language."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from testigo.cli import main
from testigo.count.anomalies import AnomalyKind
from testigo.record import Finding
from testigo.witness import VerificationReport, verify
from testigo.witness.stations import TOLD_ELSEWHERE
from testigo.words import FALLBACK, languages, message, set_language

RECORDS = Path(__file__).parents[1] / "data" / "records" / "0.1"
NAMES = sorted(folder.name for folder in RECORDS.iterdir() if folder.is_dir())
BARE_KEY = re.compile(r"\b(?:finding|term|sums|role|statement)\.[a-z]")
ENGLISH = re.compile(r"\b(?:the|of|and|is|are|not|with|from|station|tally|sheet|ballots|votes|log|key)\b")


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    set_language(FALLBACK)


def checked(name: str, language: str) -> VerificationReport:
    set_language(language)
    return verify(RECORDS / name)


def of_language(finding: Finding) -> str:
    """What it says, without what the record itself says: file names."""
    return re.sub(r"statements/\S+|\S+\.pub|“.*?”|«.*?»|'.*?'", "", finding.detail)


@pytest.mark.parametrize("name", NAMES)
def test_codes_grades_and_places_are_the_same_in_every_language(name: str) -> None:
    reports = {language: checked(name, language) for language in languages()}
    told = {
        language: [(one.code, one.grade, one.place) for one in report.findings] for language, report in reports.items()
    }
    assert all(one == told[FALLBACK] for one in told.values())
    assert {report.verdict for report in reports.values()} == {reports[FALLBACK].verdict}
    assert not any(BARE_KEY.search(one.detail) for report in reports.values() for one in report.findings)


@pytest.mark.parametrize("name", NAMES)
def test_in_spanish_nothing_is_english(name: str) -> None:
    report = checked(name, "es")
    said = [*map(of_language, report.findings), *map(str, report.sentences())]
    assert [text for text in said if ENGLISH.search(text)] == []


def test_the_command_speaks_the_language_that_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--language", "es", "verify", str(RECORDS / "changed-byte")])
    told = capsys.readouterr().out
    assert ended.value.code == 4
    assert "Alterado." in told and "La clave raíz es la del propio registro" in told
    assert all(line.startswith(("FALLA ", "bien ", "sin ver ", "nota ", "incompleto ")) for line in graded(told))


def graded(told: str) -> list[str]:
    return told.partition("\n\n")[0].splitlines()


def test_what_no_honest_station_exceeds_has_its_words() -> None:
    for kind in set(get_args(AnomalyKind)) - {"sums", *TOLD_ELSEWHERE}:
        assert message("finding", f"limits.{kind}").known
