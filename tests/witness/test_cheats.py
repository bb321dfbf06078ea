"""One cheat for each condition that the witness holds a record to: whoever drops a condition drops one of these."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from station_counters import changed, incremented
from testigo.audit import Seed, closing_sample
from testigo.audit.closing import PaperTally, closing_count
from testigo.audit.first_deck import first_deck, first_deck_digest
from testigo.ballot import (
    COUNTERS,
    Ballot,
    Counter,
    DeckDifference,
    LogicAndAccuracy,
    Tally,
    TallySheet,
    tally_ballots,
)
from testigo.ballot.version_1 import FirstLogicAndAccuracy
from testigo.count import UnsettledPaper, boxes_of, count_result
from testigo.election import Condition, Definition, MachineKey, MachineKeys, Majority, SecondRound
from testigo.keys import SigningKey
from testigo.record import Grade, PublishedRecord, Statement, peek
from testigo.witness import Verdict, verify
from testigo.witness.finding_log import FindingLog
from testigo.witness.reading import read_statements
from twists import HERE, only

Replace = msgspec.structs.replace
Caught = Callable[..., list[str]]
STEP = "checked_in=cards_used"


def fields(**changed: Any) -> Callable[[Any], Any]:
    """Fields of a body changed."""
    return lambda body: Replace(body, **changed)


def counters(**others: Any) -> Callable[[Any], Any]:
    """Counters of a body's reconciliation changed."""
    return lambda body: Replace(body, reconciliation=changed(body.reconciliation, **others))


def more(counter: Counter) -> Callable[[Any], Any]:
    """That counter of a body's reconciliation one higher."""
    return lambda body: counters(**{counter.name: incremented(body.reconciliation, counter)})(body)


def name(counter: Counter) -> str:
    """A counter's name, for the names of tests."""
    return counter.name


def reported(**others: Any) -> Callable[[Any], Any]:
    """Counters of a machine's own report changed."""
    return lambda body: Replace(body, counters=Replace(body.counters, **others))


def moved(tally: Tally, by: int = 2, to: str = "") -> Tally:
    """The tally with votes of the first contest given to another option, or made null or unused votes."""
    first = tally.contests[0]
    (loser, had), (winner, has), *rest = sorted(first.votes.items(), key=lambda item: -item[1])
    votes = {loser: had - by, winner: has + by * (not to), **dict(rest)}
    changed = Replace(first, votes=votes, **({to: getattr(first, to) + by} if to else {}))
    return Replace(tally, contests=(changed, *tally.contests[1:]))


def one_more(tally: Tally) -> Tally:
    """The tally with one blank vote more in its first contest."""
    first = Replace(tally.contests[0], blank=tally.contests[0].blank + 1)
    return Replace(tally, contests=(first, *tally.contests[1:]))


# ---- before opening

TESTS = [
    (fields(deck="0" * 64), "the deck is 000"),
    (fields(ballots=1), "1 test ballot, where the deck has"),
    (fields(cast=1), "1 test ballot, where the deck has"),
    (lambda test: Replace(test, counted=(one_more(test.counted[0]), *test.counted[1:])), "it counted differently"),
    (lambda test: Replace(test, counted=test.counted[1:]), "it counted differently"),
    (fields(outcome="failed"), "run 1 of the test, the last, did not pass"),
    (fields(outcome="abandoned"), "run 1 of the test, the last, did not pass"),
    (fields(found=1), "lists differences"),
]


@pytest.mark.parametrize(("change", "words"), TESTS)
def test_a_test_that_is_not_this_elections_is_found(caught: Caught, change: Any, words: str) -> None:
    assert any(words in said for said in caught("tested", only("logic-and-accuracy", change)))


def test_a_deck_of_ones_own_is_found_though_it_marks_every_option(caught: Caught, definition: Definition) -> None:
    """A deck in which all options have the same count cannot tell them apart."""
    styles = definition.styles_of_station(HERE)
    deck = [
        Ballot.mark(definition, style, {one: (definition.contest(one).options[place].id,) for one in style.contests})
        for style in styles
        for place in range(3)
    ]
    flat = tally_ballots(definition, HERE, deck)
    assert len(caught("tested", only("logic-and-accuracy", fields(counted=(flat,))))) == 1


