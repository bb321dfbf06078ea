"""What is wrong with an election definition: errors that block it, and warnings that only ask for a second look.

An error blocks where the election could not be held or counted as written (a contest without voters, seats that no
rule can fill) or where paper could not tell two things apart: the paper text is the vote, so two options of one
contest, and two contests of one ballot, must read differently in every language.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date

from testigo.election.contests import GENERAL_ROLL, Contest, Option, Threshold
from testigo.election.definition import Definition, District
from testigo.election.diagnostic import (
    MAX_ABBREVIATION,
    MAX_TEXT,
    DefinitionPath,
    Diagnostic,
    check_id,
    check_read_differently,
    check_text,
    check_unique,
    check_words,
    diagnose,
    folded,
    path_text,
    unknown,
)
from testigo.election.methods import METHODS
from testigo.election.stations import Station
from testigo.errors import InvalidInput, SeveralErrors
from testigo.words import Either, message

FEWEST_VOTERS = 10
"""Of one ballot style at one station; with fewer it is likely that all who came voted alike."""

LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def check_definition(definition: Definition) -> list[Diagnostic]:
    """Every error and warning, in the order of the file's parts; empty if there is nothing to say."""
    known = _Known(definition)
    return [found for check in _CHECKS for found in check(known)]


def require_valid(definition: Definition, *, place: str = "") -> None:
    """For definitions that come from elsewhere than a file: raises `SeveralErrors` if any error blocks."""
    errors = [error for error in check_definition(definition) if not error.warning]
    if errors:
        raise SeveralErrors("definition.errors", [one.error for one in errors], place=place, count=len(errors))


