"""What the keys of a definition are called for people: the labels of the editor's forms, the places of errors, alike.

Each is a sentence of the section `term` in every language: `field.KEY` what a key holds, `field-part.KEY` what one item
of a list is. A key that means something else inside another has a longer name, `field.threshold.of`, which goes before
the shorter one.
"""

from collections.abc import Sequence

from testigo.election.diagnostic import DefinitionPath
from testigo.words import Message, message


def field_name(keys: Sequence[str]) -> Message | str:
    """What the last of some keys holds, the others being those around it; the key itself where it is unknown."""
    for start in range(len(keys)):
        name = message("term", f"field.{'.'.join(keys[start:])}")
        if name.known:
            return name
    return keys[-1] if keys else ""


def part_name(keys: Sequence[str]) -> Message | str:
    """What one item of the list under the last key is: *contest* of `contests`."""
    name = message("term", f"field-part.{keys[-1]}")
    return name if name.known else field_name(keys)


def place_name(place: DefinitionPath) -> Message | str:
    """A place in a definition, for people, counted from 1: *Contest 2 › Option 1 › Name*; "" for all of it."""
    keys: list[str] = []
    above: Message | str = ""
    for number, step in enumerate(place):
        if isinstance(step, int):
            above = below(above, message("term", "field-number", name=part_name(keys), number=str(step + 1)))
            continue
        keys.append(step)
        if not isinstance((*place, "")[number + 1], int):
            above = below(above, field_name(keys))
    return above


def below(above: Message | str, name: Message | str) -> Message | str:
    """The name of a place inside another; "" for the definition itself."""
    return message("term", "field-below", above=above, name=name) if above else name
