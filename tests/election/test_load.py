"""Reading definitions: what is right, every error with its line, and files that attack the reader."""

import contextlib
import json
import random
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from testigo.election import Definition, check_definition, load, load_with_warnings, require_valid, source
from testigo.errors import InvalidInput, SeveralErrors, StorageError, TestigoError
from testigo.words import from_line

HERE = "#!"
"""In an edit: the line that the error must be reported on."""

FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def edited(base: str, old: str, new: str) -> tuple[str, int]:
    """The text with one edit, and the line marked in it."""
    assert base.count(old) == 1, f"{old!r} must stand once in the base"
    text = base.replace(old, new)
    return text.replace(HERE, ""), text[: text.index(HERE)].count("\n") + 1


def errors_of(file: Path) -> list[TestigoError]:
    try:
        load(file)
    except SeveralErrors as error:
        return error.errors
    except TestigoError as error:
        return [error]
    return []


def test_the_base_has_neither_errors_nor_warnings(base, written):
    loaded = load_with_warnings(written(base))
    assert loaded.warnings == ()
    definition = loaded.definition
    assert definition.opens == "07:00"
    assert definition.stations[0].id == "01-01"
    assert definition.contest("assembly").threshold.percent == "2.5"
    assert definition.contest("president").option("ana").name == {"es": "Ana Peña", "en": "Ana Peña"}
    assert [style.id for style in definition.styles()] == ["north", "north-indigenous", "south"]


@pytest.mark.parametrize("name", ["municipality", "republic"])
def test_the_examples_have_neither_errors_nor_warnings(project_root, name):
    loaded = load_with_warnings(project_root / "src" / "testigo" / "examples" / name / "election.yaml")
    assert loaded.warnings == ()
    assert Definition.from_payload(loaded.definition.payload()) == loaded.definition
    require_valid(loaded.definition)


def test_the_republic_is_what_it_says(project_root):
    definition = load(project_root / "src" / "testigo" / "examples" / "republic" / "election.yaml")
    paths = [path for _, path in definition.all_districts()]
    assert sum(len(path) == 3 for path in paths) == 24
    by_kind = {
        prefix: sum(contest.seats for contest in definition.contests if contest.id.startswith(prefix))
        for prefix in ("president", "assembly-national", "assembly-", "nominal-", "indigenous-")
    }
    assert by_kind == {
        "president": 1,
        "assembly-national": 48,
        "assembly-": 48 + 96,
        "nominal-": 130,
        "indigenous-": 3,
    }
    assert sum(contest.seats for contest in definition.contests) == 1 + 277
    assert any(len(definition.styles_of_station(station.id)) == 2 for station in definition.stations[:3])


@pytest.mark.parametrize("loader", [yaml.SafeLoader, source._LOADER])
def test_json_is_the_same_election(base, written, monkeypatch, loader):
    monkeypatch.setattr(source, "_LOADER", loader)
    definition = load(written(base))
    indented = json.dumps(definition.payload(), indent="\t")
    assert load(written(indented, "election.json")) == definition
    one_line = json.dumps(definition.payload(), ensure_ascii=False)
    assert load(written(one_line, "election.json")).digest == definition.digest


def test_json_escapes_mean_what_json_says(base, written):
    payload = load(written(base)).payload()
    payload["title"] = {"es": 'a\\u0041 "\\" / 𐌀 é', "en": "Trial"}
    text = json.dumps(payload).replace("/", "\\/")
    assert load(written(text, "e.json")).title["es"] == 'a\\u0041 "\\" / 𐌀 é'


@pytest.mark.parametrize("literal", [None, True, False])
@pytest.mark.parametrize("key", ["id", "title", "date"])
def test_null_and_booleans_of_json_are_no_words(base, written, literal, key):
    payload = load(written(base)).payload()
    payload[key] = {"es": literal, "en": "Trial"} if key == "title" else literal
    (error,) = errors_of(written(json.dumps(payload, indent=1), "e.json"))
    assert error.code == "definition.not-a-text"
    assert json.dumps(literal) in str(error)


