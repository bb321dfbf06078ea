"""Numbers, ids and what spreadsheets spoil, cell by cell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo.election.tables.cells import id_part, is_scientific, protected, spoiled, unprotected, whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("320", 320),
        ("1234", 1234),
        ("1.234", 1234),
        ("1,234", 1234),
        ("1 234", 1234),
        ("1\u00a0234", 1234),
        ("1\u202f234", 1234),
        ("1'234", 1234),
        ("1.234.567", 1234567),
        ("320,00", 320),
        ("320.0", 320),
        ("1.234,00", 1234),
        ("007", 7),
    ],
)
def test_whole_numbers_as_spreadsheets_write_them(text, number):
    assert whole_number(text) == number


@pytest.mark.parametrize(
    "text", ["", "1.23", "1.2345", "1.234,567", "12,34.567", "-3", "1e3", "٣٢٠", "320 voters", "1,234.567,8"]
)
def test_what_is_not_certainly_a_whole_number_is_none(text):
    assert whole_number(text) is None


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("007", "007"),
        ("Sta. Cruz", "sta-cruz"),
        ("  Ñuflo de Chávez ", "nuflo-de-chavez"),
        ("Łódź / Øst / Straße", "lodz-ost-strasse"),
        ("01-02", "01-02"),
        ("a--b", "a--b"),
        ("P_1", "p-1"),
        ("北京", ""),
        ("--", ""),
    ],
)
def test_ids_are_made_by_one_rule(text, made):
    assert id_part(text) == made


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("=SUM(A1)", "formula"),
        ("#N/A", "error-value"),
        ("#¡REF!", "error-value"),
        ("#N/D", "error-value"),
        ("Err:502", "error-value"),
        ("PeÃ±a", "broken-letters"),
        ("Pe\ufffda", "broken-letters"),
        ("Peña", ""),
        ("São João", ""),
        ("+Región", ""),
        ("#1 Escuela", ""),
    ],
)
def test_what_was_spoiled_is_known(text, how):
    assert spoiled(text) == how


def test_rounded_codes_are_known():
    assert (
        is_scientific("1,23E+11") and is_scientific("2E+15") and not is_scientific("2E-15") and not is_scientific("E+1")
    )


@given(st.text(max_size=20) | st.from_regex(r"'*[=+@-].{0,5}", fullmatch=True))
def test_protected_texts_are_no_formulas_and_come_back(text):
    assert unprotected(protected(text)) == text
    assert not protected(text).startswith(("=", "+", "-", "@"))
