"""Printed sheets in a photograph or scan, made flat and evenly lit: undo the perspective, even out the light.

Everything here is in *dots*: 8 per millimetre, origin at the top left of the 72 printed millimetres, y down.
"""

from typing import Any

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from testigo.paper.frame import DOTS_PER_MM, MARK, TOP_MARKS, WIDTH
from testigo.scan.corner_marks import Marks, Points, fit, guess_length
from testigo.scan.ink import Colours, Grey, Ink

COLOURS_PER_MM = 2

MARGIN = 24
"""Dots kept around a flattened sheet, so that parts can be looked for a little off their place."""


class Sheet(msgspec.Struct, frozen=True):
    """A flattened sheet, 8 dots a millimetre, with a margin around (`MARGIN` if nothing else is said). `ink`: 0 white
    paper, 1 black print; `paper`: how bright the paper is at each dot, print closed over, 0 to 255."""

    ink: Any
    paper: Any

    def shadow_edges(self) -> NDArray[np.bool_]:
        """Where the light on the paper changes by more than a tenth within two millimetres."""
        small = cv2.resize(self.paper, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        around = np.ones((5, 5), np.uint8)
        lit, dark = cv2.dilate(small, around), cv2.erode(small, around)
        edges = cv2.dilate((dark < 0.88 * lit).astype(np.uint8), np.ones((3, 3), np.uint8))
        whole = cv2.resize(edges, self.paper.shape[::-1], interpolation=cv2.INTER_NEAREST)
        return np.asarray(whole > 0)


def flatten(image: Grey, marks: Marks, length: float, margin: int = MARGIN) -> Sheet:
    """The sheet made flat. `length`: millimetres from the upper to the lower marks."""
    return _flatten(image, fit(marks, length)[0], length, margin)


def flatten_top(image: Grey, marks: Marks) -> Sheet:
    """The uppermost 2 cm made flat."""
    return _flatten(image, fit(marks, guess_length(marks))[0], _TOP - 9)


def flatten_top_alone(image: Grey, marks: Marks) -> Sheet:
    """The same by the upper marks alone: paper that bends farther down doesn't disturb them."""
    square = np.array([[0, 0], [MARK, 0], [MARK, MARK], [0, MARK]])
    found, _ = cv2.findHomography(np.concatenate([square + place for place in TOP_MARKS]), marks.points[:8])
    return _flatten(image, np.eye(3) if found is None else np.asarray(found, np.float64), _TOP - 9)


_TOP = 20.0


def _flatten(image: Grey, to_image: Points, length: float, margin: int = MARGIN) -> Sheet:
    width = WIDTH * DOTS_PER_MM + 2 * margin
    height = round((length + 9) * DOTS_PER_MM) + 2 * margin
    half = 0.5  # a pixel's coordinates are those of its middle
    start = (half - margin) / DOTS_PER_MM
    dots_to_mm = np.array([[1 / DOTS_PER_MM, 0, start], [0, 1 / DOTS_PER_MM, start], [0, 0, 1]])
    image, to_image = _around_sheet(image, to_image @ dots_to_mm, width, height)
    flat = cv2.warpPerspective(
        image,
        to_image,
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    paper = _paper(flat)
    return Sheet(_ink(flat, paper), paper)


def flatten_colours(colours: Colours, marks: Marks, length: float) -> Colours:
    """The sheet's red, green and blue, two pixels a millimetre, without a margin."""
    to_image, _ = fit(marks, length)
    side = 1 / COLOURS_PER_MM
    to_mm = np.array([[side, 0, side / 2], [0, side, side / 2], [0, 0, 1]])
    width, height = WIDTH * COLOURS_PER_MM, round((length + 9) * COLOURS_PER_MM)
    part, to_part = _around_sheet(colours, to_image @ to_mm, width, height)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    flat = cv2.warpPerspective(part, to_part, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(flat, np.uint8)


def _around_sheet(image: Any, to_image: Points, width: int, height: int) -> tuple[Any, Points]:
    """The part of the image that holds the sheet, halved until a dot is less than two pixels; and the mapping to it."""
    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float64)
    around = cv2.perspectiveTransform(corners, to_image)[0]
    left, top = np.clip(np.floor(around.min(axis=0)).astype(int) - 2, 0, None)
    right, bottom = np.ceil(around.max(axis=0)).astype(int) + 2
    part = image[top:bottom, left:right]
    to_part = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]]) @ to_image
    pixels_a_dot = np.sqrt(abs(_area(around)) / (width * height))
    while pixels_a_dot > 1.6 and min(part.shape[:2]) > 16:
        part = cv2.resize(part, (part.shape[1] // 2, part.shape[0] // 2), interpolation=cv2.INTER_AREA)
        to_part = np.array([[0.5, 0, -0.25], [0, 0.5, -0.25], [0, 0, 1]]) @ to_part
        pixels_a_dot /= 2
    return part, to_part


def _area(corners: Points) -> float:
    following = np.roll(corners, -1, axis=0)
    return float((corners[:, 0] * following[:, 1] - corners[:, 1] * following[:, 0]).sum() / 2)


def _ink(flat: Grey, paper: Ink) -> Ink:
    """Darkness against the paper around it."""
    ink = np.clip(1 - flat.astype(np.float32) / np.maximum(paper, 1), 0, 1)
    return np.asarray(cv2.GaussianBlur(ink, (0, 0), _SMOOTH), np.float32)


def _paper(flat: Grey) -> Ink:
    """How bright the paper is: dark things under 6 mm are closed over, and the edge of a shadow stays where it is, also
    where it makes a corner with the edge of the picture."""
    small = cv2.medianBlur(cv2.resize(flat, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), 5)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((_CLOSED, _CLOSED), np.uint8))
    for _ in range(_CLOSED // 4):  # geodesic: what is dark grows back where the picture is as dark
        paper = np.maximum(cv2.erode(paper, np.ones((3, 3), np.uint8)), small)
    paper = cv2.bilateralFilter(paper, 9, 24, 4)
    large = cv2.resize(paper, (flat.shape[1], flat.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large, np.float32)


_CLOSED = 27
"""Pixels of a quarter of a millimetre."""

_SMOOTH = 0.7
"""Dots: takes off noise and makes sharp print as soft as the legal print that it is compared with."""
