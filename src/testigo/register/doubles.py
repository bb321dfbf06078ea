"""Likely doubles among the voters themselves, without fingers: one person under two numbers, for a person to look at.

The kinds, each found by a key that such voters share, so that time grows with the register and not with its square:

- `number`: the same number but for the letters around it, zeros in front, or O for 0, I and L for 1; two numbers with
  other letters (`V-1234567`, `E-1234567`) only where the names are the same, because letters tell persons apart;
- `digit`: the same name, and numbers that differ in one digit, or by two that changed places;
- `name`: the same name at the same station.

Names are the same whatever their case, accents, punctuation and the order of their words. Nothing follows from being
listed: everybody votes. An officer who has looked says who they are (`judge`), with a note, and the group is listed no
more; where it is one person, one of the two is removed (`changes`).
"""

import hashlib
import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, insert, select

from testigo.canonical import utc_now
from testigo.errors import InvalidInput, is_printable
from testigo.register.tables import is_voting, judged_doubles, voters
from testigo.register.values import MOST_TEXT

MOST_AT_IMPORT = 300_000
"""Voters in the register up to which each import looks for them: some seconds."""

MOST_GROUPS = 10_000
MOST_OF_GROUP = 20
"""Voters shown of one group."""

DoubleKind = Literal["number", "digit", "name"]
_LOOK_ALIKE = str.maketrans("OIL", "011")
_WORDS = re.compile(r"[\s\-‐‑,]+")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class DoubleVoter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of them, as the register has it."""

    document: str
    name: str
    station: str


class LikelyDouble(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Voters who are likely one person. `id`: of these very voters; `count`: how many there are, of whom `voters` has
    the first."""

    id: str
    kinds: tuple[DoubleKind, ...]
    voters: tuple[DoubleVoter, ...]
    count: int


