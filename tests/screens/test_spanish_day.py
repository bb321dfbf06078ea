"""A whole election day in Spanish, and in every other complete language: nothing that a person reads is English.

The pages are those of a real day over HTTP, with every refusal and failure that a person can meet on them; the papers
are read back from their PDF files.
"""

import re
from pathlib import Path

import pypdfium2
import pytest

import left_in_english
from left_in_english import Reading
from testigo import words
from testigo.errors import InvalidInput, NotAllowed
from testigo.words import FALLBACK, catalogues, languages
from whole_day import Day

TRANSLATED = [language for language in languages() if language != FALLBACK]
IN_ALL_LANGUAGES = {"welcome", "language", "error"}
"""Pages of the booth that speak to somebody who has not chosen a language yet; the error is that of a wrong card."""
REACHED = {
    "enrolment": "case.unknown case.ruled-before case.no-such-image verdict.unknown document.not-in-register "
    "document.enrolled-already finger.none-taken finger.none-to-accept finger.taken-often-enough image.unreadable "
    "user-name-or-pin.wrong voter.none-at-desk finger-images.wrong-number",
    "check-in": "check-in.not-open visit.none visit.not-concluded visit.at-another-step release.not-proposed "
    "finger.not-tried poll-book.of-another-station poll-book.stale poll-book.too-late json.malformed pin.wrong "
    "envelope.malformed reason.not-on-list upload.not-one-file identity-card.nothing-read identity-card.without-number",
    "booth": "booth.not-open booth.in-use card.used card.unknown card.of-another-station card.too-many-wrong "
    "card.wrong-character contest.unknown-option language.not-of-election paper-votes.spoiled-to-limit "
    "screen.not-the-booths screen.of-another-vote printer.no-paper printer.stopped disk.full disk.failed",
    "chair": "station.other-state tally-sheet.not-made tally-sheet.not-printed zero-report.of-another-visit "
    "cards.none-made poll-book.none booth.voter-inside booth.nobody-voting desk.visitor-there machine.not-lost "
    "voters.with-unused-cards difference.without-reason reason.empty-or-too-long machine.does-not-answer "
    "print-system.no-answer centre.not-an-address centre.does-not-answer centre.refuses pin.wrong-and-locked "
    "pin.locked package.not-made",
    "everywhere": "page.unknown page.other-method request.too-large request.malformed request.not-a-form "
    "form.of-another-visit field.not-once machine.internal-error",
}


@pytest.fixture(scope="module", params=TRANSLATED)
def day(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Day:
    """The day, once for each language."""
    day = Day(tmp_path_factory.mktemp("day"), request.param)
    day.hold()
    return day


def test_no_page_says_anything_in_english(day: Day) -> None:
    wrong = set()
    for address, page in day.seen.pages:
        text = Reading(page.content.decode())
        found = left_in_english.found(text.text, text.language)
        wrong |= {f"{address.split('/', 3)[3]} {page.name} {page.code}: {one}" for one in found}
    assert sorted(wrong) == []


def test_pages_are_in_the_visitors_language(day: Day) -> None:
    spoken = [(page.name, Reading(page.content.decode())) for _, page in day.seen.pages]
    own = [name for name, page in spoken if page.language == day.language]
    assert len(own) > 0.8 * len(spoken)
    before_a_choice = {name for name, page in spoken if page.language != day.language}
    assert before_a_choice <= {"pin", "find", "welcome", "error", "thanks", "review", "printed", "station"}
    others = {
        (name, one) for name, page in spoken for one in page.foreign if not one.startswith("button name=language ")
    }
    assert {name for name, _ in others} <= IN_ALL_LANGUAGES


def test_the_day_came_to_every_page_and_error(day: Day) -> None:
    assert {page.name for _, page in day.seen.pages} >= set(
        "pin find found finding refuse second voter case cases finger matched released unmatched refused welcome "
        "language contest review printed "
        "spoil thanks station close differences tally-sheet events error".split()
    )
    for part, codes in REACHED.items():
        assert sorted(set(codes.split()) - day.seen.codes) == [], part


def test_no_paper_says_anything_in_english(day: Day) -> None:
    wrong = set()
    for name, pdf in day.seen.papers.items():
        with pypdfium2.PdfDocument(pdf) as document:
            text = "\n".join(page.get_textpage().get_text_range() for page in document)
        assert len(text) > 30, name
        wrong |= {f"{name}: {one}" for one in left_in_english.found(text, day.language)}
    assert sorted(wrong) == []
    assert len(day.seen.papers) >= 8


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_sentence_of_a_catalogue_is_english(language: str) -> None:
    """Those of errors that no day comes to, too."""
    typed = re.compile(r"\{[^}]*\}|X-[A-Za-z-]+|none-of-the-above")
    wrong = {
        f"{section} {key}: {one}"
        for (section, key), forms in catalogues.catalogue_of(language).forms.items()
        for form in forms
        for one in left_in_english.found(typed.sub(" ", form), language)
        if one.startswith("word")
    }
    assert sorted(wrong) == []


def test_what_is_english_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One Spanish sentence spoiled on purpose; a key, an id and a word that nobody translated."""
    spanish = NotAllowed("pin.wrong", count=4).sentence("es")
    assert list(left_in_english.found(spanish, "es")) == []
    english = NotAllowed("pin.wrong", count=4).sentence("en")
    assert "sentence error pin.wrong" in left_in_english.found(f"{spanish} {english}", "es")
    assert list(left_in_english.found("Motivo: voter-left, other", "es")) == ["id 'voter-left'"]
    assert list(left_in_english.found("booth.print", "es")) == ["word 'booth'", "id 'booth.print'"]
    assert list(left_in_english.found("no es JSON (bytes that are none)", "es")) == ["word 'are'", "word 'that'"]
    page = '<html lang="es"><button aria-label="Print again">Sí</button><p lang="en">the</p><p hidden>uno</p></html>'
    assert Reading(page).text == "Print again Sí uno" and len(Reading(page).foreign) == 1
    assert "sentence screens chair.print-again" in left_in_english.found(Reading(page).text, "es")
    assert words.say("es", "chair.print-again") not in Reading(page).text
    assert str(InvalidInput("pin.wrong", count=1)) != spanish