def first_test(definition: Definition) -> FirstLogicAndAccuracy:
    """What releases 0.1 and 0.2 stated."""
    deck = first_deck(definition, HERE)
    counted = tally_ballots(definition, HERE, deck)
    return FirstLogicAndAccuracy(first_deck_digest(deck), len(deck), counted, counted, True, 3)


def test_a_test_of_version_1_holds_and_shows_how_often_it_failed_before(
    elect: Any, definition: Definition, tmp_path: Path
) -> None:
    election = elect(only("logic-and-accuracy", lambda _: first_test(definition)))
    report = verify(election.publish(tmp_path / "p"))
    assert report.verdict.holds
    assert any("3 runs failed before" in finding.detail for finding in report.findings if finding.code == "tested")


FIRST_TESTS = [
    (fields(deck="0" * 64), "the deck is 000"),
    (fields(ballots=1), "1 test ballot, where the deck has"),
    (lambda test: Replace(test, expected=one_more(test.expected)), "it expected other counts"),
    (lambda test: Replace(test, counted=one_more(test.counted)), "it counted differently"),
    (fields(ok=False), "the chair says that it failed"),
    (fields(failed_before=-1), "-1 runs failed before"),
]


@pytest.mark.parametrize(("change", "words"), FIRST_TESTS)
def test_a_test_of_version_1_that_is_not_this_elections_is_found(
    caught: Caught, definition: Definition, change: Any, words: str
) -> None:
    cheat = only("logic-and-accuracy", lambda _: change(first_test(definition)))
    assert any(words in said for said in caught("tested", cheat))


def with_failed_run(election: Any, definition: Definition, outcome: str = "failed") -> Any:
    """The election with a run that did not pass, before the one that passed."""
    passed, failed = [], DeckDifference(1, 2, "print", "mayor", "x", 1, 0)
    place = election.find("logic-and-accuracy", HERE)
    body = msgspec.convert(peek(election.envelopes.pop(place)).body, LogicAndAccuracy)
    runs = [
        Replace(body, outcome=outcome, cast=1, counted=(), found=2, differences=(failed,)),
        Replace(body, run=2),
    ]
    for run in runs:
        election.say("logic-and-accuracy", HERE, run, election.key("chair", HERE), 3)
        passed.append(election.envelopes.pop())
    election.envelopes[place:place] = passed
    return election


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("failed", "2 differences, the first: test ballot 2 of part 1, on paper: mayor, x, 1 expected, 0 found"),
        ("abandoned", "run 1 of the test was stopped after 1 of"),
    ],
)
def test_runs_that_did_not_pass_are_told_and_harm_nothing(
    elect: Any, definition: Definition, tmp_path: Path, outcome: str, words: str
) -> None:
    report = verify(with_failed_run(elect(), definition, outcome).publish(tmp_path / "p"))
    assert report.verdict.holds
    told = [finding.detail for finding in report.findings if finding.code == "tested"]
    assert any(words in detail for detail in told) and any("1 run failed before" in detail for detail in told)


def test_attack_a_run_left_out_is_found(caught: Caught, elect: Any, definition: Definition) -> None:
    election = with_failed_run(elect(), definition)
    election.envelopes.pop(election.find("logic-and-accuracy", HERE))
    assert any("run 2 of the test of station" in said for said in caught("statements", election))


@pytest.mark.parametrize("counter", [one for one in COUNTERS if not one.fixed], ids=name)
def test_every_counter_of_the_zero_report_must_be_zero(caught: Caught, counter: Counter) -> None:
    assert any("not everything" in said for said in caught("zero-report", only("zero-report", more(counter))))


@pytest.mark.parametrize("field", ["blank", "null", "undervotes", "ballots"])
def test_every_figure_of_the_zero_report_must_be_zero(caught: Caught, field: str) -> None:
    def cheat(report: Any) -> Any:
        first = Replace(report.tally.contests[0], **{field: 1})
        return Replace(report, tally=Replace(report.tally, contests=(first, *report.tally.contests[1:])))

    assert any("not everything" in said for said in caught("zero-report", only("zero-report", cheat)))


def test_a_zero_report_of_other_contests_is_found(caught: Caught) -> None:
    said = caught("zero-report", only("zero-report", fields(tally=Tally({}, ()))))
    assert any("not everything" in one for one in said)


