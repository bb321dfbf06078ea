"""What follows from the declarations of counters: sums, rules, what is shown where, words, versions."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_counters import changed, counted, incremented
from testigo import canonical
from testigo.ballot import (
    COUNTERS,
    BoothCounters,
    CheckInCounters,
    Counter,
    Reconciliation,
    TallySheet,
    tally_ballots,
    version_1,
)
from testigo.ballot.reasons import HOURS_REASONS
from testigo.ballot.reports import BoothReport, CheckInReport, ZeroReport
from testigo.record import peek, read_record
from testigo.words import counter_words, languages, section

FROZEN = Path(__file__).parents[1] / "data" / "records" / "0.1" / "honest"
CHAIN = {name for name, _ in Reconciliation.zero().chain}

counts = st.integers(0, 1000)
figures = st.fixed_dictionaries(
    {one.name: st.dictionaries(st.sampled_from(one.reasons), counts) if one.reasons else counts for one in COUNTERS}
)


def name(counter: Counter) -> str:
    """A counter's name, for the names of tests."""
    return counter.name


def test_names_are_unique_and_declarations_name_counters_of_their_machine() -> None:
    names = [one.name for one in COUNTERS]
    assert len(set(names)) == len(names)
    assert {one.machine for one in COUNTERS} == {"check-in", "booth"}
    own = {machine: {one.name for one in COUNTERS if one.machine == machine} for machine in ("check-in", "booth")}
    for one in COUNTERS:
        assert {one.at_most, one.explains} - {""} <= own[one.machine], one.name
        assert not (one.fixed and one.reasons) and not (one.explains and not one.reasons), one.name
        assert one.part_of == "" or one.part_of in CHAIN, one.name


@given(figures)
def test_any_figures_are_the_same_after_encoding_and_in_every_derived_form(values: dict[str, object]) -> None:
    reconciliation = counted(**values)
    assert msgspec.convert(canonical.decode(canonical.encode(reconciliation)), Reconciliation) == reconciliation
    assert {one.name: found if one.reasons else found[""] for one, found in reconciliation.figures()} == values
    check_in = reconciliation.check_in
    undone = sum(check_in.undone.values())
    assert check_in.checked_in == check_in.matched + check_in.released - undone == check_in.sum_of("checked_in")
    for place in ("sheet", "results", "screen"):
        rows = {row.name: row.count for row in reconciliation.rows(place) if not row.is_sum}
        totals = {one: sum(found.values()) for one, found in reconciliation.figures() if place in one.shown}
        assert rows == {one.name: total for one, total in totals.items() if total or not one.quiet}


@pytest.mark.parametrize("counter", COUNTERS, ids=name)
def test_a_zero_report_is_zero_but_for_what_is_fixed_before_opening(village, counter: Counter) -> None:
    tally, zero = tally_ballots(village, "v-001", ()), Reconciliation.zero()
    assert ZeroReport(tally, zero).is_zero
    one_more = changed(zero, **{counter.name: incremented(zero, counter)})
    assert ZeroReport(tally, one_more).is_zero is counter.fixed


def test_a_sum_stands_before_its_parts_and_a_counter_beside_its_limit() -> None:
    rows = counted(matched=4, released=2, released_by_two=1, undone={"other": 1}).rows("screen")
    places = {row.name: number for number, row in enumerate(rows)}
    assert rows[places["checked_in"]].count == 5 and rows[places["checked_in"]].is_sum
    assert places["checked_in"] < places["matched"] and rows[places["matched"]].part
    assert rows[places["matched"]].at_most is None
    rows = counted(cards_made=9, cards_used=2).rows("sheet")
    assert next(row for row in rows if row.name == "cards_used").at_most == 9


@pytest.mark.parametrize(
    ("machine", "said"),
    [
        (
            counted(released=1, release_cap=0, released_reasons={"other": 1}).check_in,
            "Released 1, Usual releases of one kind 0",
        ),
        (
            counted(
                released=4, release_alarm=2, release_cap=2, released_reasons={"other": 4}, released_by_two=1
            ).check_in,
            "Released 4, Usual releases of one kind 3",
        ),
        (counted(released_by_two=2, released_by_allowance=1).check_in, "Released by two persons 3, Released 0"),
        (counted(cards_used=3, cards_made=2).booth, "Cards used 3, Cards made 2"),
        (counted(spoiled=2, spoiled_reasons={"mistake": 1}).booth, "reasons for 1, Spoiled 2"),
        (counted(refused={"whim": 0}).check_in, "Refused: reasons that are not on the list: whim"),
    ],
)
def test_a_broken_rule_is_told_with_its_figures(machine: CheckInCounters | BoothCounters, said: str) -> None:
    assert [str(rule) for rule in machine.broken_rules()] == [said]


