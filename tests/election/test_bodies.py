"""Bodies: thresholds over several contests, levelling seats, who sits where, and what `check` says about them."""

import re
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from land_of_lists import land, list_contest
from testigo import canonical
from testigo.election import (
    METHODS,
    Body,
    Contest,
    Definition,
    Levelling,
    LevellingElected,
    Option,
    Party,
    Threshold,
    Tie,
    VoteTotals,
    allot,
    load,
    load_with_warnings,
    without_rounding,
)
from testigo.errors import InvalidInput, SeveralErrors, TestigoError

PARTIES = ("red", "blue", "green")


def lists(name: str, seats: int, *, method: str = "dhondt", room: int = 9, **more: object) -> Contest:
    """A contest of one list of each party."""
    return list_contest(name, seats, PARTIES, method, room=room, **more)


def country(contests: list[Contest], *bodies: Body) -> Definition:
    """A definition of the three parties."""
    return land(contests, [Party(one, {}, one) for one in PARTIES], *bodies)


def counted(**contests: tuple[int, ...]) -> dict[str, VoteTotals]:
    """Votes of red, blue, green in each contest."""
    return {name: VoteTotals(dict(zip(PARTIES, votes, strict=True)), 0, sum(votes)) for name, votes in contests.items()}


def assembly(seats: int = 0, *, method: str = "sainte-lague", threshold: Threshold | None = None) -> Body:
    return Body("assembly", {}, threshold, Levelling(seats, method) if seats else None)


# ── thresholds over several contests ──


def test_a_bodys_threshold_is_of_the_votes_in_all_its_list_contests() -> None:
    """Green has a fifth in the north and 4 % of all: it wins nothing in either."""
    votes = counted(north=(40, 40, 20), south=(200, 200, 0))
    contests = [lists("north", 10, body="assembly"), lists("south", 10, body="assembly")]
    alone, under = (allot(country(contests, assembly(threshold=bar)), votes) for bar in (None, Threshold("4.1")))
    assert alone.contests[0].seats["green"] == 2
    assert under.contests[0].seats["green"] == 0
    assert [one.excluded for one in under.contests] == [("green",), ("green",)]
    at_the_bar = allot(country(contests, assembly(threshold=Threshold("4"))), votes)
    assert at_the_bar.contests == alone.contests


def test_a_contests_threshold_is_of_the_contests_it_names() -> None:
    votes = counted(national=(60, 38, 2), north=(30, 30, 40))
    bar = Threshold("3", contests=("national",))
    found = allot(country([lists("national", 5), lists("north", 10, threshold=bar)]), votes)
    assert found.contests[0].excluded == ()
    assert found.contests[1].excluded == ("green",)
    assert found.contests[1].seats == {"red": 5, "blue": 5, "green": 0}


def test_a_contests_own_threshold_holds_beside_the_bodys() -> None:
    votes = counted(north=(60, 38, 2), south=(30, 3, 67))
    contests = [lists("north", 5, body="assembly", threshold=Threshold("3")), lists("south", 5, body="assembly")]
    found = allot(country(contests, assembly(threshold=Threshold("21"))), votes)
    assert [one.excluded for one in found.contests] == [("blue", "green"), ("blue",)]


def test_lists_without_a_party_stand_for_themselves_in_each_contest() -> None:
    options = (Option("own", {}, candidates=("a",)), Option("red", {}, party="red", candidates=("b",)))
    contests = [
        Contest(name, "land", {}, "party-list", options, seats=2, method="dhondt", body="assembly")
        for name in ("north", "south")
    ]
    totals = {name: VoteTotals({"own": 4, "red": 96}, 0, 100) for name in ("north", "south")}
    found = allot(country(contests, assembly(threshold=Threshold("3"))), totals)
    assert found.contests[0].excluded == ("own",)
    assert found.bodies[0].party_seats == {"red": 2}


# ── who sits where ──


