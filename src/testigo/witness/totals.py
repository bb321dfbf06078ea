"""The result, added up again from the tally sheets alone."""

from testigo import canonical
from testigo.count import Result, count_result
from testigo.witness.notebook import Notebook
from testigo.witness.reading import Story


def check(notebook: Notebook, story: Story) -> None:
    """Every station counted, every total and every seat the same as published."""
    definition, ledger = story.ledger.definition, story.ledger
    missing = [station.id for station in definition.stations if station.id not in ledger.sheets]
    counted = len(definition.stations) - len(missing)
    which = f"; missing: {', '.join(missing[:10])}{'…' if len(missing) > 10 else ''}" if missing else ""
    notebook.write("complete", not missing, f"{counted} of {len(definition.stations)} stations counted{which}")
    with notebook.reporting("result"):
        recomputed = count_result(definition, ledger.sheets, draw=ledger.draw)
        published = ledger.result
        if published is None:
            notebook.write("result", False, f"no result is published for {counted} tally sheets")
            return
        place = story.said["result"][-1].place
        _compare(notebook, published, recomputed, place)
        _report_seats(notebook, recomputed, place)


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