@pytest.mark.parametrize("counter", [one for one in COUNTERS if one.fixed], ids=name)
def test_what_is_fixed_before_opening_is_that_of_the_zero_report(caught: Caught, counter: Counter) -> None:
    (said,) = caught("zero-report", only("zero-report", more(counter)))
    assert f"{counter.label} " in said and "on the tally sheet" in said and "at zero" not in said


def test_a_zero_report_signed_after_opening_is_found(caught: Caught) -> None:
    said = caught("zero-report", only("tally-sheet", fields(opened="2027-04-11T07:03:59Z")))
    assert any("after opening" in one for one in said)


def test_a_test_signed_after_the_zero_report_is_found(caught: Caught, elect: Any) -> None:
    election, late = elect(), []
    elect(lambda kind, about, body: late.append(body) if (kind, about) == ("logic-and-accuracy", HERE) else body)
    election.envelopes.pop(election.find("logic-and-accuracy", HERE))
    election.say("logic-and-accuracy", HERE, late[0], election.key("chair", HERE), 5)
    assert any("zero report is older" in said for said in caught("order-of-day", election))


def test_a_tally_sheet_older_than_the_zero_report_is_found(caught: Caught, elect: Any) -> None:
    election = elect()
    sheet = election.sheets[HERE]
    del election.envelopes[election.find("tally-sheet", HERE)]
    election.say("tally-sheet", HERE, sheet, election.key("chair", HERE), 1)
    assert any("tally sheet is older" in said for said in caught("order-of-day", election))


@pytest.mark.parametrize("issued", ["", "whenever", "2027-02-30T00:00:00Z", "2027-04-11T07:03:00+00:00"])
def test_a_statement_without_a_time_is_found(caught: Caught, elect: Any, issued: str) -> None:
    election, digits = elect(only("public-draw", lambda body: None, "")), {"digits": "1" * 20}
    statement = Statement("public-draw", election.definition.digest, "", issued, digits)
    election.envelopes.append(statement.sign(election.key("auditor")))
    assert any("not a time in UTC" in said for said in caught("order-of-day", election))


# ---- the tally sheet

LIMITS: list[tuple[Any, str]] = [
    (counters(cards_made=11), "Cards used 12, Cards made 11"),
    (counters(registered=10**6), "1,000,000 voters on the poll book, more than"),
    (counters(matched=10**6), "voters checked in, more than the"),
    (counters(matched=5), "12 ballots, more than the 6 voters who checked in"),
    (counters(release_cap=0), "Released 1, Usual releases of one kind 0"),
    (counters(release_cap=10**6), "the usual number of releases is given as 1,000,000 where the rules say"),
    (counters(release_alarm=10**6), "the usual number of releases is given as 1,000,000 where the rules say"),
    (counters(released=9, released_by_allowance=8), "8 released by allowance of the authority, which allowed 0"),
    (counters(released_by_two=7), "Released by two persons 7, Released 1"),
    (counters(undone={"whim": 1}), "reasons that are not on the list: whim"),
    (counters(released_reasons={}), "reasons for 0, Released 1"),
    (counters(spoiled_reasons={}), "reasons for 0, Spoiled 1"),
    (counters(refused={"wrong-party": 1}), "Refused: reasons that are not on the list: wrong-party"),
    (counters(released_reasons={"friend": 1}), "Released: reasons that are not on the list: friend"),
    (counters(spoiled_reasons={"": 1}), "Spoiled: reasons that are not on the list: "),
    (fields(opened="", closed=""), "opened ''"),
    (fields(opened="2027-04-11"), "opened '2027-04-11'"),
    (fields(opened="whenever", closed="whenever 2"), "opened 'whenever'"),
    (fields(opened="2027-04-11T07:10:00Z", closed="night"), "closed 'night'"),
    (fields(opened="2027-04-11T17:00:00Z", closed="2027-04-11T07:10:00Z"), "closed '2027-04-11T07:10:00Z'"),
    (fields(opened="2027-04-11T17:00:00Z"), "opened '2027-04-11T17:00:00Z'"),
]


@pytest.mark.parametrize(("change", "words"), LIMITS)
def test_what_no_honest_station_can_have_is_found(caught: Caught, change: Any, words: str) -> None:
    assert any(words in said for said in caught("limits", only("tally-sheet", change)))


