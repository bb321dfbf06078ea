"""A rehearsal on one screen: what happened, what was counted, what to look at."""

from typing import Any

from testigo.rehearsal.rehearse import Rehearsal


def figures(rehearsal: Rehearsal) -> dict[str, Any]:
    """All figures of the summary, as plain values for `--json`."""
    journal, report, result = rehearsal.journal, rehearsal.report, rehearsal.result
    tries: dict[str, int] = {}
    for notes in journal.stations.values():
        for attempt, count in notes.tries.items():
            tries[str(attempt)] = tries.get(str(attempt), 0) + count
    return {
        "ok": rehearsal.ok,
        "stations": len(journal.stations),
        "voters": len(rehearsal.population.people),
        "visits": sum(len(visits) for visits in rehearsal.population.visits.values()),
        "matched": journal.total("matched"),
        "matched_at_try": dict(sorted(tries.items())),
        "released": journal.total("released"),
        "refused": _refused(rehearsal),
        "impostor_tries": journal.total("impostor_tries"),
        "impostor_matches": journal.total("impostor_matches"),
        "deposited": sum(len(notes.ballots) for notes in journal.stations.values()),
        "spoiled": journal.total("spoiled"),
        "power_cuts": journal.total("power_cuts"),
        "dice": rehearsal.dice,
        "closing_counts": {
            count.station: {"papers": count.papers, "differences": len(count.differences), "holds": count.holds}
            for count in rehearsal.closing_counts
        },
        "seats": sum(sum(one.allocation.seats.values()) for one in result.contests) if result else 0,
        "checks": len(report.findings) if report else 0,
        "verdict": report.verdict if report else "",
        "failed_checks": [one.detail for one in report.findings if not one.holds] if report else [],
        "mismatches": rehearsal.mismatches,
        "surprises": rehearsal.surprises,
        "look_at": paths(rehearsal),
    }


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
    at_first = found["matched_at_try"].get("1", 0)
    later = ", ".join(
        f"{count} at try {attempt}" for attempt, count in found["matched_at_try"].items() if attempt != "1"
    )
    lines = [
        ("Stations, voters, visits", f"{found['stations']}, {found['voters']}, {found['visits']}"),
        ("Fingers matched", f"{found['matched']}: {at_first} at the first try" + (f", {later}" if later else "")),
        ("Released by the chair", str(found["released"])),
        ("Refused", ", ".join(f"{count} {reason}" for reason, count in found["refused"].items()) or "nobody"),
        ("Impostors' tries", f"{found['impostor_tries']}, {found['impostor_matches']} matched"),
        ("Spoiled and printed again", str(found["spoiled"])),
        ("Power cuts in a deposit", str(found["power_cuts"])),
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
    held = f"{found['checks']} checks hold" if not failed else f"{failed} of {found['checks']} checks do not hold"
    verdict = f"{found['verdict']}: {held}"
    return [*lines, ("Seats allotted", str(found["seats"])), ("Public record verified", verdict)]


def _refused(rehearsal: Rehearsal) -> dict[str, int]:
    refused: dict[str, int] = {}
    for notes in rehearsal.journal.stations.values():
        for reason, count in notes.refused.items():
            refused[reason] = refused.get(reason, 0) + count
    return dict(sorted(refused.items()))
