"""Marks one upon the other on a letter."""

import pytest

from testigo.paper.stacked import most_stacked


@pytest.mark.parametrize(
    ("texts", "most"),
    [
        (("Anna", ""), (0, 0)),
        (("Ếệ Ñandú",), (0, 0)),
        (("E\u0302\u0301",), (0, 0)),  # composed: Ế
        (("q\u0301",), (1, 0)),
        (("a", "q\u0301\u0308 x\u0301\u0323\u0330\u0331"), (2, 3)),
        (("q\u0301x\u0301",), (1, 0)),
        (("Ế\u0303",), (3, 0)),
        (("מִרְיָם", "مُحَمَّدٌ", "ผู้ใหญ่"), (0, 0)),
    ],
)
def test_what_no_composed_letter_has_is_counted(texts: tuple[str, ...], most: tuple[int, int]) -> None:
    assert most_stacked(texts) == most
