"""Every result that was ever published, added up again from the tally sheets that the record held at that moment."""

from testigo import canonical
from testigo.count import Result, body_of, count_result
from testigo.witness.notebook import Notebook
from testigo.witness.reading import Said, Story


def check(notebook: Notebook, story: Story) -> None:
    """Every station counted, every total and every seat the same as published."""
    definition, ledger = story.ledger.definition, story.ledger
    missing = [station.id for station in definition.stations if station.id not in ledger.sheets]
    counted = len(definition.stations) - len(missing)
    which = f"; missing: {', '.join(missing[:10])}{'…' if len(missing) > 10 else ''}" if missing else ""
    notebook.write("complete", not missing, f"{counted} of {len(definition.stations)} stations counted{which}")
    results = story.said.get("result", [])
    if not results:
        notebook.write("result", False, f"no result is published for {counted} tally sheets")
        return
    for said in results:
        with notebook.reporting("result", said.place):
            recomputed = _count_before(story, said)
            _compare(notebook, body_of(said.statement, Result, said.place), recomputed, said.place)
            if said is results[-1]:
                _report_seats(notebook, recomputed, said.place)
    last = results[-1]
    changing = story.said.get("tally-sheet", []) + story.said.get("public-draw", [])
    later = sum(said.index > last.index for said in changing)
    if later:
        notebook.write("result", False, f"{later} tally sheets or draws came after the last result", last.place)


def _count_before(story: Story, result: Said) -> Result:
    """The result from the tally sheets and the draw that stand before a published one, in the log."""
    ledger = story.ledger
    before = [said.statement.subject for said in story.said.get("tally-sheet", []) if said.index < result.index]
    drawn = any(said.index < result.index for said in story.said.get("public-draw", []))
    return count_result(
        ledger.definition,
        {station: ledger.sheets[station] for station in before},
        digests=ledger.sheet_digests(result.statement.version),
        draw=ledger.draw if drawn else None,
    )


def _compare(notebook: Notebook, published: Result, recomputed: Result, place: str) -> None:
    votes = sum(option.votes for contest in recomputed.contests for option in contest.options)
    if canonical.encode(published) == canonical.encode(recomputed):
        detail = f"{len(recomputed.contests)} contests, {votes} votes, recomputed to the last byte"
        notebook.write("result", True, detail, place)
        return
    ours = {contest.contest: contest for contest in recomputed.contests}
    for contest in published.contests:
        again = ours.get(contest.contest)
        if again is None or contest == again:
            continue
        for theirs, own in zip(contest.options, again.options, strict=False):
            if theirs != own:
                detail = (
                    f"{contest.contest}: {theirs.option} is published with {theirs.votes} votes, the tally sheets give"
                )
                notebook.write("result", False, f"{detail} {own.votes}", place)
        for option, seats in again.allocation.seats.items():
            if contest.allocation.seats.get(option) != seats:
                said = contest.allocation.seats.get(option, 0)
                detail = f"{contest.contest}: {option} is published with {said} seats, the votes give {seats}"
                notebook.write("result", False, detail, place)
    notebook.write("result", False, "the published result is not what the tally sheets add up to", place)


def _report_seats(notebook: Notebook, result: Result, place: str) -> None:
    open_ties = [contest.contest for contest in result.contests if any(tie.open for tie in contest.allocation.ties)]
    seats = sum(sum(contest.allocation.seats.values()) for contest in result.contests)
    if open_ties:
        names = ", ".join(open_ties)
        notebook.write("seats", False, f"{seats} allotted; a tie waits for its public draw in {names}", place)
    else:
        notebook.write("seats", True, f"{seats} allotted again by each contest's rule", place)
