"""What paper, codes, pages and file names do not carry: each refusal names a limit of `limits`.

Without these checks an election would be signed and installed, and fail on its day: a station whose id is longer than
the code line of its paper votes, a ballot of more rows than a slip, a district that a computer takes for a device.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from testigo.election import limits
from testigo.election.contests import GENERAL_ROLL, Contest
from testigo.election.deck_size import most_test_ballots
from testigo.election.definition import BallotStyle
from testigo.election.diagnostic import DefinitionPath, Diagnostic, diagnose
from testigo.election.known_ids import KnownIds
from testigo.words import message


def check_limits(known: KnownIds) -> Iterator[Diagnostic]:
    """Every part of the definition that is more than the later steps carry."""
    definition = known.definition
    counts = (
        ("languages", "language-count", len(definition.languages), limits.LANGUAGES),
        ("rolls", "roll-count", len(definition.rolls), limits.ROLLS),
        ("parties", "party-count", len(definition.parties), limits.PARTIES),
        ("stations", "station-count", len(definition.stations), limits.STATIONS),
        ("contests", "contest-count", len(definition.contests), limits.CONTESTS),
    )
    for key, what, number, most in counts:
        yield from _at_most((key,), what, number, most)
    yield from _check_date(definition.date)
    for place, language in enumerate(definition.languages):
        if len(language) > limits.LANGUAGE_CODE:
            where: DefinitionPath = ("languages", place)
            yield diagnose("definition.id-too-long", where, id=language[:60], most=limits.LANGUAGE_CODE)
    yield from _check_reserved(known)
    for place, station in enumerate(definition.stations):
        if len(station.id) > limits.STATION_ID:
            where = ("stations", place, "id")
            yield diagnose("definition.id-too-long", where, id=station.id[:60], most=limits.STATION_ID)
        if station.register_size > limits.REGISTER:
            where, size = ("stations", place, "register-size"), station.register_size
            yield diagnose("station.register-size", where, station=station.id, number=size, most=limits.REGISTER)
    yield from _check_styles(known)
    yield from _check_sheets(known)
    for place, contest in enumerate(definition.contests):
        yield from _check_contest(("contests", place), contest)
    for place, body in enumerate(definition.bodies):
        if body.levelling is not None:
            path = ("bodies", place, "levelling", "seats")
            yield from _at_most(path, "seat-count", body.levelling.seats, limits.SEATS)


def _at_most(place: DefinitionPath, what: str, number: int, most: int) -> Iterator[Diagnostic]:
    if number > most:
        yield diagnose("definition.too-many", place, what=message("term", what, count=number), most=most)


def _check_date(text: str) -> Iterator[Diagnostic]:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return
    if not limits.FIRST_DAY <= day <= limits.LAST_DAY:
        first, last = limits.FIRST_DAY.isoformat(), limits.LAST_DAY.isoformat()
        yield diagnose("definition.date-out-of-range", ("date",), text=text[:60], first=first, last=last)


def _check_reserved(known: KnownIds) -> Iterator[Diagnostic]:
    """Ids that files and folders are named after."""
    definition = known.definition
    named: list[tuple[DefinitionPath, str]] = [(("id",), definition.id)]
    named += [((*path, "id"), district.id) for path, district in known.districts]
    named += [(("rolls", place), roll) for place, roll in enumerate(definition.rolls)]
    named += [(("stations", place, "id"), station.id) for place, station in enumerate(definition.stations)]
    named += [(("contests", place, "id"), contest.id) for place, contest in enumerate(definition.contests)]
    for place, identifier in named:
        if identifier in limits.RESERVED_NAMES:
            yield diagnose("definition.id-reserved", place, id=identifier)


# ── ballot styles: what one voter finds on one paper ──


def _check_styles(known: KnownIds) -> Iterator[Diagnostic]:
    for path, style in _styles(known):
        if (length := len(style.id)) > limits.STYLE:
            where = (*path, "id")
            yield diagnose("definition.style-too-long", where, style=style.id[:100], count=length, most=limits.STYLE)
        contests = [known.definition.contest(contest) for contest in style.contests]
        yield from _at_most(path, "contest-count", len(contests), limits.CONTESTS_OF_BALLOT)
        rows = sum(contest.rows for contest in contests)
        yield from _at_most(path, "row-count", rows, limits.ROWS_OF_BALLOT)


def _check_sheets(known: KnownIds) -> Iterator[Diagnostic]:
    """A station's tally sheet has the contests of all its voters, whatever their ballot styles, and so has its test."""
    styles: dict[DefinitionPath, list[BallotStyle]] = {}
    for path, style in _styles(known):
        styles.setdefault(path, []).append(style)
    for path, of_station in styles.items():
        on_sheet = {contest for style in of_station for contest in style.contests}
        lines = sum(len(known.definition.contest(contest).marks) for contest in on_sheet)
        yield from _at_most(path, "sheet-line-count", lines, limits.LINES_OF_SHEET)
        if lines <= limits.LINES_OF_SHEET:  # more is said once
            deck = most_test_ballots([known.definition.contest(one) for one in style.contests] for style in of_station)
            yield from _at_most(path, "test-ballot-count", deck, limits.TEST_BALLOTS)


def _styles(known: KnownIds) -> Iterable[tuple[DefinitionPath, BallotStyle]]:
    """Every ballot style that some voter has, with the place of its district."""
    definition = known.definition
    used = {
        (station.district, roll)
        for station in definition.stations
        for roll in (GENERAL_ROLL, *(roll for roll, size in station.roll_sizes.items() if size > 0))
    }
    for path, district in known.districts:
        for roll in definition.rolls:
            if (district.id, roll) in used:
                yield path, definition.style(district.id, roll)


# ── one contest ──


def _check_contest(path: DefinitionPath, contest: Contest) -> Iterator[Diagnostic]:
    yield from _at_most((*path, "options"), "options", len(contest.options), limits.OPTIONS)
    yield from _at_most((*path, "seats"), "seat-count", contest.seats, limits.SEATS)
    if contest.preferences is not None:
        candidates = sum(len(option.candidates) for option in contest.options)
        yield from _at_most((*path, "preferences"), "candidates", candidates, limits.PREFERRED)
    for place, option in enumerate(contest.options):
        where = (*path, "options", place, "candidates")
        yield from _at_most(where, "candidates", len(option.candidates), limits.CANDIDATES)
        yield from _at_most((*path, "options", place, "people"), "people", len(option.people), limits.PEOPLE)
