"""Where in a definition something is, in the words of whoever reads it: `contest 2 › option 1 › name › Español`.

Positions are counted from 1, as people count, and a field has a name in every language (`term`, `field.KEY` and
`item.KEY`); a key of the file itself stands in an error only where it is what has to be typed.
"""

from pathlib import Path

from testigo.words import Message, Value, language_name, message

TEXTS = ("title", "name", "role")
"""Fields that say something in each language."""

_LONGEST = 48
"""Characters of a key or id."""

_MOST_STEPS = 6
"""Of a place; districts lie within districts without an end, and the last ones say enough."""


def place_words(path: tuple[str | int, ...], *, below: int = 0) -> Message:
    """The place in words; of nothing, the election itself. `below`: leave out so many keys and positions of it. An item
    of a list may be named by its id instead of its position.
    """
    return joined([step for end, step in _steps(path) if end > below])


def joined(steps: list[Value]) -> Message:
    """A place made of these steps, from the outside to the inside; of none, the election itself."""
    steps = steps or [message("term", "field.election")]
    if len(steps) > _MOST_STEPS:
        steps = ["…", *steps[1 - _MOST_STEPS :]]
    return Message("place", f"steps-{len(steps)}", {f"step{at}": step for at, step in enumerate(steps, 1)})


def line_place(file: Path, line: int, path: tuple[str | int, ...], where: Value = "") -> Message:
    """The place of an error in a definition's file. As a line of text (`words.to_line`) it has `file`, `line` and, for
    programs, `path` as the file spells it. `where`: the path in words, where they are made already.
    """
    told: dict[str, Value] = {"file": str(file), "line": str(line), "path": path_text(path)}
    if not path:
        return Message("place", "file-line", told)
    return Message("place", "definition-line", {**told, "where": where or place_words(path)})


def path_text(path: tuple[str | int, ...]) -> str:
    """A place for programs, keys as the file spells them and positions counted from 1: `contests[2].options[1].id`."""
    return "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def field_name(*keys: str) -> Message | str:
    """What the last of some keys of the definition holds, the others being those around it; the key itself, where it
    has no name, as a language or a roll. A key that means something else inside another has a longer name,
    `field.threshold.of`, which goes before the shorter one.
    """
    for start in range(len(keys)):
        said = message("term", f"field.{'.'.join(keys[start:])}")
        if said.known:
            return said
    return keys[-1] if keys else ""


def item_name(key: str, number: Value) -> Value:
    """What an item of a list is called: `contest 2`; its number or name alone where the list has no name."""
    said = message("term", f"item.{key}", number=number)
    return said if said.known else number


def kind_name(kind: str) -> Message:
    """What a kind of contest is called in a sentence: `a contest of one choice`."""
    return message("term", f"contest-kind.{kind}")


def _steps(path: tuple[str | int, ...]) -> list[tuple[int, Value]]:
    """Each step, with the length of the path down to it; a list and its item are one step."""
    steps: list[tuple[int, Value]] = []
    for end, step in enumerate(path, 1):
        before = path[end - 2] if end > 1 else ""
        name = str(step + 1) if isinstance(step, int) else step[:_LONGEST]
        item = item_name(str(before), name)
        if not isinstance(item, str):
            steps[-1:] = [(end, item)]
        elif before in TEXTS and isinstance(step, str):
            steps.append((end, language_name(name)))
        else:
            steps.append((end, name if before == "roll-sizes" else _name(path[:end], name)))
    return steps


def _name(path: tuple[str | int, ...], last: str) -> Value:
    return field_name(*(step for step in path[:-1] if isinstance(step, str)), last)
