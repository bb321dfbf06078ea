"""What is written by the fields alone is the election that YAML says: the same digest, whatever its contests."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from testigo.election import load
from testigo.election.editing.draft import Draft
from testigo.election.load import load_with_warnings
from typed_definitions import Typist, draw_small, write_by_forms


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), ending=st.sampled_from([".yaml", ".json"]))
def test_any_election_written_by_fields_is_the_one_of_the_file(seed, ending, tmp_path_factory):
    folder = tmp_path_factory.mktemp("typed")
    payload = draw_small(seed)
    (folder / "wanted.json").write_text(json.dumps(payload, ensure_ascii=False), encoding="utf-8")
    wanted = load_with_warnings(folder / "wanted.json").definition
    draft = Draft.open(folder / f"typed{ending}")
    write_by_forms(payload, Typist(draft))
    assert draft.remarks.errors == 0, [str(one.error) for one in draft.remarks.all]
    draft.save(draft.version)
    assert load(draft.file).digest == wanted.digest


def test_the_drawn_elections_have_every_rule():
    found = json.dumps([draw_small(seed) for seed in range(40)])
    for key in ("levelling", "agreements", "coalitions", "conditions", "lead-at-least", "turnout", "approval", "wins",
                "preferences", "people", "roll-sizes", "fraction", "minorities"):  # fmt: skip
        assert f'"{key}"' in found, key
    assert draw_small(3) == draw_small(3) != draw_small(4)
