"""Likely duplicates: cases that a person settles, never the machine.

The rules:

- A case joins two enrolments, the earlier and the later. An officer rules *same*, *different* or *undecided*, by
  name; a ruling is never altered or removed, a new one is added with a note, and the last one holds.
- *same* bars the later enrolment's voter from poll books. The earlier one stays: nobody loses the vote that they had.
- Erasing the fingers by law changes nothing of it: a voter barred before stays barred.
- While a case is open or undecided both stay on their poll books: suspicion takes nobody's vote.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, Select, func, insert, select

from testigo.canonical import utc_now
from testigo.errors import InvalidInput, is_printable
from testigo.register.gallery import DuplicateCandidate
from testigo.register.tables import cases, enrolments, is_holding, rulings, voters
from testigo.register.values import MOST_TEXT, CaseLine, Ruling, Verdict
from testigo.words import Either, message

VERDICTS: tuple[Verdict, ...] = ("same", "different", "undecided")
_LARGEST_ID = 2**63 - 1
"""Of SQLite, which does not compare with a larger number."""
_SHOWN = 20

_earlier = enrolments.alias("earlier_enrolment")
_later = enrolments.alias("later_enrolment")
_earlier_voter = voters.alias("earlier_voter")
_later_voter = voters.alias("later_voter")


def open_cases(connection: Connection, enrolment: int, candidates: Iterable[DuplicateCandidate]) -> tuple[int, ...]:
    """A case for each candidate whose enrolment still holds; their ids."""
    found = list(candidates)
    wanted = [candidate.enrolment for candidate in found]
    holding = set(connection.scalars(select(enrolments.c.id).where(enrolments.c.id.in_(wanted), is_holding())))
    opened = []
    for candidate in found:
        if candidate.enrolment in holding:
            row = {
                "earlier": candidate.enrolment,
                "later": enrolment,
                "score": candidate.score,
                "earlier_impression": candidate.candidate,
                "later_impression": candidate.probe,
                "opened": utc_now(),
            }
            opened.append(int(connection.scalar(insert(cases).returning(cases.c.id), row) or 0))
    return tuple(opened)


def open_missing_cases(connection: Connection, found: Iterable[tuple[int, DuplicateCandidate]]) -> tuple[int, ...]:
    """A case for each (later enrolment, candidate) that no case joins yet, neither withdrawn; the cases' ids.

    Done twice it opens nothing the second time: that is what makes an interrupted run over the whole register safe.
    """
    joined = {frozenset(pair) for pair in connection.execute(select(cases.c.earlier, cases.c.later))}
    opened: list[int] = []
    for enrolment, candidate in sorted(found, key=lambda pair: (pair[0], pair[1].enrolment)):
        pair = frozenset((enrolment, candidate.enrolment))
        valid = select(enrolments.c.id).where(enrolments.c.id == enrolment, is_holding())
        if pair not in joined and connection.scalar(valid) is not None:
            joined.add(pair)
            opened += open_cases(connection, enrolment, [candidate])
    return tuple(opened)


def case_lines(connection: Connection, case_id: int | None = None) -> list[CaseLine]:
    """All cases, or the one, oldest first. Raises `InvalidInput` for one that does not exist."""
    if case_id is not None and not 0 < case_id <= _LARGEST_ID:
        raise _unknown_case(case_id)
    last = _last_rulings().subquery()
    query = (
        select(
            cases.c.id,
            _earlier_voter.c.document,
            _later_voter.c.document,
            cases.c.score,
            cases.c.opened,
            func.coalesce(last.c.verdict, ""),
        )
        .join(_earlier, _earlier.c.id == cases.c.earlier)
        .join(_later, _later.c.id == cases.c.later)
        .join(_earlier_voter, _earlier_voter.c.id == _earlier.c.voter)
        .join(_later_voter, _later_voter.c.id == _later.c.voter)
        .outerjoin(last, last.c.duplicate_case == cases.c.id)
        .order_by(cases.c.id)
    )
    if case_id is not None:
        query = query.where(cases.c.id == case_id)
    lines = [CaseLine(*row) for row in connection.execute(query)]
    if case_id is not None and not lines:
        raise _unknown_case(case_id)
    return lines


def history(connection: Connection, case_id: int) -> tuple[Ruling, ...]:
    """All rulings on a case, oldest first."""
    query = (
        select(rulings.c.verdict, rulings.c.officer, rulings.c.note, rulings.c.at)
        .where(rulings.c.duplicate_case == case_id)
        .order_by(rulings.c.id)
    )
    return tuple(Ruling(*row) for row in connection.execute(query))


def rule(connection: Connection, case_id: int, verdict: str, officer: str, note: str) -> Ruling:
    """Add a ruling; raises `InvalidInput` for an unknown case or verdict, where a changed verdict has no note, and for
    a note that is too long or not one printable line."""
    if verdict not in VERDICTS:
        raise InvalidInput(
            "verdict.unknown",
            verdict=verdict[:40],
            known=Either(message("screens", f"verdict.{one}") for one in VERDICTS),
        )
    (line,) = case_lines(connection, case_id)
    if line.verdict and not note.strip():
        before = message("screens", f"verdict.{line.verdict}")
        raise InvalidInput("case.ruled-before", case=str(case_id), verdict=before)
    if not is_printable(note.strip(), MOST_TEXT):
        raise InvalidInput("case.note-unprintable", most=MOST_TEXT)
    ruling = Ruling(VERDICTS[VERDICTS.index(verdict)], officer, note.strip(), utc_now())
    connection.execute(
        insert(rulings).values(duplicate_case=case_id, verdict=verdict, officer=officer, note=ruling.note, at=ruling.at)
    )
    return ruling


def barred(connection: Connection, voter: int | None = None) -> dict[int, int]:
    """Voter's row id → the case for which the voter is on no poll book; of all voters, or of one."""
    last = _last_rulings().subquery()
    query = (
        select(enrolments.c.voter, func.min(cases.c.id).label("case_id"))
        .join(cases, cases.c.later == enrolments.c.id)
        .join(last, last.c.duplicate_case == cases.c.id)
        .where(last.c.verdict == "same", enrolments.c.withdrawn_at.is_(None))
        .group_by(enrolments.c.voter)
    )
    if voter is not None:
        query = query.where(enrolments.c.voter == voter)
    return {row.voter: row.case_id for row in connection.execute(query)}


