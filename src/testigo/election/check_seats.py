"""What is wrong with how votes become seats: kinds of parties, thresholds, agreements, majorities, bodies,
levelling seats.

That a contest has a method and seats that fit its kind is in `check_contests`.
"""

from collections.abc import Iterator

from testigo.election.bodies import Body
from testigo.election.contests import Contest, Preferences
from testigo.election.diagnostic import (
    DefinitionPath,
    Diagnostic,
    check_id,
    check_text,
    check_unique,
    diagnose,
)
from testigo.election.known_ids import KnownIds
from testigo.election.levelling import DIVISOR_METHODS
from testigo.election.majority import Majority
from testigo.election.methods import METHODS
from testigo.election.nobody import NoneOfTheAbove
from testigo.election.places import field_name, kind_name, place_words
from testigo.election.shares import Share
from testigo.election.thresholds import CoalitionShare, Threshold
from testigo.errors import InvalidInput
from testigo.words import Either, message

SEVERAL = 3
"""A contest of so many seats or more may be a body alone, or a part of one."""


def check_seats(known: KnownIds) -> Iterator[Diagnostic]:
    """Every error and warning about these, in the order of the file's parts."""
    yield from _check_party_kinds(known)
    body_ids = {body.id for body in known.definition.bodies}
    for place, contest in enumerate(known.definition.contests):
        path: DefinitionPath = ("contests", place)
        if contest.threshold is not None and contest.kind == "party-list":
            yield from _check_threshold(known, (*path, "threshold"), contest.threshold)
        if contest.agreements:
            yield from _check_agreements(path, contest)
        if contest.body and contest.body not in body_ids:
            yield _unknown((*path, "body"), "body", "bodies", contest.body)
        if contest.majority is not None:
            yield from _check_majority((*path, "majority"), contest, contest.majority)
        if contest.referendum is not None or contest.kind == "referendum":
            yield from _check_referendum(path, contest)
        if contest.none_of_the_above is not None:
            yield from _check_nobody((*path, "none-of-the-above"), contest, contest.none_of_the_above)
        if contest.preferences is not None:
            yield from _check_preferences(known, (*path, "preferences"), contest, contest.preferences)
        if METHODS[contest.method].unrounded is not None:
            yield from _check_rounding(known, path, contest)
    yield from _check_bodies(known)


def _check_party_kinds(known: KnownIds) -> Iterator[Diagnostic]:
    for place, party in enumerate(known.definition.parties):
        path = ("parties", place, "members")
        if party.kind == "coalition" and party.members < 2:
            yield diagnose("party.coalition-of-few", path, party=party.id, number=party.members)
        elif party.kind != "coalition" and party.members:
            yield diagnose("party.members-of-none", path, party=party.id)


def _check_threshold(known: KnownIds, path: DefinitionPath, threshold: Threshold) -> Iterator[Diagnostic]:
    yield from _check_share(path, threshold)
    for place, one in enumerate(threshold.coalitions):
        where = (*path, "coalitions", place)
        yield from _check_share(where, one)
        if one.members < 2 or one.members in {before.members for before in threshold.coalitions[:place]}:
            yield diagnose("threshold.members", (*where, "members"), number=one.members)
    contests = {contest.id: contest for contest in known.definition.contests}
    for place, name in enumerate(threshold.contests):
        where = (*path, "contests", place)
        if name not in contests:
            yield _unknown(where, "contest", "contests", name)
        elif contests[name].kind != "party-list":
            yield diagnose("threshold.contest-of-persons", where, contest=name)
    named = (((*path, "contests", place), name) for place, name in enumerate(threshold.contests))
    yield from check_unique("contest", named)


def _check_share(path: DefinitionPath, share: Threshold | CoalitionShare) -> Iterator[Diagnostic]:
    try:
        share.share()
    except InvalidInput as error:
        where = (*path, "fraction" if share.fraction else "percent")
        yield Diagnostic(where, error.at(place_words(where)))


def _check_agreements(path: DefinitionPath, contest: Contest) -> Iterator[Diagnostic]:
    if contest.kind != "party-list":
        yield diagnose("agreement.of-persons", (*path, "agreements"), contest=contest.id, kind=kind_name(contest.kind))
        return
    options = {option.id for option in contest.options}
    for place, agreement in enumerate(contest.agreements):
        where = (*path, "agreements", place)
        yield from check_id((*where, "id"), agreement.id)
        if agreement.id in options:
            yield diagnose("agreement.id-of-option", (*where, "id"), id=agreement.id)
        if len(agreement.options) < 2:
            yield diagnose("agreement.of-one", (*where, "options"), agreement=agreement.id)
        for position, option in enumerate(agreement.options):
            if option not in options:
                yield _unknown((*where, "options", position), "option", "options", option)
    places = [(*path, "agreements", place) for place in range(len(contest.agreements))]
    ids = (((*where, "id"), one.id) for where, one in zip(places, contest.agreements, strict=True))
    yield from check_unique("agreement", ids)
    pooled = (
        ((*where, "options", position), option)
        for where, one in zip(places, contest.agreements, strict=True)
        for position, option in enumerate(one.options)
    )
    yield from check_unique("option", pooled)


def _check_majority(path: DefinitionPath, contest: Contest, majority: Majority) -> Iterator[Diagnostic]:
    if contest.kind != "choose-one" or contest.seats != 1:
        yield diagnose(
            "majority.of-several", path, contest=contest.id, kind=kind_name(contest.kind), count=contest.seats
        )
    for place, condition in enumerate(majority.conditions):
        yield from _check_valid((*path, "conditions", place), condition)


