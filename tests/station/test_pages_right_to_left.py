"""Cards, PIN slips and tally sheets in Hebrew and Arabic, and with words longer than a line."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import right_to_left
from large_sheet import large_definition, large_sheet
from letters import letters, page_size, visual_lines
from testigo.election import Contest, Definition, District, Option, Station
from testigo.keys import SigningKey
from testigo.paper.pin_slips import PinSlip, pin_slips
from testigo.station.booth.cards import make_deck
from testigo.station.chair.tally_sheet import page

TITLES = {"he": "בחירות לרשויות המקומיות", "ar": "الانتخابات البلدية", "es": "Elecciones municipales"}
LONG = "Internacionaliŵación" * 8


@pytest.fixture(autouse=True, scope="module")
def hebrew_and_arabic() -> None:
    right_to_left.add()


def election(language: str, title: str, station: str = "Escuela 3") -> Definition:
    text = {language: title}
    options = (Option("a", {language: "Ana"}), Option("b", {language: "Eva"}))
    return Definition(
        id="e", title=text, date="2027-05-09", opens="07:00", closes="17:00", languages=(language,),
        districts=(District("d1", text),), stations=(Station("s1", station, "d1", 5),),
        contests=(Contest("c", "d1", text, "choose-one", options, seats=1, choose=1),),
    )  # fmt: skip


@pytest.mark.parametrize("language", ["he", "ar"])
def test_cards_begin_at_the_right_with_the_code_as_it_is_typed(language: str) -> None:
    deck = make_deck(election(language, TITLES[language]), "s1", spare=0)
    pdf = deck.pdf()
    first, middle = TITLES[language][0], page_size(pdf)[0] / 2
    top = [one for one in letters(pdf) if one.page == 0 and one.top > page_size(pdf)[1] - 20]
    assert max(one.right for one in top if one.character == first) > page_size(pdf)[0] - 15
    assert all(10 + 38 < one.left < middle or one.left > middle + 38 for one in top), "the QR codes stand at the left"
    said = "".join(visual_lines(pdf))
    assert all(card.printed in said for card in deck.cards)


@pytest.mark.parametrize("language", ["es", "he"])
def test_cards_and_pin_slips_keep_long_words_inside(language: str) -> None:
    deck = make_deck(election(language, f"{TITLES[language]} {LONG}", station=LONG), "s1", spare=1)
    slips = [PinSlip("ana", LONG, "chair", "PSOE", LONG, "check-in", "482913")] * 4
    for pdf in (deck.pdf(), pin_slips(slips, language)):
        width, _ = page_size(pdf)
        middle = width / 2
        found = letters(pdf)
        assert all(one.left > 10 and one.right < width - 10 for one in found)
        assert all(one.right < middle or one.left > middle for one in found)
        assert sum(one.character == "ŵ" for one in found) % 8 == 0


def test_a_tally_sheet_in_hebrew_is_mirrored_and_its_figures_stand_in_one_column() -> None:
    names = ["דוד כהן (PSOE)", "משה לוי 3", LONG]
    definition = large_definition((3,), names.__getitem__, language="he", title=TITLES["he"])
    pdf = page(definition, large_sheet(definition), "12ab" * 16, SigningKey(Ed25519PrivateKey.generate()))
    lines = visual_lines(pdf)
    row = next(line for line in lines if "ןהכ" in line)
    assert row[0].isdigit() and row.index("PSOE") < row.index("ןהכ")
    assert any("12ab" * 16 in line for line in lines), "a digest is read from left to right"
    assert sum(one.character == "ŵ" for one in letters(pdf)) == LONG.count("ŵ")
    width, _ = page_size(pdf)
    assert all(one.left > 14 and one.right < width - 14 for one in letters(pdf))
