"""Dice and samples: known answers from outside, consistency, and what is no dice."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo.audit import Seed, boxes_to_count, closing_sample, sample, ticket_number
from testigo.count import boxes_of
from testigo.election import load
from testigo.errors import InvalidInput

DICE = st.text("123456", min_size=20, max_size=40)
IDS = st.lists(st.text("abcdefgh0123456789-", min_size=1, max_size=6), unique=True, min_size=1, max_size=40)


def test_tickets_are_those_of_the_consistent_sampler(shared_data: Path) -> None:
    known = json.loads((shared_data / "audits" / "known-answers.json").read_text())["consistent_sampler_1.0.10"]
    tickets = sorted((ticket_number(known["seed"], id_), id_) for id_ in known["ids"])
    taken = [[number[:11], id_, "1"] for number, id_ in tickets[:10]]
    assert taken == known["without_replacement_take10"]


def test_the_published_example_of_a_ticket() -> None:
    # The example in the documentation of `first_fraction` in consistent_sampler 1.0.10.
    expected = "0.26299714122838008416507544297546663599715395525154425586041245287750224561854"
    assert ticket_number("01382438112797316654", "AB-130") == expected


@given(digits=DICE, ids=IDS, data=st.data())
def test_a_larger_sample_adds_and_order_and_others_do_not_matter(
    digits: str, ids: list[str], data: st.DataObject
) -> None:
    seed = Seed(digits)
    count = data.draw(st.integers(0, len(ids)))
    drawn = sample(seed, ids, count)
    assert len({ticket.id for ticket in drawn}) == count
    assert drawn == sample(seed, data.draw(st.permutations(ids)), len(ids))[:count]
    fewer = [id_ for id_ in ids if id_ not in {ticket.id for ticket in drawn[:1]}]
    assert sample(seed, fewer, len(fewer)) == sample(seed, ids, len(ids))[len(drawn[:1]) :] or count == 0


def test_each_box_is_drawn_about_equally_often() -> None:
    ids = [f"box-{number}" for number in range(10)]
    times = dict.fromkeys(ids, 0)
    for roll in range(2000):
        digits = "".join(str(1 + (roll // 6**place) % 6) for place in range(20))
        for ticket in sample(Seed(digits), ids, 3):
            times[ticket.id] += 1
    # Expectation 600, standard deviation 20.5; six deviations.
    assert all(abs(count - 600) < 123 for count in times.values())


@pytest.mark.parametrize("text", ["", "1234", "1" * 19, "7" * 20, "1" * 19 + "0", "1" * 19 + "x", "１" * 20, "1" * 201])
def test_what_is_no_roll_of_dice_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"dice|die"):
        Seed.parse(text)


def test_dice_may_be_typed_in_groups() -> None:
    assert Seed.parse(" 12345-61234 56123,45612\n").digits == "12345612345612345612"


def test_ids_named_twice_and_too_large_samples_are_refused() -> None:
    seed = Seed("1" * 20)
    with pytest.raises(InvalidInput, match="twice"):
        sample(seed, ["a", "a"], 1)
    with pytest.raises(InvalidInput, match="2 cannot be drawn from 1") as caught:
        sample(seed, ["a"], 2)
    assert caught.value.text("es") == "no se pueden sortear 2 de 1; pida menos."
    with pytest.raises(InvalidInput, match="cannot be drawn"):
        sample(seed, ["a"], -1)


def test_the_closing_sample_is_of_all_stations_rounded_up(project_root: Path) -> None:
    definition = load(project_root / "src" / "testigo" / "examples" / "republic" / "election.yaml")
    drawn = closing_sample(definition, boxes_of(definition, {}), Seed("12345612345612345612"))
    assert len(definition.stations) == 57
    assert boxes_to_count(definition, 57) == len(drawn.drawn) == 31  # 54 % of 57 is 30.78
    assert set(drawn.ids) <= {station.id for station in definition.stations}
    assert drawn.population == tuple(station.id for station in definition.stations)