def test_json_and_yaml_are_refused_for_the_same(base, written):
    """One definition with an error of each kind, in both spellings: the same codes."""
    payload = json.loads(json.dumps(load(written(base)).payload()))
    payload["stations"][0]["id"] = "s" * 27
    payload["contests"][0]["options"][1]["name"] = {"es": "\u200b", "en": "VOTO EN BLANCO"}
    payload["contests"][1]["options"][1] |= {"name": {"es": "Eva\u200b Mora", "en": "EVA  MORA"}, "party": "red"}
    as_json = errors_of(written(json.dumps(payload, indent=1), "e.json"))
    as_yaml = errors_of(written(yaml.safe_dump(payload, allow_unicode=True, sort_keys=False), "e.yaml"))
    assert [error.code for error in as_json] == [error.code for error in as_yaml]
    assert {error.code for error in as_json} == {
        "definition.id-too-long",
        "definition.text-prints-nothing",
        "option.named-like-blank",
        "definition.options-read-the-same",
    }


def test_an_error_of_content_says_where_in_a_file_of_one_line_it_is(base, written):
    payload = load(written(base)).payload()
    payload["stations"][1]["name"] = "M" * 500
    for text, path, said in (
        (json.dumps(payload), "stations[2].name", "e.json:1 (mesa 2 › nombre): "),
        ("{}", "", "e.json:1: "),
        ("{", "", "e.json:1: "),
    ):
        error = errors_of(written(text, "e.json"))[0]
        place = from_line("place", error.as_json()["messages"]["place"]).values
        assert (place["line"], place["path"]) == ("1", path) and str(place["file"]).endswith("e.json")
        assert said in error.text("es")


def test_an_error_in_json_has_its_line(base, written):
    payload = load(written(base)).payload()
    text = json.dumps(payload, indent=1).replace('"district": "south"', '"district": "west"')
    (error,) = errors_of(written(text, "e.json"))
    line = text[: text.index('"west"')].count("\n") + 1
    assert f"e.json:{line} (" in error.place
    (error,) = errors_of(written('{\n"id": "x",\n}', "e.json"))
    assert error.place.endswith("e.json:3")


