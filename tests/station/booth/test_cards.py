"""Voting cards: one use, one station; a wrong card is a sentence."""

import itertools
import json
import unicodedata

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from raising import raises_code
from testigo.ballot.check_character import ALPHABET
from testigo.errors import IllegalStep, InvalidInput, NotAllowed, StorageError, TestigoError
from testigo.station.booth import day as booth_day
from testigo.station.booth.cards import CardIndex, UnknownCard, make_deck


@pytest.fixture(scope="module")
def deck(root):
    return make_deck(root.definition, "s1", spare=4)


@pytest.fixture
def index(root, deck, tmp_path):
    made = CardIndex(tmp_path / "cards.json", b"s" * 32, root.definition, "s1")
    made.keep(deck)
    return made


def test_as_many_as_voters_by_roll_and_spare(deck):
    styles = [card.style for card in deck.cards]
    assert (styles.count("villa"), styles.count("villa-native")) == (6 + 4, 2 + 4)
    assert len({card.code for card in deck.cards}) == len(deck.cards)


def test_a_card_says_what_it_is_in_every_language_of_the_election(root):
    spoken = ("es", "ar", "he", "pt")
    definition = replace(root.definition, languages=spoken)
    document = pypdfium2.PdfDocument(make_deck(definition, "s1", spare=6).pdf())
    text = "".join(page.get_textpage().get_text_range() for page in document)
    assert len(document) == 3  # of 12 and of 8 cards, ten on a page
    for said in ("Sirve una sola vez", "Serve uma única vez", "טוב להצבעה אחת", "تصلح"):
        assert said in unicodedata.normalize("NFKC", text)
    assert text.count("Tipo de boleta") == 20 and "Tipo de cédula" not in text


def test_booth_keeps_no_code_and_no_order(index, deck, tmp_path):
    kept = (tmp_path / "cards.json").read_text()
    assert not any(card.code in kept or card.code[:8] in kept for card in deck.cards)
    hashes = list(json.loads(kept))
    assert hashes == sorted(hashes)


def test_every_card_is_known_however_it_is_written(index, deck):
    for card in deck.cards:
        found = {index.look_up(text) for text in (card.code, card.printed.lower(), f" {card.printed} ", card.qr)}
        assert len(found) == 1 and found.pop().style == card.style


def test_every_wrong_character_and_exchange_is_told_from_a_wrong_card(index, deck):
    code = deck.cards[0].code
    for place, character in itertools.product(range(9), ALPHABET):
        if character != code[place]:
            with raises_code(InvalidInput, "card.wrong-character"):
                index.look_up(code[:place] + character + code[place + 1 :])
    for place in range(7):
        if code[place] != code[place + 1]:
            with raises_code(InvalidInput, "card.wrong-character"):
                index.look_up(code[:place] + code[place + 1] + code[place] + code[place + 2 :])


def test_cards_of_others(index, root, deck):
    wrong = [card.code for card in make_deck(root.definition, "s2", 60).cards]
    said = [_refusal(index, code) for code in wrong]
    assert all(said) and said.count("card.of-another-station") > len(said) * 0.8
    assert _refusal(index, make_deck(root.definition, "s1").cards[0].code) == "card.unknown"
    card = deck.cards[0]
    other = "villa" if card.style != "villa" else "villa-native"
    assert _refusal(index, f"TESTIGO1:{other}:{card.code}") == "card.of-another-style"


def _refusal(index, code):
    with pytest.raises(UnknownCard) as caught:
        index.look_up(code)
    return caught.value.code


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_sentence(root, tmp_path_factory, text):
    index = CardIndex(tmp_path_factory.getbasetemp() / "none.json", b"s" * 32, root.definition, "s1")
    with pytest.raises(TestigoError):
        index.look_up(text)


def test_replayed_card_is_refused_also_after_a_restart(place):
    codes = place.to_open()
    place.release("103")
    place.vote(codes[0])
    with raises_code(IllegalStep, "card.used"):
        place.booth.accept_card(codes[0])
    place.restart()
    with raises_code(IllegalStep, "card.used"):
        place.booth.accept_card(codes[0].lower())
    assert place.booth.counters().cards_used == 1


def test_card_used_once_even_if_its_session_is_voided(place):
    codes = place.to_open()
    place.booth.accept_card(codes[0])
    place.chair.sessions.void("voter-left")
    with raises_code(IllegalStep, "card.used"):
        place.booth.accept_card(codes[0])


def test_guessing_locks_the_booth_for_a_while(place, root, monkeypatch):
    codes = place.to_open()
    for card in make_deck(root.definition, "s1").cards[: booth_day.WRONG_CARDS]:
        with pytest.raises(UnknownCard):
            place.booth.accept_card(card.code)
    place.restart()
    with raises_code(NotAllowed, "card.too-many-wrong"):
        place.booth.accept_card(codes[0])
    monkeypatch.setattr(booth_day, "LOCK_SECONDS", 0)
    assert place.booth.accept_card(codes[0]).stage == "language"


def test_typing_errors_lock_nobody(place):
    codes = place.to_open()
    for _ in range(20):
        with pytest.raises(InvalidInput):
            place.booth.accept_card(codes[0][:-2] + codes[0][-1] * 2 if codes[0][-1] != codes[0][-2] else "ABC")
    assert place.booth.accept_card(codes[0]).stage == "language"


def test_cards_that_could_not_be_written_void_none(place):
    def full(deck):
        raise StorageError("disk.full", place="cards.pdf")

    assert not place.booth.has_cards
    place.booth.make_cards(spare=2)
    file = place.booth.folder.path / "cards.json"
    old = file.read_bytes()
    with pytest.raises(StorageError):
        place.booth.make_cards(write=full)
    assert file.read_bytes() == old and place.booth.has_cards


def test_new_deck_voids_the_old_one_and_comes_too_late_after_the_zero_report(place):
    old = place.booth.make_cards(spare=2)
    codes = place.to_open()
    with pytest.raises(UnknownCard):
        place.booth.accept_card(old.cards[0].code)
    with raises_code(IllegalStep, "cards.too-late"):
        place.booth.make_cards()
    assert place.booth.accept_card(codes[0]).style == "villa"
