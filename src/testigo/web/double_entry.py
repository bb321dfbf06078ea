"""Blind double entry: two persons enter the same figures apart from each other; where they differ a third decides.

`DoubleEntry` holds one form's two entries and says what comes next; `double_entry.html` in the kit's templates shows
the form, with running sums, undo and the keyboard (`static/double-entry.js`; without it the form works all the same).
It knows no election: rows have a name, an id, and the group whose sum they are part of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from testigo.errors import InvalidInput, is_printable
from testigo.web.forms import Form
from testigo.words import first_of

Step = Literal["first", "second", "third", "done"]

LONGEST_NAME = 80
_MOST_DIGITS = 6
_NAMED = 5
"""Figures that an error names."""


@dataclass(frozen=True)
class EntryRow:
    """One figure. `field`: its name in the form; `label`: what people call it, beside its `id`; `role`: whether it is
    part of its group's sum, the sum itself, or neither; `required`: whether it must be there.
    """

    field: str
    label: str
    id: str
    role: Literal["part", "sum", "other"] = "other"
    required: bool = True


@dataclass(frozen=True)
class EntryGroup:
    """Rows with a heading. `choose`: how many parts one unit of the sum has at most; 1: they add up to it."""

    title: str
    rows: tuple[EntryRow, ...]
    choose: int = 1


@dataclass(frozen=True)
class Entered:
    """What one person entered."""

    person: str
    figures: Mapping[str, int]


@dataclass
class DoubleEntry:
    """The entries of one form. `third`: who decided, and the figures that differed as decided."""

    groups: tuple[EntryGroup, ...]
    entries: list[Entered] = field(default_factory=list)
    third: Entered | None = None

    @property
    def rows(self) -> tuple[EntryRow, ...]:
        """All rows, in order."""
        return tuple(row for group in self.groups for row in group.rows)

    @property
    def step(self) -> Step:
        """Who comes next."""
        if len(self.entries) < 2:
            return "second" if self.entries else "first"
        return "third" if self.differing and self.third is None else "done"

    @property
    def differing(self) -> tuple[EntryRow, ...]:
        """The rows in which the two entries differ."""
        first, second = (entry.figures for entry in self.entries)
        return tuple(row for row in self.rows if first.get(row.field) != second.get(row.field))

    @property
    def persons(self) -> tuple[str, ...]:
        """Who entered, and who decided, in that order."""
        return tuple(entry.person for entry in (*self.entries, *([self.third] if self.third else [])))

    @property
    def figures(self) -> dict[str, int]:
        """What both say, and what the third decided; only once it is done."""
        return {**self.entries[0].figures, **(self.third.figures if self.third else {})}

    def take(self, form: Form) -> None:
        """Take the next person's entry from a form: `person`, and each row's field.

        Raises `InvalidInput` for a name that is not one, or of who was there before, or where figures are missing or
        are not whole numbers. Then nothing is changed.
        """
        step = self.step
        if step == "done":
            raise InvalidInput("double-entry.done")
        person = " ".join(form.text("person", "").split())
        if not person or not is_printable(person, LONGEST_NAME):
            raise InvalidInput("double-entry.no-name", most=LONGEST_NAME)
        if person.casefold() in {one.casefold() for one in self.persons}:
            raise InvalidInput("double-entry.same-person", person=person)
        rows = self.differing if step == "third" else self.rows
        entered = Entered(person, read_figures(form, rows))
        if step == "third":
            self.third = entered
        else:
            self.entries.append(entered)


def read_figures(form: Form, rows: Sequence[EntryRow]) -> dict[str, int]:
    """The figures of these rows; raises `InvalidInput` with those that are missing or are not whole numbers."""
    figures: dict[str, int] = {}
    wrong: list[str] = []
    for row in rows:
        text = form.text(row.field, "")
        if not text and not row.required:
            continue
        if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
            figures[row.field] = int(text)
        else:
            wrong.append(f"{row.label} [{row.id}]")
    if wrong:
        raise InvalidInput("double-entry.no-figure", figures=first_of(wrong, _NAMED))
    return figures
