"""From tally sheets to the result: sums by hand, properties, and what is odd."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests import ANY, DIGESTS
from testigo import canonical
from testigo.ballot import TallySheet
from testigo.count import Anomaly, Result, count_result, percent
from testigo.count.anomalies import AnomalyKind
from testigo.election import Definition, load
from testigo.errors import InvalidInput
from testigo.words import languages

SheetOf = Callable[..., TallySheet]


@pytest.fixture(scope="session")
def definition(definition_file: Path) -> Definition:
    return load(definition_file)


def _with_votes(sheet: TallySheet, contest: str, votes: dict[str, int]) -> TallySheet:
    """The sheet with one choose-one contest's votes set; the rest of its ballots become blank."""
    contests = tuple(
        msgspec.structs.replace(one, votes=votes, blank=one.ballots - sum(votes.values()))
        if one.contest == contest
        else one
        for one in sheet.tally.contests
    )
    return msgspec.structs.replace(sheet, tally=msgspec.structs.replace(sheet.tally, contests=contests))


def test_totals_by_contest_and_district_are_the_sums(definition: Definition, sheet_of: SheetOf) -> None:
    sheets = {
        "n1": _with_votes(sheet_of("n1", 20), "president", {"ana": 9, "luis": 5, "eva": 1}),
        "n2": _with_votes(sheet_of("n2", 10), "president", {"ana": 2, "luis": 6, "eva": 0}),
        "s1": _with_votes(sheet_of("s1", 30), "president", {"ana": 10, "luis": 12, "eva": 3}),
    }
    result = count_result(definition, sheets, digests=DIGESTS)
    president = result.contests[0]
    assert [(one.option, one.votes, one.percent) for one in president.options] == [
        ("ana", 21, "43.75"),
        ("luis", 23, "47.92"),
        ("eva", 4, "8.33"),
    ]
    assert (president.ballots, president.valid, president.blank) == (60, 48, 12)
    assert president.allocation.seats == {"ana": 0, "luis": 1, "eva": 0}
    by_district = {one.district: one for one in result.districts}
    assert list(by_district) == ["land", "north", "south"]
    assert by_district["north"].contests[0].votes == {"ana": 11, "luis": 11, "eva": 1}
    assert by_district["south"].contests[0].votes == {"ana": 10, "luis": 12, "eva": 3}
    assert {one.contest for one in by_district["south"].contests} == {"president", "list"}
    assert {one.contest for one in by_district["north"].contests} == {
        "president",
        "list",
        "north-council",
        "native-seat",
    }
    assert {one.contest for one in by_district["land"].contests} == {"president", "list", "native-seat"}
    assert (result.turnout.registered, result.turnout.checked_in, result.turnout.percent) == (120, 60, "50.00")
    assert by_district["north"].turnout.percent == "42.86"


def test_a_missing_station_is_named_and_its_voters_are_no_abstainers(definition: Definition, sheet_of: SheetOf) -> None:
    result = count_result(definition, {"n2": sheet_of("n2", 15)}, digests=DIGESTS)
    assert result.missing == ("n1", "s1")
    assert (result.turnout.registered, result.turnout.percent) == (30, "50.00")
    assert [one.counted for one in result.contests] == [1, 1, 1, 0]
    assert not any(one.complete for one in result.contests)


def test_a_tie_stays_open_until_the_draw_and_the_draw_does_not_follow_the_file(
    definition: Definition, sheet_of: SheetOf
) -> None:
    sheets = {"s1": _with_votes(sheet_of("s1", 30), "president", {"ana": 7, "luis": 7, "eva": 7})}
    (tie,) = count_result(definition, sheets, digests=DIGESTS).contests[0].allocation.ties
    assert tie.open
    assert count_result(definition, sheets, digests=DIGESTS).contests[0].allocation.seats == {
        "ana": 0,
        "luis": 0,
        "eva": 0,
    }
    rng = random.Random(3)
    winners = set()
    for _ in range(40):
        draw = "".join(rng.choices("123456", k=20))
        (tie,) = count_result(definition, sheets, draw=draw, digests=DIGESTS).contests[0].allocation.ties
        winners |= set(tie.winners)
    assert winners == {"ana", "luis", "eva"}


@settings(max_examples=40, deadline=None)
@given(
    ballots=st.dictionaries(st.sampled_from(["n1", "n2", "s1"]), st.integers(0, 25)),
    seed=st.integers(0, 5),
    shuffle=st.randoms(use_true_random=False),
)
def test_order_does_not_matter_and_sums_hold(ballots: dict[str, int], seed: int, shuffle: random.Random) -> None:
    definition, sheet_of = _ground()
    sheets = {name: sheet_of(name, count, seed) for name, count in ballots.items()}
    result = count_result(definition, sheets, digests=DIGESTS)
    names = list(sheets)
    shuffle.shuffle(names)
    assert canonical.encode(
        count_result(definition, {name: sheets[name] for name in names}, digests=DIGESTS)
    ) == canonical.encode(result)
    for contest, one in zip(definition.contests, result.contests, strict=True):
        allocation = one.allocation
        open_seats = sum(tie.seats_at_stake for tie in allocation.ties if tie.open)
        assert sum(allocation.seats.values()) + allocation.unfilled + open_seats == contest.seats
        assert one.valid + one.undervotes + contest.choose * (one.blank + one.null) == contest.choose * one.ballots
    root = result.districts[0]
    assert root.turnout == result.turnout
    assert root.turnout.recorded == sum(ballots.values())


