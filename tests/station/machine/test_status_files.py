"""What is brought to a chair as the status of a candidate, and is not even text."""

import pytest

from raising import raises_code
from testigo.errors import InvalidInput
from testigo.station.machine.candidates import texts
from testigo.words import languages


def test_bytes_that_are_no_text_are_no_statement() -> None:
    with raises_code(InvalidInput, "option-status.not-a-statement"):
        texts([b"{}", b"\xff\xfe"])
    assert texts([b"{}"]) == ["{}"]


@pytest.mark.parametrize("language", languages())
def test_nothing_is_called_a_question_mark(language: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        texts([b"\xff"])
    said = refused.value.text(language)
    assert "?" not in said and "`testigo centre option-status`" in said
