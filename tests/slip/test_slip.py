import contextlib
import io
import itertools

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from testigo.ballot import Ballot, check_slip_number, new_slip_number
from testigo.ballot.check_character import ALPHABET
from testigo.errors import InvalidInput
from testigo.slip import QrVote, Slip


def pdf_text(data):
    (page,) = pypdfium2.PdfDocument(data)
    return " ".join(page.get_textpage().get_text_range().split())


def test_the_slip_says_the_vote_in_words(make_slip):
    slip = make_slip(mayor=("fernandez",), council=("c1", "c3"))
    text = pdf_text(slip.pdf())
    for words in ("Elecciones de Villa Esperanza", "mesa 1", "Alcaldía", "José Luis Fernández", "PAN", slip.number):
        assert words in text
    for words in ("Remedios Buendía", "Úrsula Iguarán", "Frente Popular"):
        assert words in text
    assert text.count("opción sin usar") == 2
    assert "Fernandes" not in text and "Pedro" not in text and "BLANCO" not in text


def test_a_blank_contest_is_said_so_in_the_voters_language(make_slip):
    assert "VOTO EN BLANCO" in pdf_text(make_slip(council=("c0",)).pdf())
    english = pdf_text(make_slip(council=("c0",), language="en").pdf())
    assert "BLANK VOTE" in english and "Elections of Villa Esperanza" in english and "Pedro Páramo" in english


def test_names_are_text_never_markup(make_slip):
    assert "Luz Marina Ortega #panic() *x* $y$ \\ <b>" in pdf_text(make_slip(mayor=("ortega",)).pdf())


def test_it_is_576_dots_black_and_white_and_its_length_tells_nothing(make_slip):
    sizes = set()
    for choices in ({}, {"mayor": ("ortega",)}, {"council": ("c0", "c1", "c2", "c3")}):
        image = Image.open(io.BytesIO(make_slip(**choices).png()))
        assert image.mode == "1" and image.width == 576
        sizes.add(image.size)
    assert len(sizes) == 1


def test_the_pdf_is_80_mm_wide_and_holds_no_time(make_slip):
    slip = make_slip()
    data = slip.pdf()
    (page,) = pypdfium2.PdfDocument(data)
    assert page.get_size()[0] == pytest.approx(80 / 25.4 * 72, abs=0.5)
    assert data == slip.pdf() and b"2026-11" not in data and b"D:2026" not in data


def test_a_slip_that_cannot_be_is_refused(village, make_slip):
    style = village.styles()[0]
    good = Ballot.mark(village, style, {})
    for station, ballot, number, language in (
        ("v-009", good, new_slip_number(), "es"),
        ("v-001", good, "2222-2222-2223", "es"),
        ("v-001", good, new_slip_number(), "qu"),
        ("v-001", Ballot("other", {}), new_slip_number(), "es"),
    ):
        with pytest.raises(InvalidInput):
            Slip(village, station, ballot, number, language)


def test_every_style_of_the_examples_prints(municipality, republic):
    for definition in (municipality, republic):
        styles = {
            style.id: station.id
            for station in definition.stations
            for style in definition.styles_of_station(station.id)
        }
        for style in definition.styles()[:3] + definition.styles()[-2:]:
            ballot = Ballot.mark(definition, style, {})
            slip = Slip(definition, styles[style.id], ballot, new_slip_number(), "en")
            assert QrVote.decode(slip.qr_payload(), definition).ballot == ballot
            assert len(slip.png()) > 1000


@given(st.integers(0, 11), st.sampled_from(ALPHABET))
def test_one_wrong_character_in_a_slip_number_is_found(place, character):
    plain = new_slip_number().replace("-", "")
    if plain[place] != character:
        with pytest.raises(InvalidInput):
            check_slip_number(plain[:place] + character + plain[place + 1 :])


def test_two_exchanged_signs_in_a_slip_number_are_found():
    plain = new_slip_number().replace("-", "")
    for one, other in itertools.combinations(range(12), 2):
        if plain[one] != plain[other]:
            characters = list(plain)
            characters[one], characters[other] = characters[other], characters[one]
            with pytest.raises(InvalidInput):
                check_slip_number("".join(characters))


@given(st.text(max_size=20))
def test_any_text_is_a_slip_number_or_refused(text):
    with contextlib.suppress(InvalidInput):
        assert check_slip_number(check_slip_number(text)) == check_slip_number(text)


def test_slip_numbers_differ_and_may_be_typed_loosely():
    numbers = [new_slip_number() for _ in range(500)]
    assert len(set(numbers)) == 500
    assert check_slip_number(f" {numbers[0].lower().replace('-', ' ')} ") == numbers[0]


def test_the_qr_code_says_what_the_text_says(village, make_slip):
    slip = make_slip(mayor=("ortega",), council=("c0", "c4"), language="en", station="v-002")
    assert QrVote.decode(slip.qr_payload(), village) == QrVote("v-002", slip.ballot, slip.number)
    assert "ortega" not in slip.qr_payload()


@given(st.text("T12*/.0123456789ABCDEFabc", max_size=80))
def test_any_payload_is_a_vote_of_this_election_or_refused(village, text):
    with pytest.raises(InvalidInput):
        QrVote.decode(text, village)


@given(st.text("/.0123456789", max_size=12), st.integers(0, 99), st.integers(0, 9), st.sampled_from(["T2", "T1"]))
def test_places_out_of_range_are_refused(village, choices, station, style, version):
    digest = village.digest[:16].upper()
    language = "*0" if version == "T1" else ""
    payload = f"{version}*{digest}*{station}*{style}{language}*{'2' * 12}*{choices}"
    try:
        vote = QrVote.decode(payload, village)
    except InvalidInput:
        return
    assert Ballot.mark(village, village.styles()[0], vote.ballot.choices) == vote.ballot


def test_a_qr_code_of_another_election_is_refused(municipality, make_slip):
    with pytest.raises(InvalidInput, match="another election"):
        QrVote.decode(make_slip().qr_payload(), municipality)
