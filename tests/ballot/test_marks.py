import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo.ballot import Ballot, too_many, unused
from testigo.errors import InvalidInput

OPTIONS = ("c0", "c1", "c2", "c3", "c4")


@given(st.permutations(OPTIONS), st.integers(0, 4))
def test_marks_come_out_in_the_contests_order_whatever_order_they_were_made_in(village, order, count):
    ballot = Ballot.mark(village, village.styles()[0], {"council": tuple(order[:count])})
    assert ballot.choices == {"mayor": (), "council": tuple(sorted(order[:count]))}
    assert unused(village.contest("council"), ballot.choices["council"]) == 4 - count


@pytest.mark.parametrize(
    ("choices", "problem"),
    [
        ({"senate": ()}, "not on ballot style"),
        ({"mayor": ("c0",)}, "no option"),
        ({"council": ("c0", "c0")}, "twice"),
        ({"council": OPTIONS}, "allows 4"),
        ({"mayor": ("fernandez", "ortega")}, "allows 1"),
    ],
)
def test_marks_that_break_a_rule_are_refused(village, choices, problem):
    with pytest.raises(InvalidInput, match=problem):
        Ballot.mark(village, village.styles()[0], choices)


def test_too_many_is_more_than_the_contest_allows(village):
    assert not too_many(village.contest("council"), OPTIONS[:4])
    assert too_many(village.contest("council"), OPTIONS)