def _check_valid(path: DefinitionPath, share: Share) -> Iterator[Diagnostic]:
    try:
        share.require_valid()
    except InvalidInput as error:
        yield Diagnostic(path, error.at(place_words(path)))
        return
    if share.impossible:
        yield diagnose("share.more-than-all", path, warning=True, text=share.impossible)


def _check_nobody(path: DefinitionPath, contest: Contest, rule: NoneOfTheAbove) -> Iterator[Diagnostic]:
    if rule.option not in {option.id for option in contest.options}:
        yield _unknown((*path, "option"), "option", "options", rule.option)
        return
    if contest.kind not in ("choose-one", "party-list"):
        yield diagnose("nobody.of-other-kind", path, contest=contest.id, kind=kind_name(contest.kind))
    option = contest.option(rule.option)
    pooled = any(rule.option in agreement.options for agreement in contest.agreements)
    if option.party or option.candidates or pooled:
        yield diagnose("nobody.with-party", path, contest=contest.id, option=option.id)


def _check_preferences(
    known: KnownIds, path: DefinitionPath, contest: Contest, rule: Preferences
) -> Iterator[Diagnostic]:
    if contest.kind != "party-list":
        yield diagnose("preferences.of-persons", path, contest=contest.id, kind=kind_name(contest.kind))
        return
    if rule.most < 1:
        yield diagnose("preferences.of-none", (*path, "most"), contest=contest.id, number=rule.most)
    longest = max((len(option.candidates) for option in contest.options), default=0)
    if rule.most > longest > 0:
        yield diagnose(
            "preferences.more-than-candidates", (*path, "most"), contest=contest.id, number=rule.most, count=longest
        )
    if rule.threshold is not None:
        yield from _check_valid((*path, "threshold"), rule.threshold)
    levelled = {body.id for body in known.definition.bodies if body.levelling is not None}
    if rule.equal == "draw" and contest.body in levelled:
        yield diagnose("preferences.draw-with-levelling", (*path, "equal"), contest=contest.id, body=contest.body)


def _check_referendum(path: DefinitionPath, contest: Contest) -> Iterator[Diagnostic]:
    rules = contest.referendum
    if rules is None or contest.kind != "referendum":
        yield diagnose("referendum.of-other-kind", (*path, "kind"), contest=contest.id)
        return
    where: DefinitionPath = (*path, "referendum")
    options = [option.id for option in contest.options]
    if rules.against not in options:
        yield _unknown((*where, "against"), "option", "options", rules.against)
    elif len(options) == 1:
        yield diagnose("referendum.no-proposal", (*path, "options"), contest=contest.id)
    if contest.seats != 1 or contest.body:
        yield diagnose("referendum.with-seats", path, contest=contest.id)
    if contest.after_signing != "counts":
        yield diagnose("referendum.after-signing", (*path, "after-signing"), contest=contest.id)
    shares = {"majority": rules.majority, "turnout": rules.turnout, "approval": rules.approval}
    for key, share in shares.items():
        if share is not None:
            yield from _check_valid((*where, key), share)


def _check_rounding(known: KnownIds, path: DefinitionPath, contest: Contest) -> Iterator[Diagnostic]:
    """Whether the rounding of a quota will change seats nobody can know before; the result says whether it did."""
    voters = sum(
        station.register_size
        for station in known.definition.stations
        if contest.district in known.paths.get(station.district, ())
    )
    yield diagnose(
        "contest.quota-rounded",
        (*path, "method"),
        warning=True,
        contest=contest.id,
        method=contest.method,
        quota=-(-voters // (max(contest.seats, 0) + 1)),
    )


def _check_bodies(known: KnownIds) -> Iterator[Diagnostic]:
    definition = known.definition
    several = sum(contest.seats >= SEVERAL for contest in definition.contests)
    if several > 1 and not definition.bodies:
        yield diagnose("definition.no-bodies", ("contests",), warning=True, count=several)
    for place, body in enumerate(definition.bodies):
        path: DefinitionPath = ("bodies", place)
        yield from check_id((*path, "id"), body.id)
        yield from check_text(definition, (*path, "title"), body.title)
        contests = [contest for contest in definition.contests if contest.body == body.id]
        if not contests:
            yield diagnose("body.without-contest", path, body=body.id)
        yield from _check_body_rules(known, path, body, contests)
    yield from check_unique("body", ((("bodies", n, "id"), body.id) for n, body in enumerate(definition.bodies)))


def _check_body_rules(
    known: KnownIds, path: DefinitionPath, body: Body, contests: list[Contest]
) -> Iterator[Diagnostic]:
    if body.threshold is not None:
        yield from _check_threshold(known, (*path, "threshold"), body.threshold)
    if body.levelling is not None:
        where = (*path, "levelling")
        if body.levelling.seats < 1:
            yield diagnose("levelling.no-seats", (*where, "seats"), body=body.id, number=body.levelling.seats)
        if body.levelling.method not in DIVISOR_METHODS:
            yield diagnose("levelling.no-method", (*where, "method"), body=body.id, methods=Either(DIVISOR_METHODS))
    lists = any(contest.kind == "party-list" for contest in contests)
    if contests and not lists and (body.threshold is not None or body.levelling is not None):
        yield diagnose("body.without-lists", path, body=body.id)


def _unknown(place: DefinitionPath, what: str, key: str, identifier: str) -> Diagnostic:
    """A reference to something that is not there."""
    return diagnose("definition.unknown", place, what=message("term", what), id=identifier[:60], key=field_name(key))
