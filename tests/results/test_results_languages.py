"""The results page in every translated language, with all that can be on it: nothing that a person reads is English."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

import left_in_english
from digests import DIGESTS
from testigo.ballot import TallySheet
from testigo.centre import Centre
from testigo.count import count_result
from testigo.count.statements import ClosingCount, CountDifference
from testigo.election import Definition
from testigo.results import RefusalRow
from testigo.results.results_page import write_results
from testigo.results.view import RecordInfo
from testigo.words import FALLBACK, languages, message

TRANSLATED = [language for language in languages() if language != FALLBACK]
INFO = RecordInfo(
    "testigo/p", 3, "0" * 64, "1" * 64, "2" * 64, "3" * 64, {"n1": ("statements/000001-x.json", "4" * 64)}
)
REFUSED = tuple(RefusalRow("n2", "f" * 64, message("error", code)) for code in ("package.of-another-election",))
DIFFERENT = tuple(CountDifference("president", what, 5, 4) for what in ("ana", "(blank)", "(null)", "(ballots)"))
COUNTS = (
    ClosingCount("n1", "images", "5" * 64, 20, None, (), (), DIFFERENT),
    ClosingCount("n2", "hand", "5" * 64, 20, 0, (), (), ()),
)


def translated(definition: Definition, language: str) -> Definition:
    """The definition in that language and English, in which it says the same as in Spanish."""

    def turn(value: object) -> object:
        if isinstance(value, dict) and "es" in value:
            return {language: value["es"], "en": value.get("en", value["es"])}
        if isinstance(value, dict):
            return {name: turn(one) for name, one in value.items()}
        return [turn(one) for one in value] if isinstance(value, list | tuple) else value

    plain = turn(msgspec.to_builtins(definition))
    assert isinstance(plain, dict)
    return msgspec.convert({**plain, "languages": [language, "en"]}, Definition)


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_results_page_says_anything_in_english(
    language: str, centre: Centre, sheet_of: Callable[..., TallySheet], tmp_path: Path
) -> None:
    definition = translated(centre.definition, language)
    sheets = {
        "n1": sheet_of("n1", recorded=19),
        "n2": sheet_of("n2", spoiled=-1),
        "s1": sheet_of("s1", 33, matched=90),
    }
    for kept in (sheets, {"n1": sheets["n1"]}, {}):
        result = count_result(definition, kept, digests=DIGESTS)
        write_results(tmp_path, definition, result, sheets=kept, record=INFO, closing_counts=COUNTS, refused=REFUSED)
        page, found = left_in_english.on_page((tmp_path / "index.html").read_text("utf-8"))
        assert page.language == language and len(page.text) > 2000
        assert found == []