def test_a_poll_book_without_the_barred_voters_is_said_and_fails_nothing(elect: Any, tmp_path: Path) -> None:
    def without_one(kind: str, about: str, body: Any) -> Any:
        if about != HERE or kind not in ("tally-sheet", "zero-report", "check-in-report"):
            return body
        if kind == "check-in-report":
            return Replace(body, counters=Replace(body.counters, registered=body.counters.registered - 1))
        own = body.reconciliation
        return Replace(body, reconciliation=changed(own, registered=own.check_in.registered - 1))

    election = elect(without_one)
    size = election.definition.station(HERE).register_size
    report = verify(election.publish(tmp_path / "public"), election.key("root").public)
    assert report.verdict.holds
    assert any(f"{size - 1} voters on the poll book of {size}" in finding.detail for finding in report.findings)


def test_more_recorded_than_ballots_on_the_sheet_is_found(caught: Caught) -> None:
    changed = counters(matched=12, cards_handed=13, cards_used=13, printed=14, deposited=13, recorded=13)
    said = caught("reconciliation", only("tally-sheet", changed))
    assert said == [f"station {HERE}: Recorded in the box 13, ballots on the tally sheet 12; no reason given"]


IMPOSSIBLE = [
    (lambda sheet: Replace(sheet, tally=moved(sheet.tally, to="undervotes")), "2 unused choices, at most 0 can be"),
    (lambda sheet: Replace(sheet, tally=moved(sheet.tally, to="null")), "2 null votes, a voting machine makes none"),
    (counters(printed=-1), "a counter of the reconciliation is negative"),
    *((counters(reasons={STEP: bad}), "printable characters") for bad in ("a\nb", "\x1b[2J", "\u202e", "x" * 501)),
]


@pytest.mark.parametrize(("change", "words"), IMPOSSIBLE)
def test_a_sheet_that_cannot_be_is_not_even_counted(caught: Caught, elect: Any, change: Any, words: str) -> None:
    election = elect(only("public-draw", lambda body: None, ""))
    sheet = change(election.sheets[HERE])
    place = election.find("tally-sheet", HERE)
    election.say("tally-sheet", HERE, sheet, election.key("chair", HERE), 600)
    election.envelopes[place] = election.envelopes.pop()
    assert any(words in said for said in caught("statements", election))


@pytest.mark.parametrize("rolls", [{}, {"native": 590}])
def test_more_ballots_than_the_roll_has_voters_are_found(
    caught: Caught, definition: Definition, elect: Any, rolls: dict[str, int]
) -> None:
    """Twelve vote the general ballot, where eleven are on that roll: of all, or beside the other roll's."""
    size = 11 + sum(rolls.values())
    stations = tuple(Replace(one, roll_sizes=rolls, register_size=size) for one in definition.stations)
    small = Replace(definition, rolls=("general", "native"), stations=stations)
    said = caught("tally-sheet", elect(of=small))
    assert any("12 ballots of style" in one and "whose roll has 11 voters there" in one for one in said)


def test_more_ballots_than_another_roll_has_voters_are_found(
    caught: Caught, definition: Definition, elect: Any
) -> None:
    """Twelve vote the ballot of a roll that has eleven voters, in a station with many more of the general roll."""
    stations = tuple(Replace(one, roll_sizes={"native": 11}) for one in definition.stations)
    mixed = Replace(definition, rolls=("general", "native"), stations=stations)
    native = mixed.styles_of_station(HERE)[1]

    def cheat(sheet: TallySheet) -> TallySheet:
        return Replace(sheet, tally=tally_ballots(mixed, HERE, [Ballot.mark(mixed, native, {})] * 12))

    said = caught("tally-sheet", elect(only("tally-sheet", cheat), of=mixed))
    assert any(f"12 ballots of style {native.id}, whose roll has 11" in one for one in said)


# ---- the machines' own words


@pytest.mark.parametrize("kind", ["booth-report", "check-in-report"])
def test_a_machine_that_signed_nothing_is_missed(caught: Caught, kind: str) -> None:
    said = caught("machine-reports", only(kind, lambda body: None))
    machine = {"booth-report": "voting machine", "check-in-report": "check-in"}[kind]
    assert said == [f"station {HERE}: no report of the {machine} is published"]