def test_what_keeps_the_rules_breaks_none() -> None:
    kept = counted(released=1, release_cap=1, released_reasons={"other": 1}, refused={"left": 2}, voided={"other": 1})
    assert [rule for machine in kept.machines for rule in machine.broken_rules()] == []


def test_releases_are_compared_with_the_alarm_of_each_kind_apart() -> None:
    released = {"not-enrolled": 3, "worn-finger": 1, "other": 2, "reader-failure": 2}
    kinds = counted(released=8, released_reasons=released, release_cap=2, release_alarm=2).check_in
    assert kinds.beyond_alarm == 2  # one never enrolled, one with a finger that did not match
    agreed = msgspec.structs.replace(kinds, released_by_two=1, released_by_allowance=1)
    assert kinds.broken_rules() and not agreed.broken_rules()
    before = msgspec.structs.replace(kinds, release_alarm=0)  # counters of a version that knew one cap for all
    assert before.beyond_alarm == 6


@pytest.mark.parametrize("language", languages())
def test_whatever_people_see_has_its_words_and_nothing_else_has(language: str) -> None:
    shown = [one for one in COUNTERS if one.shown]
    wanted = {one.name for one in shown} | {one.part_of for one in shown if one.part_of} | CHAIN
    wanted |= {f"{one.name}.{reason}" for one in shown if "sheet" in one.shown for reason in one.reasons}
    wanted |= {f"{act}.{reason}" for act, allowed in HOURS_REASONS.items() for reason in allowed}
    words = section(language, "counters")
    assert words.keys() == wanted
    assert len({words[one.name] for one in shown}) == len(shown)
    assert counter_words(language) == words


def test_a_language_without_words_speaks_english() -> None:
    assert counter_words("gn") == counter_words("en")


def test_versions_follow_the_counters() -> None:
    both = CheckInCounters.VERSION + BoothCounters.VERSION
    assert TallySheet.VERSION == ZeroReport.VERSION == both >= 2
    assert (CheckInReport.VERSION, BoothReport.VERSION) == (CheckInCounters.VERSION, BoothCounters.VERSION + 1)


def _bodies(kind: str) -> list[dict[str, object]]:
    statements = [peek(envelope) for _, envelope in read_record(FROZEN).envelopes]
    return [statement.body for statement in statements if statement.type == kind]


def test_a_sheet_of_version_1_says_what_it_said() -> None:
    reports = {body["station"]: body for body in _bodies("booth-report")}
    for body in _bodies("tally-sheet"):
        sheet = version_1.tally_sheet(body)
        flat = {one.name: found if one.reasons else found[""] for one, found in sheet.reconciliation.figures()}
        assert flat | body["reconciliation"] == flat | {"reasons": sheet.reconciliation.reasons}
        assert not any(flat[name] for name in flat.keys() - body["reconciliation"].keys())
        assert not {"cards_handed", "voided"} & {*flat, *(row.name for row in sheet.reconciliation.rows("sheet"))}
        booth = msgspec.convert(reports[sheet.station], BoothReport).counters
        assert sheet.reconciliation.contradictions(msgspec.structs.replace(booth, voided={"other": 2})) == []
        other = sheet.reconciliation.contradictions(msgspec.structs.replace(booth, cards_made=booth.cards_made + 1))
        (said,) = other
        assert (said.values["machine"], said.values["sheet"]) == (booth.cards_made + 1, booth.cards_made)
        assert str(said.values["counter"]) == "Cards made"
    for body in _bodies("zero-report"):
        assert version_1.zero_report(body).is_zero


@pytest.mark.parametrize("change", [{"cards_handed": 3}, {"matched": "3"}, {"voided": {}}])
def test_a_sheet_of_version_1_has_no_other_counters(change: dict[str, object]) -> None:
    (body, *_) = _bodies("tally-sheet")
    with pytest.raises(msgspec.ValidationError):
        version_1.tally_sheet(body | {"reconciliation": body["reconciliation"] | change})