class Doubles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All groups that nobody has judged, up to `MOST_GROUPS`. `more`: whether there are others."""

    groups: tuple[LikelyDouble, ...]
    more: bool


class _Person(NamedTuple):
    id: int
    document: str
    name: str
    station: str


def find_doubles(connection: Connection) -> Doubles:
    """The groups that nobody has judged, by the document number of their first voter."""
    people, groups, more = _groups(connection)
    return Doubles(tuple(_shown(key, ids, kinds, people) for key, (ids, kinds) in groups.items()), more)


def count_doubles(connection: Connection) -> int:
    """How many groups nobody has judged, at most `MOST_GROUPS`."""
    return len(_groups(connection)[1])


def judge(connection: Connection, double: str, officer: str, note: str) -> None:
    """Note that a person has looked at a group, which is then listed no more. The note says who they are.

    Raises `InvalidInput` where no such group is listed, or the note is missing or not one printable line.
    """
    note = " ".join(note.split())
    if not note or not is_printable(note, MOST_TEXT):
        raise InvalidInput("double.no-note", most=MOST_TEXT)
    _, groups, _ = _groups(connection)
    if double not in groups:
        raise InvalidInput("double.unknown", double=double[:40])
    row = {"voters": double, "officer": officer, "note": note, "at": utc_now()}
    connection.execute(insert(judged_doubles), row)


def _groups(
    connection: Connection,
) -> tuple[dict[int, _Person], dict[str, tuple[tuple[int, ...], tuple[DoubleKind, ...]]], bool]:
    """Everybody by row id, the groups by their id, and whether there are more."""
    query = select(voters.c.id, voters.c.document, voters.c.name, voters.c.station).where(is_voting())
    query = query.order_by(voters.c.document)
    people = {row.id: _Person(*row) for row in connection.execute(query)}
    order = {one: place for place, one in enumerate(people)}
    kinds: dict[tuple[int, ...], list[DoubleKind]] = {}
    more = False
    for kind, ids in _found(people.values()):
        group = tuple(sorted(ids, key=order.__getitem__))
        if group not in kinds and len(kinds) >= MOST_GROUPS:
            more = True
            break
        if kind not in kinds.setdefault(group, []):
            kinds[group].append(kind)
    seen = set(connection.scalars(select(judged_doubles.c.voters)))
    named = ((_id_of(group, people), group) for group in sorted(kinds, key=lambda one: [order[id_] for id_ in one]))
    return people, {name: (group, tuple(kinds[group])) for name, group in named if name not in seen}, more


def _id_of(group: Iterable[int], people: dict[int, _Person]) -> str:
    """Of these voters as they are now: a number or name that is corrected makes it another group, to be looked at."""
    told = "\n".join(f"{one}\t{people[one].document}\t{people[one].name}" for one in group)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _shown(name: str, ids: tuple[int, ...], kinds: tuple[DoubleKind, ...], people: dict[int, _Person]) -> LikelyDouble:
    own = tuple(DoubleVoter(*people[one][1:]) for one in ids[:MOST_OF_GROUP])
    return LikelyDouble(name, kinds, own, len(ids))


def _found(people: Iterable[_Person]) -> Iterator[tuple[DoubleKind, frozenset[int]]]:
    people = list(people)
    names = {one.id: name_key(one.name) for one in people}
    for group in _by_number(people):
        for ids in _of_one_spelling(group, names):
            yield "number", ids
    for same_name in _together((names[one.id], one) for one in people):
        for group in _near(same_name):
            yield "digit", frozenset(one.id for one in group)
        for group in _together((one.station, one) for one in same_name):
            yield "name", frozenset(one.id for one in group)


def _together(keyed: Iterable[tuple[str, _Person]]) -> Iterator[list[_Person]]:
    """Those who share a key, where more than one does."""
    found: defaultdict[str, list[_Person]] = defaultdict(list)
    for key, person in keyed:
        found[key].append(person)
    return (group for group in found.values() if len(group) > 1)


def _by_number(people: Iterable[_Person]) -> Iterator[list[_Person]]:
    """Those whose numbers are the same but for letters around them, zeros in front and letters that look like digits.

    A letter in front may be one, or a digit that was misread: such a number has both keys.
    """

    def keyed() -> Iterator[tuple[str, _Person]]:
        for one in people:
            yield from ((key, one) for key in {_core(one.document), _core(one.document.translate(_LOOK_ALIKE))} if key)

    return _together(keyed())


def _core(document: str) -> str:
    return document.strip(_LETTERS).lstrip("0")


def _of_one_spelling(group: list[_Person], names: dict[int, str]) -> Iterator[frozenset[int]]:
    """The group without pairs whose letters say that they are two: those of other letters count by their names."""
    if len(group) > MOST_OF_GROUP:
        yield frozenset(one.id for one in group)
        return
    alike = {one.id: {one.id} for one in group}
    for one, other in itertools.combinations(group, 2):
        letters = {_around(one.document), _around(other.document)}
        if len(letters - {""}) < 2 or names[one.id] == names[other.id]:
            joined = alike[one.id] | alike[other.id]
            for id_ in joined:
                alike[id_] = joined
    yield from {frozenset(ids) for ids in alike.values() if len(ids) > 1}


def _around(document: str) -> str:
    """The letters around the digits, those that may be digits aside."""
    return "".join(one for one in document if one in _LETTERS and one not in "OIL")


def _near(group: Iterable[_Person]) -> Iterator[list[_Person]]:
    """Those whose numbers differ in one place alone, and those of whom two neighbouring characters changed places."""

    def keyed() -> Iterator[tuple[str, _Person]]:
        for one in group:
            number = one.document
            for place in range(len(number)):
                yield f"{number[:place]}?{number[place + 1 :]}", one
            for place in range(len(number) - 1):
                pair = "".join(sorted(number[place : place + 2]))
                yield f"{number[:place]}({pair}){number[place + 2 :]}", one

    return _together(keyed())


def name_key(name: str) -> str:
    """What two names have in common that a person takes for one: words in any order, without case and accents."""
    return " ".join(sorted(filter(None, map(_word_key, _WORDS.split(name)))))


@lru_cache(maxsize=65_536)
def _word_key(word: str) -> str:
    """Accents go; vowels that Indian scripts write as marks stay."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(one for one in plain if one.isalnum() or (_is_mark(one) and not unicodedata.combining(one)))


def _is_mark(one: str) -> bool:
    return unicodedata.category(one).startswith("M")