def test_why_a_machine_signed_nothing_is_shown(elect: Any, tmp_path: Path) -> None:
    def cheat(kind: str, about: str, body: Any) -> Any:
        if (kind, about) == ("tally-sheet", HERE):
            return counters(reasons={STEP: "check-in lost: it burnt"})(body)
        return None if (kind, about) == ("check-in-report", HERE) else body

    report = verify(elect(cheat).publish(tmp_path / "p"))
    assert report.verdict is Verdict.EXPLAINED
    (shown,) = report.of_grade(Grade.EXPLAINED)
    assert shown.code == "machine-reports"
    assert (
        "no report of the check-in is published; the chair wrote: the check-in could not sign its report: it burnt"
        in shown.detail
    )


def test_a_chair_that_writes_another_total_is_contradicted_by_the_booth(caught: Caught) -> None:
    said = caught("machine-reports", only("tally-sheet", lambda sheet: Replace(sheet, tally=moved(sheet.tally))))
    assert len(said) == 1 and "does not say what the voting machine counted" in said[0]


@pytest.mark.parametrize("counter", COUNTERS, ids=name)
def test_a_chair_that_writes_another_counter_is_contradicted_by_the_machine(caught: Caught, counter: Counter) -> None:
    said = caught("machine-reports", only("tally-sheet", more(counter)))
    assert len(said) == 1 and f"{counter.label}: the machine says" in said[0]


@pytest.mark.parametrize("counter", COUNTERS, ids=name)
def test_a_machine_that_signs_another_counter_than_the_chairs_is_found(
    caught: Caught, elect: Any, counter: Counter
) -> None:
    value = incremented(elect().sheets[HERE].reconciliation, counter)
    said = caught("machine-reports", only(f"{counter.machine}-report", reported(**{counter.name: value})))
    assert len(said) == 1 and f"{counter.label}: the machine says" in said[0]


@pytest.mark.parametrize("machine", ["booth", "check-in"])
def test_a_counter_that_only_a_machines_report_has_is_refused(caught: Caught, machine: str) -> None:
    def cheat(body: Any) -> Any:
        plain = msgspec.to_builtins(body)
        return plain | {"counters": plain["counters"] | {"let_in_by_the_back_door": 4}}

    said = caught("statements", only(f"{machine}-report", cheat))
    assert any("unknown field, `let_in_by_the_back_door`" in one for one in said)


@pytest.mark.parametrize("machine", ["booth", "check_in"])
def test_a_counter_that_only_the_tally_sheet_has_is_refused(caught: Caught, elect: Any, machine: str) -> None:
    election = elect(only("public-draw", lambda body: None, ""))
    sheet = msgspec.to_builtins(election.sheets[HERE])
    sheet["reconciliation"][machine]["sent_home"] = 4
    about = (election.definition.digest, HERE, "2027-04-11T17:00:00Z")
    forged = Statement("tally-sheet", *about, sheet, TallySheet.VERSION).sign(election.key("chair", HERE))
    election.envelopes[election.find("tally-sheet", HERE)] = forged
    assert any("unknown field, `sent_home`" in one for one in caught("statements", election))


@pytest.mark.parametrize(("more", "said"), [(0, []), (1, ["Matched: the machine says 11, the tally sheet 12"])])
def test_a_sheet_of_version_1_is_compared_in_all_that_it_could_say(
    caught: Caught, elect: Any, more: int, said: list[str]
) -> None:
    election = elect(only("booth-report", reported(voided={"other": 1})))
    sheet = msgspec.to_builtins(election.sheets[HERE])
    nested = sheet["reconciliation"]
    flat = nested["check_in"] | nested["booth"] | {"reasons": {}, "matched": nested["check_in"]["matched"] + more}
    del flat["cards_handed"], flat["voided"]
    old = Statement(
        "tally-sheet", election.definition.digest, HERE, "2027-04-11T17:00:00Z", sheet | {"reconciliation": flat}
    )
    election.envelopes[election.find("tally-sheet", HERE)] = old.sign(election.key("chair", HERE))
    assert caught("machine-reports", election) == [f"station {HERE}: {one}" for one in said]


def test_sessions_voided_for_no_known_reason_are_found(caught: Caught) -> None:
    voided = {"whim": 4, "voter-ill": 1}

    def cheat(kind: str, about: str, body: Any) -> Any:
        if (kind, about) == ("tally-sheet", HERE):
            return counters(voided=voided)(body)
        return reported(voided=voided)(body) if (kind, about) == ("booth-report", HERE) else body

    said = caught("machine-reports", cheat)
    assert said == [f"station {HERE}: Sessions ended without a vote: reasons that are not on the list: whim"]


