"""Strokes of pens and pencils among ink that a sheet's print does not explain.

A stroke is dark along a straight piece, in each third of it, on dots that should be white; so a line through a name is
seen in the gaps of its letters. Two kinds are looked for:

- *Dark strokes*, 5 mm long, as dark as they are.
- *Thin strokes*, 4 or 5 mm long, that are darker than the paper on both their sides. They may be fainter: how dark a
  thin line of full black would be in this picture, which is more or less blurred, is the unit. Rings of cups are wider
  or fainter, a speck that stands alone is none, and a faint line from edge to edge of the paper is a fold.

Everything here is at half the size (a quarter of a millimetre each way) unless dots are said.
"""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from testigo.scan.planes import Plane, convolve, enlarge, shrink, soften, window_mean

_DARK = 0.16
_THIN = ((7, 4, 0.155), (5, 4, 0.215), (7, 2, 0.135), (5, 2, 0.19))
"""Thin strokes: the length of a third, how far the paper beside it is from its middle, and the limit of the lightest
third, in units. Nearer by, the rings of cups are fainter and pencils are not."""

_ANGLES = (*range(-30, 31, 5), *range(36, 145, 9))
_NOISY = 30.0
"""Times the noise that a unit is at least where the paper close by a stroke is asked."""

_DARK_THIRD = 7
_PAPER = 21

_MOST_FOLDS = 8


def find_stroke(
    ink: Plane, white: Plane, rows: tuple[int, int], unit: float, noise: float = 0.0
) -> tuple[int, int] | None:
    """Where a stroke is (dots from the left and from the top), between those rows of dots, or None.

    `ink`: what the print does not explain, times `white`, how surely each dot should be white; both of the whole sheet.
    `unit`: see `unit_of`. Specks are to be taken out before (`without_specks`). `noise`: the standard deviation of a
    white dot."""
    top, bottom = rows
    cleaned = ink[top:bottom].copy()
    for _ in range(_MOST_FOLDS):
        dark, thin = _lightest_thirds(cleaned, white[top:bottom], max(_NOISY * noise / unit, 1))
        if dark.max() > _DARK:
            return _place(dark, top)
        if thin.max() <= unit:
            return None
        place = _place(thin, top)
        fold = _fold_through(ink, white, place)
        if fold is None:
            return place
        cleaned[fold[top:bottom]] = 0
    return None


def without_specks(ink: Plane, white: Plane) -> Plane:
    """The ink without dirt that stands alone."""
    return np.where(_specks(ink, white), np.float32(0), ink)


def unit_of(kernel: Plane) -> float:
    """How dark a line of 0.35 mm is that was as black as the print, in a picture where the print looks as through that
    filter. Faded print does not make a pen's strokes as faint."""
    lightest = 1.0
    for stripe in (np.s_[19:22], np.s_[:, 19:22]):
        line = np.zeros((41, 41), np.float32)
        line[stripe] = 1
        lightest = min(lightest, float(convolve(soften(line, 1.0), kernel)[20, 20]))
    black = max(float(kernel.sum()), 0.1)
    return float(np.clip(lightest / black, 0.3, 1)) * max(black, _LEAST_BLACK)


_LEAST_BLACK = 0.7


def _place(plane: Plane, top: int) -> tuple[int, int]:
    down, across = np.unravel_index(int(plane.argmax()), plane.shape)
    return int(across), int(down) + top


