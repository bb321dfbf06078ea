"""The form of a count by hand: a CSV table `contest,option,count` that people fill in, one line per figure.

Figures that are not an option's have a name in brackets: `(blank)`, `(null)` and `(ballots)` of each contest,
`(papers)` and `(spoiled)` of the whole box, whose `contest` is empty. Unused choices are not counted by hand: they
follow from the rest. Of open lists every candidate's preferences are counted, too, under `OPTION/NUMBER`.

The form of a whole tally (`tally_form`), for what replaces a tally sheet, has instead of the box's figures the ballots
of each ballot style, under its id.
"""

import csv
import io
from collections.abc import Iterable, Mapping

from testigo.audit.closing import PAPERS, SPOILED, PaperTally
from testigo.ballot import BALLOTS, BLANK, NULL, UNDERVOTES, ContestCount, ContestTally, Tally, tally_errors
from testigo.election import Contest, Definition
from testigo.election.digits import is_whole
from testigo.errors import InvalidInput, SeveralErrors, TestigoError

COLUMNS = ["contest", "option", "count"]

_MOST = 100_000
"""No box holds more papers; a larger figure is a slip of the finger."""

Key = tuple[str, str]
"""Contest, "" for the whole box; option, or a figure's name."""


def blank_form(definition: Definition, station_id: str) -> str:
    """The form of a station with nothing filled in."""
    return _form(closing_keys(definition, station_id))


def tally_form(definition: Definition, station_id: str) -> str:
    """The form of a whole tally with nothing filled in."""
    return _form(tally_keys(definition, station_id))


def read_tally_form(data: bytes, definition: Definition, station_id: str, *, place: str = "form.csv") -> Tally:
    """The tally in a filled form; raises `SeveralErrors` with every wrong line, figure that is missing, and sum that
    does not come out.
    """
    figures, errors = _read_lines(data, set(tally_keys(definition, station_id)), place)
    missing = [key for key in tally_keys(definition, station_id) if key not in figures] if not errors else []
    errors += [InvalidInput("count.missing", place=place, figure=_name(key)) for key in missing]
    if errors:
        raise SeveralErrors("hand-count.not-taken-in", errors, place=place)
    return tally_of(definition, station_id, figures, place=place)


def tally_of(definition: Definition, station_id: str, figures: Mapping[Key, int], *, place: str = "") -> Tally:
    """The tally of these figures, all of `tally_keys`; raises `SeveralErrors` with every sum that does not come out."""
    contests = tuple(_tally(contest, figures) for contest in definition.contests_of_station(station_id))
    ballots = {style.id: figures["", style.id] for style in definition.styles_of_station(station_id)}
    tally = Tally(ballots, contests)
    wrong = tally_errors(definition, station_id, tally)
    if wrong:
        errors: list[TestigoError] = [InvalidInput("hand-count.sum", place=place, cause=one) for one in wrong]
        raise SeveralErrors("hand-count.not-taken-in", errors, place=place)
    return tally


def tally_keys(definition: Definition, station_id: str) -> list[Key]:
    """The figures of a whole tally, in the order of the form."""
    styles = [("", style.id) for style in definition.styles_of_station(station_id)]
    return styles + _contest_keys(definition, station_id)


def read_form(data: bytes, definition: Definition, station_id: str, *, place: str = "form.csv") -> PaperTally:
    """The counts in a filled form. `(spoiled)` may stay empty where the envelope was not counted.

    Raises `SeveralErrors`: every wrong line with its number, every figure that is missing, every contest whose votes
    do not fit its ballots.
    """
    figures, errors = _read_lines(data, set(closing_keys(definition, station_id)), place)
    for key in closing_keys(definition, station_id):
        if key not in figures and key != ("", SPOILED) and not errors:
            errors.append(InvalidInput("count.missing", place=place, figure=_name(key)))
    if errors:
        raise SeveralErrors("hand-count.not-taken-in", errors, place=place)
    return paper_of(definition, station_id, figures, place=place)


