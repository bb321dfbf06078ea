"""Choices of an open list's candidates: the rules of marking, every code that carries them, and their sums."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from open_lists import open_lists
from testigo import canonical
from testigo.ballot import (
    Ballot,
    CastVoteRecord,
    ContestTally,
    Marks,
    Tally,
    TallySheet,
    new_slip_number,
    numbered,
    record_size,
    tally_ballots,
    tally_errors,
    tally_qr,
)
from testigo.ballot.tally import Reconciliation
from testigo.election import Contest, Preferences
from testigo.errors import InvalidInput
from testigo.keys import SigningKey
from testigo.slip import QrVote

DEFINITION = open_lists()
(STYLE,) = DEFINITION.styles_of_station("s1")
COUNCIL = DEFINITION.contest("council")


@st.composite
def choices(draw: st.DrawFn) -> tuple[str, ...]:
    """Lawful choices in the council, in any order."""
    option = draw(st.sampled_from(COUNCIL.options))
    chosen = draw(st.lists(st.sampled_from(option.preferences), unique=True, max_size=2))
    return tuple(draw(st.permutations([option.id, *chosen]))) if draw(st.booleans()) else ()


def mark(*chosen: str) -> Ballot:
    return Ballot.mark(DEFINITION, STYLE, {"council": chosen})


def test_preferences_stand_after_their_list_in_its_order() -> None:
    assert mark("green/3", "green", "green/1").choices["council"] == ("green", "green/1", "green/3")


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        (("red", "green/1"), "ballot.preference-of-another-list"),
        (("green/1",), "ballot.preference-of-another-list"),
        (("green", "green/1", "green/2", "green/3"), "ballot.too-many-preferences"),
        (("green", "green/1", "green/1"), "ballot.option-twice"),
        (("green", "green/5"), "contest.unknown-option"),
        (("green", "green/01"), "contest.unknown-option"),
        (("green", "green/"), "contest.unknown-option"),
        (("green", "red"), "ballot.too-many-options"),
    ],
)
def test_what_is_not_a_ballot(chosen: tuple[str, ...], code: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        mark(*chosen)
    assert raised.value.code == code


def test_a_contest_without_preferences_has_none() -> None:
    with pytest.raises(InvalidInput):
        Ballot.mark(DEFINITION, STYLE, {"mayor": ("ana", "ana/1")})


@given(choices())
def test_the_record_and_the_slips_code_say_the_same(chosen: tuple[str, ...]) -> None:
    ballot, number = mark(*chosen), new_slip_number()
    size = record_size(DEFINITION, "s1")
    record = CastVoteRecord(number, Marks(ballot.style, ballot.choices)).encode(size)
    assert len(record) == size
    assert CastVoteRecord.decode(record).ballot.ballot(DEFINITION, "s1") == ballot
    payload = QrVote("s1", ballot, number).encode(DEFINITION)
    assert QrVote.decode(payload, DEFINITION) == QrVote("s1", ballot, number)


@given(st.lists(choices(), max_size=12))
def test_sums_come_out_and_the_sheets_code_carries_them(ballots: list[tuple[str, ...]]) -> None:
    tally = tally_ballots(DEFINITION, "s1", [mark(*chosen) for chosen in ballots])
    assert tally_errors(DEFINITION, "s1", tally) == []
    council = tally.contest("council")
    assert council.votes == {one: sum(one in chosen for chosen in ballots) for one in council.votes}
    assert council.preferences == {one: sum(one in chosen for chosen in ballots) for one in council.preferences}
    key = SigningKey.generate()
    sheet = TallySheet("s1", "2026-11-29T08:00:00Z", "2026-11-29T18:00:00Z", tally, Reconciliation.zero(), {})
    codes = tally_qr.encode(DEFINITION, sheet, "0" * 64, key)
    read = tally_qr.join(DEFINITION, [tally_qr.open_code(code, DEFINITION, key.public) for code in codes])
    assert read.tally == tally


def altered(**counts: int) -> Tally:
    """The tally of three ballots, with other preferences."""
    tally = tally_ballots(DEFINITION, "s1", [mark("green", "green/1"), mark("green", "green/2"), mark("red")])
    other = {name.replace("_", "/"): count for name, count in counts.items()}
    council = tally.contest("council")
    return replace(tally, contests=(tally.contests[0], replace(council, preferences=council.preferences | other)))


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        ({"green_1": 3}, "sums.preferences"),
        ({"red_1": 2}, "sums.preferences"),
        ({"green_1": 2, "green_2": 2, "green_3": 1}, "sums.preferences"),
        ({"green_1": -1}, "sums.negative-count"),
        ({"green_9": 1}, "sums.other-options"),
        ({"green_1": 2}, ""),
    ],
)
def test_preferences_that_cannot_be(counts: dict[str, int], code: str) -> None:
    assert [error.key for error in tally_errors(DEFINITION, "s1", altered(**counts))] == ([code] if code else [])


def test_figures_stand_after_the_options() -> None:
    names = [name for name, _ in altered().contest("council").figures(COUNCIL)]
    assert names[:4] == ["red", "red/1", "red/2", "red/3"]


def test_a_tally_without_preferences_keeps_its_bytes() -> None:
    """The shape of a contest that has none is that of earlier releases."""
    tally = ContestTally("mayor", {"ana": 1}, 0, 0, 0, 1)
    assert b"preferences" not in canonical.encode(tally)
    plain = Contest("c", "land", {"es": "C"}, "party-list", COUNCIL.options)
    assert b"preferences" not in canonical.encode(plain)
    assert b'"preferences":{"most":2}' in canonical.encode(replace(plain, preferences=Preferences(2)))


def test_a_candidate_is_named_by_number_and_name() -> None:
    assert numbered(COUNCIL, "green/2") == "2 · Noé Campos"
