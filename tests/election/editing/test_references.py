"""An id that changes: all that names the part names it still, as one change, and nothing else changes."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawn_definitions import draw, write
from testigo.election.editing.draft import Draft
from testigo.election.editing.edits import Put
from testigo.election.editing.fields import LISTS, list_of
from testigo.election.editing.plain import at, items
from testigo.election.editing.references import following, naming
from testigo.election.tables import splice
from testigo.errors import InvalidInput
from typed_definitions import draw_small

NAMED = {"districts", "parties", "contests", "options", "bodies"}


def parts(values, path=()):
    if list_of(path) in NAMED:
        yield path
    for name in LISTS.get(list_of(path), ()):
        for place in range(len(items(at(values, (*path, name))))):
            yield from parts(values, (*path, name, place))


def renamed(value, old, new):
    """Every value that says the old id says the new one: the drawn ids are each there once."""
    if isinstance(value, dict):
        return {key: renamed(one, old, new) for key, one in value.items()}
    if isinstance(value, list):
        return [renamed(one, old, new) for one in value]
    return new if value == old else value


@settings(max_examples=25)
@given(seed=st.integers(0, 500), data=st.data())
def test_every_id_that_changes_is_followed(seed, data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ids")
    if data.draw(st.booleans()):
        (folder / "election.json").write_text(json.dumps(draw_small(seed), ensure_ascii=False), encoding="utf-8")
    else:
        write(draw(seed % 60), folder)
    draft = Draft.open(folder / "election.json")
    before = draft.values
    path = data.draw(st.sampled_from(list(parts(before))))
    old = at(before, (*path, "id"))
    edits = [Put((*path, "id"), "new-id-7")]
    draft.edit([*edits, *following(before, path, edits)], draft.version)
    assert draft.values == renamed(before, old, "new-id-7")
    assert draft.remarks.errors == 0, [str(one.error) for one in draft.remarks.all]


def small(tmp_path, text):
    file = tmp_path / "e.yaml"
    file.write_text(text, encoding="utf-8")
    return Draft.open(file)


DISTRICTS = """districts: [{id: a, name: A}, {id: b, name: B}]
rolls: [general, old]
stations: [{id: s, district: a, roll-sizes: {old: 3, other: 4}}, {id: t, district: b}]
contests: [{id: c, district: a, roll: old}]
"""


def test_an_id_that_another_part_has_is_not_given_where_something_would_follow(tmp_path):
    draft = small(tmp_path, DISTRICTS)
    with pytest.raises(InvalidInput) as refused:
        following(draft.values, ("districts", 0), [Put(("districts", 0, "id"), "b")])
    assert refused.value.code == "editor.id-taken"
    assert following(draft.values, ("contests", 0), [Put(("contests", 0, "id"), "b")]) == []


def test_nothing_follows_one_of_two_parts_of_one_id(tmp_path):
    draft = small(tmp_path, DISTRICTS.replace("id: b", "id: a"))
    assert following(draft.values, ("districts", 0), [Put(("districts", 0, "id"), "x")]) == []
    assert len(list(naming(draft.values, ("districts", 0)))) == 2


def test_a_roll_that_is_called_otherwise_is_followed(tmp_path):
    draft = small(tmp_path, DISTRICTS)
    edits = [Put(("rolls",), ["general", "new"])]
    draft.edit([*edits, *following(draft.values, (), edits)], draft.version)
    assert at(draft.values, ("stations", 0, "roll-sizes")) == {"new": "3", "other": "4"}
    assert at(draft.values, ("contests", 0, "roll")) == "new"
    assert following(draft.values, (), [Put(("rolls",), ["general"])]) == []


def test_thousands_that_name_a_district_are_written_at_once(tmp_path, monkeypatch):
    """One reading of the file for all of them: a change of a country's own id takes no hours."""
    stations = "\n".join(f"  - {{id: s-{number}, district: a}}" for number in range(3000))
    draft = small(tmp_path, f"districts: [{{id: a, name: A}}]\nstations:  # kept\n{stations}\n")
    read = []
    whole = splice.positions
    monkeypatch.setattr(splice, "positions", lambda text: read.append(1) or whole(text))
    edits = [Put(("districts", 0, "id"), "land")]
    draft.edit([*edits, *following(draft.values, ("districts", 0), edits)], draft.version)
    assert len(read) == 1 and draft.text.count(b"district: land}") == 3000 and b"# kept" in draft.text