def test_seats_of_two_bodies_are_never_added_up() -> None:
    contests = [lists("list", 3, body="assembly"), lists("school", 5, body="board"), lists("alone", 1)]
    definition = country(contests, assembly(), Body("board", {}))
    found = allot(definition, counted(list=(3, 0, 0), school=(0, 5, 0), alone=(0, 0, 1)))
    assert [(one.body, one.seats, one.party_seats) for one in found.bodies] == [
        ("assembly", 3, {"red": 3}),
        ("board", 5, {"blue": 5}),
    ]


def test_what_rounding_changed_is_told_by_contest() -> None:
    contests = [lists("few", 31, method="droop", room=31), lists("many", 31, method="droop", room=31)]
    votes = counted(few=(6, 1, 0), many=(600_000, 100_000, 0))
    assert without_rounding(country(contests), votes) == {"few": {"red": 27, "blue": 4, "green": 0}}
    assert without_rounding(country([lists("few", 31)]), counted(few=(6, 1, 0))) == {}


# ── levelling seats ──


def test_levelling_seats_by_hand() -> None:
    """Both districts give all four seats to red. In all, red has 80, blue 40, green 30: of ten seats 5, 3 and 2; red
    keeps its eight, and the next quotients of the others are 40/1 and 30/1.
    """
    contests = [lists(name, 4, body="assembly") for name in ("north", "south")]
    votes = counted(north=(50, 10, 9), south=(50, 5, 11))
    definition = country(contests, assembly(2))
    found = allot(definition, votes)
    assert [one.seats for one in found.contests] == [{"red": 4, "blue": 0, "green": 0}] * 2
    (body,) = found.bodies
    assert body.levelling is not None
    assert body.levelling.seats == {"blue": 1, "green": 1}
    assert body.levelling.elected == (
        LevellingElected("north", "blue", "north blue 1"),
        LevellingElected("south", "green", "south green 1"),
    )
    assert (body.seats, body.party_seats) == (10, {"red": 8, "blue": 1, "green": 1})


def test_a_levelling_seat_goes_to_the_next_candidate_of_the_best_list() -> None:
    """Blue has a seat in the north (40/3) and none in the south (15/1)."""
    contests = [lists("north", 2, body="assembly"), lists("south", 2, body="assembly")]
    votes = counted(north=(60, 40, 0), south=(50, 15, 0))
    (body,) = allot(country(contests, assembly(1)), votes).bodies
    assert body.levelling is not None
    assert body.levelling.elected == (LevellingElected("south", "blue", "south blue 1"),)
    (body,) = allot(country(contests, assembly(2)), votes).bodies
    assert body.levelling is not None
    assert body.levelling.elected[-1].contest in ("north", "south")


def test_a_partys_own_lists_are_compared_with_the_first_divisor_1() -> None:
    """Blue's next quotients are 30/3 in the north and 13/1 in the south, where 13/1.4 would be less."""
    contests = [lists("north", 2, body="assembly"), lists("south", 1, body="assembly")]
    votes = counted(north=(31, 30, 0), south=(14, 13, 0))
    (body,) = allot(country(contests, assembly(1, method="sainte-lague-1.4")), votes).bodies
    assert body.levelling is not None
    assert body.levelling.elected == (LevellingElected("south", "blue", "south blue 1"),)


def test_a_list_without_votes_gets_no_levelling_seat() -> None:
    contests = [lists("north", 1, room=1, body="assembly"), lists("south", 1, body="assembly")]
    (body,) = allot(country(contests, assembly(3)), counted(north=(50, 30, 0), south=(1, 0, 0))).bodies
    assert body.party_seats == {"red": 4, "blue": 1}
    assert body.levelling is not None
    assert [one.contest for one in body.levelling.elected if one.option == "blue"] == ["north"]


