"""Finding a voter by what a clerk types or a card scanner types: near misses, names, codes of cards."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo.register import PollBookVoter
from testigo.station.check_in.card_text import LONGEST, is_card_text, numbers_in
from testigo.station.check_in.keyboards import other_readings
from testigo.station.check_in.lookup import MOST, Lookup, core

NAMES = {
    "V12345678": "María José Peña Núñez",
    "V08765432": "Juan Pérez",
    "E0101010": "Ñandú O’Brien-Smith",
    "55555555": "王小明",
    "66666666": "محمد علي",
    "7777777K": "Анна Петрова",
    "T64235789": "Michael Sample",
}


@dataclass
class Book:
    """What a search asks of a poll book."""

    voters: dict[str, PollBookVoter]
    barred: dict[str, str] = field(default_factory=lambda: {"V99999999": "case 1"})
    others: frozenset[str] = frozenset({"V44444444"})

    def elsewhere(self, document: str) -> str | None:
        return "s2" if document in self.others else None


@pytest.fixture(scope="module")
def lookup():
    return Lookup(Book({document: PollBookVoter(document, name, "", ()) for document, name in NAMES.items()}))


def documents(found):
    return [one.document for one in found.found]


@pytest.mark.parametrize(
    ("typed", "document"),
    [
        ("12345678", "V12345678"),  # the letter before it is missing
        ("E-12.345.678", "V12345678"),  # another letter
        ("V012345678", "V12345678"),  # a zero too many
        ("8765432", "V08765432"),  # a zero missing
        ("V12345679", "V12345678"),  # one digit wrong
        ("V1234567", "V12345678"),  # one missing
        ("V123456788", "V12345678"),  # one too many
        ("V12354678", "V12345678"),  # two swapped
        ("EO1O1O1O", "E0101010"),
        ("E0I0I0I0", "E0101010"),
        ("e 0l01010", "E0101010"),
        ("7777777", "7777777K"),
        ("٥٥٥٥٥٥٥٦", "55555555"),
        ("V99999998", "V99999999"),  # barred: found as any other
    ],
)
def test_a_mistyped_number_finds_the_voter(lookup, typed, document):
    found = lookup.look_up(typed)
    assert document in documents(found) and found.exact is None


def test_the_number_as_it_is_finds_one(lookup):
    for typed in ("v-12.345.678", "V 12345678", "Ｖ12345678"):
        found = lookup.look_up(typed)
        assert documents(found) == ["V12345678"] and found.exact is not None
    assert documents(lookup.look_up("V44444444")) == ["V44444444"]  # of another station
    assert documents(lookup.look_up("44444444")) == ["V44444444"]
    assert documents(lookup.look_up("31415926")) == []


@pytest.mark.parametrize(
    ("typed", "document"),
    [
        ("pena", "V12345678"),
        ("MARIA NUN", "V12345678"),
        ("nunez, maria", "V12345678"),
        ("nandu", "E0101010"),
        ("brien", "E0101010"),
        ("smith", "E0101010"),
        ("小明", "55555555"),
        ("明", "55555555"),
        ("علي", "66666666"),
        ("петр", "7777777K"),
    ],
)
def test_part_of_a_name_in_any_script_finds_the_voter(lookup, typed, document):
    found = lookup.look_up(typed)
    assert documents(found) == [document] and found.document == "" and found.found[0].how == "name"


@pytest.mark.parametrize("typed", ["", " ", "a", "zzz", "''", "\u202e"])
def test_what_says_nothing_finds_nobody(lookup, typed):
    assert lookup.look_up(typed).found == ()


def test_many_of_one_name_are_not_all_listed():
    many = {f"{number:08}": PollBookVoter(f"{number:08}", f"Ana Gil {number}", "", ()) for number in range(10, 60)}
    found = Lookup(Book(many)).look_up("ana")
    assert (len(found.found), found.more) == (MOST, 50 - MOST)


CARDS = {
    "AAMVA": "@\n\x1e\rANSI 636000090002DL00410278ZV03190008DLDAQT64235789\nDCSSAMPLE\nDDEN\nDACMICHAEL\nDBB06061986\n",
    "AAMVA without line ends": "DLDAQT64235789DCSSAMPLEDDENDACMICHAELDBB06061986",
    "fields between @": "00123456789@PEREZ@JUAN@M@V-12.345.678@A@01/01/1990@05/05/2015",
    "an address": "https://registro.example/docstatus?RUN=7777777-K&type=CEDULA&serial=55555554",
    "a machine readable zone": "IDCHLV12345678<3<<<<<<<<<<<<<<<\n9001015M3001012CHL<<<<<<<<<<<2\nPENA<<MARIA",
    "zeros before it, the name after it": "02\x00PubDSK_1\x00\x000055555555WANG\x00XIAOMING\x000M19900101",
    "quotes as separators": 'V12345678"PENA NUNEZ"MARIA JOSE"19900101"F',
}


@pytest.mark.parametrize("name", CARDS)
def test_the_code_of_a_card_finds_its_voter(lookup, name):
    wanted = {"T64235789", "V12345678", "7777777K", "55555555"}
    found = lookup.exact(numbers_in(CARDS[name]))
    assert len(found.found) == 1 and found.found[0].document in wanted


def test_what_a_clerk_types_is_no_cards_text():
    assert not any(map(is_card_text, ("V-12.345.678", "12 345 678-k", "María José Peña Núñez", "")))
    assert sum(map(is_card_text, CARDS.values())) >= 4


def test_a_card_without_a_number_has_none(lookup):
    assert numbers_in("nothing here, born 1990") == []
    assert lookup.exact([]).found == ()


@given(st.text(max_size=2 * LONGEST))
def test_any_text_is_looked_up(text):
    lookup = Lookup(Book({document: PollBookVoter(document, name, "", ()) for document, name in NAMES.items()}))
    assert len(lookup.look_up(text).found) <= MOST
    assert len(lookup.exact(numbers_in(text)).found) <= MOST


@given(st.text("0123456789", min_size=1, max_size=20))
def test_a_number_and_its_careless_spellings_are_alike(digits):
    assert core("V" + digits) == core("000" + digits) == core(digits.replace("0", "O")) == core(digits)


KEYBOARDS_OF_SCANNERS = {
    "English at a French keyboard": ("1234567890-aqzwAQZWmM,./<", "&é\"'(-è_çà)qawzQAWZ,?;:!."),
    "English at a French keyboard, shift locked": ("1234567890-aqzwAQZWmM,./<", "&É\"'(-È_ÇÀ)qawzQAWZ,?;:!."),
    "English at a Belgian keyboard": ("1234567890aqzwAQZWmM,.<", "&é\"'(§è!çàqawzQAWZ,?;:."),
    "English at a Czech keyboard": ("1234567890yzYZ", "+ěščřžýáíézyZY"),
    "French at an English keyboard": ("1234567890-aqzwAQZWmM", "!@#$%^&*()6qawzQAWZ;:"),
    "French at a Spanish keyboard": ("1234567890-aqzwAQZWmM", '!"·$%&/()=6qawzQAWZ;:'),
}
"""What is meant, and what arrives for it."""


@pytest.mark.parametrize("name", KEYBOARDS_OF_SCANNERS)
@pytest.mark.parametrize(
    "meant",
    ["V12345678", "E0101010", "7777777K", "DLDAQT64235789DCSSAMPLEDDENDACMICHAELDBB06061986\n"],
)
def test_a_scanner_set_to_another_keyboard_finds_the_voter(lookup, name, meant):
    arrives = meant.translate(str.maketrans(*KEYBOARDS_OF_SCANNERS[name]))
    found = [
        lookup.exact(numbers_in(reading)) if is_card_text(reading) or len(reading) > 24 else lookup.look_up(reading)
        for reading in other_readings(arrives)
    ]
    wanted = next(one for one in NAMES if one in meant)
    assert next(documents(one) for one in found if one.found) == [wanted]


@pytest.mark.parametrize(
    "typed", ["V-12.345.678", "12 345 678-k", "María José Peña Núñez", "O’Brien-Smith", "Hélène Müller-Noël", ""]
)
def test_what_a_hand_types_is_read_as_it_is(typed):
    assert list(other_readings(typed)) == []


@pytest.mark.parametrize("filler", "<;.>?")
def test_a_machine_readable_zone_with_another_filler_finds_the_voter(lookup, filler):
    zone = "IDCHLV12345678<3<<<<<<<<<<<<<<<\n9001015M3001012CHL<<<<<<<<<<<2\nPENA<<MARIA".replace("<", filler)
    assert documents(lookup.exact(numbers_in(zone))) == ["V12345678"]


@given(st.text("0123456789", min_size=5, max_size=20), st.sampled_from(sorted(KEYBOARDS_OF_SCANNERS)))
def test_every_number_comes_back_from_every_keyboard(digits, name):
    arrives = digits.translate(str.maketrans(*KEYBOARDS_OF_SCANNERS[name]))
    assert digits in list(other_readings(arrives))
