"""What paper and screens could not tell apart: the printed text is the vote, so it must say one thing only.

Wherever a person tells two things apart by reading, their texts are compared by the one rule of `printed`. Two options
of one contest, two candidates of one open list, or two titles of one ballot, that *read the same* are an error, because
no paper could say which of them was chosen; that they *look alike* is a warning. So is an option an error that has the
name of the blank vote. Everything else is only shown beside its like, and gets a warning where it reads the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from testigo.election.contests import GENERAL_ROLL, Contest, Option
from testigo.election.diagnostic import DefinitionPath, Diagnostic, diagnose
from testigo.election.known_ids import KnownIds
from testigo.election.limits import MARKS
from testigo.election.printed import begins_with_mark, most_marks, printed, shapes, skeletons
from testigo.election.value import Text
from testigo.words import FALLBACK, FIRST, message, section, voter_languages

_WORDS_FOR_NOBODY = {
    "slip": ("blank", "unused"),
    "tally_sheet": ("blank", "null", "undervotes"),
    "results": ("blank", "null", "undervotes"),
    "term": ("votes-for-nobody",),
    "screens": ("booth.blank-option", "sheet.blank", "sheet.null", "sheet.undervotes"),
}
"""What paper and screens say of choices that were not made, or not counted; and what people call them (`term`)."""

_ON_PAPER = {"slip": ("blank", "unused")}
"""Of these, what no paper says of a person in any election, whatever its languages."""

_Group = list[tuple[DefinitionPath, str, str]]
"""Things among which a person tells one from another: of each its place, how it is called, its text."""

_BESIDE = " ¦ "
"""Between a name and its party: a character that neither has, so that the two are never taken for one name."""


def check_reading(known: KnownIds) -> Iterator[Diagnostic]:
    """Every error and warning about how the texts of the definition look."""
    for place, words in _texts(known):
        yield from _check_printed(place, words)
    yield from _check_alike("party", _parties(known))
    yield from _check_alike("district", _districts(known))
    yield from _check_alike("station", _stations(known))
    yield from _check_alike("body", _bodies(known))
    taken = _taken(known.definition.languages)
    for number, contest in enumerate(known.definition.contests):
        path: DefinitionPath = ("contests", number)
        yield from _check_options(known, path, contest)
        yield from _check_not_taken(path, contest, taken)
        if contest.preferences is None:
            yield from _check_alike("candidate", _candidates(path, contest))
        else:
            yield from _check_chosen_candidates(_candidates(path, contest))
    for language in known.definition.languages:
        yield from _check_titles(known, language)


# ── every text by itself ──


def _check_printed(place: DefinitionPath, words: str) -> Iterator[Diagnostic]:
    if words.isascii():
        return
    if words.strip() and not printed(words):
        yield diagnose("definition.text-prints-nothing", place)
    elif begins_with_mark(words):
        yield diagnose("definition.text-begins-with-mark", place, character=f"U+{ord(printed(words)[0]):04X}")
    elif (marks := most_marks(words)) > MARKS:
        yield diagnose("definition.text-with-many-marks", place, count=marks, most=MARKS)


def _texts(known: KnownIds) -> Iterator[tuple[DefinitionPath, str]]:
    """Every text of the definition that somebody reads, with its place."""
    definition = known.definition
    titled: list[tuple[DefinitionPath, Text]] = [(("title",), definition.title)]
    titled += [((*path, "name"), district.name) for path, district in known.districts]
    titled += [(("parties", place, "name"), party.name) for place, party in enumerate(definition.parties)]
    titled += [(("bodies", place, "title"), body.title) for place, body in enumerate(definition.bodies)]
    for place, contest in enumerate(definition.contests):
        path: DefinitionPath = ("contests", place)
        titled.append(((*path, "title"), contest.title))
        titled += [((*path, "options", n, "name"), option.name) for n, option in enumerate(contest.options)]
        for n, option in enumerate(contest.options):
            yield from (((*path, "options", n, "candidates", m), name) for m, name in enumerate(option.candidates))
            for m, person in enumerate(option.people):
                titled.append(((*path, "options", n, "people", m, "role"), person.role))
                yield (*path, "options", n, "people", m, "name"), person.name
    for where, text in titled:
        yield from (((*where, language), words) for language, words in text.items())
    yield from (
        (("parties", place, "abbreviation"), party.abbreviation) for place, party in enumerate(definition.parties)
    )
    for place, station in enumerate(definition.stations):
        yield ("stations", place, "name"), station.name
        yield ("stations", place, "address"), station.address


# ── options ──


def _check_options(known: KnownIds, path: DefinitionPath, contest: Contest) -> Iterator[Diagnostic]:
    for language in known.definition.languages:
        # The paper vote says the party in full, tally sheets and screens say its abbreviation or its name.
        rows = [_rows(known, option, language) for option in contest.options]
        told: set[int] = set()
        for texts in zip(*rows, strict=True):
            for later, earlier, same in _doubles(enumerate(texts)):
                if later in told:
                    continue
                told.add(later)
                yield diagnose(
                    "definition.options-read-the-same" if same else "definition.options-look-alike",
                    (*path, "options", later, "name"),
                    warning=not same,
                    option=contest.options[later].id,
                    other=contest.options[earlier].id,
                    language=language,
                )


def _rows(known: KnownIds, option: Option, language: str) -> tuple[str, str, str]:
    """The option as paper votes, tally sheets and screens name it."""
    name = known.words(option.name, language)
    party = known.parties.get(option.party)
    if party is None:
        return name, name, name
    full = known.words(party.name, language)
    return (
        f"{name}{_BESIDE}{party.abbreviation}{_BESIDE}{full}",
        f"{name}{_BESIDE}{party.abbreviation}",
        f"{name}{_BESIDE}{full}",
    )


def _check_not_taken(path: DefinitionPath, contest: Contest, taken: dict[str, str]) -> Iterator[Diagnostic]:
    for place, option in enumerate(contest.options):
        for language, name in option.name.items():
            label = next((taken[key] for key in skeletons(name) if key in taken), None)
            if label is not None:
                where = (*path, "options", place, "name", language)
                yield diagnose("option.named-like-blank", where, option=option.id, label=label)
                break


def _taken(spoken: Iterable[str]) -> dict[str, str]:
    """What paper and screens say of choices not made, by each of its skeletons: in all languages of the election (or
    those that stand in for them) whatever they say, in all others what a paper vote says.
    """
    chosen = [code for code in spoken if code in voter_languages()] or [FIRST, FALLBACK]
    others = [code for code in voter_languages() if code not in chosen]
    labels = [
        *(label for code in chosen for label in _labels(code, _WORDS_FOR_NOBODY)),
        *(label for code in others for label in _labels(code, _ON_PAPER)),
    ]
    return {key: label for label in reversed(labels) for key in skeletons(label)}


def _labels(language: str, keys: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [one for part, names in keys.items() for name in names for one in section(language, part)[name].split("; ")]


# ── titles of one ballot ──


def _check_titles(known: KnownIds, language: str) -> Iterator[Diagnostic]:
    """Contests meet on a ballot when one's district lies on the path of the other's."""
    contests = known.definition.contests
    titles = [known.words(contest.title, language) for contest in contests]
    same = dict(_meeting(known, [shapes(title) if title else frozenset() for title in titles]))
    alike = dict(_meeting(known, [skeletons(title) if title else frozenset() for title in titles]))
    for later in sorted(same | alike):
        yield diagnose(
            "contest.same-title" if later in same else "contest.titles-look-alike",
            ("contests", later, "title"),
            warning=later not in same,
            contest=contests[later].id,
            other=contests[same.get(later, alike[later])].id,
            language=language,
        )


def _meeting(known: KnownIds, keys: list[frozenset[str]]) -> Iterator[tuple[int, int]]:
    """Pairs of contests on one ballot that share a key: the later one, and one before it."""
    contests = known.definition.contests
    at: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, contest in enumerate(contests):
        for key in keys[place]:
            at[key, contest.district].append(place)
    for place, contest in enumerate(contests):
        above = known.paths.get(contest.district, ())
        met = (other for key in keys[place] for district in above for other in at[key, district])
        yield from (
            (max(place, other), min(place, other))
            for other in dict.fromkeys(met)
            if other != place and _on_one_ballot(contest, contests[other])
        )


def _on_one_ballot(one: Contest, other: Contest) -> bool:
    return one.roll == other.roll or GENERAL_ROLL in (one.roll, other.roll)


# ── candidates of open lists ──


def _check_chosen_candidates(lists: Iterable[_Group]) -> Iterator[Diagnostic]:
    """Voters tell them apart by reading, as they do options."""
    for group in lists:
        for later, earlier, same in _doubles(enumerate(text for _, _, text in group)):
            (place, name, _), (_, other, _) = group[later], group[earlier]
            code = "definition.reads-like" if same else "definition.looks-like"
            of = message("term", "candidate")
            yield diagnose(code, place, warning=not same, what=of, id=name[:60], other=other[:60])


# ── what is only shown side by side ──


def _check_alike(what: str, groups: Iterable[_Group]) -> Iterator[Diagnostic]:
    """A warning for each thing (its place, how it is called, its text) that reads like another of its group."""
    for group in groups:
        seen: dict[str, str] = {}
        for place, called, text in group:
            keys = shapes(text)
            other = next((seen[key] for key in keys if key in seen), None)
            if other is not None and printed(text):
                of = message("term", what)
                yield diagnose("definition.reads-like", place, warning=True, what=of, id=called[:60], other=other[:60])
            seen |= dict.fromkeys(keys, called)


def _parties(known: KnownIds) -> Iterator[_Group]:
    for language in known.definition.languages:
        yield [
            (("parties", place), party.id, f"{known.words(party.name, language)}{_BESIDE}{party.abbreviation}")
            for place, party in enumerate(known.definition.parties)
        ]


def _bodies(known: KnownIds) -> Iterator[_Group]:
    for language in known.definition.languages:
        yield [
            (("bodies", place), body.id, known.words(body.title, language))
            for place, body in enumerate(known.definition.bodies)
        ]


def _districts(known: KnownIds) -> Iterator[_Group]:
    """Those directly below one other."""
    for language in known.definition.languages:
        groups: dict[DefinitionPath, _Group] = defaultdict(list)
        for path, district in known.districts:
            groups[path[:-1]].append((path, district.id, known.words(district.name, language)))
        yield from groups.values()


def _stations(known: KnownIds) -> Iterator[_Group]:
    """Those of one district."""
    groups: dict[str, _Group] = defaultdict(list)
    for place, station in enumerate(known.definition.stations):
        text = f"{station.name}{_BESIDE}{station.address}"
        groups[station.district].append((("stations", place), station.id, text))
    yield from groups.values()


def _candidates(path: DefinitionPath, contest: Contest) -> Iterator[_Group]:
    """Those of one list. A name that stands there twice in the same characters is an error already."""
    for place, option in enumerate(contest.options):
        where = (*path, "options", place, "candidates")
        names = dict.fromkeys(option.candidates)
        yield [((*where, option.candidates.index(name)), name, name) for name in names]


def _doubles(texts: Iterable[tuple[int, str]]) -> Iterator[tuple[int, int, bool]]:
    """Each text that an earlier one reads the same as (True) or looks like (False): its number, and the earlier's."""
    same: dict[str, int] = {}
    alike: dict[str, int] = {}
    for number, text in texts:
        own, near = shapes(text), skeletons(text)
        found = [
            (seen[key], seen is same) for seen, keys in ((same, own), (alike, near)) for key in keys if key in seen
        ]
        if found:
            yield number, *found[0]
        for key in own:
            same.setdefault(key, number)
        for key in near:
            alike.setdefault(key, number)
