"""What a check notes: one of the known codes; an error inside a check becomes a finding of the right grade."""

import pytest

from testigo.count import NewerVersion
from testigo.errors import InvalidInput, InvalidSignature, StorageError, TestigoError
from testigo.record import Finding, Grade
from testigo.witness.finding_log import FindingLog
from testigo.words import message


def test_a_code_that_nobody_declared_is_a_defect() -> None:
    with pytest.raises(KeyError, match="no-such-check"):
        FindingLog().ok("no-such-check", message("finding", "fine"))


@pytest.mark.parametrize(
    ("error", "grade"),
    [
        (InvalidInput("not a tally", place="elsewhere"), Grade.FAILURE),
        (InvalidSignature("signed by another", place="elsewhere"), Grade.FAILURE),
        (NewerVersion("of version 9", place="elsewhere"), Grade.UNCHECKED),
        (StorageError("the disk does not answer", place="elsewhere"), Grade.UNCHECKED),
    ],
)
@pytest.mark.parametrize("place", ["statements/000001-x.json", ""])
def test_an_error_inside_a_check_is_a_finding(error: TestigoError, grade: Grade, place: str) -> None:
    told: list[Finding] = []
    log = FindingLog(told.append)
    with log.reporting("tested", place):
        raise error
    log.ok("seats", message("finding", "the next check is made"))
    first, second = log.findings
    assert (first.code, first.grade, first.place) == ("tested", grade, place or "elsewhere")
    assert error.problem in first.detail and not first.detail.endswith(".")
    assert second.holds and told == log.findings


def test_a_defect_inside_a_check_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), FindingLog().reporting("tested"):
        raise ZeroDivisionError


def test_what_others_wrote_cannot_draw_a_line() -> None:
    log = FindingLog()
    bad, good = (message("finding", key) for key in ("wrong\nok   seats", "good"))
    log.conclude("tested", "1", [bad], good, "a\x1b[2J")
    (found,) = log.findings
    assert (found.place, found.detail) == ("a\\x1b[2J", "station 1: wrong\\nok   seats")
