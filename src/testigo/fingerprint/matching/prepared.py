"""Templates made ready to be compared: one, or many in contiguous arrays that files hold as they are.

A prepared template has its best minutiae, sorted by x, then y, and their descriptors. About 40 bytes a minutia:
`places` int16 (n, 2): x, and y pointing up, in pixels at 500 dpi; `traits` uint8 (n, 3): angle in 256ths of a turn,
kind, quality; `codes` uint64 (4, n): the descriptors (`descriptor`), word by word.

In a `PreparedTemplates` these stand one template behind the other, each from a multiple of `LANE` minutiae on, so that
the processor reads whole vectors; what fills the gap is the complement of the template's first descriptor, which looks
like none of the template.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from testigo import storage
from testigo.errors import InvalidInput
from testigo.fingerprint.matching.descriptor import WORDS, codes
from testigo.fingerprint.parameters import MATCHING
from testigo.fingerprint.templates.template import Template

LANE = 8
_Array = TypeVar("_Array", bound=NDArray[np.generic])


@dataclass(frozen=True, eq=False)
class Prepared:
    """A template made ready for comparison. `origin`: for each row the number of the minutia in the template.

    Raises `InvalidInput` where the arrays' shapes do not fit together: machine code trusts them.
    """

    places: NDArray[np.int16]
    traits: NDArray[np.uint8]
    codes: NDArray[np.uint64]
    origin: NDArray[np.int64]

    def __post_init__(self) -> None:
        count = len(self.places)
        shapes = (self.places.shape, self.traits.shape, self.codes.shape, self.origin.shape)
        if count > MATCHING.max_minutiae or shapes != ((count, 2), (count, 3), (WORDS, count), (count,)):
            raise InvalidInput("template.not-prepared")

    def __len__(self) -> int:
        return len(self.places)

    def best(self, most: int) -> "Prepared":
        """Only the best minutiae by quality, at most so many, in the same order."""
        kept = np.sort(np.argsort(-self.traits[:, 2].astype(np.int64), kind="stable")[:most])
        return Prepared(self.places[kept], self.traits[kept], self.codes[:, kept], self.origin[kept])


def prepare(template: Template | Prepared) -> Prepared:
    """The template made ready to be compared many times; one that is ready already is returned as it is."""
    if isinstance(template, Prepared):
        return template
    places, traits, origin = ordered(template)
    return Prepared(places, traits, codes(places, traits), origin)


def ordered(template: Template) -> tuple[NDArray[np.int16], NDArray[np.uint8], NDArray[np.int64]]:
    """Places, traits and origin of the template's best minutiae (see `Prepared`)."""
    best = np.argsort(-template.quality.astype(np.int64), kind="stable")[: MATCHING.max_minutiae]
    upward = -template.y[best].astype(np.int64)
    order = np.lexsort((upward, template.x[best]))
    origin = best[order]
    places = np.column_stack([template.x[origin], upward[order]]).astype(np.int16)
    traits = np.column_stack([template.angle[origin], template.kind[origin], template.quality[origin]])
    return places, traits, origin


@dataclass(eq=False)
class Columns:
    """The arrays of many prepared templates, and the files that may hold them.

    `starts` int64 and `counts` int32, one for each template: its first minutia and how many it has. All others as in
    `Prepared`, one behind the other; each word of the descriptors is a column of its own.
    """

    starts: NDArray[np.int64]
    counts: NDArray[np.int32]
    places: NDArray[np.int16]
    traits: NDArray[np.uint8]
    word_0: NDArray[np.uint64]
    word_1: NDArray[np.uint64]
    word_2: NDArray[np.uint64]
    word_3: NDArray[np.uint64]

    @property
    def words(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64]]:
        """The four words of the descriptors."""
        return self.word_0, self.word_1, self.word_2, self.word_3


_PER_TEMPLATE = ("starts", "counts")
_EMPTY = Columns(
    np.zeros(0, np.int64),
    np.zeros(0, np.int32),
    np.zeros((0, 2), np.int16),
    np.zeros((0, 3), np.uint8),
    *(np.zeros(0, np.uint64) for _ in range(WORDS)),
)


