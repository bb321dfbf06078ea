"""Whatever stands in any field of a definition: `check` refuses it in a sentence, or the next steps show it.

The fields come from the types of the definition, so that a new one is tried by itself.
"""

import json
import os
import random
import resource
import sys
import time
from pathlib import Path
from typing import Any

import msgspec.inspect as shapes
import pytest

from hostile import VALUES, at, more, paths, replaced
from raising import raises_code
from testigo import storage
from testigo.ballot import Ballot, new_slip_number
from testigo.cli.election import show
from testigo.cli.root import main
from testigo.election import Definition, distinct_ballots, load
from testigo.election.load import FROM_FILES, MOST_LISTED
from testigo.election.tables import export
from testigo.errors import SeveralErrors, TestigoError
from testigo.screens import preview
from testigo.slip import Slip
from testigo.web.client import Client
from testigo.web.in_process import InProcess
from testigo.words import languages, set_language

TRIED = int(os.environ.get("TESTIGO_HOSTILE", "120"))
"""Definitions that are tried: a draw of some thousands, the same at each run. More find more."""

MOST_SECONDS, MOST_KILOBYTES, MOST_CHARACTERS = 10, 500_000, 3000

TEXTS = {"es": "Prueba", "en": "Trial"}
SHARE = {"more-than": "45"}
WHOLE: dict[str, Any] = {
    "id": "all-2027", "title": TEXTS, "date": "2027-05-09", "opens": "07:00", "closes": "17:00",
    "utc-offset": "-04:00", "languages": ["es", "en"], "rolls": ["general", "youth"],
    "rules": {"finger-tries": 3, "release-cap-percent": 2, "spoil-limit": 2, "closing-count-percent": 10},
    "districts": [{"id": "land", "name": TEXTS, "districts": [{"id": "north", "name": TEXTS}]}],
    "stations": [
        {"id": "s1", "name": "Escuela", "district": "north", "register-size": 60, "roll-sizes": {"youth": 20},
         "address": "Calle 1", "utc-offset": "-04:00"}
    ],
    "parties": [
        {"id": "red", "name": {"es": "Rojo", "en": "Red"}, "abbreviation": "R", "kind": "coalition", "members": 2},
        {"id": "blue", "name": {"es": "Azul", "en": "Blue"}, "abbreviation": "B"},
    ],
    "bodies": [
        {"id": "house", "title": TEXTS, "threshold": {"percent": "3"},
         "levelling": {"seats": 2, "method": "sainte-lague"}}
    ],
    "contests": [
        {"id": "mayor", "district": "land", "title": {"es": "Alcaldía", "en": "Mayor"}, "kind": "choose-one",
         "seats": 1, "after-signing": "counts",
         "majority": {"of": "valid", "conditions": [SHARE, {"at-least": "40", "lead-more-than": "10"}]},
         "none-of-the-above": {"option": "none", "effect": "counts"},
         "options": [
             {"id": "ana", "name": {"es": "Ana Mora", "en": "Ana Mora"},
              "people": [{"role": {"es": "Vice", "en": "Deputy"}, "name": "Eva Sol"}]},
             {"id": "luis", "name": {"es": "Luis Vera", "en": "Luis Vera"}},
             {"id": "none", "name": {"es": "Ninguno de ellos", "en": "None of them"}},
         ]},
        {"id": "list", "district": "land", "title": {"es": "Asamblea", "en": "House"}, "kind": "party-list",
         "seats": 2, "method": "dhondt", "body": "house", "roll": "general",
         "threshold": {"percent": "3", "of": "valid", "minorities": "as-others",
                       "coalitions": [{"members": 2, "percent": "5"}]},
         "preferences": {"most": 1, "threshold": {"at-least": "1/10"}, "equal": "listed"},
         "agreements": [{"id": "both", "options": ["r", "b"]}],
         "options": [
             {"id": "r", "name": {"es": "Rojos", "en": "Reds"}, "party": "red", "candidates": ["Uno Ruiz", "Dos Paz"]},
             {"id": "b", "name": {"es": "Azules", "en": "Blues"}, "party": "blue", "candidates": ["Tres", "Cuatro"]},
         ]},
        {"id": "water", "district": "land", "title": {"es": "Agua", "en": "Water"}, "kind": "referendum",
         "referendum": {"against": "no", "of": "valid", "majority": SHARE, "turnout": SHARE, "approval": SHARE},
         "options": [{"id": "yes", "name": {"es": "Sí", "en": "Yes"}}, {"id": "no", "name": {"es": "No", "en": "No"}}]},
    ],
}  # fmt: skip
"""Every part that a definition can have."""


