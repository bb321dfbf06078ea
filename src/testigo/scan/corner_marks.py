"""Printed sheets in a photograph or scan, found by their four corner marks alone (`paper.frame`), never by a QR code."""

from typing import Any

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from testigo.paper.frame import BETWEEN_MARKS, CORNER_MARKS, LONGEST, MARK, TOP_MARKS
from testigo.scan.ink import Grey

Points = NDArray[np.float64]

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
    sheet.
    """
    seen: dict[int, list[Points]] = {mark: [] for mark in range(4)}
    sheets: list[Marks] = []
    for look in (_plainly, _enlarged):  # the second takes longer, and finds marks in noise and few pixels
        for mark, corners in look(image):
            if all(np.abs(corners.mean(axis=0) - other.mean(axis=0)).max() > 8 for other in seen[mark]):
                seen[mark].append(corners)
        sheets = [marks for marks in (_around(top_left, seen) for top_left in seen[0]) if marks is not None]
        if sheets and sum(map(len, seen.values())) == 4 * len(sheets):
            break
    sheets.sort(key=lambda marks: marks.centre[::-1])
    return sheets, max(sum(map(len, seen.values())) - 4 * len(sheets), 0)


def _plainly(image: Grey) -> list[tuple[int, Points]]:
    return _marks_in(image)


def _enlarged(image: Grey) -> list[tuple[int, Points]]:
    """Smoothed, twice as large where the image is small, and with its light evened out."""
    times = 2 if image.size < 6_000_000 else 1
    large = cv2.resize(image, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC)
    large = cv2.createCLAHE(2.0, (8, 8)).apply(cv2.GaussianBlur(large, (0, 0), 1.2 * times))
    return [(mark, (corners + 0.5) / times - 0.5) for mark, corners in _marks_in(large)]


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


def guess_length(marks: Marks) -> float:
    """Millimetres from the upper to the lower marks, found as the length for which all four marks come out square."""
    top, bottom = marks.points[0:4], marks.points[8:12]
    scale = (np.hypot(*(top[3] - top[0])) + np.hypot(*(bottom[3] - bottom[0]))) / 2 / MARK
    middle = float(np.hypot(*(bottom[0] - top[0])) / scale)
    step = 0.03
    for _ in range(4):
        tried = [middle * (1 + step * k) for k in range(-5, 6)]
        middle = min(tried, key=lambda length: fit(marks, length)[1])
        step /= 4
    return middle


def fit(marks: Marks, length: float) -> tuple[Points, float]:
    """The perspective from millimetres on the sheet to pixels, and the squared distance by which it misses the
    marks.
    """
    square = np.array([[0, 0], [MARK, 0], [MARK, MARK], [0, MARK]])
    places = [*TOP_MARKS, *((x, y + length) for x, y in TOP_MARKS)]
    paper = np.concatenate([square + place for place in places])
    found, _ = cv2.findHomography(paper, marks.points)
    if found is None:
        return np.eye(3), np.inf
    mapped = cv2.perspectiveTransform(paper[None], found)[0]
    return np.asarray(found, np.float64), float(((mapped - marks.points) ** 2).sum())
