"""Lists replaced in a definition's text: whatever stands around them stays, to the last comment."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo.election.load import read_payload
from testigo.election.tables.splice import replaced

FILE = Path("election.yaml")
TEXT = """\
# at the top
id: ñandú   # a comment with ñ
stations:   # before the list
  - {id: a}   # inside, goes
  - id: b

    name: >
      folded
      text

# between
parties: []   # behind
contests:
  - id: x   # contest
    options:
    - {id: o}
    # after options
    title: T
  - {id: y, options: [], title: U}
  # last
districts:
rules: {}   # end
"""
LISTS = {
    ("stations",): [{"id": "01", "name": 'Él: "q" #1'}, {"id": "02", "name": "yes"}],
    ("parties",): [{"id": "p"}],
    ("contests", 0, "options"): [{"id": "new", "candidates": ["Ana", "Luis"]}],
    ("contests", 1, "options"): [{"id": "m"}],
    ("districts",): [{"id": "d", "districts": [{"id": "e"}]}],
}


def values(text: str, file: Path = FILE):
    return read_payload(text.encode(), file).payload


def test_only_the_lists_change():
    text = replaced(TEXT, FILE, LISTS)
    assert (
        text
        == """\
# at the top
id: ñandú   # a comment with ñ
stations:   # before the list
  - {id: "01", name: "Él: \\"q\\" #1"}
  - {id: "02", name: "yes"}

# between
parties:
  - {id: p}   # behind
contests:
  - id: x   # contest
    options:
    - id: new
      candidates:
        - Ana
        - Luis
    # after options
    title: T
  - {id: y, options: [{id: m}], title: U}
  # last
districts:
  - id: d
    districts:
      - {id: e}
rules: {}   # end
"""
    )
    assert replaced(text, FILE, LISTS) == text


def test_a_list_that_is_missing_is_added_at_the_end():
    for before in (
        "id: x\nrules: {}   # end\n",
        "id: x\nrules: {}   # end",
        "{id: x, rules: {}}\n",
        '{"id": "x",\n "rules": {}\n}',
    ):
        text = replaced(before, FILE, {("parties",): [{"id": "p"}], ("stations",): []})
        found = values(text)
        assert (found["parties"][0]["id"], found["stations"], found["id"]) == ("p", [], "x")
        assert ("# end" in text) == ("# end" in before)


def test_an_emptied_list_is_written_so():
    assert replaced("stations:\n  - {id: a}\nid: x\n", FILE, {("stations",): []}) == "stations:\n  []\nid: x\n"
    assert replaced("stations: [{id: a}]\nid: x\n", FILE, {("stations",): []}) == "stations: []\nid: x\n"


def test_json_stays_json():
    text = replaced(
        '{"id": "x", "stations": [{"id": "a"}], "rules": {}}', Path("e.json"), {("stations",): [{"id": "ñ"}]}
    )
    assert text == '{\n "id": "x",\n "stations": [\n  {\n   "id": "ñ"\n  }\n ],\n "rules": {}\n}\n'


@given(
    st.lists(st.text(max_size=30), max_size=4),
    st.sampled_from(["stations: []\n", "stations:\n  - {id: a}\n", "{stations: []}"]),
)
def test_any_text_comes_back(texts, before):
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]
    stations = [{"id": "x", "name": text} for text in texts]
    assert values(replaced(before, FILE, {("stations",): stations}))["stations"] == stations


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_of_windows_are_kept(end):
    text = replaced(TEXT.replace("\n", end), FILE, LISTS)
    assert values(text) == values(replaced(TEXT, FILE, LISTS))
    assert text.count("# ") == TEXT.count("# ") - 1
