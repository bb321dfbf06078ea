"""Edits in a definition's text: one thing changes, the rest stays, to the last comment."""

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawn_definitions import draw
from testigo.election.editing.edits import Append, Put, Remove, Swap, _applied, _possible
from testigo.election.editing.edits import edited as edited_with_values
from testigo.election.editing.plain import as_text, at, read_plain

FILE, JSON = Path("election.yaml"), Path("election.json")
TEXT = """\
# at the top
id: ñandú   # a comment with ñ
title: {es: Título}
opens: 07:00
districts:   # a tree
  - id: land
    name: >
      folded
      text

    # inside
    districts: [{id: a, name: A}, {id: b, name: B}]   # two
stations:
- {id: s1, register-size: 320}   # first
- {id: s2, register-size: 280}   # second
# between
parties: []   # behind
contests:
  - id: x   # contest
    options:
    - {id: o}
    # after options
    threshold:
      percent: 2.50  # exactly
  - {id: y, options: [], title: {es: U, en: V}}
empty:
# last
"""


def edited(text, file, edits):
    written, values = edited_with_values(text, read_plain(text.encode(), file), file, edits)
    assert read_plain(written.encode(), file) == values
    return written


def changed(*edits, text=TEXT):
    return edited(text, FILE, edits)


CASES = {
    "a value": (Put(("opens",), "08:00"), "opens: 07:00", 'opens: "08:00"'),
    "a number": (Put(("stations", 1, "register-size"), 281), "280}", "281}"),
    "in brackets": (Put(("contests", 1, "title", "en"), "yes"), "en: V}", 'en: "yes"}'),
    "a new key in brackets": (Put(("title", "en"), "T"), "{es: Título}", "{es: Título, en: T}"),
    "a new key in lines": (
        Put(("contests", 0, "threshold", "of"), "cast"),
        "# exactly\n", "# exactly\n      of: cast\n"),
    "a mapping in a missing one": (
        Put(("contests", 0, "referendum", "turnout", "more-than"), 50),
        "# exactly\n",
        "# exactly\n    referendum: {turnout: {more-than: 50}}\n",
    ),
    "a folded text": (Put(("districts", 0, "name"), "Land"), ">\n      folded\n      text\n", "Land\n"),
    "an empty value": (Put(("empty",), "x"), "empty:", "empty: x"),
    "a new key at the top": (Put(("closes",), "17:00"), "empty:\n", 'empty:\ncloses: "17:00"\n'),
    "one more in lines": (
        Append(("stations",), {"id": "s3"}), "# second\n", "# second\n- {id: s3}\n",
    ),
    "one more in brackets": (
        Append(("districts", 0, "districts"), {"id": "c"}), "{id: b, name: B}]", "{id: b, name: B}, {id: c}]",
    ),
    "the first": (Append(("parties",), {"id": "p"}), "parties: [] ", "parties:\n  - {id: p} "),
    "remove a line": (Remove(("stations", 0)), "- {id: s1, register-size: 320}   # first\n", ""),
    "remove the first in brackets": (Remove(("districts", 0, "districts", 0)), "{id: a, name: A}, ", ""),
    "remove the last in brackets": (Remove(("districts", 0, "districts", 1)), ", {id: b, name: B}", ""),
    "remove a key in brackets": (Remove(("contests", 1, "title", "en")), ", en: V", ""),
    "remove an only key": (
        Remove(("contests", 0, "threshold", "percent")),
        "    threshold:\n      percent: 2.50  # exactly\n", ""),
    "remove an only title": (Remove(("title", "es")), "{es: Título}", "{}"),
    "remove the key behind the dash": (Remove(("contests", 0, "id")), "id: x   # contest\n    options", "options"),
    "swap": (
        Swap(("stations", 0)),
        "- {id: s1, register-size: 320}   # first\n- {id: s2, register-size: 280} ",
        "- {id: s2, register-size: 280}   # first\n- {id: s1, register-size: 320} ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_only_that_changes(case):
    edit, before, after = CASES[case]
    assert TEXT.count(before) == 1
    assert changed(edit) == TEXT.replace(before, after)


def test_windows_line_ends_stay():
    text = TEXT.replace("\n", "\r\n")
    assert changed(Append(("stations",), {"id": "s3"}), text=text) == text.replace(
        "# second\r\n", "# second\r\n- {id: s3}\r\n"
    )


def test_without_a_line_end_at_the_end():
    assert changed(Put(("b",), "c"), text="a: x") == "a: x\nb: c\n"


def test_what_cannot_be_edited_finely_is_written_again():
    odd = "a:\n- - x\n  - y\n- {k: v,}\n# end\n"
    assert read_plain(changed(Remove(("a", 0, 0)), text=odd).encode(), FILE)["a"] == [["y"], {"k": "v"}]
    assert read_plain(changed(Put(("a", 1, "l"), 7), text=odd).encode(), FILE)["a"][1] == {"k": "v", "l": "7"}
    assert changed(Put(("a", 1, "l"), 7), text=odd).endswith("# end\n")


def test_json_keeps_its_layout():
    text = '{\n\t"id": "a\\ud83d\\ude00", "list": [],\n "n": {"x": 2.50}\n}\n'
    assert edited(text, JSON, [Put(("n", "x"), 3)]) == text.replace("2.50", "3")
    assert edited(text, JSON, [Append(("list",), {"é": 'q"'})]) == text.replace("[]", '[{"é": "q\\""}]')
    assert edited(text, JSON, [Put(("m",), "z")]) == text.replace("2.50}", '2.50}, "m": "z"')


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def paths(value, path=()):
    yield path
    for step, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from paths(inner, (*path, step))


DRAWN = [as_text(draw(seed).payload) for seed in (3, 8, 21)]


@settings(max_examples=40)
@given(st.integers(0, len(DRAWN) - 1), st.data(), st.sampled_from([FILE, JSON]))
def test_any_edit_of_any_election_changes_that_alone(number, data, file):
    values = DRAWN[number]
    text = as_yaml(values) if file is FILE else json.dumps(values, ensure_ascii=False, indent=2)
    known = [one for one in paths(values) if one]
    path = known[data.draw(st.integers(0, len(known) - 1))]
    value = at(values, path)
    edits = [Put(path, data.draw(WORDS)), Remove(path)]
    if isinstance(value, dict):
        edits += [Put((*path, "new-key"), {"x": data.draw(WORDS)})]
    if isinstance(value, list):
        edits += [Append(path, {"id": data.draw(WORDS)})]
    edit = edits[data.draw(st.integers(0, len(edits) - 1))]
    (possible,) = _possible(values, edit)
    assert read_plain(edited(text, file, [edit]).encode(), file) == _applied(values, possible)


def as_yaml(values):
    import yaml

    return yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=sys.maxsize)
