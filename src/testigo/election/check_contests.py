"""What is wrong with the contests of a definition: who votes on them, how they are marked, seats, options."""

from collections.abc import Iterator

from testigo.election.contests import GENERAL_ROLL, Contest, Option
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
from testigo.election.known_ids import KnownIds
from testigo.election.limits import TEXT
from testigo.election.methods import METHODS
from testigo.election.places import kind_name
from testigo.words import Either, Message, message


def check_contests(known: KnownIds) -> Iterator[Diagnostic]:
    """Every error and warning about contests and their options, in the order of the file."""
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


def _districts_with_voters(known: KnownIds) -> dict[str, set[str]]:
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
                "contest.choose-more-than-options",
                where,
                warning=True,
                contest=contest.id,
                number=contest.choose,
                count=options,
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
            "contest.choose-of-other-kind",
            where,
            contest=contest.id,
            kind=kind_name(contest.kind),
            number=contest.choose,
        )


def _check_person_seats(path: DefinitionPath, contest: Contest) -> Iterator[Diagnostic]:
    if METHODS[contest.method].lists:
        yield diagnose(
            "contest.method-of-lists",
            (*path, "method"),
            contest=contest.id,
            kind=kind_name(contest.kind),
            method=contest.method,
        )
    if contest.threshold is not None:
        yield diagnose(
            "contest.threshold-of-lists", (*path, "threshold"), contest=contest.id, kind=kind_name(contest.kind)
        )
    if contest.seats < 1:
        yield diagnose("contest.no-seats", (*path, "seats"), contest=contest.id, number=contest.seats)
    elif contest.options and contest.seats > len(contest.standing):
        options = message("term", "options", count=len(contest.standing))
        yield _too_few(path, contest, options)
    elif contest.seats == len(contest.standing):
        yield diagnose("contest.as-many-seats-as-options", (*path, "seats"), warning=True, contest=contest.id)


def _check_list_seats(path: DefinitionPath, contest: Contest) -> Iterator[Diagnostic]:
    if not METHODS[contest.method].lists:
        names = Either(name for name, method in METHODS.items() if method.lists)
        yield diagnose("contest.no-method", (*path, "method"), contest=contest.id, methods=names)
    candidates = sum(len(option.candidates) for option in contest.options)
    if contest.seats < 1:
        yield diagnose("contest.no-seats", (*path, "seats"), contest=contest.id, number=contest.seats)
    elif contest.options and contest.seats > candidates:
        listed = message("term", "candidates", count=candidates)
        yield _too_few(path, contest, listed)
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


def _too_few(path: DefinitionPath, contest: Contest, who: Message) -> Diagnostic:
    """Allowed: seats for which nobody stands stay empty."""
    where = (*path, "seats")
    return diagnose("contest.more-seats-than", where, warning=True, contest=contest.id, count=contest.seats, what=who)


def _check_options(known: KnownIds, path: DefinitionPath, contest: Contest) -> Iterator[Diagnostic]:
    if not contest.options:
        yield diagnose("contest.no-options", (*path, "options"), contest=contest.id)
    if len(contest.options) == 1:
        yield diagnose("contest.single-option", (*path, "options"), warning=True, contest=contest.id)
    for place, option in enumerate(contest.options):
        where: DefinitionPath = (*path, "options", place)
        yield from check_id((*where, "id"), option.id)
        yield from check_text(known.definition, (*where, "name"), option.name)
        if option.party and option.party not in known.parties:
            yield unknown((*where, "party"), "party", option.party)
        yield from _check_candidates(where, contest, option)
        for position, person in enumerate(option.people):
            yield from check_text(known.definition, (*where, "people", position, "role"), person.role)
            yield from check_words((*where, "people", position, "name"), person.name, TEXT)
    places: list[DefinitionPath] = [(*path, "options", place, "id") for place in range(len(contest.options))]
    yield from check_unique("option", zip(places, (option.id for option in contest.options), strict=True))


def _check_candidates(path: DefinitionPath, contest: Contest, option: Option) -> Iterator[Diagnostic]:
    if contest.kind != "party-list":
        if option.candidates:
            yield diagnose(
                "option.with-candidates",
                (*path, "candidates"),
                contest=contest.id,
                kind=kind_name(contest.kind),
                option=option.id,
            )
        return
    if not option.candidates and option in contest.standing:
        yield diagnose("list.no-candidates", path, option=option.id)
    for place, candidate in enumerate(option.candidates):
        yield from check_words((*path, "candidates", place), candidate, TEXT)
    named = (((*path, "candidates", place), candidate) for place, candidate in enumerate(option.candidates))
    yield from check_unique("candidate", named)
