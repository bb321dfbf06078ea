"""The definition of a second round, from the first and its result: two options a contest, the same stations."""

import msgspec

from testigo.count.result import ContestResult, Result
from testigo.election import GENERAL_ROLL, Contest, Definition, require_valid
from testigo.election.limits import TEXT
from testigo.errors import InvalidInput
from testigo.words import languages, message

_Replace = msgspec.structs.replace


def second_round(definition: Definition, result: Result, *, name: str, date: str) -> Definition:
    """The next definition: the contests in which nobody was elected, each between its two options, by most votes.

    Its districts, stations, rules, languages and hours are the first round's; stations without such a contest are
    left out. `name`: its id. `date`: its day, after the first. Raises `InvalidInput` where there is no second round, or
    it is not known yet who is in it; `SeveralErrors` where the definition would have errors.
    """
    results = {one.contest: one for one in result.contests}
    contests = tuple(
        _between_two(contest, results[contest.id])
        for contest in definition.contests
        if results[contest.id].allocation.second_round is not None
    )
    if not contests:
        raise InvalidInput("second-round.none", election=definition.id)
    if name == definition.id:
        raise InvalidInput("second-round.same-id", election=definition.id)
    if date <= definition.date:
        raise InvalidInput("second-round.not-later", date=date[:60], first=definition.date)
    voting = {station.id for contest in contests for station in definition.stations_of_contest(contest)}
    standing = {option.party for contest in contests for option in contest.options}
    following = _Replace(
        definition,
        id=name,
        title={language: _title(text, language) for language, text in definition.title.items()},
        date=date,
        stations=tuple(station for station in definition.stations if station.id in voting),
        contests=contests,
        parties=tuple(party for party in definition.parties if party.id in standing),
        bodies=(),
    )
    require_valid(following)
    return following


def _between_two(contest: Contest, result: ContestResult) -> Contest:
    """Raises `InvalidInput` where it is not certain between whom, or who is to vote on it alone."""
    second = result.allocation.second_round
    if not result.complete:
        missing = result.stations - result.counted
        raise InvalidInput("second-round.not-counted", contest=contest.id, count=missing)
    if second is None or (second.tie is not None and second.tie.open):
        raise InvalidInput("second-round.tie-open", contest=contest.id)
    if contest.roll != GENERAL_ROLL:
        raise InvalidInput("second-round.of-a-roll", contest=contest.id, roll=contest.roll)
    options = tuple(option for option in contest.options if option.id in second.options)
    return _Replace(contest, options=options, majority=None, body="", none_of_the_above=None)


def _title(text: str, language: str) -> str:
    """The election's title with the words for a second round, as far as they fit on paper; with a number in a language
    whose words we do not have.
    """
    said = message("term", "second-round-title", title=text).text(language)
    longer = said if language in languages() else f"{text} (2)"
    return longer if len(longer) <= TEXT else text