def barred_for(connection: Connection, voter: int) -> tuple[str, int] | None:
    """Another voter, by number, who is barred because this one votes for both, and the case; None if there is none."""
    last = _last_rulings().subquery()
    query = (
        select(_later_voter.c.document, cases.c.id)
        .join(_earlier, _earlier.c.id == cases.c.earlier)
        .join(_later, _later.c.id == cases.c.later)
        .join(_later_voter, _later_voter.c.id == _later.c.voter)
        .join(last, last.c.duplicate_case == cases.c.id)
        .where(_earlier.c.voter == voter, last.c.verdict == "same")
        .where(_later.c.withdrawn_at.is_(None), _later_voter.c.removed.is_(None))
        .order_by(cases.c.id)
    )
    row = connection.execute(query).first()
    return (row.document, row.id) if row else None


def blocking_case(connection: Connection, enrolment: int) -> int | None:
    """A case that forbids to withdraw the enrolment: one not ruled *different*; None where there is none."""
    last = _last_rulings().subquery()
    query = (
        select(func.min(cases.c.id))
        .outerjoin(last, last.c.duplicate_case == cases.c.id)
        .where((cases.c.earlier == enrolment) | (cases.c.later == enrolment))
        .where(func.coalesce(last.c.verdict, "") != "different")
    )
    found: int | None = connection.scalar(query)
    return found


def open_case_of(connection: Connection, voter: int) -> int | None:
    """A case that a person still has to settle, with an enrolment of this voter; None where there is none."""
    document = connection.scalar(select(voters.c.document).where(voters.c.id == voter))
    both = ((line.id, (line.earlier_document, line.later_document)) for line in case_lines(connection) if line.open)
    return next((case_id for case_id, documents in both if document in documents), None)


def same_person(connection: Connection, voter: int) -> tuple[str, ...]:
    """The other document numbers that were ruled to be this voter's person."""
    document = connection.scalar(select(voters.c.document).where(voters.c.id == voter))
    same = [line for line in case_lines(connection) if line.verdict == "same"]
    both = ({line.earlier_document, line.later_document} for line in same)
    return tuple(sorted(set[str]().union(*(pair - {document} for pair in both if document in pair))))


def _last_rulings() -> Select[tuple[int, str]]:
    newest = select(func.max(rulings.c.id)).group_by(rulings.c.duplicate_case)
    return select(rulings.c.duplicate_case, rulings.c.verdict).where(rulings.c.id.in_(newest))


def _unknown_case(case_id: int) -> InvalidInput:
    return InvalidInput("case.unknown", case=str(case_id)[:_SHOWN])