LOGS: list[tuple[str, Any, str]] = [
    ("booth-report", fields(head="f" * 64), "the voting machine itself reported"),
    ("booth-report", fields(entries=8), "the voting machine itself reported"),
    ("check-in-report", fields(head="f" * 64), "the check-in itself reported"),
    ("check-in-report", fields(entries=10), "the check-in itself reported"),
    ("event-log", lambda logs: Replace(logs, heads=logs.heads | {"chair": "e" * 64}), "heads differ"),
    ("event-log", lambda logs: Replace(logs, entries=logs.entries | {"chair": 0}), "a log without a line"),
    ("event-log", lambda logs: Replace(logs, entries=logs.entries | {"x": 4}), "not those of chair, voting machine"),
    ("event-log", lambda logs: Replace(logs, heads=logs.heads | {"x": "0" * 64}), "not those of chair, voting machine"),
]


@pytest.mark.parametrize(("kind", "change", "words"), LOGS)
def test_event_logs_that_do_not_agree_are_found(caught: Caught, kind: str, change: Any, words: str) -> None:
    assert any(words in said for said in caught("event-logs", only(kind, change)))


@pytest.mark.parametrize("head", ["", "0" * 63, "0" * 65, "G" * 64])
def test_a_head_that_is_no_digest_is_found(caught: Caught, head: str) -> None:
    def cheat(kind: str, about: str, body: Any) -> Any:
        if about != HERE or kind not in ("tally-sheet", "event-log"):
            return body
        name = "event_logs" if kind == "tally-sheet" else "heads"
        return Replace(body, **{name: getattr(body, name) | {"chair": head}})

    assert any("not 64 hexadecimal digits" in said for said in caught("event-logs", cheat))


# ---- what may follow what


@pytest.mark.parametrize("kind", ["zero-report", "tally-sheet", "booth-report", "event-log"])
def test_the_same_statement_twice_in_the_log_is_found(elect: Any, kind: str) -> None:
    """No log of ours can be made to hold it, so the reading itself is asked."""
    election = elect()
    election.envelopes.append(election.envelopes[election.find(kind, HERE)])
    envelopes = tuple((f"{number}", envelope) for number, envelope in enumerate(election.envelopes))
    record = PublishedRecord("record", envelopes=envelopes, log_key=election.key("log").public)
    findings = FindingLog()
    read_statements(findings, record, election.key("root").public)
    assert any("already in the record" in finding.detail for finding in findings.findings if not finding.holds)


def test_dice_known_before_an_undrawn_stations_sheet_are_found(caught: Caught, elect: Any) -> None:
    election = elect()
    drawn = closing_sample(election.definition, boxes_of(election.definition, {}), Seed("616243514325161434521623")).ids
    undrawn = next(station.id for station in election.definition.stations if station.id not in drawn)
    sheet = election.envelopes.pop(election.find("tally-sheet", undrawn))
    election.envelopes.insert(election.find("audit-sample") + 1, sheet)
    assert any(f"before 1 tally sheet is in (station {undrawn})" in said for said in caught("statements", election))


def test_tie_dice_known_before_the_votes_are_found(caught: Caught, elect: Any) -> None:
    election = elect()
    draw = election.envelopes.pop(election.find("public-draw"))
    election.envelopes.insert(5, draw)
    assert any("the public draw comes before 3 tally sheets" in said for said in caught("statements", election))


def test_a_second_seed_under_another_subject_is_found(caught: Caught, elect: Any) -> None:
    election = elect()
    election.say("audit-seed", "again", {"digits": "1" * 20}, election.key("auditor"), 700)
    assert any("not of the whole election" in said for said in caught("statements", election))


def test_a_statement_of_no_known_kind_is_not_judged(caught: Caught, elect: Any) -> None:
    election = elect()
    election.say("audit-outcome", "", {"anything": ["goes"]}, election.key("auditor"), 616)
    assert any("not a kind of statement" in said for said in caught("newer-version", election))


# ---- result


