"""Tables of a definition for a spreadsheet: imported with their map they are the same lists again."""

import json
import tomllib
import unicodedata
from pathlib import Path
from unittest import mock

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drawn_definitions
from open_lists import open_lists
from testigo.election import (
    EXAMPLES,
    Condition,
    Definition,
    District,
    Majority,
    Option,
    Person,
    Preferences,
    Share,
    Station,
    example_definition,
    load,
    write_definition,
)
from testigo.election.load import read_payload
from testigo.election.tables import cells, export, import_tables, importing, read_map, read_table
from testigo.election.tables.column_map import ImportMap


def place(*key: str) -> str:
    return ".".join(key)


def emptied(definition: Definition, file: Path) -> bytes:
    """The definition's file without what the tables say."""
    payload = definition.payload()
    kept = {key: value for key, value in payload.items() if key not in ("parties", "fonts", "catalogues")}
    kept |= {"districts": [], "stations": []}
    kept["contests"] = [{**contest, "options": []} for contest in payload["contests"]]
    return json.dumps(kept, ensure_ascii=False).encode()


def tables_of(files: dict[str, bytes]) -> tuple[ImportMap, dict[str, object]]:
    map_ = read_map(tomllib.loads(files["import.toml"].decode()), place)
    return map_, {name: read_table(files[part.file], Path(part.file), part.shape) for name, part in map_.tables.items()}


def come_back(definition: Definition, name: str) -> None:
    map_, tables = tables_of(export(definition))
    imported = import_tables(emptied(definition, Path(name)), Path(name), map_, tables, place, unfinished=True)
    payload = read_payload(imported.text, Path(name)).payload
    assert Definition.from_payload(payload).payload() == definition.payload()


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("file", ["e.yaml", "e.json"])
def test_the_examples_come_back(name, file):
    come_back(load(example_definition(name)), file)


@pytest.mark.parametrize("seed", range(20))
def test_drawn_elections_come_back(seed):
    scripts = drawn_definitions.SCRIPTS
    come_back(drawn_definitions.draw(seed, scripts=scripts).definition(), f"e.{'json' if seed % 2 else 'yaml'}")


printable = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co", "Zl", "Zp")), min_size=1, max_size=12)
names = st.one_of(printable, st.from_regex(r"'{0,2}[+@-][a-z]{1,4}", fullmatch=True)).map(
    lambda text: unicodedata.normalize("NFC", text)
)
good = names.filter(lambda text: text.strip() == text != "" and not cells.spoiled(text))
ids = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)


@settings(max_examples=60, deadline=None)
@given(st.lists(good, min_size=6, max_size=6), st.lists(ids, min_size=4, max_size=4, unique=True), st.booleans())
def test_any_names_come_back(texts, identifiers, once):
    base = load(example_definition("municipality"))
    one, two, three, four, five, six = texts
    name = {"es": one, "en": one if once else two}
    people = tuple(Person({"es": five, "en": six}, text) for text in (three, four))
    contests = list(base.contests)
    options = (Option(identifiers[0], name, people=people), Option(identifiers[1], {"es": two, "en": three}))
    contests[0] = msgspec.structs.replace(contests[0], options=options)
    changed = msgspec.structs.replace(
        base,
        languages=("es", "en"),
        districts=(District(identifiers[2], name, (District(identifiers[3], {"es": three, "en": four}),)),),
        stations=(Station(identifiers[0], one, identifiers[3], 20, two, {"other": 3}, "-04:00"),),
        contests=tuple(contests),
    )
    with mock.patch.object(importing, "examine", lambda definition, _: (definition, [])):  # names alike are check's
        come_back(changed, "e.yaml")


@pytest.mark.parametrize("file", ["e.yaml", "e.json"])
def test_open_lists_come_back_and_what_no_table_says_stays(file, tmp_path):
    base = open_lists(Preferences(2, Share(at_least="5"), "draw"))
    mayor, council = base.contests
    people = (Person({"es": "Suplente", "en": "Substitute"}, "Iris Leal"),)
    mayor = msgspec.structs.replace(
        mayor,
        after_signing="votes-void",
        majority=Majority(conditions=(Condition(more_than="50"),), withdrawn="other-elected"),
        options=(msgspec.structs.replace(mayor.options[0], people=people), *mayor.options[1:]),
    )
    whole = msgspec.structs.replace(
        base, contests=(mayor, msgspec.structs.replace(council, after_signing="votes-void"))
    )
    come_back(whole, file)
    written = tmp_path / file
    write_definition(whole, written)
    map_, tables = tables_of(export(whole))
    imported = import_tables(written.read_bytes(), written, map_, tables, place)
    assert imported.definition is not None and imported.definition.payload() == whole.payload()
    assert not any(one.added or one.changed or one.removed for one in imported.changes)


def test_no_cell_is_a_formula():
    base = load(example_definition("municipality"))
    for text in ("=1+1", "+58 212", "-x", "@SUM(A1)", "'=quoted"):
        changed = msgspec.structs.replace(base, stations=(msgspec.structs.replace(base.stations[0], name=text),))
        table = export(changed)["stations.csv"].decode("utf-8-sig")
        assert f";'{text};" in table
        come_back(changed, "e.json")
