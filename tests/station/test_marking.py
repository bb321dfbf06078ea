"""Where a ballot is checked: at each border once, and an invalid one is refused at every one of them."""

import pytest
from msgspec.structs import replace

from testigo.audit import station_deck
from testigo.ballot import Ballot, CastVoteRecord, DeckBallot, Marks, new_slip_number
from testigo.errors import InvalidInput, TestigoError

TOO_MANY = {"mayor": ("ana", "beto")}


@pytest.fixture
def marked(monkeypatch):
    """The style of every ballot that is marked, in order."""
    seen = []
    mark = Ballot.mark

    def counted(definition, style, choices):
        seen.append(style.id)
        return mark(definition, style, choices)

    monkeypatch.setattr(Ballot, "mark", counted)
    return seen


def test_a_vote_is_marked_when_it_is_printed_and_when_it_is_counted(place, marked):
    codes = place.to_open()
    marked.clear()
    place.vote(codes[0])
    assert place.booth.current() is None and marked == ["villa"]
    place.chair.close_polls({"checked_in=cards_used": "Tarjeta suelta"})
    marked.clear()
    place.booth.tally()
    assert marked == ["villa"]


def test_a_paper_that_outlives_a_power_cut_is_marked_again(place, marked):
    code = place.to_open()[0]
    place.booth.accept_card(code)
    place.booth.choose_language("es")
    place.booth.choose("mayor", ("ana",))
    place.booth.review()
    paper = place.booth.print().paper
    place.restart()
    marked.clear()
    assert place.booth.current().paper == paper == place.booth.current().paper
    assert marked == ["villa"]
    place.booth.confirm()
    assert place.booth._box.records()[0].slip == place.printer.slips[0].number


def test_a_paper_is_forgotten_with_its_session(place):
    codes = place.to_open()
    place.vote(codes[0])
    assert place.booth._session.paper is None
    place.booth.accept_card(codes[1])
    place.booth.choose_language("es")
    place.booth.review()
    place.booth.print()
    assert place.booth._session.paper.number == place.printer.slips[1].number
    place.booth.spoil("misprint")
    assert place.booth._session.paper is None


def test_attack_a_screen_that_sends_too_much(place):
    codes = place.to_open()
    place.booth.accept_card(codes[0])
    place.booth.choose_language("es")
    with pytest.raises(InvalidInput, match="allows 1"):
        place.booth.choose("mayor", TOO_MANY["mayor"])


def test_attack_a_days_file_with_too_many_choices(place):
    codes = place.to_open()
    place.booth.accept_card(codes[0])
    place.booth.choose_language("es")
    place.booth.review()
    session = place.booth._session
    session.entry.choices.update(TOO_MANY)
    with pytest.raises(InvalidInput, match="allows 1"):
        place.booth.print()
    assert not place.printer.slips


@pytest.mark.parametrize("marks", [Marks("villa", TOO_MANY), Marks("nowhere", {}), Marks("villa", {"elder": ("e1",)})])
def test_attack_a_deck_with_an_invalid_ballot(place, marks):
    place.check_in.load_poll_book(place.poll_book)
    place.booth.make_cards(spare=4)
    (part, *_) = station_deck(place.booth.definition, "s1")
    with pytest.raises(InvalidInput):
        place.chair.runs.run([replace(part, ballots=(DeckBallot(marks, "es"),))])
    assert place.booth.state == "installed"


@pytest.mark.parametrize("marks", [Marks("villa", TOO_MANY), Marks("nowhere", {}), Marks("villa", {"elder": ("e1",)})])
def test_attack_a_record_put_into_the_box_by_whoever_has_its_key(place, marks):
    codes = place.to_open()
    place.vote(codes[0])
    place.booth._box.deposit(CastVoteRecord(new_slip_number(), marks, "es"))
    with pytest.raises(TestigoError) as refused:
        place.chair.close_polls({"checked_in=cards_used": "Tarjeta suelta"})
    assert refused.value.code == "order.half-done" and isinstance(refused.value.__cause__, InvalidInput)
    assert place.chair.tally_sheet() is None