def paper_of(definition: Definition, station_id: str, figures: Mapping[Key, int], *, place: str = "") -> PaperTally:
    """The paper tally of these figures, all of `closing_keys`; `(spoiled)` may be missing.

    Raises `SeveralErrors` with every contest whose votes do not fit its ballots.
    """
    errors: list[TestigoError] = []
    tallies = []
    for contest in definition.contests_of_station(station_id):
        tally = _tally(contest, figures)
        if tally.undervotes < 0 or tally.ballots > figures["", PAPERS]:
            errors.append(
                InvalidInput(
                    "contest.more-votes-than-fit" if tally.undervotes < 0 else "contest.more-ballots-than-papers",
                    place=place,
                    hint="count-again",
                    contest=contest.id,
                )
            )
        excess = _too_many_preferences(contest, tally)
        if excess and not errors:
            errors.append(
                InvalidInput(
                    "contest.more-preferences-than-fit",
                    place=place,
                    hint="count-again",
                    contest=contest.id,
                    candidate=excess,
                )
            )
        tallies.append(tally)
    if errors:
        raise SeveralErrors("hand-count.not-taken-in", errors, place=place)
    return PaperTally("hand", figures["", PAPERS], tuple(tallies), figures.get(("", SPOILED)))


def _read_lines(data: bytes, known: set[Key], place: str) -> tuple[dict[Key, int], list[TestigoError]]:
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError as error:
        raise InvalidInput("file.not-utf8", place=place, byte=f"{error.object[error.start]:#04x}") from None
    except csv.Error as error:
        raise InvalidInput("csv.malformed", place=place, why=str(error)) from None
    if not rows or rows[0] != COLUMNS:
        raise InvalidInput("form.other-columns", place=place, columns=",".join(COLUMNS))
    figures: dict[Key, int] = {}
    errors: list[TestigoError] = []
    for number, row in enumerate(rows[1:], 2):
        where = f"{place}:{number}"
        if not row:
            continue
        contest, option, count = (cell.strip() for cell in row) if len(row) == len(COLUMNS) else ("", "", "")
        if (contest, option) not in known:
            errors.append(InvalidInput("form.unknown-line", place=where))
        elif (contest, option) in figures:
            errors.append(InvalidInput("form.line-twice", place=where, figure=_name((contest, option))))
        elif not count and option == SPOILED:
            continue
        elif not is_whole(count):
            errors.append(InvalidInput("count.not-a-number", place=where, text=count[:20]))
        elif len(count) > len(str(_MOST)) or int(count) > _MOST:
            errors.append(InvalidInput("count.too-large", place=where, text=count[:20], most=_MOST))
        else:
            figures[contest, option] = int(count)
    return figures, errors


def _name(key: Key) -> str:
    return " ".join(key).strip()


def closing_keys(definition: Definition, station_id: str) -> list[Key]:
    """The figures of a closing count, in the order of the form."""
    return [("", PAPERS), ("", SPOILED), *_contest_keys(definition, station_id)]


def _contest_keys(definition: Definition, station_id: str) -> list[Key]:
    return [
        (contest.id, what)
        for contest in definition.contests_of_station(station_id)
        for what, _ in ContestCount(contest).tally().figures()
        if what != UNDERVOTES
    ]


def _form(keys: Iterable[Key]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows((contest, option, "") for contest, option in keys)
    return text.getvalue()


def _tally(contest: Contest, figures: Mapping[Key, int]) -> ContestTally:
    of_contest = {what: count for (contest_id, what), count in figures.items() if contest_id == contest.id}
    marked = of_contest[BALLOTS] - of_contest[BLANK] - of_contest[NULL]
    votes = sum(of_contest[option.id] for option in contest.options)
    return ContestTally.from_figures(contest, {**of_contest, UNDERVOTES: contest.choose * marked - votes})


def _too_many_preferences(contest: Contest, tally: ContestTally) -> str:
    """The first candidate with more preferences than the list has votes, or list with more than its voters may choose;
    "" if none.
    """
    most = contest.preferences.most if contest.preferences is not None else 0
    for option in contest.options if most else ():
        votes = tally.votes[option.id]
        for name in option.preferences:
            if tally.preferences[name] > votes:
                return name
        if sum(tally.preferences[name] for name in option.preferences) > most * votes:
            return option.id
    return ""
