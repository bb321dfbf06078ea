"""What `testigo election check` accepts, every later step carries out (docs/invariants.md): a dozen elections drawn at
the limits, each taken through paper votes, reader, codes, test deck, zero report, booth, tally sheet, results.

`benchmarks/definitions.py` draws hundreds.
"""

from pathlib import Path

import pytest
from msgspec.structs import replace

from carried_out import carry_out
from drawn_definitions import SCRIPTS, draw, write
from open_lists import open_lists
from testigo.election import Contest, Definition, District, Option, Preferences, Share, Station, load

SEEDS = (8, 9, 14, 17, 26, 28, 32, 38, 44, 59)
"""Drawn, and small enough for some seconds each: up to 20 options, up to six contests, one to four languages."""

RIGHT_TO_LEFT = (0, 10, 27, 33)
"""Those in Arabic, Hebrew and French that read from the right: names in Hebrew, Arabic, Latin letters; an open list."""


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_a_drawn_election_is_carried_out_whole(seed: int, tmp_path: Path) -> None:
    definition = load(write(draw(seed), tmp_path))
    assert carry_out(definition, tmp_path / "station", slips=3, deck=12).failures == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", RIGHT_TO_LEFT)
def test_a_drawn_election_that_reads_from_the_right_is_carried_out_whole(seed: int, tmp_path: Path) -> None:
    drawn = draw(seed, languages=("ar", "he", "fr"), scripts=SCRIPTS)
    assert drawn.payload["languages"][0] in ("ar", "he")
    assert carry_out(load(write(drawn, tmp_path)), tmp_path / "station", slips=3, deck=12).failures == []


OF_ALL_KINDS = """
id: all-kinds
title: {es: Prueba, en: Trial}
date: 2027-05-09
opens: 07:00
closes: 17:00
utc-offset: -04:00
languages: [es, en]
districts: [{id: land, name: {es: Tierra, en: Land}}]
stations: [{id: s1, name: Escuela, district: land, register-size: 30}]
contests:
  - id: president
    district: land
    title: {es: Presidencia, en: President}
    kind: choose-one
    majority: {conditions: [{more-than: 45}, {at-least: 40, lead-more-than: 10}]}
    none-of-the-above: {option: nobody, effect: counts}
    options:
      - {id: ana, name: Ana Mora, people: [{role: {es: Vicepresidencia, en: Vice-president}, name: Eva Sol}]}
      - {id: luis, name: Luis Vera}
      - {id: nobody, name: {es: Ninguno, en: None of these}}
  - id: water
    district: land
    title: {es: Ley de aguas, en: Water act}
    kind: referendum
    referendum: {against: no, turnout: {more-than: 50}}
    options:
      - {id: yes, name: {es: Sí, en: Yes}}
      - {id: no, name: {es: No, en: No}}
"""


def test_contests_with_other_rules_are_carried_out_too(tmp_path: Path) -> None:
    file = tmp_path / "election.yaml"
    file.write_text(OF_ALL_KINDS)
    assert carry_out(load(file), tmp_path / "station", slips=3, deck=12).failures == []


def test_open_lists_are_carried_out_too(tmp_path: Path) -> None:
    for number, rule in enumerate((Preferences(2, Share(at_least="5"), "draw"), Preferences(1), Preferences(4))):
        outcome = carry_out(open_lists(rule), tmp_path / str(number), slips=3, deck=40)
        assert outcome.failures == []


def test_the_same_seed_is_the_same_election() -> None:
    assert draw(5).payload == draw(5).payload != draw(6).payload


def test_nearly_all_that_is_drawn_is_accepted(tmp_path: Path) -> None:
    for seed in range(100, 130):
        load(write(draw(seed), tmp_path))


def test_a_step_that_fails_is_noticed(tmp_path: Path) -> None:
    """Two options that print the same, unchecked: no paper says which of them it is. And an id too long for paper."""
    definition = Definition(
        id="same",
        title={"es": "Prueba"},
        date="2027-05-09",
        opens="07:00",
        closes="17:00",
        languages=("es",),
        districts=(District("d", {"es": "Villa"}),),
        stations=(Station("s1", "Escuela", "d", 12),),
        contests=(
            Contest("c", "d", {"es": "Cargo"}, "choose-one", (Option("a", {"es": "Ana"}), Option("b", {"es": "Ana"}))),
        ),
    )
    same = {step for step, _ in carry_out(definition, tmp_path / "one", slips=2, deck=12).failures}
    assert {"reader", "test deck"} <= same
    long_id = replace(definition, stations=(Station("s" * 27, "Escuela", "d", 12),))
    assert {"slip", "reader", "test deck"} <= {
        step for step, _ in carry_out(long_id, tmp_path / "two", slips=2, deck=12).failures
    }
