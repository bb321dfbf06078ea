"""What goes with an edit: a contest's rules that its new kind has not, and texts of a language with another code."""

from pathlib import Path

import pytest

from small_definition import BASE
from testigo.election.editing.consequences import rules_gone, texts_renamed
from testigo.election.editing.draft import Draft
from testigo.election.editing.edits import Put
from testigo.election.editing.plain import at, items


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    (tmp_path / "election.yaml").write_text(BASE, encoding="utf-8")
    return Draft.open(tmp_path / "election.yaml")


def of_kind(draft: Draft, kind: str) -> int:
    return next(place for place, one in enumerate(items(at(draft.values, ("contests",)))) if one["kind"] == kind)


@pytest.mark.parametrize("kind", ["choose-one", "choose-up-to", "party-list", "referendum"])
def test_no_rule_is_left_that_the_new_kind_has_not(draft: Draft, kind: str) -> None:
    path = ("contests", of_kind(draft, "party-list" if kind != "party-list" else "choose-one"))
    rules = {"majority": {"of": "valid"}, "preferences": {"most": "2"}, "choose": "2", "agreements": []}
    draft.edit([Put((*path, name), value) for name, value in rules.items()], draft.version)
    edits = [Put((*path, "kind"), kind)]
    draft.edit([*edits, *rules_gone(draft.values, path, edits)], draft.version)
    said = set(at(draft.values, path))
    assert ("majority" in said) == (kind == "choose-one") and ("choose" in said) == (kind == "choose-up-to")
    assert ("preferences" in said) == (kind == "party-list") == ("agreements" in said)
    assert kind == "party-list" or not any("candidates" in one for one in at(draft.values, (*path, "options")))
    assert rules_gone(draft.values, path, edits) == []


def test_a_language_with_another_code_takes_its_texts_along(draft: Draft) -> None:
    before = draft.values
    draft.edit([Put(("languages",), ["es", "en-GB"])], draft.version)
    draft.edit(texts_renamed(before, draft.values), draft.version)
    assert '"en":' not in draft.text.decode() and " en:" not in draft.text.decode()
    assert at(draft.values, ("title", "en-GB")) == at(before, ("title", "en"))
    assert at(draft.values, ("contests", 0, "title", "en-GB")) == at(before, ("contests", 0, "title", "en"))
    assert not any(one.error.code == "definition.text-missing" for one in draft.remarks.all)


@pytest.mark.parametrize("languages", [["en", "es"], ["es"], ["es", "en", "pt"], ["es", "en"]])
def test_an_added_or_moved_language_takes_nothing(draft: Draft, languages: list[str]) -> None:
    before = draft.values
    draft.edit([Put(("languages",), languages)], draft.version)
    assert texts_renamed(before, draft.values) == []
