"""What differs between two states of a definition, for people who look before they save."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from testigo.election.diagnostic import DefinitionPath
from testigo.election.editing.plain import Plain


@dataclass(frozen=True)
class Difference:
    """`path`: keys and ids (positions, from 0, where there are none) down to what changed; of a new or removed part
    that part. `before`, `after`: None where there was or is nothing.
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
    elif isinstance(before, list) and isinstance(after, list) and (pair := (_by_id(before), _by_id(after))) and all(pair):
        yield from _of_lists(*(one for one in pair if one is not None), path)
    else:
        yield Difference(path, before, after)


def _of_lists(before: dict[str, Any], after: dict[str, Any], path: DefinitionPath) -> Iterator[Difference]:
    for key in dict.fromkeys([*before, *after]):
        yield from differences(before.get(key), after.get(key), (*path, key))
    if before.keys() == after.keys() and list(before) != list(after):
        yield Difference(path, list(before), list(after))


def _by_id(items: list[Plain]) -> dict[str, Any] | None:
    """Items by id; None where one has none, or two have the same."""
    found = {one["id"]: one for one in items if isinstance(one, dict) and isinstance(one.get("id"), str)}
    return found if len(found) == len(items) and found else None
