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
    elif isinstance(before, list) and isinstance(after, list):
        yield from _of_lists(before, after, path)
    else:
        yield Difference(path, before, after)


def _of_lists(before: list[Plain], after: list[Plain], path: DefinitionPath) -> Iterator[Difference]:
    one, other = _by_id(before), _by_id(after)
    if not one or not other:
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