def _lightest_thirds(ink: Plane, white: Plane, noisy: float = 1.0) -> tuple[Plane, Plane]:
    """At each dot, over all directions, the darkness of the lightest third of a stroke around it: of a dark one, and of
    the thin ones in parts of their limits."""
    both = np.stack([shrink(ink, 2), shrink(white, 2)], axis=2)
    height, width = both.shape[:2]
    darkest, thinnest = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    for angle in _ANGLES:
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
        sine, cosine = abs(turn[0, 1]), abs(turn[0, 0])
        size = (int(height * sine + width * cosine), int(height * cosine + width * sine))
        turn[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
        turned = cv2.warpAffine(both, turn, size)
        found = np.stack([_lightest_third(_along(turned, _DARK_THIRD), _DARK_THIRD), _thin(turned, noisy)], axis=2)
        back = cv2.warpAffine(found, turn, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        np.maximum(darkest, back[..., 0], out=darkest)
        np.maximum(thinnest, back[..., 1], out=thinnest)
    return enlarge(darkest, ink.shape), enlarge(thinnest, ink.shape)


def _thin(turned: Plane, noisy: float) -> Plane:
    """The paper beside it, or where that is all print, the paper around."""
    thin = np.zeros(turned.shape[:2], np.float32)
    around = cv2.blur(turned, (_PAPER, _PAPER))
    everywhere = around[..., 0] / (around[..., 1] + np.float32(0.05))
    for third, side, limit in _THIN:
        wide = cv2.blur(turned, (third, 3 if side > 2 else 1))
        beside = np.where(wide[..., 1] > 0.1, wide[..., 0] / (wide[..., 1] + np.float32(0.05)), everywhere)
        sides = np.maximum(np.roll(beside, side, axis=0), np.roll(beside, -side, axis=0))
        clear = _along(turned, third) - np.maximum(sides, 0)
        least = np.float32(limit if side > 2 else limit * noisy)
        np.maximum(thin, _lightest_third(clear, third) / least, out=thin)
    return thin


def _along(turned: Plane, third: int) -> Plane:
    """The darkness of the white dots in each third of a stroke; infinite where all is print."""
    mean = cv2.blur(turned, (third, 1))
    dark = mean[..., 0] / (mean[..., 1] + np.float32(0.05))
    return np.asarray(np.where(mean[..., 1] < 0.12, np.float32(np.inf), dark), np.float32)


def _lightest_third(dark: Plane, third: int) -> Plane:
    """Of three thirds in a row; those that are all print are passed over, two must be seen."""
    thirds = np.stack([np.roll(dark, third * place, axis=1) for place in (-1, 0, 1)])
    lightest = thirds.min(axis=0)
    return np.where(np.isfinite(thirds).sum(axis=0) >= 2, lightest, 0).astype(np.float32)


_SPECK, _LONE_SPECK = 16, 12
"""Dots across a speck at most, and across one that print touches."""

_APART = 32
"""Dots around a speck that print touches where nothing else is as dark: pieces of a line between letters are not
alone."""


def _specks(ink: Plane, white: Plane) -> NDArray[np.bool_]:
    """Dots of dirt that stand alone: small, with paper all around, or else with nothing like them near."""
    count, labels, found, _ = cv2.connectedComponentsWithStats((ink > 0.07).astype(np.uint8), connectivity=8)
    specks = np.zeros(ink.shape, np.uint8)
    for label in range(1, count):
        box = tuple(int(each) for each in found[label, :4])
        if max(box[2:]) > _SPECK or found[label, cv2.CC_STAT_AREA] < 7:
            continue
        close, far = _around(box, 4), _around(box, _APART)
        mine = labels[far] == label
        if (white[close] < 0.5).mean() >= 0.02:
            others = np.where(cv2.dilate(mine.astype(np.uint8), np.ones((5, 5))) > 0, 0, ink[far])
            if max(box[2:]) > _LONE_SPECK or others.max() > 0.4 * ink[far][mine].max():
                continue
        specks[far] |= mine
    return np.asarray(cv2.dilate(specks, np.ones((3, 3), np.uint8)) > 0)


def _around(box: tuple[int, ...], dots: int) -> tuple[slice, slice]:
    left, top, width, height = box
    return slice(max(top - dots, 0), top + height + dots), slice(max(left - dots, 0), left + width + dots)


_SLOPES = np.arange(-0.14, 0.141, 0.01)
_PIECES = 8
_EVENLY = 0.5
"""The lightest piece of a fold but one, against the place where it was taken for a stroke."""

_NEAR = 14
"""Dots around the middle of a stroke, which may be hidden by print, where it is seen how dark it is."""

_FOLD_WIDTH = 11
"""Dots."""


def _fold_through(ink: Plane, white: Plane, place: tuple[int, int]) -> NDArray[np.bool_] | None:
    """The line from edge to edge of the paper that goes through that dot, if it is dark on most of its way."""
    mean = window_mean(white, 3)
    dark = np.where(mean > 0.3, window_mean(ink, 3) / (mean + np.float32(0.05)), np.float32(np.nan))
    across, down = place
    near = dark[max(down - _NEAR, 0) : down + _NEAR + 1, max(across - _NEAR, 0) : across + _NEAR + 1]
    here = float(np.nanmax(near, initial=0.0))
    best, line = _EVENLY * here, None
    for ends in _lines(place, ink.shape):
        (x0, y0), (x1, y1) = ends
        steps = max(abs(x1 - x0), abs(y1 - y0)) // 2 + 1
        columns, rows = np.linspace(x0, x1, steps).round().astype(int), np.linspace(y0, y1, steps).round().astype(int)
        evenly = _lightest_but_one(dark[rows, columns])
        if evenly > best:
            best, line = evenly, ends
    if line is None:
        return None
    drawn = np.zeros(ink.shape, np.uint8)
    cv2.line(drawn, *line, 1, _FOLD_WIDTH)
    return drawn > 0


def _lines(place: tuple[int, int], shape: tuple[int, ...]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Both ends of lines across the paper, or along it, that pass within two dots of that place and do not leave it."""
    (across, down), (height, width) = place, shape[:2]
    for off in range(-2, 3):
        for slope in _SLOPES:
            left, right = (round(down + off + slope * (x - across)) for x in (0, width - 1))
            if 0 <= left < height and 0 <= right < height:
                yield (0, left), (width - 1, right)
            upper, lower = (round(across + off + slope * (y - down)) for y in (0, height - 1))
            if 0 <= upper < width and 0 <= lower < width:
                yield (upper, 0), (lower, height - 1)


def _lightest_but_one(dark: NDArray[np.float32]) -> float:
    """Of the pieces of a line where a quarter or more is seen; 0 where there are fewer than six."""
    pieces = [piece[np.isfinite(piece)] for piece in np.array_split(dark, _PIECES)]
    seen = sorted(float(np.median(piece)) for piece in pieces if len(piece) * 4 * _PIECES > len(dark))
    return seen[1] if len(seen) >= 6 else 0.0
