"""A rehearsal on one screen: what happened, what was counted, what to look at."""

from collections import Counter
from typing import Any

from testigo.count import ClosingCount
from testigo.register.gallery import FALSE_CASES
from testigo.rehearsal.incidents import INCIDENTS
from testigo.rehearsal.rehearse import Rehearsal

SECOND_NUMBER_UNFOUND = 4e-6
"""Probability that one person with two fingers of judged quality enrols twice and is not found: an upper bound at 95 %,
measured with synthetic fingers by `benchmarks/double_enrolments.py`."""


def figures(rehearsal: Rehearsal) -> dict[str, Any]:
    """All figures of the summary, as plain values for `--json`."""
    journal, report, result = rehearsal.journal, rehearsal.report, rehearsal.result
    outcomes = journal.outcomes()
    return {
        "ok": rehearsal.ok,
        "stations": len(journal.stations),
        "voters": len(rehearsal.population.people),
        "visits": sum(len(visits) for visits in rehearsal.population.visits.values()),
        "enrolment": _enrolment(rehearsal),
        "incidents": {
            incident.name: {outcome: n for (name, outcome), n in sorted(outcomes.items()) if name == incident.name}
            for incident in INCIDENTS
        },
        "matched_at_try": _tries(rehearsal),
        "error_rates": {
            one.name: {"events": one.events, "of": one.trials, "expected": one.expected}
            for one in rehearsal.error_rates
        },
        "deposited": sum(len(notes.papers) for notes in journal.stations.values()),
        "spoiled": journal.total("spoiled"),
        "power_cuts": journal.total("power_cuts"),
        "from_list": journal.total("from_list"),
        "dice": rehearsal.dice,
        "closing_counts": {
            _box(count): {"papers": count.papers, "differences": len(count.differences), "holds": count.is_consistent}
            for count in rehearsal.closing_counts
        },
        "papers_read_by_eye": journal.total("read_by_eye"),
        "seats": result.settled_seats if result else 0,
        "checks": len(report.findings) if report else 0,
        "verdict": report.verdict if report else "",
        "failed_checks": [one.detail for one in report.findings if not one.holds] if report else [],
        "mismatches": rehearsal.mismatches,
        "surprises": rehearsal.surprises,
        "chances": rehearsal.chances,
        "look_at": paths(rehearsal),
    }


def _box(count: ClosingCount) -> str:
    return count.station if count.booth == 1 else f"{count.station}, booth {count.booth}"


def paths(rehearsal: Rehearsal) -> dict[str, str]:
    """What there is to look at, by name."""
    out = rehearsal.out
    return {
        "results page": str(out / "results" / "index.html"),
        "public record": str(out / "public"),
        "paper": str(out / "paper"),
        "stations": str(out / "stations"),
    }


def rows(rehearsal: Rehearsal) -> list[tuple[str, str]]:
    """The summary's lines: what, how many."""
    found = figures(rehearsal)
    lines = [
        ("Stations, voters, visits", f"{found['stations']}, {found['voters']}, {found['visits']}"),
        *_enrolment_rows(found["enrolment"]),
        *_incident_rows(found["incidents"]),
        ("Fingers matched", _matched(found["matched_at_try"])),
        *((one.line, f"{one.events} of {one.trials}, {one.expected:.2g} expected") for one in rehearsal.error_rates),
        (
            "Votes deposited",
            f"{found['deposited']}, all counted as chosen" if not rehearsal.mismatches else "NOT AS CHOSEN",
        ),
    ]
    lines += [
        (f"Paper count, station {station}", f"{count['papers']} papers, {count['differences']} differences")
        for station, count in found["closing_counts"].items()
    ]
    failed = len(found["failed_checks"])
    checks = f"{found['checks']} checks hold" if not failed else f"{failed} of {found['checks']} checks do not hold"
    verdict = f"{found['verdict']}: {checks}"
    return [*lines, ("Seats allotted", str(found["seats"])), ("Public record verified", verdict)]


def _enrolment(rehearsal: Rehearsal) -> dict[str, Any]:
    notes, seconds = rehearsal.enrolment, len(rehearsal.population.second_numbers)
    return {
        "enrolled": len(notes.completed),
        "fingers_taken_again": notes.taken_again,
        "second_numbers": seconds,
        "second_numbers_found": seconds - len(notes.missed),
        "chance_of_a_miss": seconds * SECOND_NUMBER_UNFOUND,
        "false_cases": notes.false_cases,
        "false_cases_expected": len(notes.completed) * FALSE_CASES,
    }


def _enrolment_rows(found: dict[str, Any]) -> list[tuple[str, str]]:
    twice = f"{found['second_numbers_found']} of {found['second_numbers']} found, ruled the same person"
    false = f"{found['false_cases']} ruled different people, {found['false_cases_expected']:.2g} expected"
    return [
        ("Enrolled", f"{found['enrolled']}, {found['fingers_taken_again']} with fingers taken again"),
        ("Enrolled twice", twice),
        ("False cases of duplicates", false),
    ]


def _incident_rows(found: dict[str, dict[str, int]]) -> list[tuple[str, str]]:
    return [
        (incident.line, ", ".join(f"{count} {_words(outcome)}" for outcome, count in found[incident.name].items()))
        for incident in INCIDENTS
        if found[incident.name]
    ]


def _words(outcome: str) -> str:
    admitted = {"matched": "matched", "released": "released by the chair"}
    return admitted.get(outcome, f"refused: {outcome}")


def _tries(rehearsal: Rehearsal) -> dict[str, int]:
    tries: Counter[int] = Counter()
    for notes in rehearsal.journal.stations.values():
        tries += notes.tries
    return {str(attempt): count for attempt, count in sorted(tries.items())}


def _matched(tries: dict[str, int]) -> str:
    first = tries.get("1", 0)
    later = [f"{count} at try {attempt}" for attempt, count in tries.items() if attempt != "1"]
    return f"{sum(tries.values())}: " + ", ".join([f"{first} at the first try", *later])
