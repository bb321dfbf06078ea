"""From image to template: crop to the finger, one pass of the network, the minutiae above the quality cut."""

import os
from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from testigo.errors import InvalidInput
from testigo.fingerprint.extraction.leader import shared_network
from testigo.fingerprint.images.image import FingerImage
from testigo.fingerprint.parameters import EXTRACTION, ExtractionParameters
from testigo.fingerprint.templates.template import ANGLE_STEPS, Kind, Template

Source = FingerImage | str | Path | bytes
"""An image, its file, or that file's bytes."""
_AHEAD = 2  # images for each worker that wait or are done before their turn, so that no core waits for a slow one


class Extractor:
    """Finds minutiae. `threads`: of one extraction; the network is loaded at the first call, once per process."""

    def __init__(self, *, threads: int = 1, parameters: ExtractionParameters = EXTRACTION) -> None:
        self._threads = threads
        self._parameters = parameters

    def extract(self, image: FingerImage) -> Template:
        """The template of an impression; an image without a finger gives one without minutiae.

        Raises `InvalidInput` where what is on the image is larger than a finger can be.
        """
        pixels = image.at_500_dpi()
        height, width = pixels.shape
        top, bottom, left, right = foreground(pixels, self._parameters)
        if bottom == top:
            return _template(width, height, np.empty((0, 5)))
        if max(bottom - top, right - left) > self._parameters.longest_side:
            across, down = round((right - left) / 197), round((bottom - top) / 197)
            raise InvalidInput("image.larger-than-a-finger", across=across, down=down, dpi=image.dpi)
        padded = _padded(pixels[top:bottom, left:right], self._parameters.multiple)
        network = shared_network(self._threads)
        maps = network.run(padded)
        x, y, quality = _places(maps.quality[: bottom - top, : right - left], self._parameters)
        direction, ending = network.minutiae(maps, x, y)
        found = np.column_stack([x, y, direction, ending, quality]).astype(np.float64)
        found[:, 0] += left
        found[:, 1] += top
        return _template(width, height, found)

    def extract_each(
        self, sources: Iterable[Source], *, dpi: int | None = None, workers: int | None = None
    ) -> Generator[Template | InvalidInput]:
        """The templates of images or their files, in their order, and in its place the error of one that gives none.

        One image on each core at a time (`workers`: all cores), read and decoded there as well; few are held at once,
        so that `sources` may be a generator of millions. `dpi` overrules what files state. Errors name the file.
        One thread for each of several images is faster than several threads for one (measured, docs/fingerprint.md).
        """
        workers = workers or os.cpu_count() or 1
        pending: deque[Future[Template | InvalidInput]] = deque()
        with ThreadPoolExecutor(workers) as pool:
            try:
                for source in sources:
                    pending.append(pool.submit(self._outcome, source, dpi))
                    if len(pending) > _AHEAD * workers:
                        yield pending.popleft().result()
                while pending:
                    yield pending.popleft().result()
            finally:  # the caller stopped early, or the sources failed
                pool.shutdown(wait=False, cancel_futures=True)

    def extract_many(
        self, sources: Iterable[Source], *, dpi: int | None = None, workers: int | None = None
    ) -> list[Template]:
        """The same as a list. Raises the `InvalidInput` of the first image that gives no template."""
        templates = []
        for outcome in self.extract_each(sources, dpi=dpi, workers=workers):
            if isinstance(outcome, InvalidInput):
                raise outcome
            templates.append(outcome)
        return templates

    def _outcome(self, source: Source, dpi: int | None) -> Template | InvalidInput:
        try:
            return self.extract(source if isinstance(source, FingerImage) else FingerImage.read(source, dpi=dpi))
        except InvalidInput as error:
            return error if error.place or isinstance(source, FingerImage | bytes) else error.at(str(source))


def extract(image: FingerImage) -> Template:
    """The template of an impression, on one thread. See `Extractor` for more."""
    return Extractor().extract(image)


def foreground(pixels: NDArray[np.uint8], p: ExtractionParameters = EXTRACTION) -> tuple[int, int, int, int]:
    """Top, bottom, left, right of the part that holds the finger: where blocks have contrast. All 0 if none has."""
    height, width = pixels.shape
    rows, columns = height // p.block, width // p.block
    blocks = pixels[: rows * p.block, : columns * p.block].reshape(rows, p.block, columns, p.block)
    finger = blocks.std(axis=(1, 3)) >= p.least_contrast
    vertical = np.flatnonzero(finger.sum(axis=1) >= p.least_run)
    horizontal = np.flatnonzero(finger.sum(axis=0) >= p.least_run)
    if not len(vertical) or not len(horizontal):
        return 0, 0, 0, 0
    # The last row and column stand for the partial blocks after them as well.
    last_row = height if vertical[-1] == rows - 1 else (int(vertical[-1]) + 1) * p.block + p.margin
    last_column = width if horizontal[-1] == columns - 1 else (int(horizontal[-1]) + 1) * p.block + p.margin
    return (
        max(0, int(vertical[0]) * p.block - p.margin),
        min(height, last_row),
        max(0, int(horizontal[0]) * p.block - p.margin),
        min(width, last_column),
    )


def _padded(pixels: NDArray[np.uint8], multiple: int) -> NDArray[np.float32]:
    """Padded on the right and below to multiples, with the grey of the background: the border's median."""
    height, width = pixels.shape
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    shape = (-(-height // multiple) * multiple, -(-width // multiple) * multiple)
    padded = np.full(shape, np.median(border), np.float32)
    padded[:height, :width] = pixels
    return padded


def _places(
    quality: NDArray[np.float32], p: ExtractionParameters
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """x, y and quality, 0..1, of the minutiae over the cut; the best first, at most 255."""
    y, x = np.nonzero(quality >= p.quality_cut)
    found = quality[y, x]
    order = np.lexsort((x, y, -found))[: p.most_minutiae]
    return x[order], y[order], found[order]


def _template(width: int, height: int, found: NDArray[np.float64]) -> Template:
    """`found` (n, 5): x, y, direction in radians, probability of an ending, quality 0..1."""
    steps = np.round(found[:, 2] * (ANGLE_STEPS / (2 * np.pi))).astype(np.int64) % ANGLE_STEPS
    return Template(
        width=width,
        height=height,
        x=found[:, 0].astype(np.uint16),
        y=found[:, 1].astype(np.uint16),
        angle=steps.astype(np.uint8),
        kind=np.where(found[:, 3] >= 0.5, Kind.ENDING, Kind.BIFURCATION).astype(np.uint8),
        quality=np.clip(np.round(found[:, 4] * 100), 1, 100).astype(np.uint8),
    )