def test_seats_by_name_count_against_levelling_seats() -> None:
    nominal = Contest(
        "mayor", "land", {}, "choose-one", (Option("ana", {}, party="red"), Option("eva", {})), body="assembly"
    )
    contests = [lists("list", 1, body="assembly"), nominal]
    totals = counted(list=(60, 50, 0)) | {"mayor": VoteTotals({"ana": 9, "eva": 1}, 0, 10)}
    (body,) = allot(country(contests, assembly(1, method="dhondt")), totals).bodies
    assert body.party_seats == {"red": 2, "blue": 1}


def test_a_party_under_the_bodys_threshold_gets_no_levelling_seat() -> None:
    contests = [lists("north", 2, body="assembly"), lists("south", 2, body="assembly")]
    votes = counted(north=(58, 32, 10), south=(58, 32, 10))
    (body,) = allot(country(contests, assembly(3, threshold=Threshold("11"))), votes).bodies
    assert "green" not in body.party_seats
    assert body.party_seats == {"red": 5, "blue": 2}


def test_while_a_tie_in_a_contest_is_open_levelling_seats_wait() -> None:
    contests = [lists("north", 1, body="assembly"), lists("south", 1, body="assembly")]
    votes = counted(north=(5, 5, 0), south=(5, 0, 0))
    definition = country(contests, assembly(3))
    (body,) = allot(definition, votes).bodies
    assert (body.open_seats, body.party_seats) == (4, {"red": 1})
    (body,) = allot(definition, votes, draw="123456").bodies
    assert (body.open_seats, sum(body.party_seats.values())) == (0, 5)


def test_ties_for_levelling_seats_and_for_their_lists_wait_for_the_draw() -> None:
    contests = [lists("north", 1, body="assembly"), lists("south", 1, body="assembly")]
    votes = counted(north=(40, 10, 20), south=(40, 10, 0))
    (body,) = allot(country(contests, assembly(1)), votes).bodies
    assert body.levelling is not None
    assert body.levelling.ties == (Tie(("blue", "green"), 1, ()),)
    assert (body.open_seats, body.levelling.elected) == (1, ())
    (body,) = allot(country(contests, assembly(2)), votes).bodies
    assert body.levelling is not None
    assert body.levelling.seats == {"blue": 1, "green": 1}
    assert body.levelling.list_ties == (Tie(("north/blue", "south/blue"), 1, ()),)
    (body,) = allot(country(contests, assembly(2)), votes, draw="4").bodies
    assert body.levelling is not None
    assert {one.option for one in body.levelling.elected} == {"blue", "green"}


def test_levelling_seats_beyond_all_candidates_stay_empty() -> None:
    contests = [lists("north", 2, room=2, body="assembly")]
    (body,) = allot(country(contests, assembly(9)), counted(north=(5, 3, 0))).bodies
    assert (body.seats, body.party_seats, body.unfilled) == (11, {"red": 2, "blue": 2}, 7)


def test_levelling_by_a_method_without_divisors_is_refused() -> None:
    with pytest.raises(InvalidInput, match="divisors"):
        allot(country([lists("north", 2, body="assembly")], assembly(1, method="hare")), counted(north=(5, 3, 0)))


def nordic(votes: dict[str, int], won: dict[str, int], seats: int, method: str) -> dict[str, int]:
    """The rule as the Nordic laws tell it: share out all seats, leave out who has won more, and start again."""
    taking_part = dict(votes)
    while True:
        total = seats - sum(count for party, count in won.items() if party not in taking_part)
        award = METHODS[method].rule(taking_part, total, dict.fromkeys(votes, 999))
        assume(not award.tied)
        share = {party: award.won.count(party) for party in taking_part}
        over = [party for party in taking_part if won[party] > share[party]]
        if not over:
            return {party: share.get(party, won[party]) for party in votes}
        for party in over:
            del taking_part[party]