ERRORS = [
    # shape
    ("  finger-tries: 4", "  finger-trys: 4 #!", "write 'finger-tries' if that is meant"),
    ("  finger-tries: 4", "  finger-tries: four #!", "whole number is required"),
    ("  finger-tries: 4", "  finger-tries: 4.0 #!", "whole number is required"),
    ("  finger-tries: 4", "  finger-tries: '4' #!", "whole number is required"),
    ("  finger-tries: 4", "  finger-tries: [4] #!", "single value is required"),
    ("date: 2027-04-11\n", "date: 2027-04-11\ndate: 2027-04-12 #!\n", "'date' is said again; line 3"),
    ("kind: choose-up-to", "kind: choose-many #!", "write one of choose-one, choose-up-to, party-list, or referendum"),
    ("title: {es: Prueba, en: Trial}", "title: Prueba #!", "once per language"),
    ("languages: [es, en]", "languages: es, en #!", "a list is required"),
    (
        "  - {id: 02-01, name: Escuela Dos, district: south,",
        "  - { #!\n     name: Dos, district: south,",
        "missing here: id; add a line 'id: …'",
    ),
    ("      - {id: tam, name: Tam Roa}", "      - tam #!", "a mapping is required"),
    # the whole
    ("id: small-2027", "id: Small 2027 #!", "cannot be an id"),
    ("date: 2027-04-11", "date: 2027-02-30 #!", "is not a date"),
    ("date: 2027-04-11", "date: 11/04/2027 #!", "is not a date"),
    ("opens: 07:00", "opens: 7:00 #!", "is not a time"),
    ("closes: 17:00", "closes: 24:00 #!", "is not a time"),
    ("closes: 17:00", "closes: 07:00 #!", "close before they open"),
    ("languages: [es, en]", "languages: [es, en, es] #!", "language 'es' is there twice"),
    ("languages: [es, en]", "languages: [es, en, Spanish] #!", "not a language code"),
    ("title: {es: Prueba, en: Trial}", "title: {es: Prueba} #!", "missing in 'en'"),
    ("title: {es: Prueba, en: Trial}", "title: {es: Prueba, en: ''} #!", "the text is empty"),
    ("languages: [es, en]", "languages: [es, en, qu] #!", "cannot speak 'qu': nobody has translated it"),
    ("title: {es: Prueba, en: Trial}", 'title: {es: Prueba, en: "Tri\\u202eal"} #!', "U+202E"),
    ("title: {es: Prueba, en: Trial}", 'title: {es: Prueba, en: "Tri\\u2028al"} #!', "U+2028"),
    ("title: {es: Prueba, en: Trial}", f"title: {{es: Prueba, en: {'T' * 161}}} #!", "shorten it"),
    ("title: {es: Prueba, en: Trial}", "title: {es: Prueba, en: ' Trial'} #!", "begins or ends with a space"),
    ("rolls: [general, indigenous]", "rolls: [indigenous] #!", "'general' is missing"),
    ("rolls: [general, indigenous]", "rolls: [general, indigenous, indigenous] #!", "is there twice"),
    ("  finger-tries: 4", "  finger-tries: 0 #!", "from 1 to 10"),
    ("  finger-tries: 4", "  release-cap-percent: 101 #!", "from 0 to 100"),
    # parties, districts, stations
    ("  - {id: blue, abbreviation: B,", "  - {id: red, abbreviation: B, #!\n    ", "party 'red' is there twice"),
    ("abbreviation: B,", "abbreviation: Bluebluebluee, #!\n    ", "shorten it to 12"),
    ("{id: south, name: Sur}", "{id: north, name: Sur} #!", "district 'north' is there twice"),
    (
        "{id: south, name: Sur}",
        "{id: north-indigenous, name: Sur} #!",
        "is the ballot style of district 'north' and roll 'indigenous', and of",
    ),
    ("{id: south, name: Sur}", "{id: South_1, name: Sur} #!", "cannot be an id"),
    ("district: south, register-size: 20", "district: west, register-size: 20 #!", "there is no district 'west'"),
    ("district: south, register-size: 20", "district: south, register-size: 0 #!", "register of 0"),
    ("district: south, register-size: 20", "district: south, register-size: -3 #!", "register of -3"),
    ("{indigenous: 12}", "{indigenous: 31} #!", "more voters than its register of 30"),
    ("{indigenous: 12}", "{indigenous: 12, women: 2} #!", "there is no roll 'women'"),
    ("{indigenous: 12}", "{indigenous: 12, general: 2} #!", "on the general roll"),
    ("{indigenous: 12}", "{indigenous: -5} #!", "write 0 or more"),
    ("  - {id: 02-01,", "  - {id: 01-01, #!\n    ", "station '01-01' is there twice"),
    # contests
    ("  - id: council", "  - id: president #!", "contest 'president' is there twice"),
    ("    roll: indigenous", "    roll: elders #!", "there is no roll 'elders'"),
    ("{es: Concejo, en: Council}", "{es: Concejo, en: President} #!", "has the same title as 'president'"),
    ("{id: luis, name: Luis Soto, party: blue}", "{id: luis, name: Luis Soto, party: green} #!", "no party 'green'"),
    ("{id: luis, name: Luis Soto, party: blue}", "{id: ana, name: Luis Soto} #!", "option 'ana' is there twice"),
    ("{id: luis, name: Luis Soto, party: blue}", "{id: luis, name: ANA  PEÑA, party: red} #!", "read the same in 'es'"),
    ("{id: luis, name: Luis Soto, party: blue}", "{id: luis, name: L, candidates: [A]} #!", "has a list of candidates"),
    ("    choose: 2\n", "    choose: 1 #!\n", "say `kind: choose-one`"),
    ("    choose: 2\n    seats: 2\n", "    choose: 2\n    seats: 0 #!\n", "has 0 seats"),
    ("    kind: choose-up-to\n", "    kind: choose-up-to\n    method: hare #!\n", "sharing out seats: hare"),
    ("    kind: choose-up-to\n", "    kind: choose-up-to\n    threshold: {percent: 3} #!\n", "has a threshold"),
    (
        "    method: dhondt\n",
        "    method: dhondt\n    choose: 2 #!\n",
        "and it says that 2 may be chosen",
    ),
    ("    method: dhondt\n", "    method: plurality #!\n", "does not say how its seats are shared out"),
    ("{percent: 2.5, of: cast}", "{percent: 2.5 %, of: cast} #!", "not a percentage"),
    ("{percent: 2.5, of: cast}", "{percent: 1e1, of: cast} #!", "not a percentage"),
    ("{percent: 2.5, of: cast}", "{percent: 100.1, of: cast} #!", "not a percentage"),
    ("{percent: 2.5, of: cast}", "{percent: 3, of: all} #!", "write one of cast, valid, or valid-and-blank"),
    ("candidates: [Uno, Dos]}", "candidates: [Uno, Uno]} #!", "candidate 'Uno' is there twice"),
    ("party: red, candidates: [Uno, Dos]}", "party: red} #!", "has no candidates"),
    # YAML itself
    ("id: small-2027", "id: &a small-2027\nname: *a #!", "alias"),
    ("id: small-2027", "id: !!python/name:os.system x #!", "tag"),
    ("id: small-2027", "id: {a: b #!\nb", "not YAML"),
    ("rules:\n", "? [a, b] #!\n: c\nrules:\n", "where a key is required"),
]


