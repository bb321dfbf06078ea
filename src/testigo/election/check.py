"""What is wrong with an election definition: errors that block it, and warnings that only ask for a second look.

An error blocks where the election could not be counted as written (`check_structure`: a contest without voters, an id
that names nothing), where paper could not tell two things apart (`check_reading`), and where some part is more than
paper, codes, pages or file names carry (`check_limits`). What is accepted here is carried out by every later step.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from testigo.election.check_contests import check_contests
from testigo.election.check_limits import check_limits
from testigo.election.check_reading import check_reading
from testigo.election.check_seats import check_seats
from testigo.election.contests import GENERAL_ROLL
from testigo.election.definition import Definition
from testigo.election.diagnostic import (
    DefinitionPath,
    Diagnostic,
    check_id,
    check_text,
    check_unique,
    check_words,
    diagnose,
    unknown,
)
from testigo.election.hours import offset_of
from testigo.election.known_ids import KnownIds
from testigo.election.limits import ABBREVIATION, REGISTER, TEXT
from testigo.election.places import field_name
from testigo.election.stations import Station
from testigo.election.training import TRAINING_ENDING, is_training
from testigo.errors import SeveralErrors

LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def check_definition(definition: Definition) -> list[Diagnostic]:
    """Every error and warning, in the order of the definition's parts; empty if there is nothing to say."""
    parts: tuple[str | int, ...] = Definition.__struct_encode_fields__
    found = [*check_structure(definition), *check_paper(definition)]
    return sorted(found, key=lambda one: parts.index(one.place[0]))


def check_structure(definition: Definition) -> list[Diagnostic]:
    """Those about what counting is built on."""
    known = KnownIds(definition)
    return [one for check in _STRUCTURE for one in check(known)]


def check_paper(definition: Definition) -> list[Diagnostic]:
    """Those about what paper says, and what paper and machines carry. An election that was held in spite of them can
    still be verified, also by a release whose limits are other ones.
    """
    known = KnownIds(definition)
    return [*check_reading(known), *check_limits(known)]


def require_valid(definition: Definition, *, place: str = "") -> None:
    """For definitions that come from elsewhere than a file: raises `SeveralErrors` if any error blocks."""
    errors = [error for error in check_definition(definition) if not error.warning]
    if errors:
        raise SeveralErrors("definition.errors", [one.error for one in errors], place=place, count=len(errors))


# ── the election as a whole ──


def _check_whole(known: KnownIds) -> Iterator[Diagnostic]:
    definition = known.definition
    yield from check_id(("id",), definition.id)
    if is_training(definition):
        yield diagnose("definition.of-a-training", ("id",), ending=TRAINING_ENDING)
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
    for language in definition.catalogues:  # files are named after them (`write_definition`)
        if language not in definition.languages:
            yield diagnose("catalogue.of-other-language", ("catalogues", language[:60]), language=language[:60])


def _check_day(definition: Definition) -> Iterator[Diagnostic]:
    if not _is_date(definition.date):
        yield diagnose("definition.not-a-date", ("date",), text=definition.date[:60])
    times = {"opens": definition.opens, "closes": definition.closes}
    for key, time in times.items():
        if not _TIME.fullmatch(time):
            yield diagnose("definition.not-a-time", (key,), text=time[:60])
    if all(map(_TIME.fullmatch, times.values())) and definition.opens >= definition.closes:
        yield diagnose("definition.closes-before-opening", ("closes",))
    if definition.utc_offset:
        yield from _check_offset(("utc-offset",), definition.utc_offset)
    elif not all(station.utc_offset for station in definition.stations):
        yield diagnose("definition.no-utc-offset", ("opens",), warning=True)


def _check_offset(path: DefinitionPath, text: str) -> Iterator[Diagnostic]:
    if offset_of(text) is None:
        yield diagnose("definition.not-an-offset", path, text=text[:60])


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def _check_rules(known: KnownIds) -> Iterator[Diagnostic]:
    rules = known.definition.rules
    limits = {
        "finger-tries": (rules.finger_tries, 1, 10),
        "release-cap-percent": (rules.release_cap_percent, 0, 100),
        "spoil-limit": (rules.spoil_limit, 0, 10),
        "closing-count-percent": (rules.closing_count_percent, 0, 100),
        "smallest-group": (rules.smallest_group, 0, 1000),
    }
    for key, (value, low, high) in limits.items():
        if not low <= value <= high:
            yield diagnose(
                "definition.rule-out-of-range", ("rules", key), rule=field_name(key), number=value, low=low, high=high
            )


