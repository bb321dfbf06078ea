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
    steps: list[Value] = [step for end, step in _steps(path) if end > below] or [message("term", "field.election")]
    if len(steps) > _MOST_STEPS:
        steps = ["…", *steps[1 - _MOST_STEPS :]]
    return Message("place", f"steps-{len(steps)}", {f"step{at}": step for at, step in enumerate(steps, 1)})


def line_place(file: Path, line: int, path: tuple[str | int, ...]) -> Message | str:
    """The place of an error in a definition's file. As a line of text (`words.to_line`) it has `file`, `line` and, for
    programs, `path` as the file spells it.
    """
    if not path:
        return f"{file}:{line}"
    told: dict[str, Value] = {"file": str(file), "line": str(line), "where": place_words(path)}
    return Message("place", "definition-line", {**told, "path": path_text(path)})


def path_text(path: tuple[str | int, ...]) -> str:
    """A place for programs, keys as the file spells them and positions counted from 1: `contests[2].options[1].id`."""
    return "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def field_name(key: str) -> Value:
    """What a key of the definition is called; the key itself, where it has no name, as a language or a roll."""
    said = message("term", f"field.{key}")
    return said if said.known else key


def kind_name(kind: str) -> Message:
    """What a kind of contest is called in a sentence: `a contest of one choice`."""
    return message("term", f"contest-kind.{kind}")


def _steps(path: tuple[str | int, ...]) -> list[tuple[int, Value]]:
    """Each step, with the length of the path down to it; a list and its item are one step."""
    steps: list[tuple[int, Value]] = []
    for end, step in enumerate(path, 1):
        before = path[end - 2] if end > 1 else ""
        name = str(step + 1) if isinstance(step, int) else step[:_LONGEST]
        item = message("term", f"item.{before}", number=name)
        if item.known:
            steps[-1:] = [(end, item)]
        elif before in TEXTS and isinstance(step, str):
            steps.append((end, language_name(name)))
        else:
            steps.append((end, name if before == "roll-sizes" else field_name(name)))
    return steps
