"""Each station's day, from its own signed words: tested, at zero, counted, reconciled, within its limits."""

from testigo.ballot import Difference, TallySheet, tally_ballots
from testigo.count import body_of, sheet_mistakes
from testigo.election import Definition, Station
from testigo.station.statements import EventLogs, LogicAndAccuracy, ZeroReport
from testigo.witness.notebook import Notebook
from testigo.witness.reading import Said, Story


def check(notebook: Notebook, story: Story) -> None:
    """Every station that has a tally sheet. Stations without one are counted by `totals`."""
    definition = story.ledger.definition
    for station in definition.stations:
        sheet = story.ledger.sheets.get(station.id)
        said = story.of_station("tally-sheet", station.id)
        if sheet is None or said is None:
            continue
        _check_before_opening(notebook, story, station, sheet)
        _check_sums(notebook, definition, sheet, said)
        _check_reconciliation(notebook, sheet, said)
        _check_limits(notebook, definition, station, sheet, said)
        _check_event_logs(notebook, story, station, sheet, said)


def _check_before_opening(notebook: Notebook, story: Story, station: Station, sheet: TallySheet) -> None:
    """The test came out as expected, and the zero report shows nothing counted."""
    name = f"station {station.id}"
    definition = story.ledger.definition
    test = story.of_station("logic-and-accuracy", station.id)
    if test is None:
        notebook.write("tested", False, f"{name}: no logic and accuracy test is published")
    else:
        with notebook.reporting("tested", test.place):
            body = body_of(test.statement, LogicAndAccuracy, test.place)
            passed = body.ok and body.expected == body.counted and body.ballots > 0
            complete = _all_options_tested(definition, station.id, body)
            detail = f"{name}: {body.ballots} test ballots, " + (
                "all counts as expected" if passed else "the counts are not those expected"
            )
            notebook.write(
                "tested", passed and complete, detail + ("" if complete else "; not every option was tested")
            )
    zero = story.of_station("zero-report", station.id)
    if zero is None:
        notebook.write("zero report", False, f"{name}: no zero report is published")
        return
    with notebook.reporting("zero report", zero.place):
        report = body_of(zero.statement, ZeroReport, zero.place)
        empty = report.is_zero and report.tally == tally_ballots(definition, station.id, ())
        late = bool(sheet.opened) and zero.statement.issued > sheet.opened
        detail = f"{name}: " + ("everything at zero before opening" if empty else "not everything is at zero")
        notebook.write("zero report", empty and not late, detail + (", but signed after opening" if late else ""))


def _all_options_tested(definition: Definition, station_id: str, test: LogicAndAccuracy) -> bool:
    """Whether the deck gave every option of every contest at least one vote."""
    wanted = tally_ballots(definition, station_id, ())
    found = {one.contest: one.votes for one in test.expected.contests}
    return all(min((found.get(one.contest) or {"": 0}).values()) > 0 for one in wanted.contests)


def _check_sums(notebook: Notebook, definition: Definition, sheet: TallySheet, said: Said) -> None:
    mistakes = sheet_mistakes(definition, sheet)
    for mistake in mistakes:
        notebook.write("tally sheet", False, f"station {sheet.station}: {mistake}", said.place)
    if not mistakes:
        ballots, contests = sum(sheet.tally.ballots.values()), len(sheet.tally.contests)
        notebook.write(
            "tally sheet", True, f"station {sheet.station}: {ballots} ballots, sums of {contests} contests come out"
        )


def _check_reconciliation(notebook: Notebook, sheet: TallySheet, said: Said) -> None:
    """Checked in = cards used = printed − spoiled = deposited = recorded = ballots on the tally sheet."""
    counters, ballots = sheet.reconciliation, sum(sheet.tally.ballots.values())
    differences = list(counters.differences())
    if counters.recorded != ballots:
        differences.append(Difference("recorded", "ballots on the tally sheet", counters.recorded, ballots))
    for one in differences:
        said_why = f"; the chair wrote: {one.reason}" if one.reason else "; no reason given"
        detail = f"station {sheet.station}: {one.left} {one.left_count}, {one.right} {one.right_count}{said_why}"
        notebook.write("reconciliation", False, detail, said.place)
    if not differences:
        spoiled = f"{counters.printed} printed − {counters.spoiled} spoiled"
        chain = f"{counters.checked_in} checked in = {counters.cards_used} cards = {spoiled}"
        detail = f"station {sheet.station}: {chain} = {counters.deposited} deposited = {counters.recorded} recorded"
        notebook.write("reconciliation", True, detail)


def _check_limits(notebook: Notebook, definition: Definition, station: Station, sheet: TallySheet, said: Said) -> None:
    """What no honest station can exceed: its register, its cards, the cap on releases, and sums of reasons."""
    counters = sheet.reconciliation
    cap = -(-station.register_size * definition.rules.release_cap_percent // 100)
    limits = (
        (counters.registered <= station.register_size, f"{counters.registered} registered of {station.register_size}"),
        (counters.checked_in <= counters.registered, f"{counters.checked_in} checked in of {counters.registered}"),
        (counters.cards_used <= counters.cards_made, f"{counters.cards_used} cards used of {counters.cards_made}"),
        (counters.release_cap <= cap, f"a cap of {counters.release_cap} releases where the rules give {cap}"),
        (counters.released <= cap, f"{counters.released} released, at most {cap} may be"),
        (sum(counters.released_reasons.values()) == counters.released, "a reason for every release"),
        (sum(counters.spoiled_reasons.values()) == counters.spoiled, "a reason for every spoiled vote"),
        (sheet.opened <= sheet.closed, f"opened {sheet.opened}, closed {sheet.closed}"),
    )
    for holds, detail in limits:
        if not holds:
            notebook.write("limits", False, f"station {station.id}: not so: {detail}", said.place)
    if all(holds for holds, _ in limits):
        refused = sum(counters.refused.values())
        detail = f"{counters.released} released of at most {cap}, {refused} refused, each with a reason"
        notebook.write("limits", True, f"station {station.id}: {detail}")


def _check_event_logs(notebook: Notebook, story: Story, station: Station, sheet: TallySheet, said: Said) -> None:
    """The heads of the machines' event logs are on the tally sheet and in their own statement, the same in both."""
    logs = story.of_station("event-log", station.id)
    if logs is None:
        notebook.write("event logs", False, f"station {station.id}: the heads of its event logs are not published")
        return
    with notebook.reporting("event logs", logs.place):
        body = body_of(logs.statement, EventLogs, logs.place)
        same = body.heads == sheet.event_logs and len(body.heads) == 3
        detail = f"station {station.id}: {sum(body.entries.values())} events, heads " + (
            "as on the tally sheet" if same else "differ from the tally sheet's"
        )
        notebook.write("event logs", same, detail, "" if same else said.place)