def attempts() -> list[tuple[tuple[str | int, ...], Any]]:
    """Every value in every field."""
    places = [one for one in paths(shapes.type_info(Definition), WHOLE) if one[0] not in FROM_FILES]
    return [(place, value) for place in dict.fromkeys(places) for value in (*VALUES, *more(at(WHOLE, place)))]


def test_the_honest_one_is_accepted_and_every_field_is_tried(tmp_path: Path) -> None:
    file = tmp_path / "election.json"
    file.write_text(json.dumps(WHOLE), encoding="utf-8")
    _next_steps(file, tmp_path)
    assert {place[0] for place, _ in attempts()} == set(Definition.__struct_encode_fields__) - set(FROM_FILES)


def test_whatever_stands_in_a_field_is_refused_or_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "flush", lambda handle: None)
    rng = random.Random(2027)
    every = attempts()
    file = tmp_path / "election.json"
    before, accepted = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, 0
    for number, (place, value) in enumerate(rng.sample(every, min(TRIED, len(every)))):
        about = f"{place} = {value!r}"[:300]
        set_language(languages()[number % len(languages())])
        file.write_text(json.dumps(replaced(WHOLE, place, value)), encoding="utf-8")
        began = time.process_time()
        try:
            accepted += _next_steps(file, tmp_path)
        except Exception as defect:
            raise AssertionError(f"{about}: {defect!r}"[:2000]) from defect
        assert time.process_time() - began < MOST_SECONDS, about
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_KILOBYTES, about
        capsys.readouterr()
    assert TRIED / 20 < accepted < TRIED


def _next_steps(file: Path, folder: Path) -> bool:
    """Whether `check` accepts it; then it is shown, exported, previewed and printed."""
    try:
        definition = load(file)
    except TestigoError as error:
        assert len(str(error)) < MOST_CHARACTERS * len(getattr(error, "errors", "1")) + MOST_CHARACTERS
        return False
    show(file)
    show(file, as_json=True)
    export(definition)
    transport = InProcess(preview.app(definition))
    try:
        Client("http://127.0.0.1:1", transport=transport).get("/preview")
    finally:
        transport.close()
    for ballot in distinct_ballots(definition):
        for language in definition.languages:
            blank = Ballot.mark(definition, ballot.style, {})
            assert Slip(definition, ballot.station, blank, new_slip_number(), language).length() > 0
    return True


def test_the_command_says_it_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "election.json"
    file.write_text(json.dumps(replaced(WHOLE, ("contests", 1, "seats"), 10**26)), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["--language", "es", "election", "check", str(file)])
    said = " ".join(capsys.readouterr().err.split())
    assert ended.value.code == 1 and "election.json:1 (cargo 2 › escaños): el número 1000" in said
    assert "tiene 27 dígitos" in said and "Traceback" not in said


@pytest.mark.parametrize(
    "place",
    [
        (),
        ("rules",),
        ("title",),
        ("stations", 0),
        ("stations", 0, "roll-sizes"),
        ("parties", 0, "name"),
        ("bodies", 0, "levelling"),
        ("contests", 1),
        ("contests", 1, "options", 0),
        ("contests", 0, "options", 0, "people", 0),
    ],
    ids=str,
)
def test_attack_unknown_keys_anywhere_cost_no_more_than_their_number(
    tmp_path: Path, place: tuple[str | int, ...]
) -> None:
    """Work is counted in calls, not seconds: four times the keys are four times the calls and some, not sixteen."""

    def calls(number: int) -> int:
        many = dict(at(WHOLE, place)) | {f"seat{one}": 1 for one in range(number)}
        file = tmp_path / f"{number}.yaml"
        file.write_text(json.dumps(replaced(WHOLE, place, many) if place else many), encoding="utf-8")
        counted = 0

        def count(*_: Any) -> None:
            nonlocal counted
            counted += 1

        sys.setprofile(count)
        try:
            load(file)
        except SeveralErrors as refused:
            assert len(refused.errors) <= MOST_LISTED
        finally:
            sys.setprofile(None)
        return counted

    calls(10)  # what is kept for later is made
    few, many = calls(500), calls(2000)
    assert many < 4.5 * few and many < 600 * 2000


def test_attack_60000_unknown_keys_are_not_each_compared_and_told(tmp_path: Path, monkeypatch: Any) -> None:
    compared = []
    monkeypatch.setattr("difflib.get_close_matches", lambda *_, **__: compared.append(1) or [])
    file = tmp_path / "many.json"
    file.write_text(json.dumps({f"k{number}": 1 for number in range(60_000)}))
    with raises_code(SeveralErrors, "definition.errors-of-which") as caught:
        load(file)
    assert len(compared) <= MOST_LISTED and len({id(one) for one in caught.value.errors}) <= 2 * MOST_LISTED
