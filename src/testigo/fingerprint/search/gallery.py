"""Searching many: who of a million is this finger most like?

Three stages, each on the best of the one before:

1. **Scan.** Of every template the first word of each minutia's descriptor: 64 bits, compared with those of the probe's
   best minutiae. Four to eight million templates per second and core.
2. **Prefilter.** The whole descriptors, all minutiae.
3. **Match.** The matcher itself.

How many go on is in `parameters.GALLERY`. A gallery lives in memory, or in a folder of files that are mapped, so that
opening a million costs nothing and processes share them. It knows numbers, not persons; what they mean is the caller's.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from testigo import storage
from testigo.errors import InvalidInput, StorageError
from testigo.fingerprint.matching.descriptor import identity
from testigo.fingerprint.matching.matcher import Matcher
from testigo.fingerprint.matching.prepared import Prepared, PreparedTemplates, prepare
from testigo.fingerprint.parameters import GALLERY, MATCHING
from testigo.fingerprint.templates.template import Template
from testigo.stored import NewerFormat, StoredFormat

_NUMBERS = "numbers.bin"
_BLOCK = 4096  # templates written at a time

Similarities = NDArray[np.float32]
Rows = NDArray[np.int64]


class Candidate(msgspec.Struct, frozen=True):
    """One of those found: `number` as it was added; `score` of the comparison with the probe (see `calibration`).

    Among N templates the best score by chance alone is about log10 N: what counts as found is the caller's to say.
    """

    number: int
    score: float


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    templates: Annotated[int, msgspec.Meta(ge=0, le=1 << 40)]
    minutiae: Annotated[int, msgspec.Meta(ge=0, le=1 << 48)]
    descriptor: str


def _numbered(first: dict[str, Any]) -> dict[str, Any]:
    """Format 1 had a word for its number."""
    return {key: value for key, value in first.items() if key != "format"}


HEADER_FORMAT = StoredFormat("gallery.json", _Header, _numbered)


class Gallery:
    """Templates to search, numbered by the caller.

    gallery = Gallery()                       # or Gallery.create(folder), then Gallery.open(folder)
    gallery.add(17, template)
    gallery.identify(probe)[0].number

    One thread may add while others search: they see what was there when they began. Two must not add at once.
    """

    def __init__(self) -> None:
        self._prepared = PreparedTemplates()
        self._numbers = np.zeros(0, np.int64)
        self._folder: Path | None = None  # where `add` writes to
        self._written = (0, 0)  # templates and minutiae that are on disk already
        self._frozen = False

    @classmethod
    def create(cls, folder: Path) -> Self:
        """A new gallery written to an empty folder as it grows, in constant memory; `close` completes it.

        It cannot be searched itself: `open` what was completed. Raises `StorageError` where the folder is in use or
        cannot be made.
        """
        storage.require_empty(folder)
        storage.make_folder(folder, mode=0o700)
        made = cls()
        made._folder = folder
        return made

    @classmethod
    def open(cls, folder: Path) -> Self:
        """A complete gallery, to be searched. Raises `InvalidInput` where the folder holds none of this release.

        Its files must not be changed while it is in use.
        """
        try:
            header = HEADER_FORMAT.read(folder / HEADER_FORMAT.name)
        except NewerFormat:
            raise
        except (StorageError, InvalidInput) as error:
            raise InvalidInput("gallery.not-complete", place=folder) from error
        if header.descriptor != identity():
            raise InvalidInput("gallery.of-another-release", place=folder)
        made = cls()
        made._prepared = PreparedTemplates.map_files(folder, header.templates, header.minutiae)
        made._numbers = _mapped_numbers(folder / _NUMBERS, header.templates)
        made._frozen = True
        return made

    def __len__(self) -> int:
        return self._written[0] + len(self._prepared)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()

    @property
    def numbers(self) -> Rows:
        """The numbers of all templates, in the order they were added."""
        return self._numbers[: len(self._prepared)]

    def prepared(self, row: int) -> Prepared:
        """The template in a row, ready to be searched for. A row is a template's place in the order of adding."""
        return self._prepared[row]

    def add(self, number: int, template: Template | Prepared) -> None:
        """One more template. `number`: any whole number of 64 bits; the same one may come again."""
        if self._frozen:
            raise InvalidInput("gallery.cannot-grow")
        count = len(self._prepared)
        if count >= len(self._numbers):
            self._numbers = np.concatenate([self._numbers, np.zeros(max(_BLOCK, count), np.int64)])
        self._numbers[count] = number
        self._prepared.append(template)
        if self._folder is not None and len(self._prepared) >= _BLOCK:
            self._write()

    def close(self) -> None:
        """Complete the files of a gallery that was created; without it they are not a gallery."""
        if self._folder is None:
            return
        self._write()
        HEADER_FORMAT.write(self._folder / HEADER_FORMAT.name, _Header(*self._written, identity()))
        self._folder, self._frozen = None, True

    def _write(self) -> None:
        folder = self._folder
        if folder is None or not len(self._prepared):
            return
        templates, minutiae = self._written
        self._prepared.append_to_files(folder, minutiae)
        with storage.explained(folder), (folder / _NUMBERS).open("ab") as file:
            file.write(self.numbers.tobytes())
        self._written = (templates + len(self._prepared), minutiae + self._prepared.minutiae)
        self._prepared = PreparedTemplates()

    # ── Searching ────────────────────────────────────────────────────────────────────────────────────────────────────

    def identify(self, probe: Template | Prepared, most: int = 10, *, cores: int | None = None) -> list[Candidate]:
        """The `most` templates most like the probe by the matcher, the best first; those with score 0 are left out.

        Runs on all cores by default.
        """
        ready = prepare(probe)
        rows = self.search(ready, cores=cores)
        scores = self.compare(ready, rows, cores=cores)
        best = np.argsort(-scores, kind="stable")[:most]
        return [Candidate(int(self._numbers[rows[k]]), float(scores[k])) for k in best if scores[k] > 0]

    def search(
        self,
        probe: Template | Prepared,
        most: int | None = None,
        *,
        after: int = 0,
        before: int | None = None,
        cores: int | None = None,
    ) -> Rows:
        """The rows that scan and prefilter find most similar to the probe, at most `most`, the most similar first.

        A row is a template's place in the order of adding; only those from `after` to just below `before` are looked
        at. Raises `IndexError` where `after` is negative.
        """
        ready = prepare(probe)
        scanned = self.scan([ready], after=after, before=before, cores=cores)[0]
        size = len(scanned)
        if not size or not len(ready):
            return np.zeros(0, np.int64)
        rows = after + _highest(scanned, max(GALLERY.least_prefiltered, round(GALLERY.prefiltered * size)))
        similarity = self.prefilter(ready, rows, cores=cores)
        wanted = max(GALLERY.least_matched, round(GALLERY.matched * size)) if most is None else most
        best = _highest(similarity, wanted)
        return rows[best[np.argsort(-similarity[best], kind="stable")]]

    def scan(
        self,
        probes: Sequence[Template | Prepared],
        *,
        after: int = 0,
        before: int | None = None,
        cores: int | None = None,
    ) -> Similarities:
        """How alike the rows from `after` to `before` look to each probe by the first word of their descriptors.

        Returns (probes, rows). All probes go through the gallery together, which costs less than one by one. The time
        grows with their minutiae, of which the best are looked at (`GALLERY.scan_minutiae`).
        """
        from testigo.fingerprint.search import _bit_planes, _scan  # numba is loaded at first use

        prepared = self._searchable()
        end = len(prepared) if before is None else min(before, len(prepared))
        columns = prepared.columns
        if after < 0:
            raise IndexError(after)
        words = [prepare(probe).best(GALLERY.scan_minutiae).codes[0] for probe in probes]
        ends = np.cumsum([len(one) for one in words], dtype=np.int64)
        chosen = _bit_planes.choices(np.concatenate([*words, np.zeros(0, np.uint64)]))
        similarity = np.zeros((len(probes), max(0, end - after)), np.float32)

        def part(start: int, stop: int) -> None:
            _scan.scan(
                chosen, ends, columns.word_0, columns.starts, columns.counts, after, start, stop, GALLERY.scan_level,
                similarity,
            )  # fmt: skip

        if len(chosen):
            _shared(part, similarity.shape[1], GALLERY.scan_share, cores)
        return similarity

    def prefilter(self, probe: Template | Prepared, rows: Rows, *, cores: int | None = None) -> Similarities:
        """How alike these rows look to the probe by the whole descriptors. Raises `IndexError` where one is none."""
        from testigo.fingerprint.search import _scan  # numba is loaded at first use

        ready = prepare(probe)
        prepared = self._searchable()
        rows = prepared.checked(rows)
        columns = prepared.columns
        similarity = np.zeros(len(rows), np.float32)

        def part(start: int, stop: int) -> None:
            _scan.prefilter(
                ready.codes, columns.words, columns.starts, columns.counts, rows[start:stop], MATCHING.prefilter_level,
                MATCHING.max_minutiae, similarity[start:stop],
            )  # fmt: skip

        _shared(part, len(rows), GALLERY.prefilter_share, cores)
        return similarity

    def compare(self, probe: Template | Prepared, rows: Rows, *, cores: int | None = None) -> NDArray[np.float64]:
        """The matcher's scores of the probe against these rows. Raises `IndexError` where one is none."""
        ready = prepare(probe)
        matcher = Matcher(self._searchable())
        scores = np.zeros(len(rows))

        def part(start: int, stop: int) -> None:
            scores[start:stop] = matcher.scores(ready, rows[start:stop])

        _shared(part, len(rows), GALLERY.match_share, cores)
        return scores

    def _searchable(self) -> PreparedTemplates:
        if self._folder is not None or self._written[0]:
            raise InvalidInput("gallery.still-written")
        return self._prepared


def _highest(similarity: Similarities, most: int) -> Rows:
    """Which are the `most` highest, in no order of rank."""
    least = len(similarity) - max(0, most)
    if least <= 0:
        return np.arange(len(similarity))
    return np.sort(np.argpartition(similarity, least - 1)[least:])


def _shared(part: Callable[[int, int], None], size: int, least: int, cores: int | None) -> None:
    """Do `part(start, stop)` for all of `size` on several cores, `least` or more at a time."""
    workers = min(cores or len(os.sched_getaffinity(0)), max(1, size // least))
    if workers == 1:
        part(0, size)
        return
    edges = np.linspace(0, size, 4 * workers + 1).astype(int)
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(part, edges[:-1].tolist(), edges[1:].tolist()))


def _mapped_numbers(path: Path, count: int) -> Rows:
    if not count:
        return np.zeros(0, np.int64)
    try:
        return np.asarray(np.memmap(path, np.int64, "c", shape=(count,)))
    except (OSError, ValueError) as error:
        raise InvalidInput("gallery.damaged", place=path) from error
