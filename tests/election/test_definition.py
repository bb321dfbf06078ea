"""Definition values: looking things up, ballot styles, one digest."""

import pytest

from testigo.election import Definition, load
from testigo.errors import InvalidInput


@pytest.fixture
def definition(base, written) -> Definition:
    return load(written(base))


def test_look_ups_find_or_say_what_is_missing(definition):
    assert definition.station("02-01").name == "Escuela Dos"
    assert definition.contest("chief").roll == "indigenous"
    assert definition.party("red").abbreviation == "R"
    assert definition.district_path("north") == ("land", "north")
    for look_up in (definition.station, definition.contest, definition.party, definition.district_path):
        with pytest.raises(InvalidInput, match="'nowhere'"):
            look_up("nowhere")
    with pytest.raises(InvalidInput, match="no option"):
        definition.contest("chief").option("nowhere")


def test_styles_follow_the_tree_and_the_rolls(definition):
    general, indigenous = definition.styles_of_station("01-01")
    assert general.contests == ("president", "council", "assembly")
    assert indigenous.contests == ("president", "council", "assembly", "chief")
    (south,) = definition.styles_of_station("02-01")
    assert south.contests == ("president", "assembly")
    where = {contest.id: [one.id for one in definition.stations_of_contest(contest)] for contest in definition.contests}
    assert where == {
        "president": ["01-01", "02-01"],
        "council": ["01-01"],
        "assembly": ["01-01", "02-01"],
        "chief": ["01-01"],
    }


def test_the_digest_does_not_hang_on_the_order_of_keys(definition):
    payload = definition.payload()
    turned = Definition.from_payload(dict(reversed(payload.items())))
    assert turned == definition
    assert turned.digest == definition.digest
    payload["closes"] = "18:00"
    assert Definition.from_payload(payload).digest != definition.digest


def test_what_was_looked_up_is_no_part_of_the_value(definition):
    fresh = Definition.from_payload(definition.payload())
    definition.station("01-01")
    definition.styles()
    assert definition.digest == fresh.digest
    assert definition == fresh
    assert definition.payload() == fresh.payload()


@pytest.mark.parametrize("payload", [None, [], {}, {"id": 3}, "x", 1.5])
def test_a_wrong_shape_is_refused(payload):
    with pytest.raises(InvalidInput, match="not an election definition"):
        Definition.from_payload(payload)


def test_words_fall_back_to_the_first_language(definition):
    assert definition.words({"es": "Sí", "en": "Yes"}, "en") == "Yes"
    assert definition.words({"es": "Sí"}, "en") == "Sí"