@given(
    st.sampled_from(("dhondt", "sainte-lague", "sainte-lague-1.2", "sainte-lague-1.4")),
    st.tuples(*[st.integers(1, 400)] * 3),
    st.tuples(*[st.integers(1, 400)] * 3),
    st.integers(1, 6),
    st.integers(1, 6),
)
def test_going_on_after_the_seats_won_is_the_nordic_rule(
    method: str, north: tuple[int, ...], south: tuple[int, ...], fixed: int, levelling: int
) -> None:
    contests = [lists(name, fixed, room=30, body="assembly") for name in ("north", "south")]
    found = allot(country(contests, assembly(levelling, method=method)), counted(north=north, south=south))
    (body,) = found.bodies
    assume(not body.open_seats)
    won: Counter[str] = Counter()
    for one in found.contests:
        won.update(one.seats)
    in_all = dict(zip(PARTIES, map(sum, zip(north, south, strict=True)), strict=True))
    assert body.party_seats == {k: v for k, v in nordic(in_all, won, body.seats, method).items() if v}


@given(
    st.lists(st.tuples(*[st.integers(0, 30)] * 3), min_size=2, max_size=4),
    st.integers(1, 5),
    st.integers(0, 6),
    st.integers(1, 4),
    st.sampled_from((None, Threshold("10"), Threshold(fraction="1/3", of="cast"))),
    st.sampled_from((None, "1", "98765")),
)
def test_every_seat_of_a_body_is_accounted_for(
    votes: list[tuple[int, ...]], fixed: int, levelling: int, room: int, bar: Threshold | None, draw: str | None
) -> None:
    names = [f"d{place}" for place in range(len(votes))]
    contests = [lists(name, fixed, room=room, body="assembly") for name in names]
    totals = counted(**dict(zip(names, votes, strict=True)))
    (body,) = allot(country(contests, assembly(levelling, threshold=bar)), totals, draw=draw).bodies
    assert sum(body.party_seats.values()) + body.unfilled + body.open_seats == body.seats
    assert body.seats == fixed * len(votes) + levelling
    if draw:
        assert body.open_seats == 0
    if body.levelling is not None:
        waiting = sum(tie.seats_at_stake for tie in body.levelling.list_ties if tie.open)
        assert len(body.levelling.elected) + waiting == sum(body.levelling.seats.values())
        assert len(set(body.levelling.elected)) == len(body.levelling.elected)


# ── what is written and checked ──

WITH_BODY = (
    "contests:\n",
    "bodies:\n"
    "  - id: house\n"
    "    title: {es: Cámara, en: House}\n"
    "    threshold: {fraction: 1/20, of: valid-and-blank, minorities: exempt, coalitions: [{members: 2, percent: 7}]}\n"
    "    levelling: {seats: 2, method: sainte-lague-1.2}\n"
    "contests:\n",
)


def with_body(base: str) -> str:
    """The small definition with a body, a coalition and an agreement."""
    text = base.replace(*WITH_BODY).replace("    method: dhondt\n", "    method: dhondt\n    body: house\n")
    text = text.replace("abbreviation: R,", "abbreviation: R, kind: coalition, members: 3,")
    return text.replace(
        "    seats: 2\n    options:\n      - {id: red", PACT + "    seats: 2\n    options:\n      - {id: red"
    )


PACT = "    agreements: [{id: pact, options: [red, blue]}]\n"


def test_bodies_and_thresholds_are_read_as_they_are_written(base, written) -> None:
    loaded = load_with_warnings(written(with_body(base)))
    assert loaded.warnings == ()
    definition = loaded.definition
    (body,) = definition.bodies
    assert body.threshold is not None
    assert body.threshold.share_of(definition.party("blue")) * 20 == 1
    assert body.threshold.share_of(definition.party("red")) * 100 == 7
    assert body.levelling == Levelling(2, "sainte-lague-1.2")
    assert definition.contest("assembly").body == "house"
    assert definition.contest("assembly").agreements[0].options == ("red", "blue")
    assert Definition.from_payload(definition.payload()) == definition


def test_a_definition_without_them_has_the_bytes_of_before(base, written) -> None:
    plain = canonical.encode(load(written(base)).core())
    for word in (b"bodies", b"body", b"agreements", b"members", b"fraction", b"coalitions", b"minorities"):
        assert word not in plain


