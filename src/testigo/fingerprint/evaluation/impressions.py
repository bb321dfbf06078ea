"""A set of impressions for an evaluation: the files `FINGER_IMPRESSION.ext` of a folder, found and extracted."""

import os
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from testigo.errors import InvalidInput
from testigo.fingerprint.extraction.extractor import Extractor
from testigo.fingerprint.images.image import ENDINGS, FingerImage
from testigo.fingerprint.templates.template import Template
from testigo.words import message

TIMED = 20  # impressions that are timed one after another, with nothing beside them; the others use all cores
_NAME = re.compile(r"(\d{1,9})_(\d{1,9})")

Progress = Callable[[str, int, int], None]
"""Told after each step: what is done, how many are done, of how many."""


@dataclass(frozen=True)
class Impression:
    """One file of a set: `FINGER_IMPRESSION.ext`."""

    finger: int
    number: int
    path: Path


def impressions_in(folder: Path) -> list[Impression]:
    """The files `FINGER_IMPRESSION.ext` of a folder, in order of finger and impression; others are passed over.

    `ext` is that of any image that can be read, in capitals or not. Folders inside are not entered. Raises
    `InvalidInput` where an impression is there twice (`1_1.png` and `01_1.tif`), or where there are not two fingers
    with two impressions at least.
    """
    found: dict[tuple[int, int], Impression] = {}
    for path in images_in(folder):
        name = _NAME.fullmatch(path.stem)
        if not name:
            continue
        impression = Impression(int(name[1]), int(name[2]), path)
        known = found.setdefault((impression.finger, impression.number), impression)
        if known is not impression:
            raise InvalidInput("impressions.same-twice", place=folder, first=known.path.name, second=path.name)
    listed = [found[key] for key in sorted(found)]
    refuse_too_few(listed, folder)
    return listed


def images_in(folder: Path) -> list[Path]:
    """The folder's files that end like images, by name; raises `InvalidInput` where it cannot be read."""
    try:
        names = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS and path.is_file())
    except (OSError, ValueError) as error:
        raise InvalidInput("folder.unreadable", place=folder) from error
    return names


def refuse_too_few(impressions: Iterable[Impression], folder: Path) -> None:
    """Raise `InvalidInput` unless there are two impressions of a finger and one of another."""
    fingers = [impression.finger for impression in impressions]
    if len(set(fingers)) >= 2 and len(fingers) > len(set(fingers)):
        return
    inside = sorted(path.name for path in folder.iterdir() if path.is_dir()) if not fingers else []
    if inside:
        raise InvalidInput("impressions.in-folders-inside", place=folder, folders=inside[:3])
    found = message("term", "finger", count=len(set(fingers)))
    raise InvalidInput("impressions.too-few", place=folder, count=len(fingers), fingers=found)


class ExtractedSet:
    """The templates of a set, with the time they took.

    `impressions`, `templates`: those that could be read, in order; `dpi`: their resolutions; `skipped`: names of the
    others. `alone`: seconds of each of up to `TIMED` images from all over the set, one after another on one thread,
    without reading the file; `batch_seconds`: of the clock for each other image, all cores at work, reading included
    (None where there was none).
    """

    def __init__(
        self, listed: Sequence[Impression], *, dpi: int | None = None, skip_unreadable: bool = False, tell: Progress
    ) -> None:
        self._listed, self._dpi, self._skip, self._tell = listed, dpi, skip_unreadable, tell
        self._extractor = Extractor()
        self._found: dict[int, tuple[Template, int, float]] = {}
        self.skipped: list[str] = []
        sample = sorted({int(n) for n in np.linspace(0, len(listed) - 1, min(TIMED, len(listed)))})
        others = sorted(set(range(len(listed))) - set(sample))
        self._extract(sample, 1)
        self.alone = [self._found[n][2] for n in sample if n in self._found]
        began = perf_counter()
        self._extract(others, os.cpu_count() or 1)
        self.batch_seconds = (perf_counter() - began) / len(others) if others else None
        kept = sorted(self._found)
        self.impressions = [listed[n] for n in kept]
        self.templates = [self._found[n][0] for n in kept]
        self.dpi = [self._found[n][1] for n in kept]

    def _extract(self, numbers: Sequence[int], workers: int) -> None:
        with ThreadPoolExecutor(workers) as pool:
            jobs = [(n, pool.submit(self._one, self._listed[n])) for n in numbers]
            try:
                for n, job in jobs:
                    self._keep(n, job.result)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _one(self, impression: Impression) -> tuple[Template, int, float]:
        image = FingerImage.read(impression.path, dpi=self._dpi)
        began = perf_counter()
        template = self._extractor.extract(image)
        return template, image.dpi, perf_counter() - began

    def _keep(self, number: int, get: Callable[[], tuple[Template, int, float]]) -> None:
        try:
            self._found[number] = get()
        except InvalidInput as error:
            if not self._skip:
                place = self._listed[number].path
                raise InvalidInput(
                    "print.unreadable", place=place, why=error.message, how=error.hint_message
                ) from error
            self.skipped.append(self._listed[number].path.name)
        self._tell("extracted", len(self._found) + len(self.skipped), len(self._listed))