@pytest.mark.parametrize(("old", "new", "words"), ERRORS)
def test_each_error_is_told_with_its_line(base, written, old, new, words):
    text, line = edited(base, old, new)
    errors = errors_of(written(text))
    found = [error for error in errors if words in str(error)]
    assert found, [str(error) for error in errors]
    assert found[0].hint
    if words != "not YAML":
        assert re.search(rf"election\.yaml:{line}(?: |$)", found[0].place)


def test_a_misspelled_key_is_one_error_and_not_two(base, written):
    (error,) = errors_of(written(base.replace("district: south, register-size", "district: south, register_size")))
    assert "write 'register-size'" in error.hint


def test_an_error_in_a_list_is_told_on_the_line_of_its_key(base, written):
    text = base.replace("    seats: 2\n    options:\n", "    seats:\n      0\n    options:\n", 1)
    (error,) = errors_of(written(text))
    assert "has 0 seats" in str(error)
    line = text[: text.index("    seats:\n")].count("\n") + 1
    assert error.place.endswith(f"election.yaml:{line} (contest 2 › seats)")


def test_nobody_can_vote(base, written):
    text = base.replace(", roll-sizes: {indigenous: 12}", "")
    (error,) = errors_of(written(text))
    assert "nobody can vote on 'chief'" in str(error)
    text = base.replace("name: Sur}", "name: Sur}\n      - {id: east, name: Este}")
    text = text.replace("  - id: council\n    district: north", "  - id: council\n    district: east")
    (error,) = errors_of(written(text))
    assert "nobody can vote on 'council': no station lies in district 'east'" in str(error)


def test_voters_without_a_contest(base, written):
    text = base.replace("  - id: land\n", "  - {id: isle, name: Isla}\n  - id: land\n")
    text = text.replace("district: south, register-size: 20", "district: isle, register-size: 20")
    assert any("would find no contest" in str(error) for error in errors_of(written(text)))


def test_empty_lists_are_errors(base, written):
    head = base[: base.index("parties:")]
    found = {error.problem for error in errors_of(written(head + "districts: []\nstations: []\ncontests: []\n"))}
    assert {"there is no district", "there is no station", "there is no contest"} <= found