def test_a_false_result_before_the_true_one_is_found(caught: Caught, elect: Any) -> None:
    election = elect()
    true = count_result(
        election.definition, election.sheets, digests=election.digests, draw="616243514325161434521623"[::-1]
    )
    first = true.contests[0]
    more = Replace(first.options[0], votes=first.options[0].votes + 1000)
    false = Replace(true, contests=(Replace(first, options=(more, *first.options[1:])), *true.contests[1:]))
    place = election.find("result")
    election.say("result", "", false, election.key("centre"), 613)
    election.envelopes.insert(place, election.envelopes.pop())
    assert any("is published with" in said for said in caught("result", election))


def test_results_on_the_way_are_counted_from_the_sheets_of_their_moment(elect: Any, tmp_path: Path) -> None:
    election = elect()
    early = count_result(election.definition, {"01-01": election.sheets["01-01"]}, digests=election.digests)
    election.say("result", "", early, election.key("centre"), 601)
    election.envelopes.insert(election.find("tally-sheet", "01-01") + 1, election.envelopes.pop())
    assert verify(election.publish(tmp_path / "p")).verdict.holds


@pytest.mark.parametrize("kind", ["tally-sheet", "public-draw"])
def test_a_result_that_the_record_outgrew_is_found(caught: Caught, elect: Any, kind: str) -> None:
    election = elect(only("audit-seed", lambda body: None, "") if kind == "tally-sheet" else lambda *said: said[2])
    last = election.envelopes.pop(election.find(kind, "01-03" if kind == "tally-sheet" else ""))
    election.envelopes.append(last)
    assert any("1 tally sheet or draw came after the last result" in said for said in caught("result", election))


def test_a_tie_without_a_draw_is_found(caught: Caught, definition: Definition) -> None:
    def cheat(kind: str, about: str, body: Any) -> Any:
        if kind == "tally-sheet":
            style = definition.styles_of_station(about)[0]
            first = style.contests[0]
            two = [option.id for option in definition.contest(first).options[:2]]
            ballots = [Ballot.mark(definition, style, {first: (one,)}) for one in two]
            return Replace(body, tally=tally_ballots(definition, about, ballots))
        return None if kind == "public-draw" else body

    told = [said for said in caught("seats", cheat) if "a tie waits for its public draw" in said]
    assert told and all("`testigo audit settle-ties`" in said for said in told)


def test_another_second_round_than_the_votes_give_is_found(caught: Caught, elect: Any, definition: Definition) -> None:
    """Nobody can have more than all, and the result names another pair."""
    first, *others = definition.contests
    strict = Replace(first, majority=Majority(conditions=(Condition(more_than="100"),)))
    held = Replace(definition, contests=(strict, *others))

    def cheat(body: Any) -> Any:
        mine = body.contests[0]
        pair = tuple(option.id for option in first.options[-2:])
        other = Replace(mine.allocation, second_round=SecondRound(pair))
        return Replace(body, contests=(Replace(mine, allocation=other), *body.contests[1:]))

    said = caught("result", elect(only("result", cheat, ""), held))
    assert any("are published as those of the second round" in one for one in said)


def test_a_contest_said_to_be_held_again_is_found_where_somebody_won(caught: Caught) -> None:
    def cheat(body: Any) -> Any:
        mine, *others = body.contests
        void = Replace(mine, allocation=Replace(mine.allocation, void=True))
        return Replace(body, contests=(void, *others))

    said = caught("result", only("result", cheat, ""))
    assert any("whether the contest is held again" in one for one in said)


# ---- audits


def test_a_sample_of_other_ids_is_found(caught: Caught) -> None:
    def cheat(body: Any) -> Any:
        return Replace(body, population=(*body.population[:-1], "01-99"))

    assert any("the sample says" in said for said in caught("audit-sample", only("audit-sample", cheat, "")))


@pytest.mark.parametrize("changed", [{"seed": "1" * 20}, {"purpose": "x"}])
def test_a_sample_of_another_seed_or_purpose_is_none(caught: Caught, changed: dict[str, str]) -> None:
    twist = only("audit-sample", lambda body: msgspec.to_builtins(body) | changed, "")
    assert any("no sample is here" in said for said in caught("audit-sample", twist))


def test_papers_that_nobody_read_are_found(caught: Caught) -> None:
    def cheat(kind: str, _about: str, body: Any) -> Any:
        return (
            Replace(body, unsettled=(UnsettledPaper("a.jpg#1", "torn", settled=False),))
            if kind == "closing-count"
            else body
        )

    assert any("1 paper that nobody could read" in said for said in caught("closing-count", cheat))


