"""What `hours` finds of a station that was opened on another day, or closed while people could still come."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from testigo.ballot import TallySheet
from testigo.election import Definition
from testigo.record import Grade
from testigo.witness import Verdict, verify
from testigo.witness.report import VerificationReport
from testigo.words import instant

HERE = "01-02"


@pytest.fixture
def report(elect: Callable[..., Any], definition: Definition, tmp_path: Path) -> Callable[..., VerificationReport]:
    """Verify an election in which one station's sheet says something else of its hours."""

    def make(of: Definition = definition, **fields: str) -> VerificationReport:
        def twist(kind: str, subject: str, body: Any) -> Any:
            here = isinstance(body, TallySheet) and subject == HERE
            return msgspec.structs.replace(body, **fields) if here else body

        return verify(elect(twist, of=of).publish(tmp_path / "public"))

    return make


def found(report: VerificationReport) -> list[tuple[Grade, str]]:
    return [(one.grade, one.detail) for one in report.findings if one.code == "hours" and HERE in one.detail]


def test_within_them(report: Callable[..., VerificationReport]) -> None:
    made = report()
    assert [grade for grade, _ in found(made)] == [Grade.OK] and made.verdict is Verdict.ALL_HOLDS


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        (
            {"opened": "2027-04-11T17:00:00Z", "closed": "2027-04-11T17:30:00Z"},
            f"opened at {instant('2027-04-11T17:00:00Z', 'en')}, outside",
        ),
        (
            {"closed": "2027-04-11T16:59:59Z"},
            f"closed at {instant('2027-04-11T16:59:59Z', 'en')}, before the hours of voting ended",
        ),
        ({"opened_outside": "we liked it"}, "the reason for its hours is not on the list: we liked it"),
        ({"closed_early": "machines-late"}, "the reason for its hours is not on the list: machines-late"),
    ],
)
def test_without_a_reason_from_the_list_it_fails(
    report: Callable[..., VerificationReport], fields: dict[str, str], says: str
) -> None:
    made = report(**fields)
    ((grade, detail),) = found(made)
    assert grade is Grade.FAILURE and says in detail
    assert made.verdict is Verdict.TAMPERED


def test_a_reason_explains_it(report: Callable[..., VerificationReport]) -> None:
    made = report(closed="2027-04-11T16:59:59Z", opened_outside="order", closed_early="all-voted")
    (opened, closed) = found(made)
    assert {opened[0], closed[0]} == {Grade.EXPLAINED}
    assert "Ordered by the authority" in opened[1] and "Everybody on the register has voted" in closed[1]
    assert made.verdict is Verdict.EXPLAINED


def test_a_rehearsal_says_that_it_is_one(report: Callable[..., VerificationReport]) -> None:
    made = report(closed="2027-04-11T09:00:00Z", opened_outside="rehearsal", closed_early="rehearsal")
    assert [grade for grade, _ in found(made)] == [Grade.NOTE, Grade.NOTE]
    assert all("Rehearsal" in detail for _, detail in found(made))
    assert made.verdict is Verdict.ALL_HOLDS


def test_nobody_can_tell_where_the_definition_names_no_offset(
    report: Callable[..., VerificationReport], definition: Definition
) -> None:
    silent = msgspec.structs.replace(definition, utc_offset="")
    made = report(of=silent, closed="2027-04-11T09:00:00Z")
    ((grade, detail),) = found(made)
    assert grade is Grade.OK and "the definition does not say" in detail


@pytest.mark.parametrize("which", [("opened", "closed"), ("closed",)])
def test_attack_the_last_second_of_all_years_is_no_time(
    report: Callable[..., VerificationReport], definition: Definition, which: tuple[str, ...]
) -> None:
    """On a clock ahead of UTC it is in a year that no calendar of Python has."""
    east = msgspec.structs.replace(definition, utc_offset="+02:00")
    made = report(of=east, **{name: f"9999-12-31T23:59:5{len(name)}Z" for name in which})
    assert "closed '9999-12-31T23:59:56Z'" in "".join(one.detail for one in made.failures)
    assert [grade for grade, _ in found(made)] == [Grade.OK]
