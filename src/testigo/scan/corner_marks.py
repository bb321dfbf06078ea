"""Printed sheets in a photograph or scan, found by their four corner marks alone (`paper.frame`).

A mark is found by its outline and its bits (ArUco). Of noise, or in the dark, one of the four may be left out; then
the place is known where it must stand, and there it is compared with its print.
"""

from typing import Any

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from testigo.errors import InvalidInput
from testigo.paper.frame import BETWEEN_MARKS, CORNER_MARKS, LONGEST, MARK, TOP_MARKS
from testigo.scan.ink import Grey, correlate, highest

Points = NDArray[np.float64]

MOST_MARKS = 400
"""Of a hundred sheets, more than fit on a table; what is done with marks takes the square of their number."""

_SHORTEST = 25.0
"""Millimetres between the upper and the lower marks."""


class Marks(msgspec.Struct, frozen=True):
    """The corners of one sheet's four marks in the image: 16 points (pixels), marks in the order of their ids, each
    clockwise."""

    points: Any

    @property
    def centre(self) -> tuple[int, int]:
        """Where in the image the sheet is, in pixels."""
        x, y = self.points.mean(axis=0)
        return int(x), int(y)


def find_sheets(image: Grey) -> tuple[list[Marks], int]:
    """Every sheet whose four marks are seen, from top to bottom; and how many more marks were seen that make no whole
    sheet. Raises `InvalidInput` where there are too many marks.
    """
    seen: dict[int, list[Points]] = {mark: [] for mark in range(4)}
    sheets: list[Marks] = []
    for look in (_marks_in, _enlarged, _evened):  # the others take longer, and find marks in noise and few pixels
        found = look(image)
        if len(found) > MOST_MARKS:
            raise InvalidInput("scan.too-many-marks", most=MOST_MARKS)
        for mark, corners in found:
            if all(np.abs(corners.mean(axis=0) - other.mean(axis=0)).max() > 8 for other in seen[mark]):
                seen[mark].append(corners)
        sheets = [marks for marks in (_around(top_left, seen) for top_left in seen[0]) if marks is not None]
        if sheets and sum(map(len, seen.values())) == 4 * len(sheets):
            break
    completed = None if sheets else _with_fourth(image, seen)
    if completed is not None:
        return [completed], 0
    sheets.sort(key=lambda marks: marks.centre[::-1])
    return sheets, max(sum(map(len, seen.values())) - 4 * len(sheets), 0)


def _enlarged(image: Grey) -> list[tuple[int, Points]]:
    """Smoothed, twice as large where the image is small, and with its light evened out."""
    large, times = _large(image)
    smooth = cv2.createCLAHE(2.0, (8, 8)).apply(cv2.GaussianBlur(large, (0, 0), 1.2 * times))
    return _in_its_place(_marks_in(smooth), times)


def _evened(image: Grey) -> list[tuple[int, Points]]:
    """The same where there is little light or much noise: smoothed more, and stretched from the darkest to the
    brightest of its surroundings."""
    smooth = cv2.GaussianBlur(image, (0, 0), 1.5)
    around = np.ones((max(round(max(image.shape) / _AROUND) | 1, 7),) * 2, np.uint8)
    small = cv2.resize(smooth, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    darkest, brightest = (
        cv2.resize(cv2.GaussianBlur(each(small, around), (0, 0), len(around) / 2), image.shape[::-1]).astype(np.float32)
        for each in (cv2.erode, cv2.dilate)
    )
    evened = np.clip((smooth - darkest) / np.maximum(brightest - darkest, 12) * 255, 0, 255).astype(np.uint8)
    large, times = _large(evened)
    return _in_its_place(_marks_in(large), times)


def _large(image: Grey) -> tuple[Grey, int]:
    """A small image twice as large; and how many times as large it is."""
    times = 2 if image.size < 6_000_000 else 1
    return cv2.resize(image, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC), times


def _in_its_place(found: list[tuple[int, Points]], times: int) -> list[tuple[int, Points]]:
    """Marks of an image that was made so many times as large, in the image as it was."""
    return [(mark, (corners + 0.5) / times - 0.5) for mark, corners in found]


_AROUND = 100
"""A window for this is the hundredth part of the picture's longer side, in pixels of four: about a mark wide."""


def _marks_in(image: Grey) -> list[tuple[int, Points]]:
    """Marks of at least so large a part of the picture's longer side; of a narrow scan, of twice its shorter one: the
    marks of a long slip are a small part of its length."""
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    bordered = np.pad(image, _BORDER, constant_values=255)
    parameters.minMarkerPerimeterRate = 0.02 * min(1.0, 2 * min(bordered.shape) / max(bordered.shape))
    parameters.adaptiveThreshWinSizeMax = 43
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50), parameters)
    corners, ids, _ = detector.detectMarkers(bordered)
    if ids is None:
        return []
    return [
        (int(mark), np.asarray(corner, np.float64).reshape(4, 2) - _BORDER)
        for corner, mark in zip(corners, np.ravel(ids), strict=True)
        if int(mark) < len(CORNER_MARKS)
    ]


_BORDER = 40
"""White pixels put all round: a mark at the very edge of a tightly cropped scan is found only against paper."""


