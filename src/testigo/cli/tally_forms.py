"""What two people entered of a whole tally, apart from each other."""

from pathlib import Path

from testigo import storage
from testigo.audit import read_tally_form
from testigo.ballot import Tally
from testigo.election import Definition
from testigo.errors import InvalidInput


def entered_twice(definition: Definition, station: str, files: list[Path]) -> Tally:
    """What two filled forms say; raises `InvalidInput` with each figure in which they differ."""
    if len(files) != 2:
        raise InvalidInput("form.not-two", count=len(files))
    if storage.resolved(files[0]) == storage.resolved(files[1]):
        raise InvalidInput("form.same-twice", place=files[0])
    first, second = (read_tally_form(storage.read(one), definition, station, place=str(one)) for one in files)
    differing = [
        f"{one.contest} {what}: {figure} / {other_figure}"
        for one, other in zip(first.contests, second.contests, strict=True)
        for (what, figure), (_, other_figure) in zip(one.figures(), other.figures(), strict=True)
        if figure != other_figure
    ]
    if first != second:
        raise InvalidInput("hand-count.entries-differ-in", figures=differing)
    return first