def _ground() -> tuple[Definition, SheetOf]:
    """The definition and the sheet maker without function-scoped fixtures, which hypothesis does not reset."""
    return _GROUND[0]


_GROUND: list[tuple[Definition, SheetOf]] = []


@pytest.fixture(autouse=True)
def _fill_ground(definition: Definition, sheet_of: SheetOf) -> None:
    _GROUND[:] = [(definition, sheet_of)]


def test_the_payload_holds_no_floats_and_comes_back_the_same(definition: Definition, sheet_of: SheetOf) -> None:
    result = count_result(definition, {name: sheet_of(name) for name in ("n1", "s1")}, draw="1" * 20, digests=DIGESTS)
    encoded = canonical.encode(result)
    assert Result.from_payload(json.loads(encoded)) == result
    with pytest.raises(InvalidInput, match="not an election result"):
        Result.from_payload({"election": 1})


@pytest.mark.parametrize(
    ("changed", "kind", "figures"),
    [
        ({"registered": 15}, "turnout-over-100", (20, 15)),
        ({"matched": 10}, "more-ballots-than-voters", (20, 11)),
        ({"recorded": 19}, "tally-not-recorded", (20, 19)),
        ({"registered": 41}, "register-differs", (41, 40)),
        ({"released": 9, "matched": 11}, "released-over-cap", (9, 3)),
        ({"released": 2, "matched": 18}, "reasons-do-not-add-up", (1, 2)),
    ],
)
def test_each_anomaly_is_found_and_the_sheet_still_counts(
    definition: Definition, sheet_of: SheetOf, changed: dict[str, int], kind: str, figures: tuple[int, int]
) -> None:
    result = count_result(definition, {"n1": sheet_of("n1", **changed)}, digests=DIGESTS)
    found = {one.kind: (one.found, one.allowed) for one in result.anomalies}
    assert found[kind] == figures
    assert result.stations[0].status == "counted"


def test_an_honest_sheet_has_no_anomaly(definition: Definition, sheet_of: SheetOf) -> None:
    assert (
        count_result(definition, {name: sheet_of(name) for name in ("n1", "n2", "s1")}, digests=DIGESTS).anomalies == ()
    )


@pytest.mark.parametrize("counter", ["registered", "matched", "spoiled", "recorded"])
def test_a_sheet_that_cannot_be_is_set_aside_and_said_so(
    definition: Definition, sheet_of: SheetOf, counter: str
) -> None:
    result = count_result(definition, {"n1": sheet_of("n1", **{counter: -1}), "n2": sheet_of("n2")}, digests=DIGESTS)
    assert [one.status for one in result.stations] == ["set-aside", "counted", "missing"]
    assert [(one.kind, one.station) for one in result.anomalies] == [("sums", "n1")]
    assert result.contests[0].ballots == 20
    assert result.stations[0].sheet == ANY


def test_what_is_wrong_with_a_sheet_is_signed_as_a_code_with_its_figures(
    definition: Definition, sheet_of: SheetOf
) -> None:
    sheet = sheet_of("n1")
    one = sheet.tally.contests[0]
    contests = (msgspec.structs.replace(one, blank=one.blank + 1), *sheet.tally.contests[1:])
    wrong = msgspec.structs.replace(sheet, tally=msgspec.structs.replace(sheet.tally, contests=contests))
    (anomaly,) = count_result(definition, {"n1": wrong}, digests=DIGESTS).anomalies
    assert (anomaly.kind, anomaly.detail) == ("sums", f"sums.choices {one.contest}")
    assert anomaly.found - anomaly.allowed == definition.contest(one.contest).choose
    assert anomaly.message.text("es") == (
        f"Las sumas del acta no salen: {one.contest}: {anomaly.found} votos, en blanco y opciones sin usar, "
        f"no {anomaly.allowed}. El acta no se cuenta."
    )


@pytest.mark.parametrize("language", languages())
def test_every_anomaly_has_its_sentence(language: str) -> None:
    for kind in get_args(AnomalyKind):
        said = Anomaly(kind, "n1", 3, 2, "sums.choices mayor" if kind == "sums" else "").message.text(language)
        assert said.endswith(".") and "anomaly_" not in said and "sums." not in said


def test_a_sheet_under_another_name_or_of_no_station_is_refused(definition: Definition, sheet_of: SheetOf) -> None:
    with pytest.raises(InvalidInput, match="sent as that of"):
        count_result(definition, {"n2": sheet_of("n1")}, digests=DIGESTS)
    other = msgspec.structs.replace(sheet_of("n1"), station="x9")
    with pytest.raises(InvalidInput, match="does not have"):
        count_result(definition, {"x9": other}, digests=DIGESTS)


@given(part=st.integers(0, 10**9), whole=st.integers(1, 10**9))
def test_percentages_are_rounded_half_up(part: int, whole: int) -> None:
    units, cents = percent(part, whole).split(".")
    assert len(cents) == 2
    hundredths = int(units) * 100 + int(cents)
    assert 2 * whole * hundredths - whole <= 20_000 * part < 2 * whole * hundredths + whole
    assert percent(part, 0) == "0.00"
