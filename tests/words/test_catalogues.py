"""The catalogues agree with each other and with the templates and lists that use them."""

import re
import string
import time

import pytest

from testigo import words as language
from testigo.ballot import reasons
from testigo.screens import checkin, enrolment
from testigo.staff.accounts import MACHINES
from testigo.station.chair.deck_run import EVENTS, PART
from testigo.station.chair.state import STEPS
from testigo.station.machine.batches import COUNTED
from testigo.station.machine.orders import ORDERS

SPANISH = language.section("es", "screens")


def gaps(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_spanish_comes_first() -> None:
    assert language.languages()[:2] == ("es", "en")
    assert [language.language_name(code) for code in ("es", "en", "gn")] == ["Español", "English", "gn"]


@pytest.mark.parametrize("code", sorted(folder.name for folder in language.FOLDER.iterdir() if folder.is_dir()))
def test_our_languages_are_complete(code: str) -> None:
    """For officers, or for voters where all is in one file `voters.po`."""
    voters_only = [file.name for file in (language.FOLDER / code).iterdir()] == ["voters.po"]
    assert code.startswith("__") or language.missing(code, for_voters=voters_only) == ()


@pytest.mark.parametrize("code", language.languages())
def test_a_key_of_a_section_stands_in_one_file(code: str) -> None:
    found: dict[tuple[str, str], list[str]] = {}
    for file in sorted((language.FOLDER / code).glob("*.po")):
        for address in language.parse(file.read_text("utf-8")).forms:
            found.setdefault(address, []).append(file.name)
    assert {address: names for address, names in found.items() if len(names) > 1} == {}


@pytest.mark.parametrize("code", language.languages())
def test_every_catalogue_has_the_same_sentences_with_the_same_gaps(code: str) -> None:
    other = language.section(code, "screens")
    assert other.keys() == SPANISH.keys()
    for key, sentence in other.items():
        assert sentence.strip(), key
        assert gaps(sentence) == gaps(SPANISH[key]), key


def test_every_sentence_a_template_asks_for_exists() -> None:
    templates = sorted(file for room in ("web", "screens") for file in (language.FOLDER.parent / room).rglob("*.html"))
    assert len(templates) > 20
    for file in templates:
        for key in re.findall(r"\bt\(\s*[\"']([^\"']+)[\"']\s*[,)]", file.read_text(encoding="utf-8")):
            assert key in SPANISH, f"{file.name}: {key}"


def test_every_id_from_the_rooms_has_its_words() -> None:
    wanted = [f"release.{reason}" for reason in reasons.RELEASE_REASONS]
    wanted += [f"refusal.{reason}{part}" for reason in reasons.REFUSAL_REASONS for part in ("", ".advice")]
    wanted += [f"spoil.{reason}" for reason in reasons.VOTER_SPOIL_REASONS]
    wanted += [f"void.{reason}" for reason in reasons.VOID_REASONS]
    wanted += [f"pause.{reason}" for reason in reasons.PAUSE_REASONS]
    wanted += [f"{group}.{state}" for state in (*STEPS.values(), "installed") for group in ("state", "chair.next")]
    wanted += [f"machine.{state}" for state in ORDERS["status"][0]]
    wanted += [f"booth.state.{state}" for state in ORDERS["status"][0] if state != "open"]
    wanted += [f"verdict.{verdict}" for verdict in enrolment.VERDICTS]
    wanted += [f"finger.{word}" for word in checkin.FINGERS]
    wanted += [f"finger.{position.word}" for position in enrolment.Position]
    wanted += [f"staff.{role}" for role in MACHINES]
    wanted += [f"staff-machine.{machine}" for machines in MACHINES.values() for machine in machines]
    assert [key for key in wanted if key not in SPANISH] == []


def test_an_error_has_words_for_every_kind() -> None:
    for key in [key for key in SPANISH if key.startswith("error.") and not key.endswith((".advice", "go-on"))]:
        assert f"{key}.advice" in SPANISH


def test_every_event_of_the_logs_has_its_words() -> None:
    sources = language.FOLDER.parent
    files = [*(sources / "station").rglob("*.py"), sources / "event_log.py"]
    texts = [file.read_text(encoding="utf-8") for file in files]
    said = r"\bappend(?:_coarse)?\(\s*\"([a-z-]+)\"|_statements\.sign\([^()]*?, \"([a-z-]+)\""
    events = {one[0] or one[1] for text in texts for one in re.findall(said, text)}
    assert len(events) > 20 and events >= STEPS.keys() - {*EVENTS.values(), "zero-reported"}
    events |= {*STEPS, "tally-sheet", COUNTED, PART}
    assert sorted(f"event.{event}" for event in events if f"event.{event}" not in SPANISH) == []
    known = {key.removeprefix("event.") for key in SPANISH if key.startswith("event.")}
    assert sorted(known - events) == []


def test_what_a_chairs_log_says_has_its_words() -> None:
    sources = language.FOLDER.parent / "station"
    files = [sources / "install.py", *(sources / "chair").glob("*.py")]
    files += [sources / "machine" / f"{name}.py" for name in ("staffing", "folder", "lineup")]
    said = "".join(file.read_text(encoding="utf-8") for file in files)
    calls = re.findall(r"\blog\.append(?:_coarse)?\(\s*([^()]*(?:\([^()]*\)[^()]*)*)\)", said)
    names = {name for call in calls for name in re.findall(r"\b(\w+)=", call)} | {
        "check_in_lost",
        "last_heard",
        "report",
        "booth",
    }
    assert len(names) > 10
    assert sorted(f"event-data.{name}" for name in names if f"event-data.{name}" not in SPANISH) == []


def test_times_are_shown_on_the_machines_clock_with_its_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/La_Paz")
    time.tzset()
    try:
        assert language.clock("2026-11-21T12:00:00Z") == "08:00"
        assert language.zone("2026-11-21T12:00:00Z") == "UTC−04:00"
        assert language.instant("2026-11-21T02:00:00Z", "es") == "20 nov 2026, 22:00 (UTC−04:00)"
        assert language.instant("0001-01-01T00:00:00Z", "es") == "0001-01-01T00:00:00Z", "no clock there shows it"
    finally:
        monkeypatch.undo()
        time.tzset()
    assert (language.clock("no time"), language.zone("no time")) == ("no time", "")
