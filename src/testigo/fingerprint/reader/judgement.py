"""What is wrong with an impression, in the words a clerk needs: too little, too wet, too dry, smeared, or nothing.

NFIQ 2 (`fingerprint.quality`) says how good an image is, and not what to do about it: its score falls for every cause
alike, and its features tell the causes apart no better than the measures below (figures in docs/fingerprint-readers.md,
Readers). Five measures are enough, all relative to the image's own ridges and valleys, so that
readers of any contrast can be judged:

- the *area* that shows ridges or is blotted;
- *ink*: the share of the ridged area that is ridge, a little under half; dry ridges are thin, wet ones thick;
- *order*: how far the ridged area runs in one direction at each place (the coherence of its gradients: Kass and Witkin,
  "Analyzing oriented patterns", 1987); dry ridges break into dots, which run nowhere;
- *filled*: the share of the finger's inside where valleys have vanished in the dark, as they do when wet;
- *washed*: the share of the inside where ridges are vanishing into a middle grey, as they do where the finger slid
  across them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint.images.image import FingerImage
from testigo.fingerprint.reader import errors
from testigo.scan.planes import Plane, extremes, slopes, soften

Blocks = NDArray[np.float64]
Inside = NDArray[np.bool_]


class JudgeParameters(NamedTuple):
    """Numbers of the judgement. Lengths in pixels at 500 dpi. "Tuned": see docs/fingerprint-readers.md."""

    # Measuring.
    smoothing: float = 1.0  # standard deviation of the blur that takes the sensor's noise away
    window: int = 13  # across; holds a ridge and a valley (a period is 8 to 10)
    block: int = 16  # as in extraction
    least_contrast: float = 20.0  # grey levels between ridge and valley, in the best blocks; below is no finger
    ridged_share: float = 0.35  # of the best blocks' contrast, which a ridged block has
    strong_share: float = 0.60  # of it, which blocks have that tell how dark ridges and how light valleys are
    dark_side: float = (
        0.65  # blocks nearer to the valley than this (0: ridge, 1: valley) are outside, if without ridges
    )
    vanished: float = 0.50  # of the span from ridge to valley: with less contrast, a block's valleys have vanished
    vanishing: float = 0.65  # with less, its ridges are vanishing
    dark: float = 0.20  # blocks nearer to the ridge than this are dark
    light: float = 0.80  # and those nearer to the valley than this light
    order_over: float = 6.0  # standard deviation of the blur of the gradients' products

    # Judging.
    least_area: float = 60.0  # mm²
    least_ink: float = 0.165
    thin_ink: float = 0.20  # still enough, unless the ridges are broken besides:
    least_order: float = 0.45
    most_ink: float = 0.64
    most_filled: float = 0.10
    most_washed: float = 0.12


PARAMETERS = JudgeParameters()
_SQUARE_MILLIMETRE = (500 / 25.4) ** 2


class Measures(NamedTuple):
    """Of one impression: `area` in mm², the others as shares from 0 to 1 (see the module). All 0 without a finger."""

    area: float = 0.0
    ink: float = 0.0
    order: float = 0.0
    filled: float = 0.0
    washed: float = 0.0


def judge(image: FingerImage, p: JudgeParameters = PARAMETERS) -> errors.PoorImpression | None:
    """What is wrong with the impression, as an error that holds it; None if nothing is."""
    found = measure(image, p)
    kind: type[errors.PoorImpression] | None = None
    if not found.area:
        kind = errors.NothingSeen
    elif found.area < p.least_area:
        kind = errors.TooLittleOfTheFinger
    elif found.filled > p.most_filled or found.ink > p.most_ink:
        kind = errors.TooWet
    elif found.ink < p.least_ink or (found.ink < p.thin_ink and found.order < p.least_order):
        kind = errors.TooDry
    elif found.washed > p.most_washed:
        kind = errors.Smeared
    if kind is None:
        return None
    wrong = kind()
    wrong.image = image
    return wrong


def measure(image: FingerImage, p: JudgeParameters = PARAMETERS) -> Measures:
    """The measures of an impression of any resolution."""
    grey = soften(image.at_500_dpi().astype(np.float32), p.smoothing)
    dark, light = extremes(grey, p.window)
    contrast = _blocks(light - dark, p.block)
    best = float(np.percentile(contrast, 95)) if contrast.size else 0.0
    if best < p.least_contrast:
        return Measures()
    strong = contrast >= p.strong_share * best
    ridge = float(np.median(_blocks(dark, p.block)[strong]))
    valley = float(np.median(_blocks(light, p.block)[strong]))
    span = max(valley - ridge, 1.0)
    place = (_blocks(grey, p.block) - ridge) / span  # 0: as dark as ridges, 1: as light as valleys
    ridged = contrast >= p.ridged_share * best
    finger = ridged | (place < p.dark_side)
    inside = _inside(finger)
    middle = (place > p.dark) & (place < p.light)
    every = max(1, int(inside.sum()))
    return Measures(
        area=float(finger.sum()) * p.block**2 / _SQUARE_MILLIMETRE,
        ink=_ink(grey, light, dark, ridged, p.block),
        order=_order(grey, ridged, p),
        filled=float((inside & (place <= p.dark) & (contrast < p.vanished * span)).sum()) / every,
        washed=float((inside & middle & (contrast < p.vanishing * span)).sum()) / every,
    )


def _blocks(plane: Plane, side: int) -> Blocks:
    """The mean of each whole block."""
    rows, columns = plane.shape[0] // side, plane.shape[1] // side
    whole = plane[: rows * side, : columns * side].reshape(rows, side, columns, side)
    return np.asarray(whole.mean(axis=(1, 3), dtype=np.float64))


def _inside(finger: Inside) -> Inside:
    """The blocks whose eight neighbours are of the finger as well: its rim fades on every reader."""
    middles = np.all(_surroundings(finger, outside=True), axis=(2, 3))
    solid = np.any(_surroundings(middles, outside=False), axis=(2, 3))  # what no square of nine fits into is left out
    return np.asarray(np.all(_surroundings(solid, outside=True), axis=(2, 3)))


def _surroundings(blocks: Inside, *, outside: bool) -> Inside:
    """Each block and its eight neighbours, 3 × 3; `outside`: what those beyond the edges count for."""
    return np.lib.stride_tricks.sliding_window_view(np.pad(blocks, 1, constant_values=outside), (3, 3))


def _ink(grey: Plane, light: Plane, dark: Plane, ridged: Inside, side: int) -> float:
    """The share of the ridged blocks' pixels that are darker than the middle of the ridge and valley beside them."""
    inked = grey < soften(np.asarray((light + dark) / 2, np.float32), 3.0)
    share = _blocks(inked.astype(np.float32), side)[ridged]
    return float(share.mean()) if share.size else 0.0


def _order(grey: Plane, ridged: Inside, p: JudgeParameters) -> float:
    """The mean coherence of the ridged blocks' gradients: 1 where all are parallel, 0 where they point anywhere."""
    across, down = slopes(grey)
    xx, yy, xy = (
        _blocks(soften(product, p.order_over), p.block) for product in (across * across, down * down, across * down)
    )
    coherence = np.sqrt((xx - yy) ** 2 + 4 * xy * xy) / np.maximum(xx + yy, 1e-6)
    return float(coherence[ridged].mean()) if ridged.any() else 0.0
