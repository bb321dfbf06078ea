import re
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo.ballot import Ballot, Marks, too_many, unused
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


@pytest.mark.parametrize(
    ("marks", "problem"),
    [
        (Marks("other", {}), "no ballot style 'other'"),
        (Marks("villa", {"senate": ()}), "not on ballot style"),
        (Marks("villa", {"council": OPTIONS}), "allows 4"),
    ],
)
def test_what_is_no_ballot_of_a_station_is_refused(village, marks, problem):
    with pytest.raises(InvalidInput, match=problem):
        marks.ballot(village, "v-001")


def test_nothing_but_mark_makes_a_ballot():
    """So whoever is given a `Ballot` need not check it again: no other source constructs or decodes one."""
    folder = Path(str(resources.files("testigo")))
    made = re.compile(r"\bBallot\(|\bBallot\]*, strict|type=[^)]*\bBallot\b|\(Ballot, ")
    found = {
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*.py")
        for line in file.read_text("utf-8").splitlines()
        if made.search(line) and "class Ballot(" not in line
    }
    assert found == set()


def test_too_many_is_more_than_the_contest_allows(village):
    assert not too_many(village.contest("council"), OPTIONS[:4])
    assert too_many(village.contest("council"), OPTIONS)
