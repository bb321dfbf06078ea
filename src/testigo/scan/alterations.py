"""What was done to a slip after it was printed: ink that its print does not explain, and print that is gone.

By now it is known what the slip says, so it is known how all of it must look. That print is laid over the picture, dot
upon dot (`scan.register`), and made as blurred as the picture is: the small filter is sought that makes the print most
like the picture, one filter for the whole sheet, so that a stroke in one place cannot hide in it. Then:

- *A stroke* on the dots where the paper should be white (`scan.strokes`).
- *Scribbles*: many fine lines close together (`scan.scribbles`).
- *Writing*: much dark where it should be white, within 8 mm.
- *Print that is gone*: windows of a letter's size where less than a third of the expected ink is seen.
- *Bands*, as a highlighter leaves them in a grey picture (`scan.bands`).

Darkness is measured against the paper around, so stains and shadows count only by their edges. A line that runs from
edge to edge of the paper and is faint is a fold. Limits and where they come from:
docs/adr/2026-11-28-what-was-done-to-a-slip.md.
"""

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from testigo.scan.bands import find_band
from testigo.scan.blur import blur_of
from testigo.scan.ink import Colours, Ink
from testigo.scan.planes import Plane, convolve, window_mean
from testigo.scan.scribbles import find_scribble
from testigo.scan.strokes import find_stroke, unit_of, without_specks


class Alteration(msgspec.Struct, frozen=True):
    """`kind`: `marked` (something is written or drawn there), `gone` (print is missing) or `coloured` (a band over it
    is darker than the paper). Where it is worst: dots from the left and from the top."""

    kind: str
    across: int
    down: int


class _Seen(msgspec.Struct, frozen=True):
    """`darker`: ink above the expected; `strange`: the same above the paper around; `white`: how surely each dot should
    be white, 0 to 1; `expected`: the print as blurred as the picture; `found`: the ink that is there above the paper
    around; `black`: what full black of the print is in the picture; `unit`: a thin line of it (`strokes.unit_of`)."""

    darker: Plane
    strange: Plane
    white: Plane
    expected: Plane
    found: Plane
    missing: Plane
    black: float
    unit: float


Area = tuple[slice, slice]

_WRITING = 35.0
"""Squared dots of black."""
_GONE = 0.33


def find_alteration(seen: Ink, print_: Ink, code: Area, unknown: NDArray[np.bool_], *, above: int) -> Alteration | None:
    """What was done to a slip, or None. `seen` is laid over `print_`. `code`: where the QR code is, whose printed edges
    are only known to a dot; `unknown`: where nothing is known. Print is missed only `above` that dot."""
    compared = _compare(seen, print_, code, unknown)
    band = find_band(compared.darker, np.where(_mostly_print(print_), np.float32(0), compared.white))
    coloured = Alteration("coloured", *band) if band else None
    return _added(compared) or _gone(compared, ~unknown[:above]) or coloured


def _compare(seen: Ink, print_: Ink, code: Area, unknown: NDArray[np.bool_]) -> _Seen:
    kernel = blur_of(seen, print_, code)
    expected, black, unit = convolve(print_, kernel), max(float(kernel.sum()), 0.1), unit_of(kernel)
    gain = (window_mean(seen * expected, 81) + 1e-3) / (window_mean(expected * expected, 81) + 1e-3)
    likely = expected * np.clip(gain, 0.5, 1.6)
    widened = np.maximum(likely, 0)
    widened[code] = cv2.dilate(widened[code], np.ones((3, 3)))
    white = np.exp(-((widened / (0.18 * black)) ** 2))
    white[white < 0.05] = 0
    white[unknown] = 0
    white[_near_rules(print_)] = 0
    around = window_mean(white, 41) + np.float32(1e-3)
    darker = seen - likely
    strange = darker - window_mean(white * darker, 41) / around
    found = seen - window_mean(white * seen, 41) / around
    return _Seen(darker, strange, white, expected, found, np.maximum(-darker, 0), black, unit)


def _near_rules(print_: Ink) -> NDArray[np.bool_]:
    """Where nothing is looked for: paper bends, and a line on a line says nothing. A rule is one piece of print that is
    longer than any letter; a row of dots through a long title is as dark, but is none."""
    pieces = cv2.morphologyEx((print_ > 0.4).astype(np.uint8), cv2.MORPH_OPEN, np.ones((1, _LONG), np.uint8))
    return np.asarray(cv2.dilate(pieces, np.ones((2 * _BESIDE + 1, 2 * _BESIDE + 1), np.uint8)) > 0)


def _mostly_print(print_: Ink) -> NDArray[np.bool_]:
    """Rows of dots through rules and long titles: so few white dots are left in them that a band cannot be told there
    from the ring of a cup."""
    rows = (print_.mean(axis=1, keepdims=True) > 0.4).astype(np.uint8)
    return np.asarray(cv2.dilate(rows, np.ones((2 * _BESIDE + 1, 1), np.uint8)) > 0)


_LONG, _BESIDE = 160, 4
"""Dots that a rule is long at least, and beside it where nothing is looked for."""

_LETTER, _EDGE = 17, 10