class PreparedTemplates:
    """Many prepared templates, in memory or mapped from files."""

    def __init__(self, templates: Iterable[Template | Prepared] = ()) -> None:
        self.columns = Columns(*(getattr(_EMPTY, field.name) for field in fields(Columns)))
        """May be longer than what is used."""
        self._count = 0
        self._used = 0
        for template in templates:
            self.append(template)

    def __len__(self) -> int:
        return self._count

    @property
    def minutiae(self) -> int:
        """How many rows of the minutiae's columns are in use, gaps included."""
        return self._used

    def __getitem__(self, row: int) -> Prepared:
        if not 0 <= row < len(self):
            raise IndexError(row)
        count = int(self.columns.counts[row])
        part = slice(int(self.columns.starts[row]), int(self.columns.starts[row]) + count)
        words = np.stack([word[part] for word in self.columns.words])
        return Prepared(self.columns.places[part], self.columns.traits[part], words, np.arange(count))

    def __iter__(self) -> Iterator[Prepared]:
        return (self[row] for row in range(len(self)))

    def checked(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The same rows, as machine code wants and trusts them. Raises `IndexError` where one does not exist."""
        if len(rows) and not (rows.min() >= 0 and rows.max() < len(self)):
            raise IndexError(f"no such template: {rows.min()} or {rows.max()} of {len(self)}")
        return np.require(rows, np.int64, ["C", "W"])  # one that is read-only would be compiled for once more

    def append(self, template: Template | Prepared) -> None:
        """One more, at the end."""
        ready = prepare(template)
        count = len(ready)
        room = -(-count // LANE) * LANE
        self._make_room(room)
        here = slice(self._used, self._used + count)
        columns = self.columns
        columns.places[here], columns.traits[here] = ready.places, ready.traits
        for column, word in zip(columns.words, ready.codes, strict=True):
            column[here] = word
            if room > count:
                column[self._used + count : self._used + room] = ~word[0]
        columns.starts[self._count], columns.counts[self._count] = self._used, count
        self._count += 1
        self._used += room

    def _make_room(self, room: int) -> None:
        for field in fields(Columns):
            column = getattr(self.columns, field.name)
            needed = self._count + 1 if field.name in _PER_TEMPLATE else self._used + room
            if needed > len(column):
                longer = np.zeros((max(64 * LANE, 2 * needed), *column.shape[1:]), column.dtype)
                longer[: len(column)] = column
                setattr(self.columns, field.name, longer)

    def append_to_files(self, folder: Path, before: int) -> None:
        """Add these templates to the files of a folder, which hold `before` rows of minutiae already.

        Raises `StorageError` where they cannot be written.
        """
        for field in fields(Columns):
            column = getattr(self.columns, field.name)
            used = column[: self._count] + before if field.name == "starts" else column[: self._length_of(field.name)]
            with storage.explained(folder), (folder / f"{field.name}.bin").open("ab") as file:
                file.write(np.ascontiguousarray(used).data)

    def _length_of(self, column: str) -> int:
        return self._count if column in _PER_TEMPLATE else self._used

    @classmethod
    def map_files(cls, folder: Path, count: int, minutiae: int) -> "PreparedTemplates":
        """The templates of a folder, not read but mapped: opening a million costs nothing.

        They are checked once: the files must not change while they are mapped.
        Raises `InvalidInput` where the files are missing or shorter than `count` templates and `minutiae` rows need.
        """
        made = cls()
        made._count, made._used = count, minutiae
        for field in fields(Columns):
            pattern = getattr(_EMPTY, field.name)
            shape = (made._length_of(field.name), *pattern.shape[1:])
            path = folder / f"{field.name}.bin"
            try:
                mapped = np.memmap(path, pattern.dtype, "c", shape=shape) if shape[0] else pattern
            except (OSError, ValueError) as error:
                raise InvalidInput("gallery.damaged", place=path) from error
            kept = field.name in _PER_TEMPLATE  # what machine code trusts is copied, so that it stays as it was checked
            setattr(made.columns, field.name, np.array(mapped) if kept else np.asarray(mapped))
        if not made._within_bounds():
            raise InvalidInput("gallery.damaged", place=folder)
        return made

    def _within_bounds(self) -> bool:
        """Whether templates stand behind each other, all within the rows of minutiae: machine code trusts it."""
        starts, counts = self.columns.starts[: self._count], self.columns.counts[: self._count]
        if not self._count:
            return True
        ends = starts + -(-counts.astype(np.int64) // LANE) * LANE
        return bool(
            counts.min() >= 0
            and counts.max() <= MATCHING.max_minutiae
            and starts[0] == 0
            and np.array_equal(starts[1:], ends[:-1])
            and ends[-1] <= self._used
        )
