"""Preferences in a record: whoever moves one, on a tally sheet or in the result, is found, and told."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from open_lists import council, open_lists
from testigo.ballot import Tally
from testigo.count import Result, count_result
from testigo.election import Definition, Elected, Preferences
from testigo.record import Grade
from testigo.witness import verify
from twists import only

HERE = "s2"


@pytest.fixture(scope="module")
def open_election() -> Definition:
    return replace(
        open_lists(stations=3),
        contests=(council(Preferences(1)),),
        date="2027-04-11",
        opens="07:00",
        closes="17:00",
        utc_offset="+00:00",
    )


def preferences(tally: Tally, **counts: int) -> Tally:
    """The tally with other preferences."""
    (one,) = tally.contests
    other = {name.replace("_", "/"): count for name, count in counts.items()}
    return replace(tally, contests=(replace(one, preferences=one.preferences | other),))


def test_an_honest_record_holds_and_says_who_is_elected(elect: Any, open_election: Definition, tmp_path: Path) -> None:
    report = verify(elect(of=open_election).publish(tmp_path / "record"))
    assert report.verdict.holds


def moved(tally: Tally) -> Tally:
    """One preference of the red list given to another of it: every sum still comes out."""
    (one,) = tally.contests
    had = max((name for name in one.preferences if name.startswith("red/")), key=one.preferences.__getitem__)
    other = next(name for name in one.preferences if name.startswith("red/") and name != had)
    return replace(
        tally,
        contests=(
            replace(
                one,
                preferences=one.preferences | {had: one.preferences[had] - 1, other: one.preferences[other] + 1},
            ),
        ),
    )


def test_attack_a_preference_moved_on_the_tally_sheet(elect: Any, caught: Any, open_election: Definition) -> None:
    """The booth has signed another tally."""
    cheat = elect(only("tally-sheet", lambda sheet: replace(sheet, tally=moved(sheet.tally)), HERE), of=open_election)
    assert any("does not say what the voting machine counted" in said for said in caught("machine-reports", cheat))


def test_attack_more_preferences_than_votes_are_not_counted(elect: Any, caught: Any, open_election: Definition) -> None:
    election = elect(only("public-draw", lambda body: None, ""), of=open_election)
    sheet = election.sheets[HERE]
    place = election.find("tally-sheet", HERE)
    wrong = replace(sheet, tally=preferences(sheet.tally, red_1=999))
    election.say("tally-sheet", HERE, wrong, election.key("chair", HERE), 600)
    election.envelopes[place] = election.envelopes.pop()
    assert any("999 preferences for red/1" in said for said in caught("statements", election))


def result_with(change: Callable[[Result], Result]) -> Callable[[str, str, Any], Any]:
    return only("result", change, "")


def other_preferences(result: Result) -> Result:
    (one,) = result.contests
    rows = [replace(row, preferences=tuple(reversed(row.preferences))) for row in one.options]
    return replace(result, contests=(replace(one, options=tuple(rows)),))


def other_elected(result: Result) -> Result:
    (one,) = result.contests
    first, *others = one.allocation.elected
    elected = (Elected(first.option, "Somebody Else"), *others)
    return replace(result, contests=(replace(one, allocation=replace(one.allocation, elected=elected)),))


def test_attack_other_preferences_in_the_result(elect: Any, caught: Any, open_election: Definition) -> None:
    found = caught("result", elect(result_with(other_preferences), of=open_election))
    assert any("preferences of" in said and "published" in said for said in found)


def test_attack_another_person_elected(elect: Any, caught: Any, open_election: Definition) -> None:
    found = caught("result", elect(result_with(other_elected), of=open_election))
    assert any("Somebody Else" in said for said in found)


def test_a_missing_sheet_leaves_at_least_the_others_preferences(
    elect: Any, open_election: Definition, tmp_path: Path
) -> None:
    """Without a tally sheet a result cannot be computed, but fewer preferences than the others give are a lie."""

    def none(result: Result) -> Result:
        (one,) = result.contests
        rows = [replace(row, preferences=(0,) * len(row.preferences)) for row in one.options]
        return replace(result, contests=(replace(one, options=tuple(rows)),))

    folder = elect(result_with(none), of=open_election).publish(tmp_path / "record")
    next(folder.glob(f"statements/*tally-sheet-{HERE}.json")).unlink()
    failed = [one for one in verify(folder).findings if one.grade is Grade.FAILURE]
    assert any("preferences of" in str(one.detail) for one in failed)


def test_the_result_is_the_same_in_whichever_order_sheets_come(elect: Any, open_election: Definition) -> None:
    election = elect(of=open_election)
    one = count_result(open_election, election.sheets, digests=election.digests)
    other = count_result(open_election, dict(reversed(election.sheets.items())), digests=election.digests)
    assert one == other
    assert sum(one.contests[0].preferences.values()) == one.contests[0].valid
    assert Result.from_payload(one.payload()) == one