def _gone(compared: _Seen, known: NDArray[np.bool_]) -> Alteration | None:
    found, expected = compared.found[: len(known)], compared.expected[: len(known)]
    energy = window_mean(expected**2, _LETTER)
    asked = (energy > 0.02 * compared.black**2) & known
    asked[:, :_EDGE] = asked[:, -2 * _EDGE :] = False  # only rules between contests end there
    if not asked.any():
        return None
    share = window_mean(found * expected, _LETTER) / (energy + np.float32(1e-4))
    share = np.where(asked, share / max(float(np.median(share[asked][::7])), 0.05), 1)
    share /= _faint_columns(share, asked)
    share += _UNSURE * _noise(compared) / (_LETTER * np.sqrt(energy + np.float32(1e-6)))
    down, across = np.unravel_index(int(share.argmin()), share.shape)
    return Alteration("gone", int(across), int(down)) if share[down, across] < _GONE else None


_UNSURE = 4.0
"""Two standard deviations of the share; noise of a picture is about twice as strong over a window as if each dot had
its own."""


def _noise(compared: _Seen) -> float:
    """The standard deviation of white dots, a letter's blot or two left out."""
    white = compared.found[compared.white > 0.9][::11]
    return float(np.median(np.abs(white - np.median(white)))) * 1.48 if len(white) else 0.0


_BAND, _LEAST_BANDS = 64, 3
_FAINTEST = 0.4


def _faint_columns(share: Plane, asked: NDArray[np.bool_]) -> Plane:
    """For each column of dots, how much of the usual ink the whole column has: a dirty heater prints a stripe that is
    fainter from end to end. The median over bands of 8 mm, so that what is gone in one of them does not count; columns
    with print in fewer than three bands are as usual."""
    bands = []
    for top in range(0, len(share), _BAND):
        there = asked[top : top + _BAND]
        total = window_mean(np.where(there, share[top : top + _BAND], 0).sum(axis=0, dtype=np.float32)[None], 5)
        count = window_mean(there.sum(axis=0, dtype=np.float32)[None], 5)
        bands.append(np.where(count > 2, total / np.maximum(count, 1), np.nan)[0])
    columns = np.stack(bands)
    enough = np.isfinite(columns).sum(axis=0) >= _LEAST_BANDS
    usual = np.ones(share.shape[1], np.float32)
    usual[enough] = np.nanmedian(columns[:, enough], axis=0)
    return np.asarray(np.clip(usual, _FAINTEST, 1), np.float32)


_SUSPECT = 0.005
"""Mean strange ink in a window of 27 dots from which on it is looked at closely; few honest slips have any."""


def _added(compared: _Seen) -> Alteration | None:
    ink = compared.strange * compared.white
    clean, white = ink.copy(), compared.white
    suspect = np.asarray(window_mean(np.clip(ink - 0.03, 0, 1), 27) > _SUSPECT)
    noise = _noise(compared)
    for top, bottom in _bands(np.flatnonzero(suspect.any(axis=1)), len(ink)):
        part = slice(top, bottom)
        clean[part] = without_specks(ink[part], white[part])
        stroke = find_stroke(clean, white, (top, bottom), compared.unit, noise)
        if stroke:
            return Alteration("marked", *stroke)
        scribble = find_scribble(clean[part], white[part], compared.missing[part], compared.unit, noise)
        if scribble:
            return Alteration("marked", scribble[0], scribble[1] + top)
        writing = window_mean(np.clip(ink[top:bottom] - 0.08, 0, 0.5), 65) * 65 * 65
        if writing.max() > _WRITING:
            down, across = np.unravel_index(int(writing.argmax()), writing.shape)
            return Alteration("marked", int(across), int(down) + top)
    return None


_AROUND = 48


def _bands(rows: NDArray[np.intp], height: int) -> list[tuple[int, int]]:
    """Runs of suspect rows, with `_AROUND` dots above and below."""
    if not len(rows):
        return []
    runs = np.split(rows, np.flatnonzero(np.diff(rows) > 2 * _AROUND) + 1)
    return [(max(int(run[0]) - _AROUND, 0), min(int(run[-1]) + _AROUND + 1, height)) for run in runs]


_COLOURFUL, _BRIGHT = 0.30, 0.45
"""Part of the brightest of red, green and blue that the darkest lacks, against plain paper; and how bright a
highlighter leaves paper at least."""

_PATCH = 7
"""Pixels (half a millimetre each) of the side of a patch that must be coloured in two thirds."""


def find_highlighter(colours: Colours) -> tuple[int, int] | None:
    """Where a bright colour was laid over the sheet (pixels from the left and the top), or None. Against the sheet's
    own white, so that the colour of a lamp does not count; a stain of coffee is paler."""
    plain = np.percentile(colours.reshape(-1, 3), 70, axis=0).astype(np.float32)
    lit = np.minimum(colours.astype(np.float32) / np.maximum(plain, 1), 1.2)
    brightest = lit.max(axis=2)
    coloured = ((brightest - lit.min(axis=2)) > _COLOURFUL * np.maximum(brightest, 0.1)) & (brightest > _BRIGHT)
    patches = window_mean(coloured.astype(np.float32), _PATCH)
    down, across = np.unravel_index(int(patches.argmax()), patches.shape)
    return (int(across), int(down)) if patches[down, across] > 0.66 else None
