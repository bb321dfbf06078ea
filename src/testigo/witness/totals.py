"""Every result that was ever published, added up again from the tally sheets that the record held at that moment."""

from testigo import canonical
from testigo.count import Result, body_of, count_result
from testigo.count.result import ContestResult
from testigo.election import Allocation
from testigo.record import Grade
from testigo.witness.finding_log import FindingLog
from testigo.witness.reading import Gap, RecordContents, VerifiedStatement, grade_without
from testigo.words import first_of, message

_STATIONS_NAMED = 10
_CHANGING = (
    "tally-sheet",
    "public-draw",
    "option-status",
    "annulment",
    "correction",
    "manual-tally",
    "manual-tally-accepted",
)
"""Kinds of statements that a result follows from."""


def check(findings: FindingLog, contents: RecordContents) -> None:
    """Every station counted, every total and every seat the same as published."""
    _report_states(findings, contents)
    _check_counted(findings, contents)
    results = contents.statements.get("result", [])
    if not results:
        grade, cause = contents.without("result")
        detail = message("finding", "result.none", count=len(contents.rules.sheets))
        findings.write("result", grade, detail, cause=cause)
        return
    for verified in results:
        gaps = contents.gaps_of(*_CHANGING, before=verified.index)
        with findings.reporting("result", verified.place):
            recomputed = _count_before(contents, verified)
            published = body_of(verified.statement, Result, verified.place)
            if gaps:
                _check_least(findings, published, recomputed, gaps, verified.place)
            else:
                _compare(findings, published, recomputed, verified.place)
                if verified is results[-1]:
                    _report_seats(findings, recomputed, verified.place)
    _check_newest(findings, contents, results[-1])


def _report_states(findings: FindingLog, contents: RecordContents) -> None:
    """Who withdrew or died, by the last statement of each, and what that does to the votes."""
    said = {verified.index: verified.place for verified in contents.statements.get("option-status", [])}
    places = dict(enumerate((said[index] for index in sorted(said)), 1))
    for state in contents.rules.states():
        effect = "person" if state.person else state.votes
        detail = message(
            "finding",
            f"option-status.{effect}",
            contest=state.contest,
            option=state.option,
            person=state.person,
            status=message("term", f"option-status.{state.status}"),
            number=str(state.number),
            reason=state.reason,
        )
        findings.ok("option-status", detail, places.get(state.number, ""))


def _check_counted(findings: FindingLog, contents: RecordContents) -> None:
    definition, rules = contents.rules.definition, contents.rules
    missing = [
        station.id
        for station in definition.stations
        if rules.rulings.waits(station.id)
        or (station.id not in rules.sheets and not rules.rulings.needs_no_sheet(station.id))
    ]
    annulled = len(rules.rulings.annulments)
    there, count = len(definition.stations) - len(missing) - annulled, len(definition.stations)
    if not missing:
        detail = message("finding", "stations-counted.all", there=there, count=count)
        if annulled:
            detail = message("finding", "stations-counted.annulled", there=there, count=count, annulled=annulled)
        findings.ok("stations-counted", detail)
        return
    which = first_of(missing, _STATIONS_NAMED)
    without = set(missing)
    grade, cause = grade_without(
        gap for gap in contents.gaps_of("tally-sheet") if not gap.kind or gap.subject in without
    )
    detail = message("finding", "stations-counted.missing", there=there, count=count, missing=which)
    findings.write("stations-counted", grade, detail, cause=cause)


def _check_newest(findings: FindingLog, contents: RecordContents, last: VerifiedStatement) -> None:
    """A result that the record outgrew is not yet the result."""
    changing = [one for kind in _CHANGING for one in contents.statements.get(kind, [])]
    later = sum(verified.index > last.index for verified in changing)
    if later:
        findings.write("result", Grade.INCOMPLETE, message("finding", "result.outgrown", count=later), last.place)


def _check_least(findings: FindingLog, published: Result, part: Result, gaps: list[Gap], place: str) -> None:
    """Without some of its tally sheets a result cannot be computed; but it has no fewer votes than the others give."""
    theirs = {(one.contest, option.option): option.votes for one in published.contests for option in one.options}
    for contest in part.contests:
        for option in contest.options:
            votes = theirs.get((contest.contest, option.option), 0)
            if votes < option.votes:
                detail = message(
                    "finding",
                    "result.fewer-votes",
                    contest=contest.contest,
                    option=option.option,
                    published=votes,
                    least=option.votes,
                )
                findings.fail("result", detail, place)
    _check_least_preferences(findings, published, part, place)
    grade, cause = grade_without(gaps)
    findings.write("result", grade, message("finding", "result.sheets-not-here"), place, cause=cause)


def _check_least_preferences(findings: FindingLog, published: Result, part: Result, place: str) -> None:
    theirs = {contest.contest: contest.preferences for contest in published.contests}
    for contest in part.contests:
        for candidate, least in contest.preferences.items():
            told = theirs.get(contest.contest, {}).get(candidate, 0)
            if told < least:
                detail = message(
                    "finding",
                    "result.fewer-preferences",
                    contest=contest.contest,
                    candidate=candidate,
                    published=told,
                    least=least,
                )
                findings.fail("result", detail, place)