def _around(top_left: Points, seen: dict[int, list[Points]]) -> Marks | None:
    """The marks that stand to this top-left mark as those of one sheet do, or None."""
    right, down = (top_left[1] - top_left[0]) / MARK, (top_left[3] - top_left[0]) / MARK
    if abs(np.linalg.det(np.stack([right, down]))) < 1e-6:
        return None
    to_mm = np.linalg.inv(np.stack([right, down]))

    def off(mark: Points, expected: Points) -> float:
        return float(np.hypot(*((mark[0] - expected) @ to_mm)))

    top_right = min(seen[1], key=lambda mark: off(mark, top_left[0] + right * BETWEEN_MARKS), default=None)
    if top_right is None or off(top_right, top_left[0] + right * BETWEEN_MARKS) > 0.35 * BETWEEN_MARKS:
        return None
    below = []
    for mark in seen[2]:
        across, along = (mark[0] - top_left[0]) @ to_mm
        if _SHORTEST < along < LONGEST and abs(across) < 0.25 * along:
            below.append((along, mark))
    if not below:
        return None
    bottom_left = min(below, key=lambda one: one[0])[1]
    expected = bottom_left[0] + top_right[0] - top_left[0]
    bottom_right = min(seen[3], key=lambda mark: off(mark, expected), default=None)
    if bottom_right is None or off(bottom_right, expected) > 0.35 * BETWEEN_MARKS:
        return None
    return Marks(np.concatenate([top_left, top_right, bottom_left, bottom_right]))


_ALIKE = 0.6
"""Least correlation of the fourth mark with its print."""

_FINE = 8
"""Pixels a millimetre when it is looked for."""

_AROUND_MARK = 4
"""Millimetres around its place."""


def _with_fourth(image: Grey, seen: dict[int, list[Points]]) -> Marks | None:
    """The one sheet of which three marks are seen, with the fourth found where it must stand; or None."""
    known = [mark for mark in seen if seen[mark]]
    if len(known) != 3 or any(len(found) > 1 for found in seen.values()):
        return None
    missing = next(mark for mark in seen if not seen[mark])
    some = {mark: seen[mark][0] for mark in known}
    length = _best_length(some)
    to_image = _fit_some(some, length)[0]
    place = np.array(_places(length)[missing])
    left, top = place - _AROUND_MARK
    to_mm = np.array([[1 / _FINE, 0, left], [0, 1 / _FINE, top], [0, 0, 1]])
    side = round((MARK + 2 * _AROUND_MARK) * _FINE)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    smooth = cv2.GaussianBlur(image, (0, 0), 1.0)
    around = cv2.warpPerspective(smooth, to_image @ to_mm, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    found = {mark: _best_place(around, mark) for mark in range(4)}
    score, across, down = found[missing]
    if score < _ALIKE or max(found, key=lambda mark: found[mark][0]) != missing:
        return None
    at = np.array([left + across / _FINE, top + down / _FINE])
    corners = at + np.array([[0, 0], [MARK, 0], [MARK, MARK], [0, MARK]])
    some[missing] = cv2.perspectiveTransform(corners[None], to_image)[0]
    return Marks(np.concatenate([some[mark] for mark in range(4)]))


def _best_place(around: Grey, mark: int) -> tuple[float, int, int]:
    """Where that mark is most likely in a small flat picture: correlation, pixels from the left and from the top."""
    white = np.array([[bit == "0" for bit in row] for row in CORNER_MARKS[mark]], np.float32)
    pattern = cv2.GaussianBlur(np.kron(white, np.ones((_FINE, _FINE), np.float32)), (0, 0), 1.0)
    score, (across, down) = highest(correlate(around.astype(np.float32), pattern))
    return score, across, down


def guess_length(marks: Marks) -> float:
    """Millimetres from the upper to the lower marks, found as the length for which all four marks come out square."""
    return _best_length(dict(enumerate(np.split(marks.points, 4))))


def _best_length(some: dict[int, Points]) -> float:
    """The same of three marks or four."""
    upper, lower = (0, 2) if {0, 2} <= set(some) else (1, 3)
    top, bottom = some[upper], some[lower]
    scale = (np.hypot(*(top[3] - top[0])) + np.hypot(*(bottom[3] - bottom[0]))) / 2 / MARK
    middle = float(np.hypot(*(bottom[0] - top[0])) / scale)
    step = 0.03
    for _ in range(4):
        tried = [middle * (1 + step * k) for k in range(-5, 6)]
        middle = min(tried, key=lambda length: _fit_some(some, length)[1])
        step /= 4
    return middle


def fit(marks: Marks, length: float) -> tuple[Points, float]:
    """The perspective from millimetres on the sheet to pixels, and the squared distance by which it misses the
    marks.
    """
    return _fit_some(dict(enumerate(np.split(marks.points, 4))), length)


def _places(length: float) -> list[tuple[float, float]]:
    return [*TOP_MARKS, *((x, y + length) for x, y in TOP_MARKS)]


def _fit_some(some: dict[int, Points], length: float) -> tuple[Points, float]:
    """The same of three marks or four."""
    square = np.array([[0, 0], [MARK, 0], [MARK, MARK], [0, MARK]])
    places = _places(length)
    paper = np.concatenate([square + places[mark] for mark in some])
    points = np.concatenate(list(some.values()))
    found, _ = cv2.findHomography(paper, points)
    if found is None:
        return np.eye(3), np.inf
    mapped = cv2.perspectiveTransform(paper[None], found)[0]
    return np.asarray(found, np.float64), float(((mapped - points) ** 2).sum())


def bend(marks: Marks) -> float:
    """How badly the marks suit any flat sheet: millimetres that their corners are off, root mean square."""
    side = np.mean([np.hypot(*(marks.points[4 * mark + 1] - marks.points[4 * mark])) for mark in range(4)]) / MARK
    return float(np.sqrt(fit(marks, guess_length(marks))[1] / 16) / side)