def test_a_count_against_another_tally_sheet_is_found(caught: Caught) -> None:
    def cheat(kind: str, _about: str, body: Any) -> Any:
        return Replace(body, sheet="0" * 64) if kind == "closing-count" else body

    assert any("was drawn, and no paper count" in said for said in caught("closing-count", cheat))


def test_a_count_of_an_undrawn_box_counts_too(caught: Caught, elect: Any) -> None:
    election = elect()
    drawn = closing_sample(election.definition, boxes_of(election.definition, {}), Seed("616243514325161434521623")).ids
    undrawn = next(station.id for station in election.definition.stations if station.id not in drawn)
    sheet: TallySheet = election.sheets[undrawn]
    other = PaperTally("hand", 12, moved(sheet.tally).contests, spoiled=1)
    count = closing_count(election.definition, sheet, election.digests[undrawn], other)
    election.say("closing-count", undrawn, count, election.key("auditor"), 612)
    assert any(f"station {undrawn}: mayor" in said for said in caught("closing-count", election))


# ---- keys


def _new_keys(election: Any, *roles: str, station: str = HERE) -> MachineKeys:
    for role in roles:
        election.keys[role, station] = SigningKey.generate()
    return MachineKeys(tuple(MachineKey(election.key(role, station).public.hex, role, station, "") for role in roles))


def test_a_key_replaced_before_the_station_said_anything_is_shown(elect: Any, tmp_path: Path) -> None:
    first: list[Any] = []

    def lose(kind: str, about: str, body: Any) -> Any:
        # The station's disk dies after its keys were admitted: everything it says is signed by a new booth.
        if (kind, about) == ("machine-keys", HERE):
            old = SigningKey.generate().public.hex
            first.append(Replace(body, keys=tuple(Replace(k, key=old) if k.role == "booth" else k for k in body.keys)))
            return first[0]
        return body

    election = elect(lose)
    booth = MachineKey(election.key("booth", HERE).public.hex, "booth", HERE, "")
    election.say("machine-keys", HERE, MachineKeys((booth,)), election.key("root"), 3)
    election.envelopes.insert(election.find("machine-keys", HERE) + 1, election.envelopes.pop())
    report = verify(election.publish(tmp_path / "p"))
    assert report.verdict.holds, report.findings
    (shown,) = [finding for finding in report.findings if finding.code == "keys-replaced"]
    old = next(key for key in first[0].keys if key.role == "booth").public.key_id
    assert all(figure in shown.detail for figure in (HERE, "voting machine", old[:16], booth.public.key_id[:16]))


def test_a_key_replaced_after_the_station_spoke_is_found(caught: Caught, elect: Any) -> None:
    election = elect()
    election.say("machine-keys", HERE, _new_keys(election, "chair"), election.key("root"), 700)
    assert any("already has a key" in said for said in caught("statements", election))


def test_a_key_that_was_replaced_signs_nothing_more(caught: Caught, elect: Any) -> None:
    election = elect()
    place = election.find("logic-and-accuracy", "01-01")
    election.say("machine-keys", HERE, _new_keys(election, "booth"), election.key("root"), 2)
    election.envelopes.insert(place, election.envelopes.pop())
    assert any("which the root replaced at entry 9" in said for said in caught("statements", election))


# ---- what is shown


def test_nothing_that_a_record_says_can_forge_a_line_of_the_check() -> None:
    findings = FindingLog()
    forged = "x\nok   tested\x1b[1A\u202eevil\u2028\u2066\r\x9b\U000e0001"
    findings.fail("limits", forged, forged)
    (finding,) = findings.findings
    for shown in (finding.detail, finding.place):
        assert shown.isprintable()
        assert "\\nok   tested\\x1b[1A\\u202eevil" in shown
    findings.ok("limits", "Escaño 3 − 1 = 2 … 选举")
    assert findings.findings[-1].detail == "Escaño 3 − 1 = 2 … 选举"


def test_a_forged_line_in_a_record_is_shown_as_what_it_is(caught: Caught) -> None:
    def cheat(body: Any) -> Any:
        first = body.contests[0]
        forged = Replace(first.options[0], option="x\nok   limits")
        return Replace(body, contests=(Replace(first, options=(forged, *first.options[1:])), *body.contests[1:]))

    said = caught("result", only("result", cheat, ""))
    assert any("ok   limits" in one for one in said) and all(one.isprintable() for one in said)