def _compare_lists(findings: FindingLog, theirs: ContestResult, own: ContestResult, place: str) -> None:
    """Preferences, and who is elected."""
    for candidate, count in own.preferences.items():
        told = theirs.preferences.get(candidate, 0)
        if told != count:
            detail = message(
                "finding",
                "result.other-preferences",
                contest=own.contest,
                candidate=candidate,
                published=told,
                counted=count,
            )
            findings.fail("result", detail, place)
    if theirs.allocation.elected != own.allocation.elected:
        detail = message(
            "finding",
            "result.other-elected",
            contest=own.contest,
            published=_elected(theirs.allocation),
            counted=_elected(own.allocation),
        )
        findings.fail("result", detail, place)


def _elected(allocation: Allocation) -> list[str]:
    """Who is elected: options, and of lists the candidates; a dash for nobody."""
    return [f"{one.option} ({one.candidate})" if one.candidate else one.option for one in allocation.elected] or ["–"]


def _count_before(contents: RecordContents, result: VerifiedStatement) -> Result:
    """The result from the tally sheets and the draw that stand before a published one, in the log."""
    rules = contents.rules
    before = [
        verified.statement.subject
        for verified in contents.statements.get("tally-sheet", [])
        if verified.index < result.index
    ]
    drawn = any(verified.index < result.index for verified in contents.statements.get("public-draw", []))
    return count_result(
        rules.definition,
        {station: rules.sheets[station] for station in before},
        digests=rules.sheet_digests(result.statement.version),
        draw=rules.draw if drawn else None,
        states=rules.states(before=result.index),
        rulings=rules.rulings.before(result.index),
        version=result.statement.version,
    )


def _compare(findings: FindingLog, published: Result, recomputed: Result, place: str) -> None:
    votes = sum(option.votes for contest in recomputed.contests for option in contest.options)
    if canonical.encode(published) == canonical.encode(recomputed):
        contests = message("term", "contest-count", count=len(recomputed.contests))
        findings.ok("result", message("finding", "result.holds", contests=contests, count=votes), place)
        return
    ours = {contest.contest: contest for contest in recomputed.contests}
    for contest in published.contests:
        again = ours.get(contest.contest)
        if again is not None and contest != again:
            _compare_figures(findings, contest, again, place)
            _compare_lists(findings, contest, again, place)
            _compare_outcomes(findings, contest, again, place)
    if published.states != recomputed.states:
        findings.fail("result", message("finding", "result.other-states"), place)
    _compare_bodies(findings, published, recomputed, place)
    findings.fail("result", message("finding", "result.other"), place)


def _compare_figures(findings: FindingLog, published: ContestResult, counted: ContestResult, place: str) -> None:
    """Votes and seats of each option."""
    contest = published.contest
    for told, own in zip(published.options, counted.options, strict=False):
        if (told.option, told.votes) != (own.option, own.votes):
            votes = {"published": told.votes, "counted": own.votes}
            detail = message("finding", "result.other-votes", contest=contest, option=told.option, **votes)
            findings.fail("result", detail, place)
    for option, allotted in counted.allocation.seats.items():
        seats = published.allocation.seats.get(option, 0)
        if seats != allotted or option not in published.allocation.seats:
            numbers = {"published": seats, "allotted": allotted}
            detail = message("finding", "result.other-seats", contest=contest, option=option, **numbers)
            findings.fail("result", detail, place)


def _compare_outcomes(findings: FindingLog, published: ContestResult, counted: ContestResult, place: str) -> None:
    """What follows from the figures: who goes on, what is void, whether the contest is decided."""
    contest = published.contest
    told, own = published.allocation, counted.allocation
    if told.second_round != own.second_round:
        rounds = {"published": _going_on(told), "counted": _going_on(own)}
        findings.fail("result", message("finding", "result.other-second-round", contest=contest, **rounds), place)
    if told.void != own.void:
        findings.fail("result", message("finding", "result.other-void", contest=contest), place)
    if (published.void, told.vacant) != (counted.void, own.vacant):
        findings.fail("result", message("finding", "result.other-void-votes", contest=contest), place)
    if published.outcome != counted.outcome:
        findings.fail("result", message("finding", "result.other-outcome", contest=contest), place)


def _going_on(allocation: Allocation) -> list[str]:
    """The options that go to a second round, a dash for none."""
    second = allocation.second_round
    return list(second.options) if second is not None else ["–"]


def _compare_bodies(findings: FindingLog, published: Result, recomputed: Result, place: str) -> None:
    theirs = {body.body: body.party_seats for body in published.bodies}
    for body in recomputed.bodies:
        told = theirs.get(body.body, {})
        for party in sorted({*told, *body.party_seats}):
            seats, published_seats = body.party_seats.get(party, 0), told.get(party, 0)
            if seats != published_seats:
                detail = message(
                    "finding",
                    "result.other-body-seats",
                    body=body.body,
                    party=party,
                    published=published_seats,
                    allotted=seats,
                )
                findings.fail("result", detail, place)


def _report_seats(findings: FindingLog, result: Result, place: str) -> None:
    seats = result.settled_seats
    if result.open_ties:
        detail = message("finding", "seats.open-tie", count=seats, contests=list(result.open_ties))
        findings.write("seats", Grade.INCOMPLETE, detail, place)
    elif result.second_rounds:
        detail = message("finding", "seats.second-round", count=seats, contests=list(result.second_rounds))
        findings.ok("seats", detail, place)
    else:
        findings.ok("seats", message("finding", "seats.hold", count=seats), place)