def _check_rolls(known: KnownIds) -> Iterator[Diagnostic]:
    rolls = known.definition.rolls
    for place, roll in enumerate(rolls):
        yield from check_id(("rolls", place), roll)
    yield from check_unique("roll", ((("rolls", place), roll) for place, roll in enumerate(rolls)))
    if GENERAL_ROLL not in rolls:
        yield diagnose("definition.no-general-roll", ("rolls",), roll=GENERAL_ROLL)
    yield from _check_styles_differ(known)


def _check_styles_differ(known: KnownIds) -> Iterator[Diagnostic]:
    """A ballot style of another roll is called `DISTRICT-ROLL`, and hyphens may stand in both ids."""
    seen = {district.id: (path, district.id, GENERAL_ROLL) for path, district in reversed(known.districts)}
    for path, district in known.districts:
        for roll in dict.fromkeys(known.definition.rolls):
            name = district.id if roll == GENERAL_ROLL else f"{district.id}-{roll}"
            other_path, other, other_roll = seen.setdefault(name, (path, district.id, roll))
            if (other, other_roll) != (district.id, roll):
                yield diagnose(
                    "definition.style-twice",
                    (*(other_path if other_roll == GENERAL_ROLL else path), "id"),
                    style=name[:100],
                    district=district.id[:60],
                    roll=roll[:60],
                    other=other[:60],
                    other_roll=other_roll[:60],
                )


# ── parties, districts, stations ──


def _check_parties(known: KnownIds) -> Iterator[Diagnostic]:
    definition = known.definition
    used = {option.party for contest in definition.contests for option in contest.options}
    for place, party in enumerate(definition.parties):
        path: DefinitionPath = ("parties", place)
        yield from check_id((*path, "id"), party.id)
        yield from check_text(definition, (*path, "name"), party.name)
        yield from check_words((*path, "abbreviation"), party.abbreviation, ABBREVIATION)
        if party.id not in used:
            yield diagnose("definition.party-unused", path, warning=True, party=party.id)
    yield from check_unique("party", ((("parties", n, "id"), party.id) for n, party in enumerate(definition.parties)))


def _check_districts(known: KnownIds) -> Iterator[Diagnostic]:
    for path, district in known.districts:
        yield from check_id((*path, "id"), district.id)
        yield from check_text(known.definition, (*path, "name"), district.name)
    yield from check_unique("district", (((*path, "id"), district.id) for path, district in known.districts))


def _check_stations(known: KnownIds) -> Iterator[Diagnostic]:
    stations = known.definition.stations
    with_contests = {contest.district for contest in known.definition.contests}
    for place, station in enumerate(stations):
        path: DefinitionPath = ("stations", place)
        yield from check_id((*path, "id"), station.id)
        yield from check_words((*path, "name"), station.name, TEXT)
        if station.address:
            yield from check_words((*path, "address"), station.address, TEXT)
        yield from _check_registers(known, path, station)
        if station.utc_offset:
            yield from _check_offset((*path, "utc-offset"), station.utc_offset)
        if station.district not in known.district_ids:
            yield unknown((*path, "district"), "district", station.district)
        elif not with_contests.intersection(known.paths[station.district]):
            yield diagnose("station.without-contest", (*path, "district"), station=station.id)
        elif below := _contests_below(known, station.district):
            where = (*path, "district")
            yield diagnose("station.above-contest", where, warning=True, station=station.id, contest=below)
    yield from check_unique("station", ((("stations", n, "id"), station.id) for n, station in enumerate(stations)))


def _contests_below(known: KnownIds, district_id: str) -> str:
    for contest in known.definition.contests:
        if district_id in known.paths.get(contest.district, ())[:-1]:
            return contest.id
    return ""


def _check_registers(known: KnownIds, path: DefinitionPath, station: Station) -> Iterator[Diagnostic]:
    if station.register_size < 1:
        where: DefinitionPath = (*path, "register-size")
        yield diagnose("station.register-size", where, station=station.id, number=station.register_size, most=REGISTER)
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
    sizes = {GENERAL_ROLL: station.register_size - sum(station.roll_sizes.values()), **station.roll_sizes}
    for roll, size in small_groups(known.definition, sizes).items():
        where = (*path, "register-size")
        yield diagnose("station.few-voters", where, warning=True, count=size, station=station.id, roll=roll)


def small_groups(definition: Definition, sizes: Mapping[str, int]) -> dict[str, int]:
    """The rolls of a station with fewer voters than the rules' smallest group, of rolls with their `sizes`: a tally
    sheet counts each ballot style, so that the count of hardly a voter tells how they voted."""
    return {roll: size for roll, size in sizes.items() if 0 < size < definition.rules.smallest_group}


_STRUCTURE: tuple[Callable[[KnownIds], Iterator[Diagnostic]], ...] = (
    _check_whole,
    _check_rules,
    _check_rolls,
    _check_parties,
    _check_districts,
    _check_stations,
    check_contests,
    check_seats,
)
