import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo.ballot import check_slip_number, new_slip_number
from testigo.ballot.check_character import ALPHABET, check_character

codes = st.text(ALPHABET, min_size=1, max_size=29)


@given(codes, st.integers(0, 28), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found(code, place, other):
    place %= len(code)
    changed = code[:place] + other + code[place + 1 :]
    assert (check_character(changed) == check_character(code)) == (changed == code)


@given(codes, st.integers(0, 28), st.integers(0, 28))
def test_two_exchanged_characters_are_found(code, one, other):
    one, other = one % len(code), other % len(code)
    characters = list(code)
    characters[one], characters[other] = code[other], code[one]
    assert (check_character("".join(characters)) == check_character(code)) == (code[one] == code[other])


def test_a_known_check():
    """2·0 + 3·1 + 4·2 = 11, the twelfth character."""
    assert check_character("234") == ALPHABET[11] == "D"
    with pytest.raises(ValueError, match="substring"):
        check_character("0")


def test_a_slip_number_of_release_0_1_is_still_one():
    assert check_slip_number("JRHC2R76NUQA") == "JRHC-2R76-NUQA"
    assert check_slip_number(new_slip_number())
