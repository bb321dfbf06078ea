"""A file being edited: opened and saved unchanged it is the same; never written over somebody else's change."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawn_definitions import draw, write
from testigo.election import load
from testigo.election.editing.draft import Draft
from testigo.election.editing.edits import Append, Put, Remove
from testigo.election.editing.fields import LISTS, fields_of, list_of
from testigo.election.editing.inputs import edits_of, inputs
from testigo.election.editing.plain import at
from testigo.election.example import copy_example
from testigo.errors import IllegalStep, InvalidInput, StorageError

TEXT = "﻿id: a   # mine\ntitle: {es: T}\nstations: []\nthreshold: kept\n"


def parts(values, path=()):
    """Every part that has a page."""
    yield path
    for name in LISTS.get(list_of(path), ()):
        for place in range(len(at(values, (*path, name)) or [])):
            yield from parts(values, (*path, name, place))


def sent_back(draft):
    """What all pages of a draft, sent as they are, would change."""
    values = draft.values
    for path in parts(values):
        for field in fields_of(values, path):
            shown = {one.name: one.text for one in inputs(field, values, path, draft.languages)}
            yield from edits_of(field, values, path, draft.languages, shown.get)


@settings(max_examples=15)
@given(seed=st.integers(0, 60))
def test_any_election_sent_back_as_shown_is_unchanged(seed, tmp_path_factory):
    file = write(draw(seed), tmp_path_factory.mktemp("drawn"))
    data = file.read_bytes()
    draft = Draft.open(file)
    assert list(sent_back(draft)) == []
    draft.save(draft.version)
    assert file.read_bytes() == data


@pytest.mark.parametrize("name", ["municipality", "republic"])
def test_the_examples_sent_back_are_unchanged_and_right(name, tmp_path):
    copy_example(name, tmp_path / "e")
    file = tmp_path / "e" / "election.yaml"
    draft = Draft.open(file)
    assert list(sent_back(draft)) == []
    assert draft.remarks.errors == 0 and not draft.is_changed


@settings(max_examples=10)
@given(seed=st.integers(0, 60), data=st.data())
def test_one_field_changes_one_value(seed, data, tmp_path_factory):
    draft = Draft.open(write(draw(seed), tmp_path_factory.mktemp("drawn")))
    path = data.draw(st.sampled_from(list(parts(draft.values))))
    field = data.draw(st.sampled_from(fields_of(draft.values, path)))
    shown = data.draw(st.sampled_from(list(inputs(field, draft.values, path, draft.languages))))
    typed = {shown.name: "Nuevo"}.get
    edits = list(edits_of(field, draft.values, path, draft.languages, typed))
    draft.edit(edits, draft.version)
    assert len(list(draft.changes())) <= 1 + (field.kind == "share")
    if field.kind not in ("share", "checks"):
        assert list(draft.changes())


def test_what_is_saved_keeps_the_rest(tmp_path):
    file = tmp_path / "e.yaml"
    file.write_text(TEXT, encoding="utf-8")
    draft = Draft.open(file)
    draft.edit([Put(("id",), "b"), Append(("stations",), {"id": "s"})], draft.version)
    assert file.read_text(encoding="utf-8") == TEXT
    draft.save(draft.version)
    assert file.read_text(encoding="utf-8") == TEXT.replace("id: a ", "id: b ").replace(": []", ":\n  - {id: s}")
    assert not draft.is_changed and draft.remarks.errors > 0


def test_somebody_elses_change_is_not_written_over(tmp_path):
    file = tmp_path / "e.yaml"
    file.write_text(TEXT, encoding="utf-8")
    draft = Draft.open(file)
    draft.edit([Put(("id",), "b")], draft.version)
    file.write_text("id: theirs\n", encoding="utf-8")
    with pytest.raises(IllegalStep, match="since it was opened"):
        draft.save(draft.version)
    file.unlink()
    with pytest.raises(IllegalStep, match="since it was opened"):
        draft.save(draft.version)
    file.write_text("id: theirs\n", encoding="utf-8")
    draft.discard(draft.version)
    assert draft.values == {"id": "theirs"} and not draft.is_changed


def test_a_new_file_is_not_written_over_either(tmp_path):
    draft = Draft.open(tmp_path / "e.yaml")
    assert not draft.begun
    draft.begin({"id": "x", "stations": []})
    (tmp_path / "e.yaml").write_text("id: theirs\n", encoding="utf-8")
    with pytest.raises((StorageError, InvalidInput, IllegalStep)):
        draft.save(draft.version)
    assert (tmp_path / "e.yaml").read_text(encoding="utf-8") == "id: theirs\n"


def test_a_page_of_an_older_draft_changes_nothing(tmp_path):
    file = tmp_path / "e.yaml"
    file.write_text(TEXT, encoding="utf-8")
    draft = Draft.open(file)
    older = draft.version
    draft.edit([Put(("id",), "b")], older)
    with pytest.raises(IllegalStep):
        draft.edit([Remove(("id",))], older)
    assert draft.values["id"] == "b"


def test_remarks_stand_where_they_belong(tmp_path):
    copy_example("municipality", tmp_path / "e")
    file = tmp_path / "e" / "election.yaml"
    draft = Draft.open(file)
    draft.edit([Put(("stations", 0, "register-size"), "many"), Remove(("date",))], draft.version)
    assert {one.path for one in draft.remarks.all} == {("stations", 0, "register-size"), ("date",)}
    draft.edit([Put(("stations", 0, "register-size"), 20), Put(("date",), "soon")], draft.version)
    assert ("date",) in {one.path for one in draft.remarks.all if not one.warning}
    assert draft.remarks.below(("date",)) == 1


def test_what_cannot_be_opened(tmp_path):
    file = tmp_path / "e.yaml"
    for text in ("- a\n", "a: [", "just text"):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(InvalidInput):
            Draft.open(file)


def test_json_begins_as_json(tmp_path):
    draft = Draft.open(tmp_path / "e.json")
    draft.begin({"id": "x", "stations": []})
    draft.save(draft.version)
    assert json.loads((tmp_path / "e.json").read_text()) == {"id": "x", "stations": []}


def test_a_republic_is_edited_in_place(tmp_path):
    copy_example("republic", tmp_path / "e")
    file = tmp_path / "e" / "election.yaml"
    lines = file.read_text(encoding="utf-8").splitlines()
    draft = Draft.open(file)
    draft.edit([Put(("stations", 7, "register-size"), 777)], draft.version)
    draft.save(draft.version)
    changed = [new for old, new in zip(lines, file.read_text(encoding="utf-8").splitlines(), strict=True) if old != new]
    assert len(changed) == 1 and "777" in changed[0]
    assert load(file).stations[7].register_size == 777