WRONG = [
    ("body: house", "body: senate", "no body 'senate'"),
    ("fraction: 1/20", "fraction: 21/20", "not a fraction"),
    ("fraction: 1/20", "fraction: 1:20", "not a fraction"),
    ("fraction: 1/20", "fraction: 1/20, percent: 5", "a percentage or a fraction"),
    ("percent: 7}", "percent: seven}", "not a percentage"),
    ("{members: 2, percent: 7}", "{members: 1, percent: 7}", "fewer than 2"),
    ("{members: 2, percent: 7}", "{members: 2, percent: 7}, {members: 2, percent: 8}", "stands there twice"),
    ("minorities: exempt", "minorities: exempt, contests: [council]", "not a contest of party lists"),
    ("minorities: exempt", "minorities: exempt, contests: [ghost]", "no contest 'ghost'"),
    ("minorities: exempt", "minorities: exempt, contests: [assembly, assembly]", "twice"),
    ("levelling: {seats: 2,", "levelling: {seats: 0,", "0 levelling seats"),
    ("method: sainte-lague-1.2}", "method: hare}", "need a method of divisors"),
    ("    body: house\n", "", "no contest fills 'house'"),
    ("title: {es: Cámara, en: House}", "title: {es: Cámara}", "the text is missing in 'en'"),
    ("members: 3", "members: 1", "its members are 1"),
    ("kind: coalition, members: 3", "members: 3", "is not a coalition"),
    ("id: pact", "id: red", "the id of an option too"),
    ("options: [red, blue]}", "options: [red]}", "fewer than 2 lists"),
    ("options: [red, blue]}", "options: [red, ghost]}", "no option 'ghost'"),
    ("options: [red, blue]}", "options: [red, red]}", "twice"),
]


@pytest.mark.parametrize(("old", "new", "words"), WRONG)
def test_each_error_is_told_with_a_hint(base, written, old: str, new: str, words: str) -> None:
    text = with_body(base)
    assert text.count(old) == 1
    with pytest.raises(TestigoError) as caught:
        load(written(text.replace(old, new)))
    errors = caught.value.errors if isinstance(caught.value, SeveralErrors) else [caught.value]
    found = [one for one in errors if words in str(one)]
    assert found, [str(one) for one in errors]
    assert found[0].hint
    assert re.search(r"election\.yaml:[0-9]+", found[0].place)


def test_agreements_and_body_rules_are_of_lists(base, written) -> None:
    text = base.replace(
        "    choose: 2\n", "    choose: 2\n    body: house\n    agreements: [{id: x, options: [eva, iris]}]\n"
    )
    with pytest.raises(SeveralErrors) as caught:
        load(written(text.replace(*WITH_BODY)))
    told = [str(one) for one in caught.value.errors]
    assert any("only party lists pool votes" in one for one in told)
    assert any("no contest of party lists" in one for one in told)


def test_a_rounded_quota_and_several_contests_without_bodies_are_warned_of(base, written) -> None:
    (warning,) = load_with_warnings(written(base.replace("method: dhondt", "method: droop"))).warnings
    assert "about 17" in str(warning)
    long = base.replace("    seats: 2\n", "    seats: 3\n").replace("[Uno, Dos]", "[Uno, Dos, Seis]")
    long = long.replace("[Tres, Cuatro]", "[Tres, Cuatro, Siete]")
    warnings = [str(one) for one in load_with_warnings(written(long)).warnings]
    assert any("2 contests have 3 or more seats" in one for one in warnings)


def test_the_republics_contests_fill_its_assembly(project_root: Path) -> None:
    definition = load(project_root / "src" / "testigo" / "examples" / "republic" / "election.yaml")
    assert [one.id for one in definition.contests if not one.body] == ["president"]
    changed = msgspec.structs.replace(definition, bodies=())
    assert changed.digest != definition.digest
