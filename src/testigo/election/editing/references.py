"""What names an id of a definition: where another id takes its place, all of it changes with it."""

from collections.abc import Iterator, Sequence

from testigo.election.contests import GENERAL_ROLL
from testigo.election.diagnostic import DefinitionPath
from testigo.election.editing.edits import Edit, Put
from testigo.election.editing.fields import districts_below, list_of
from testigo.election.editing.plain import Plain, at, is_number, items, mapping, single
from testigo.errors import InvalidInput


def following(values: Plain, path: DefinitionPath, edits: Sequence[Edit]) -> list[Edit]:
    """The edits by which everything that names the part at a path names it as before, when these edits change its id;
    and what names the rolls of an election that are called otherwise.

    Where a second part has the old id nothing follows: whatever names it still names that one. Raises `InvalidInput`
    where something would follow to an id that another part has, for then nobody could tell the two apart again.
    """
    put = {edit.path: edit.value for edit in edits if isinstance(edit, Put)}
    if not path:
        return list(_of_rolls(values, put.get(("rolls",))))
    old, new = single(at(values, (*path, "id"))), str(put.get((*path, "id"), ""))
    named = list(naming(values, path)) if old and new and new != old else []
    taken = [single(at(values, (*one, "id"))) for one in _beside(values, path) if one != path]
    if not named or old in taken:
        return []
    if new in taken:
        raise InvalidInput("editor.id-taken", id=new[:60], old=old[:60])
    own = {edit.path for edit in edits}
    return [Put(one, new) for one in named if one not in own]


def naming(values: Plain, path: DefinitionPath) -> Iterator[DefinitionPath]:
    """The places of all single values that name the part at a path by its id."""
    name = single(at(values, (*path, "id")))
    found = {
        "districts": _of_district,
        "parties": _of_party,
        "contests": _of_contest,
        "options": _of_option,
        "bodies": _of_body,
    }.get(list_of(path))
    if found is not None and name:
        yield from (one for one in found(values, path) if at(values, one) == name)


def _of_district(values: Plain, path: DefinitionPath) -> Iterator[DefinitionPath]:
    yield from _each(values, "stations", "district")
    yield from _each(values, "contests", "district")


def _of_party(values: Plain, path: DefinitionPath) -> Iterator[DefinitionPath]:
    for number in range(len(items(at(values, ("contests",))))):
        yield from _each(values, "contests", number, "options", "party")


def _of_contest(values: Plain, path: DefinitionPath) -> Iterator[DefinitionPath]:
    for name in ("contests", "bodies"):
        for number in range(len(items(at(values, (name,))))):
            yield from _each(values, name, number, "threshold", "contests")


def _of_option(values: Plain, path: DefinitionPath) -> Iterator[DefinitionPath]:
    contest = path[:2]
    yield (*contest, "referendum", "against")
    yield (*contest, "none-of-the-above", "option")
    for number in range(len(items(at(values, (*contest, "agreements"))))):
        yield from _each(values, *contest, "agreements", number, "options")


def _of_body(values: Plain, path: DefinitionPath) -> Iterator[DefinitionPath]:
    yield from _each(values, "contests", "body")


def _each(values: Plain, *path: str | int) -> Iterator[DefinitionPath]:
    """The places of a list's values; of a list of parts, where the last step is one of their keys, of these values."""
    *above, last = path
    listed = at(values, path)
    if isinstance(listed, list):
        yield from ((*path, number) for number in range(len(listed)))
    else:
        yield from ((*above, number, last) for number in range(len(items(at(values, tuple(above))))))


def _beside(values: Plain, path: DefinitionPath) -> Iterator[DefinitionPath]:
    """All parts whose ids must differ from that of the part at a path, and itself."""
    if list_of(path) == "districts":
        yield from districts_below(values, ("districts",))
    else:
        yield from ((*path[:-1], number) for number in range(len(items(at(values, path[:-1])))))


def _of_rolls(values: Plain, listed: object) -> Iterator[Edit]:
    """A roll that stands in the place of another, both lists being of one length, is that one called otherwise."""
    before = [single(one) for one in items(at(values, ("rolls",)))]
    after = [str(one) for one in listed] if isinstance(listed, list) else []
    if len(before) != len(after):
        return
    renamed = {
        old: new
        for old, new in zip(before, after, strict=True)
        if old not in after and new not in before and old != GENERAL_ROLL
    }
    for place, contest in enumerate(items(at(values, ("contests",)))):
        if (roll := single(at(contest, ("roll",)))) in renamed:
            yield Put(("contests", place, "roll"), renamed[roll])
    for place, station in enumerate(items(at(values, ("stations",)))):
        sizes = mapping(at(station, ("roll-sizes",)))
        if renamed.keys() & sizes.keys():
            named = {renamed.get(roll, roll): int(size) if is_number(size) else size for roll, size in sizes.items()}
            yield Put(("stations", place, "roll-sizes"), named)
