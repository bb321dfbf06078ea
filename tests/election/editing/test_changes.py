"""Nothing that differs is left out of the list of changes, and parts of a new list are told one by one."""

import pytest

from testigo.election.editing.changes import Difference, differences

A, B = {"id": "a", "name": "A"}, {"id": "b", "name": "B"}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (None, [A, B], [(("a",), None, A), (("b",), None, B)]),
        ([], [A], [(("a",), None, A)]),
        ([A, B], [B], [(("a",), A, None)]),
        ([A, B], [B, A], [((), ["a", "b"], ["b", "a"])]),
        ([A], [{**A, "id": "x"}], [(("a", "id"), "a", "x")]),
        (None, [], [((), None, [])]),
        (None, "", [((), None, "")]),
        ("", [A], [((), "", [A])]),
        (None, ["es"], [((), None, ["es"])]),
        ({}, [A], [((), {}, [A])]),
        ([A], {}, [((), [A], {})]),
        ([{"name": "x"}], [], [((), [{"name": "x"}], [])]),
        (None, {**A, "options": [B]}, [((), None, A), (("options", "b"), None, B)]),
        ({**A, "options": [B]}, None, [((), A, None), (("options", "b"), B, None)]),
        (None, {**A, "candidates": ["x"]}, [((), None, {**A, "candidates": ["x"]})]),
    ],
)
def test_what_differs_is_told(before, after, found):
    assert list(differences(before, after)) == [Difference(*one) for one in found]