def test_all_errors_are_told_at_once_in_the_order_of_the_file(base, written):
    text = base.replace("date: 2027-04-11", "date: soon").replace("district: south, r", "district: west, r")
    text = text.replace("party: blue, candidates", "party: green, candidates")
    lines = [int(error.place_value.values["line"]) for error in errors_of(written(text))]
    assert len(lines) == 3
    assert lines == sorted(lines)


WARNINGS = [
    (
        "name: {es: Azul, en: Blue}}\n\n",
        "name: {es: Azul, en: Blue}}\n  - {id: g, abbreviation: G, name: G} #!\n\n",
        "stands in",
    ),
    ("      - {id: luis, name: Luis Soto, party: blue}\n  - id: council", "#!\n  - id: council", "a single option"),
    ("    choose: 2\n    seats: 2\n", "    choose: 2 #!\n    seats: 1\n", "choose 2 for 1 seat"),
    (
        "    seats: 2\n    options:\n      - {id: eva",
        "    seats: 3 #!\n    options:\n      - {id: eva",
        "as many seats",
    ),
    ("candidates: [Uno, Dos]}", "candidates: [Uno]} #!", "1 candidate for 2 seats"),
    ("    choose: 2\n", "    choose: 4 #!\n", "choose 4 of 3 options"),
    ("    choose: 2\n    seats: 2\n", "    choose: 2\n    seats: 4 #!\n", "4 seats and 3 options"),
    ("of: cast}\n    seats: 2\n", "of: cast}\n    seats: 5 #!\n", "5 seats and 4 candidates"),
    ("title: {es: Prueba, en: Trial}", "title: {es: Prueba, en: Trial, fr: Essai} #!", "'fr' is not a language"),
    ("district: south, register-size: 20", "district: land, register-size: 20 #!", "lies above contest 'council'"),
]


@pytest.mark.parametrize(("old", "new", "words"), WARNINGS)
def test_what_is_odd_is_a_warning_and_no_error(base, written, old, new, words):
    text, line = edited(base, old, new)
    found = [warning for warning in load_with_warnings(written(text)).warnings if words in str(warning)]
    assert found
    if words != "a single option":
        assert f"election.yaml:{line} (" in found[0].place


def test_a_definition_from_elsewhere_is_refused_with_places(base, written):
    payload = load(written(base)).payload()
    payload["stations"][1]["district"] = "west"
    definition = Definition.from_payload(payload)
    assert [error.place for error in check_definition(definition)] == [("stations", 1, "district")]
    with pytest.raises(SeveralErrors, match=r"station 2 › district: there is no district 'west'"):
        require_valid(definition)


def test_words_that_yaml_would_turn_into_other_things_stay_words(base, written):
    text = base.replace("{id: tam, name: Tam Roa}", "{id: no, name: Yes}").replace("{id: kay,", "{id: 010,")
    options = load(written(text)).contest("chief").options
    assert [option.id for option in options] == ["no", "010"]
    assert options[0].name["es"] == "Yes"


# ── attacks ──


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
)


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n# nothing\n",
        b"\x00\x01",
        b"\xff\xfe\x00",
        b"id: \xc3\x28",
        b"id: \x07",
        b"\xef\xbb\xbf",
        b"[" * 200_000,
        b"{a: " * 100_000,
        b"- " * 100_000,
        b"? " * 100_000,
        b"[a, " * 50_000,
        b"'" + b"x" * 2_000_000,
        b"a" * 2_000_000,
        b"---\nid: a\n---\nid: b\n",
        b"%YAML 9.9\n---\na: b",
        b"<<: {id: a}\n",
        b"id: !!binary aGVq\n",
        b"!!python/object/apply:os.system ['true']\n",
        BOMB.encode(),
        b"- null\n" * 10,
        b"~",
    ],
)
def test_hostile_yaml_gets_a_sentence(written, content):
    errors = errors_of(written(content))
    assert errors
    assert all("election.yaml" in error.place for error in errors)


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "content",
    [
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"1" * 100_000,
        b"NaN",
        b'{"id": "\\ud800"}',
        b'"\\u0000"',
        b"[1e999]",
        b"{,}",
    ],
)
def test_hostile_json_gets_a_sentence(written, content):
    assert errors_of(written(content, "e.json"))


