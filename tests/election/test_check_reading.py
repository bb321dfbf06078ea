"""What paper and screens could not tell apart: found by what is printed, in every language, wherever a person reads."""

import json
from pathlib import Path
from typing import Any

import pytest

from open_lists import CZECH, open_lists
from testigo.election import Definition, check_paper, check_structure, load, load_with_warnings
from testigo.errors import SeveralErrors
from testigo.words import section

CASES = {
    "allzw": "definition.text-prints-nothing",
    "blankname": "option.named-like-blank",
    "cap36": "definition.id-too-long",
    "longstation": "definition.id-too-long",
    "sameparty": "definition.options-read-the-same",
    "variation": "definition.options-read-the-same",
    "zwsp": "definition.options-read-the-same",
}


def plain(definition: Definition) -> dict[str, Any]:
    """What the definition's file says, to be changed."""
    payload: dict[str, Any] = json.loads(json.dumps(definition.payload()))
    return payload


def found(definition: Definition) -> dict[str, bool]:
    """Codes of errors (False) and warnings (True) of the texts."""
    return {one.error.code: one.warning for one in check_paper(definition)}


@pytest.fixture
def definition(base, written) -> Definition:
    return load(written(base))


@pytest.fixture
def changed(definition):
    """The definition with a text changed: `changed(("contests", 0, "options", 1, "name"), {…})`."""

    def change(path: tuple[str | int, ...], value: object) -> Definition:
        payload = plain(definition)
        at = payload
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value
        return Definition.from_payload(payload)

    return change


@pytest.mark.parametrize(("name", "code"), CASES.items())
def test_a_definition_that_once_passed_is_refused(project_root: Path, name: str, code: str) -> None:
    with pytest.raises(SeveralErrors) as refused:
        load(project_root / "tests" / "data" / "definitions" / f"{name}.json")
    assert code in {error.code for error in refused.value.errors}
    assert all(error.hint and ".json:" in error.place for error in refused.value.errors)


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("vietnam", {"definition.options-look-alike"}),
        ("vote3of2", {"contest.choose-more-than-options", "contest.more-seats-than"}),
    ],
)
def test_a_definition_that_was_refused_is_lawful(project_root: Path, name: str, codes: set[str]) -> None:
    loaded = load_with_warnings(project_root / "tests" / "data" / "definitions" / f"{name}.json")
    assert {warning.code for warning in loaded.warnings} - {"definition.no-utc-offset"} == codes


def test_options_are_compared_in_every_language(changed):
    same_in_english = changed(
        ("contests", 0, "options", 1), {"id": "x", "name": {"es": "X", "en": "Аnа  PEÑA"}, "party": "red"}
    )
    (error,) = check_paper(same_in_english)
    assert error.error.code == "definition.options-read-the-same" and "'en'" in str(error.error)
    assert error.place == ("contests", 0, "options", 1, "name")


def test_one_name_with_two_parties_is_two_options(changed):
    assert found(changed(("contests", 0, "options", 1, "name"), {"es": "Ana Peña", "en": "Ana Peña"})) == {}


@pytest.mark.parametrize(
    ("name", "abbreviation", "code"),
    [
        ("Rojo", "R", "definition.options-read-the-same"),
        ("ROJO\u200b", "r", "definition.options-read-the-same"),
        ("Otro", "Ｒ", "definition.options-read-the-same"),  # the tally sheet says the abbreviation alone
        ("Rojo", "Q", "definition.options-read-the-same"),  # the screen says the party's name alone
        ("Rójo", "Q", "definition.options-look-alike"),
    ],
)
def test_one_name_with_two_parties_that_read_the_same_is_refused(definition, name, abbreviation, code):
    payload = plain(definition)
    payload["parties"][1] |= {"name": {"es": name, "en": "Blue"}, "abbreviation": abbreviation}
    payload["contests"][0]["options"][1]["name"] = {"es": "Ana Peña", "en": "Other"}
    errors = check_paper(Definition.from_payload(payload))
    assert code in {error.error.code for error in errors}


@pytest.mark.parametrize(
    "name",
    [
        "VOTO EN BLANCO",
        "Voto  en blanco.",
        "«Vótо en blanco»",
        "BLANK VOTE",
        "— opción sin usar —",
        "Nulos",
        "VOTO NULO",
        "Null vote",
        "En blanco",
        "Vото en blanco",
        "Papeleta en blanco",
        "Voto anulado",
        "Spoiled ballot",
        "Vote blanc",
        "VOTO EM BRANCO",
        "صوت أبيض",
    ],
)
def test_an_option_is_not_called_like_a_vote_for_nobody(changed, name):
    errors = found(changed(("contests", 0, "options", 1, "name"), {"es": name, "en": "Other"}))
    assert errors == {"option.named-like-blank": False}


