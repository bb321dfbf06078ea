"""What differs between two states of a definition, for people who look before they save."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from testigo.election.diagnostic import DefinitionPath
from testigo.election.editing.plain import Plain


@dataclass(frozen=True)
class Difference:
    """`path`: keys and ids down to what changed; of a new or removed part that part. `before`, `after`: None where
    there was or is nothing.
    """

    path: DefinitionPath
    before: Plain
    after: Plain


def differences(before: Plain, after: Plain, path: DefinitionPath = ()) -> Iterator[Difference]:
    """All differences, in the order of the definition; items of lists are found again by their ids."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from differences(before.get(key), after.get(key), (*path, key))
    elif _is_list(before, after) and _is_list(after, before):
        yield from _of_lists(before or [], after or [], path)
    elif before is None or after is None:
        yield from _of_part(before, after, path)
    else:
        yield Difference(path, before, after)


def _of_part(before: Plain, after: Plain, path: DefinitionPath) -> Iterator[Difference]:
    """What is new or removed; the parts inside a part are told after it, one by one."""
    whole = after if before is None else before
    inside = (
        [key for key, value in whole.items() if isinstance(value, list) and _by_id(value)]
        if isinstance(whole, dict)
        else []
    )
    rest = {key: value for key, value in whole.items() if key not in inside} if inside else whole
    yield Difference(path, None, rest) if before is None else Difference(path, rest, None)
    for key in inside:
        listed = whole[key]
        yield from (
            differences(None, listed, (*path, key)) if before is None else differences(listed, None, (*path, key))
        )


def _is_list(value: Plain, other: Plain) -> bool:
    """Whether it is a list; or nothing, in the place of parts that are told one by one."""
    return isinstance(value, list) or (value is None and isinstance(other, list) and bool(_by_id(other)))


def _of_lists(before: list[Plain], after: list[Plain], path: DefinitionPath) -> Iterator[Difference]:
    one, other = _by_id(before), _by_id(after)
    if (before and not one) or (after and not other):
        yield Difference(path, before, after)
    elif len(one) == len(other) and one.keys() != other.keys():
        for name, old, new in zip(one, before, after, strict=True):
            yield from differences(old, new, (*path, name))
    else:
        for name in dict.fromkeys([*one, *other]):
            yield from differences(one.get(name), other.get(name), (*path, name))
        if one.keys() == other.keys() and list(one) != list(other):
            yield Difference(path, list(one), list(other))


def _by_id(items: list[Plain]) -> dict[str, Any]:
    """Items by id; none where one has no id, or two have the same."""
    found = {one["id"]: one for one in items if isinstance(one, dict) and isinstance(one.get("id"), str)}
    return found if len(found) == len(items) else {}