def test_a_file_too_large_or_missing_gets_a_sentence(written, tmp_path, monkeypatch):
    monkeypatch.setattr("testigo.election.source.MAX_BYTES", 100)
    with pytest.raises(InvalidInput, match="larger than 100 bytes"):
        load(written("a" * 101))
    with pytest.raises(StorageError, match="check the path"):
        load(tmp_path / "none.yaml")
    with pytest.raises(StorageError, match="folder"):
        load(tmp_path)


def test_too_many_values_are_refused(written, monkeypatch):
    monkeypatch.setattr("testigo.election.source.MAX_NODES", 50)
    with pytest.raises(InvalidInput, match="more than 50 values"):
        load(written("- a\n" * 60))


def test_a_file_full_of_errors_is_told_in_part(base, written):
    extra = "".join(f"  - {{id: s{n}, name: S, district: nowhere, register-size: 1}}\n" for n in range(500))
    with pytest.raises(SeveralErrors, match="500 errors") as caught:
        load(written(base.replace("\ncontests:", f"{extra}\ncontests:")))
    assert len(caught.value.errors) == 200


@FUZZ
@given(st.one_of(st.binary(max_size=400), st.text(max_size=400)))
def test_any_bytes_are_a_definition_or_a_sentence(written, content):
    assert errors_of(written(content))
    assert errors_of(written(content, "e.json"))


PIECES = st.one_of(
    st.sampled_from(["", " ", "\n", "\t", ":", "- ", "? ", "#", "*a", "&a ", "!!int ", "<<: ", "---\n", "|", ">"]),
    st.sampled_from(["[", "]", "{", "}", "'", '"', "~", "-1", "0x10", "1_000", "9" * 20, "\u202e", "é", "general"]),
)


@FUZZ
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), PIECES), min_size=1, max_size=6))
def test_mutated_definitions_are_definitions_or_sentences(base, written, cuts):
    text = base
    for where, length, piece in cuts:
        at = int(where * len(text))
        text = text[:at] + piece + text[at + length :]
    errors_of(written(text))


@FUZZ
@given(st.randoms(use_true_random=False))
def test_moved_lines_of_an_example_are_definitions_or_sentences(project_root, written, rng: random.Random):
    lines = (project_root / "src" / "testigo" / "examples" / "municipality" / "election.yaml").read_text().splitlines()
    for _ in range(rng.randint(1, 4)):
        line = lines.pop(rng.randrange(len(lines)))
        lines.insert(rng.randrange(len(lines)), line if rng.random() < 0.7 else f"  {line}")
    errors_of(written("\n".join(lines)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@FUZZ
@given(st.data())
def test_wrong_values_in_a_right_shape_are_definitions_or_sentences(base, written, data):
    payload = load(written(base)).payload()
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(list(_slots(payload))))
        holder[key] = data.draw(JSON)
    errors_of(written(json.dumps(payload), "e.json"))
    with contextlib.suppress(InvalidInput):
        check_definition(Definition.from_payload(payload))


def _slots(value):
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list | tuple) else ()
    for key, child in list(pairs):
        if not isinstance(value, tuple):
            yield value, key
        yield from _slots(child)


def test_a_roll_so_small_that_it_tells_votes_is_a_warning(base, written):
    small = load_with_warnings(written(base.replace("{indigenous: 12}", "{indigenous: 3}")))
    (warning,) = small.warnings
    assert "only 3 voters of station '01-01' are on the roll 'indigenous'" in str(warning)
    assert load_with_warnings(written(base)).warnings == ()