def test_every_label_of_paper_is_known(changed):
    for language in ("es", "en"):
        for part, keys in {"slip": ("blank", "unused"), "tally_sheet": ("blank", "null", "undervotes")}.items():
            for key in keys:
                label = section(language, part)[key].upper()
                assert "option.named-like-blank" in found(
                    changed(("contests", 0, "options", 1, "name"), {"es": label, "en": "X"})
                )


def test_a_name_with_blanco_in_it_is_a_name(changed):
    name = {"es": "Ana Rangel Blanco", "en": "Movimiento Voto en Blanco"}
    assert found(changed(("contests", 0, "options", 1, "name"), name)) == {}


@pytest.mark.parametrize("title", ["Presidencia\u200b", "PRESIDENCIA", "Рresidencia"])
def test_titles_of_one_ballot_are_told_apart(changed, title):
    errors = found(changed(("contests", 1, "title"), {"es": title, "en": "Council"}))
    assert errors == {"contest.same-title": False}


def test_titles_that_look_alike_are_a_warning(changed):
    errors = found(changed(("contests", 1, "title"), {"es": "Présidencia", "en": "Council"}))
    assert errors == {"contest.titles-look-alike": True}


def test_titles_of_two_rolls_never_meet(definition):
    payload = plain(definition)
    payload["rolls"] = ["general", "indigenous", "abroad"]
    payload["stations"][0]["roll-sizes"]["abroad"] = 12
    other = payload["contests"][3] | {"id": "abroad", "roll": "abroad"}
    payload["contests"].append(other)
    assert "contest.same-title" not in found(Definition.from_payload(payload))
    other["roll"] = "general"
    assert "contest.same-title" in found(Definition.from_payload(payload))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("districts", 0, "districts", 1, "name"), {"es": "Norte", "en": "South"}),
        (("parties", 1), {"id": "blue", "name": {"es": "Rojo", "en": "Blue"}, "abbreviation": "R"}),
        (("contests", 2, "options", 0, "candidates"), ["Uno Díaz", "UNO  DÍAZ"]),
    ],
)
def test_what_is_only_shown_side_by_side_is_a_warning(changed, path, value):
    assert found(changed(path, value)) == {"definition.reads-like": True}


def test_candidates_of_an_open_list_are_told_apart_like_options() -> None:
    def told(*candidates: str) -> dict[str, bool]:
        return found(open_lists(CZECH, lists={"red": candidates, "blue": ("Inés Vidal",)}))

    assert told("Đặng Thu", "Đặng Thư") == {"definition.looks-like": True}
    assert told("Đặng Thu", "ĐẶNG THU") == {"definition.reads-like": False}
    assert told("Đặng Thu", "Đặng Thuý") == {}


def test_two_stations_of_one_district_and_name_are_a_warning(definition):
    payload = plain(definition)
    payload["stations"].append(payload["stations"][1] | {"id": "02-02", "name": "Escuela  DOS"})
    assert found(Definition.from_payload(payload)) == {"definition.reads-like": True}
    payload["stations"][2]["address"] = "Calle 2"
    assert found(Definition.from_payload(payload)) == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("\u200b\u2060", "definition.text-prints-nothing"),
        ("\u2800", "definition.text-prints-nothing"),
        ("\u0301ana", "definition.text-begins-with-mark"),
        ("a" + 5 * "\u0323" + "na", "definition.text-with-many-marks"),
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        ("title", "es"),
        ("districts", 0, "districts", 0, "name", "es"),
        ("stations", 0, "name"),
        ("stations", 0, "address"),
        ("parties", 0, "name", "es"),
        ("parties", 0, "abbreviation"),
        ("contests", 0, "title", "es"),
        ("contests", 0, "options", 0, "name", "es"),
        ("contests", 2, "options", 0, "candidates", 0),
    ],
)
def test_every_text_prints_something_on_its_line(changed, path, text, code):
    errors = [one for one in check_paper(changed(path, text)) if one.error.code == code]
    assert [(one.place, one.warning) for one in errors] == [(path, False)]


@pytest.mark.parametrize("lost", ["\ufffd", "\ufffc", "\ufff9"])
def test_what_stands_for_lost_letters_is_no_text(changed, lost: str) -> None:
    errors = check_structure(changed(("contests", 0, "options", 0, "name"), {"es": f"Mu{lost}oz", "en": "X"}))
    assert [one.error.code for one in errors] == ["definition.text-not-printable"]


def test_what_paper_cannot_tell_apart_can_still_be_counted(changed):
    """A record of an election that was held in spite of it is not called forged."""
    assert check_structure(changed(("contests", 0, "options", 1, "name"), {"es": "\u200b", "en": "Ana Peña"})) == []