class _Known:
    """The definition, with the ids that others may refer to and the place of every district."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.districts = list(_districts(definition.districts))
        self.district_ids = {district.id for _, district in self.districts}
        self.party_ids = {party.id for party in definition.parties}
        self.paths = {district.id: path for district, path in definition.all_districts()}


def _districts(districts: tuple[District, ...]) -> Iterator[tuple[DefinitionPath, District]]:
    waiting: list[tuple[DefinitionPath, District]] = [
        (("districts", place), one) for place, one in enumerate(districts)
    ]
    waiting.reverse()
    while waiting:
        path, district = waiting.pop()
        yield path, district
        below = list(enumerate(district.districts))
        waiting.extend(((*path, "districts", place), one) for place, one in reversed(below))


# ── the election as a whole ──


def _check_whole(known: _Known) -> Iterator[Diagnostic]:
    definition = known.definition
    yield from check_id(("id",), definition.id)
    yield from _check_languages(definition)
    yield from check_text(definition, ("title",), definition.title)
    yield from _check_day(definition)
    if not definition.districts:
        yield diagnose("definition.no-district", ("districts",))
    if not definition.stations:
        yield diagnose("definition.no-station", ("stations",))
    if not definition.contests:
        yield diagnose("definition.no-contest", ("contests",))


def _check_languages(definition: Definition) -> Iterator[Diagnostic]:
    if not definition.languages:
        yield diagnose("definition.no-language", ("languages",))
    for place, language in enumerate(definition.languages):
        if not LANGUAGE.fullmatch(language):
            yield diagnose("definition.not-a-language", ("languages", place), language=language[:60])
    yield from check_unique("language", ((("languages", place), one) for place, one in enumerate(definition.languages)))


def _check_day(definition: Definition) -> Iterator[Diagnostic]:
    if not _is_date(definition.date):
        yield diagnose("definition.not-a-date", ("date",), text=definition.date[:60])
    times = {"opens": definition.opens, "closes": definition.closes}
    for key, time in times.items():
        if not _TIME.fullmatch(time):
            yield diagnose("definition.not-a-time", (key,), text=time[:60])
    if all(map(_TIME.fullmatch, times.values())) and definition.opens >= definition.closes:
        yield diagnose("definition.closes-before-opening", ("closes",))


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def _check_rules(known: _Known) -> Iterator[Diagnostic]:
    rules = known.definition.rules
    limits = {
        "finger-tries": (rules.finger_tries, 1, 10),
        "release-cap-percent": (rules.release_cap_percent, 0, 100),
        "spoil-limit": (rules.spoil_limit, 0, 10),
        "closing-count-percent": (rules.closing_count_percent, 0, 100),
    }
    for key, (value, low, high) in limits.items():
        if not low <= value <= high:
            yield diagnose("definition.rule-out-of-range", ("rules", key), rule=key, number=value, low=low, high=high)


def _check_rolls(known: _Known) -> Iterator[Diagnostic]:
    rolls = known.definition.rolls
    for place, roll in enumerate(rolls):
        yield from check_id(("rolls", place), roll)
    yield from check_unique("roll", ((("rolls", place), roll) for place, roll in enumerate(rolls)))
    if GENERAL_ROLL not in rolls:
        yield diagnose("definition.no-general-roll", ("rolls",), roll=GENERAL_ROLL)
    for path, district in known.districts:
        for roll in rolls:
            above = district.id.removesuffix(f"-{roll}")
            if above != district.id and above in known.district_ids:
                path_to_id = (*path, "id")
                yield diagnose("definition.id-of-a-style", path_to_id, id=district.id, roll=roll, district=above)


# ── parties, districts, stations ──


def _check_parties(known: _Known) -> Iterator[Diagnostic]:
    definition = known.definition
    used = {option.party for contest in definition.contests for option in contest.options}
    for place, party in enumerate(definition.parties):
        path: DefinitionPath = ("parties", place)
        yield from check_id((*path, "id"), party.id)
        yield from check_text(definition, (*path, "name"), party.name)
        yield from check_words((*path, "abbreviation"), party.abbreviation, MAX_ABBREVIATION)
        if party.id not in used:
            yield diagnose("definition.party-unused", path, warning=True, party=party.id)
    yield from check_unique("party", ((("parties", n, "id"), party.id) for n, party in enumerate(definition.parties)))


def _check_districts(known: _Known) -> Iterator[Diagnostic]:
    for path, district in known.districts:
        yield from check_id((*path, "id"), district.id)
        yield from check_text(known.definition, (*path, "name"), district.name)
    yield from check_unique("district", (((*path, "id"), district.id) for path, district in known.districts))


def _check_stations(known: _Known) -> Iterator[Diagnostic]:
    stations = known.definition.stations
    with_contests = {contest.district for contest in known.definition.contests}
    for place, station in enumerate(stations):
        path: DefinitionPath = ("stations", place)
        yield from check_id((*path, "id"), station.id)
        yield from check_words((*path, "name"), station.name, MAX_TEXT)
        if station.address:
            yield from check_words((*path, "address"), station.address, MAX_TEXT)
        yield from _check_registers(known, path, station)
        if station.district not in known.district_ids:
            yield unknown((*path, "district"), "district", station.district)
        elif not with_contests.intersection(known.paths[station.district]):
            yield diagnose("station.without-contest", (*path, "district"), station=station.id)
        elif below := _contests_below(known, station.district):
            where = (*path, "district")
            yield diagnose("station.above-contest", where, warning=True, station=station.id, contest=below)
    yield from check_unique("station", ((("stations", n, "id"), station.id) for n, station in enumerate(stations)))


def _contests_below(known: _Known, district_id: str) -> str:
    for contest in known.definition.contests:
        if district_id in known.paths.get(contest.district, ())[:-1]:
            return contest.id
    return ""


def _check_registers(known: _Known, path: DefinitionPath, station: Station) -> Iterator[Diagnostic]:
    if not 1 <= station.register_size <= 100_000:
        where: DefinitionPath = (*path, "register-size")
        yield diagnose("station.register-size", where, station=station.id, number=station.register_size)
    for roll, size in station.roll_sizes.items():
        where = (*path, "roll-sizes", roll)
        if roll == GENERAL_ROLL:
            yield diagnose("station.general-roll-named", where)
        elif roll not in known.definition.rolls:
            yield unknown(where, "roll", roll)
        if size < 0:
            yield diagnose("station.roll-negative", where, roll=roll[:60], number=size)
    if sum(station.roll_sizes.values()) > station.register_size:
        where = (*path, "roll-sizes")
        yield diagnose("station.rolls-too-large", where, station=station.id, number=station.register_size)
    yield from _check_secrecy(path, station)


def _check_secrecy(path: DefinitionPath, station: Station) -> Iterator[Diagnostic]:
    """The tally sheet counts each ballot style of a station, so a style with hardly a voter tells how they voted."""
    sizes = {GENERAL_ROLL: station.register_size - sum(station.roll_sizes.values()), **station.roll_sizes}
    for roll, size in sizes.items():
        if 0 < size < FEWEST_VOTERS:
            where = (*path, "register-size")
            yield diagnose("station.few-voters", where, warning=True, count=size, station=station.id, roll=roll)


# ── contests ──


def _check_contests(known: _Known) -> Iterator[Diagnostic]:
    contests = known.definition.contests
    voted_on = _districts_with_voters(known)
    for place, contest in enumerate(contests):
        path: DefinitionPath = ("contests", place)
        yield from check_id((*path, "id"), contest.id)
        yield from check_text(known.definition, (*path, "title"), contest.title)
        if contest.roll not in known.definition.rolls:
            yield unknown((*path, "roll"), "roll", contest.roll)
        elif contest.district not in known.district_ids:
            yield unknown((*path, "district"), "district", contest.district)
        elif contest.district not in voted_on[contest.roll]:
            yield diagnose(
                "contest.without-voters" if contest.roll == GENERAL_ROLL else "contest.without-voters-of-roll",
                (*path, "district"),
                contest=contest.id,
                roll=contest.roll,
                district=contest.district,
            )
        yield from _check_options(known, path, contest)
        yield from _check_marking(path, contest)
        yield from (_check_list_seats if contest.kind == "party-list" else _check_person_seats)(path, contest)
    yield from check_unique("contest", ((("contests", n, "id"), contest.id) for n, contest in enumerate(contests)))
    yield from _check_titles_differ(known)


def _districts_with_voters(known: _Known) -> dict[str, set[str]]:
    """For each roll, the districts in which some station has voters on it."""
    found: dict[str, set[str]] = {roll: set() for roll in known.definition.rolls}
    for station in known.definition.stations:
        path = known.paths.get(station.district, ())
        for roll in {GENERAL_ROLL, *(roll for roll, size in station.roll_sizes.items() if size > 0)}:
            found.setdefault(roll, set()).update(path)
    return found


def _check_marking(path: DefinitionPath, contest: Contest) -> Iterator[Diagnostic]:
    where, options = (*path, "choose"), len(contest.options)
    if contest.kind == "choose-up-to":
        if contest.choose < 2:
            yield diagnose("contest.choose-up-to-one", where, contest=contest.id, number=contest.choose)
        elif contest.options and contest.choose > len(contest.options):
            yield diagnose(
                "contest.choose-more-than-options", where, contest=contest.id, number=contest.choose, count=options
            )
        elif contest.choose > contest.seats:
            yield diagnose(
                "contest.choose-more-than-seats",
                where,
                warning=True,
                contest=contest.id,
                number=contest.choose,
                count=contest.seats,
            )
    elif contest.choose != 1:
        yield diagnose(
            "contest.choose-of-other-kind", where, contest=contest.id, kind=contest.kind, number=contest.choose
        )


def _check_person_seats(path: DefinitionPath, contest: Contest) -> Iterator[Diagnostic]:
    if METHODS[contest.method].lists:
        yield diagnose(
            "contest.method-of-lists",
            (*path, "method"),
            contest=contest.id,
            kind=contest.kind,
            method=contest.method,
        )
    if contest.threshold is not None:
        yield diagnose("contest.threshold-of-lists", (*path, "threshold"), contest=contest.id, kind=contest.kind)
    if contest.seats < 1:
        yield diagnose("contest.no-seats", (*path, "seats"), contest=contest.id, number=contest.seats)
    elif contest.options and contest.seats > len(contest.options):
        options = message("term", "options", count=len(contest.options))
        yield diagnose(
            "contest.more-seats-than", (*path, "seats"), contest=contest.id, count=contest.seats, what=options
        )
    elif contest.seats == len(contest.options):
        yield diagnose("contest.as-many-seats-as-options", (*path, "seats"), warning=True, contest=contest.id)


def _check_list_seats(path: DefinitionPath, contest: Contest) -> Iterator[Diagnostic]:
    if not METHODS[contest.method].lists:
        names = Either(name for name, method in METHODS.items() if method.lists)
        yield diagnose("contest.no-method", (*path, "method"), contest=contest.id, methods=names)
    if contest.threshold is not None:
        yield from _check_threshold((*path, "threshold", "percent"), contest.threshold)
    candidates = sum(len(option.candidates) for option in contest.options)
    if contest.seats < 1:
        yield diagnose("contest.no-seats", (*path, "seats"), contest=contest.id, number=contest.seats)
    elif contest.options and contest.seats > candidates:
        listed = message("term", "candidates", count=candidates)
        yield diagnose(
            "contest.more-seats-than", (*path, "seats"), contest=contest.id, count=contest.seats, what=listed
        )
    for place, option in enumerate(contest.options):
        if 0 < len(option.candidates) < contest.seats:
            where = (*path, "options", place, "candidates")
            yield diagnose(
                "list.short",
                where,
                warning=True,
                option=option.id,
                count=len(option.candidates),
                seats=contest.seats,
            )


def _check_threshold(path: DefinitionPath, threshold: Threshold) -> Iterator[Diagnostic]:
    try:
        threshold.share()
    except InvalidInput as error:
        yield Diagnostic(path, error.at(path_text(path)))


def _check_options(known: _Known, path: DefinitionPath, contest: Contest) -> Iterator[Diagnostic]:
    if not contest.options:
        yield diagnose("contest.no-options", (*path, "options"), contest=contest.id)
    if len(contest.options) == 1:
        yield diagnose("contest.single-option", (*path, "options"), warning=True, contest=contest.id)
    for place, option in enumerate(contest.options):
        where: DefinitionPath = (*path, "options", place)
        yield from check_id((*where, "id"), option.id)
        yield from check_text(known.definition, (*where, "name"), option.name)
        if option.party and option.party not in known.party_ids:
            yield unknown((*where, "party"), "party", option.party)
        yield from _check_candidates(where, contest, option)
    places = [(*path, "options", place) for place in range(len(contest.options))]
    ids = ((*where, "id") for where in places)
    yield from check_unique("option", zip(ids, (option.id for option in contest.options), strict=True))
    for language in known.definition.languages:
        printed = (f"{folded(option.name.get(language, ''))}|{option.party}" for option in contest.options)
        yield from check_read_differently(language, zip(places, printed, strict=True))


def _check_candidates(path: DefinitionPath, contest: Contest, option: Option) -> Iterator[Diagnostic]:
    if contest.kind != "party-list":
        if option.candidates:
            yield diagnose(
                "option.with-candidates",
                (*path, "candidates"),
                contest=contest.id,
                kind=contest.kind,
                option=option.id,
            )
        return
    if not option.candidates:
        yield diagnose("list.no-candidates", path, option=option.id)
    for place, candidate in enumerate(option.candidates):
        yield from check_words((*path, "candidates", place), candidate, MAX_TEXT)
    named = (((*path, "candidates", place), candidate) for place, candidate in enumerate(option.candidates))
    yield from check_unique("candidate", named)


def _check_titles_differ(known: _Known) -> Iterator[Diagnostic]:
    """Contests meet on a ballot when one's district lies on the path of the other's."""
    contests = known.definition.contests
    for language in known.definition.languages:
        same: dict[str, list[int]] = {}
        for place, contest in enumerate(contests):
            same.setdefault(folded(contest.title.get(language, "")), []).append(place)
        for title, places in same.items():
            for position, place in enumerate(places if title else ()):
                path = known.paths.get(contests[place].district, ())
                others = (contests[other] for other in places[:position])
                meets = next((one for one in others if _meet(known, one, contests[place], path)), None)
                if meets:
                    yield diagnose(
                        "contest.same-title",
                        ("contests", place, "title"),
                        contest=contests[place].id,
                        other=meets.id,
                        language=language,
                    )


def _meet(known: _Known, one: Contest, other: Contest, path: tuple[str, ...]) -> bool:
    rolls = {one.roll, other.roll}
    on_one_ballot = len(rolls) == 1 or GENERAL_ROLL in rolls
    return on_one_ballot and (one.district in path or other.district in known.paths.get(one.district, ()))


_CHECKS: tuple[Callable[[_Known], Iterator[Diagnostic]], ...] = (
    _check_whole,
    _check_rules,
    _check_rolls,
    _check_parties,
    _check_districts,
    _check_stations,
    _check_contests,
)
