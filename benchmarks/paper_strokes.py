"""Strokes of every kind of pen through every part of a slip, correction tape and highlighters, imitated.

`paper_marks.py` draws what people do at random; here it is sorted by pen, by the way of the stroke and by the part that
it goes through, so that a table tells which of them is not seen. Colours are pictures of three layers, blue first.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from paper_marks import Box, draw, words_of

from testigo.slip_reader.legal_print import Region

Grey = NDArray[np.uint8]
Mark = Callable[[Grey, Sequence[Region], np.random.Generator], Grey]
Strokes = list[NDArray[np.float64]]
Rng = np.random.Generator

PENS: dict[str, Callable[[Rng], dict[str, float]]] = {
    "pen 0.25": lambda rng: {"width": 0.25, "darkness": rng.uniform(0.6, 1.0)},
    "pen 0.38": lambda rng: {"width": 0.38, "darkness": rng.uniform(0.55, 1.0)},
    "pen 0.5": lambda rng: {"width": 0.5, "darkness": rng.uniform(0.55, 1.0)},
    "pen 0.7": lambda rng: {"width": 0.7, "darkness": rng.uniform(0.5, 1.0)},
    "pencil 2H": lambda rng: {"width": rng.uniform(0.3, 0.45), "darkness": rng.uniform(0.35, 0.5), "grain": 0.25},
    "pencil HB": lambda rng: {"width": rng.uniform(0.35, 0.6), "darkness": rng.uniform(0.5, 0.65), "grain": 0.25},
    "pencil 2B": lambda rng: {"width": rng.uniform(0.5, 0.8), "darkness": rng.uniform(0.65, 0.85), "grain": 0.25},
}


def _straight(box: Box, rng: Rng, degrees: float, length: float) -> Strokes:
    left, top, right, bottom = box
    half = length / 2
    x, y = rng.uniform(left + 0.3 * (right - left), right - 0.3 * (right - left)), rng.uniform(0.35, 0.65)
    middle = np.array([x, top + (bottom - top) * y])
    along = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    return [np.stack([middle - half * along, middle + half * along])]


def _through(box: Box, rng: Rng) -> Strokes:
    left, top, right, bottom = box
    ends = [top + (bottom - top) * rng.uniform(0.35, 0.65) for _ in range(2)]
    return [np.array([[left - rng.uniform(0, 10), ends[0]], [right + rng.uniform(0, 10), ends[1]]])]


def _twice(box: Box, rng: Rng) -> Strokes:
    (one,) = _through(box, rng)
    return [one, one + np.array([0.0, rng.uniform(4, 9)])]


def _wavy(box: Box, rng: Rng) -> Strokes:
    left, top, right, bottom = box
    x = np.linspace(left, right, 300)
    high = rng.uniform(0.25, 0.6) * (bottom - top)
    return [np.stack([x, (top + bottom) / 2 + high * np.sin(x * 2 * np.pi / rng.uniform(14, 60))], axis=1)]


def _cross(box: Box, rng: Rng) -> Strokes:
    degrees, length = rng.uniform(25, 60), rng.uniform(50, 110)
    state = rng.bit_generator.state
    first = _straight(box, rng, degrees, length)
    rng.bit_generator.state = state
    return first + _straight(box, rng, -degrees, length)


WAYS: dict[str, Callable[[Box, Rng], Strokes]] = {
    "through": _through,
    "twice": _twice,
    "slanted": lambda box, rng: _straight(box, rng, rng.uniform(5, 25) * rng.choice([-1, 1]), rng.uniform(80, 200)),
    "across": lambda box, rng: _straight(box, rng, rng.uniform(30, 90) * rng.choice([-1, 1]), rng.uniform(48, 90)),
    "wavy": _wavy,
    "cross": _cross,
    "tick": lambda box, rng: _straight(box, rng, rng.uniform(-80, 80), rng.uniform(32, 48)),
}
"""`tick`: one short stroke of 4 to 6 mm."""

_CODE_LINES: dict[str, Box] = {"number": (150, 14, 420, 50), "code lines": (10, 68, 200, 96)}


def _box(slip: Grey, regions: Sequence[Region], part: str, rng: Rng) -> Box:
    """A line of words of that part of a slip."""
    if part in _CODE_LINES:
        return _CODE_LINES[part]
    kind = {"title": "contest", "foot": "tail"}.get(part, "row")
    some = [region for region in regions if region.kind == kind]
    boxes = words_of(slip, some[rng.integers(len(some))])
    if part == "foot":
        return boxes[rng.integers(len(boxes))]
    return boxes[-1 if part == "party" else 0]


PARTS = ("name", "party", "title", "number", "code lines", "foot")


def stroke(pen: str, way: str, part: str) -> Mark:
    """A stroke of that pen, made in that way, through that part of a slip."""

    def mark(slip: Grey, regions: Sequence[Region], rng: Rng) -> Grey:
        return draw(slip, WAYS[way](_box(slip, regions, part, rng), rng), **PENS[pen](rng))

    return mark


def taped(slip: Grey, regions: Sequence[Region], rng: Rng) -> Grey:
    """Correction tape of 4.2 or 5 mm over a line of a row or a title, or half of it: a little whiter or greyer than the
    paper, its edges faintly seen."""
    left, top, right, bottom = _box(slip, regions, str(rng.choice(["name", "party", "title"])), rng)
    length = (right - left) * rng.uniform(0.5, 1.0) + 8
    start, high = rng.uniform(left - 6, right - length + 8), float(rng.choice([34, 40]))
    middle = (top + bottom) / 2 + rng.normal(0, 2)
    turn = rng.normal(0, 0.015) * length
    corners = np.array([[start, middle - high / 2], [start + length, middle - high / 2 + turn],
                        [start + length, middle + high / 2 + turn], [start, middle + high / 2]])  # fmt: skip
    cover = np.zeros(slip.shape, np.uint8)
    cv2.fillPoly(cover, [np.round(corners * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    part = cover.astype(np.float32) / 255
    tape = slip * (1 - part) + rng.uniform(236, 255) * part
    edge = draw(np.full_like(slip, 255), [np.concatenate([corners, corners[:1]])], 0.12, rng.uniform(0.02, 0.12))
    return (tape * (edge.astype(np.float32) / 255)).astype(np.uint8)


HIGHLIGHTERS: dict[str, tuple[int, int, int]] = {
    "yellow": (70, 248, 255),
    "green": (130, 250, 150),
    "pink": (190, 130, 255),
    "orange": (90, 190, 255),
    "blue": (250, 215, 120),
}


def highlighted(colour: str) -> Mark:
    """One or two strokes of a highlighter, 3 to 5 mm high, over a name; three layers, blue first."""

    def mark(slip: Grey, regions: Sequence[Region], rng: Rng) -> Grey:
        left, top, right, bottom = _box(slip, regions, "name", rng)
        high = int(rng.uniform(24, 40))
        x = np.linspace(left - rng.uniform(0, 12), left + max((right - left) * rng.uniform(0.6, 1.05), 70), 60)
        middle = (
            (top + bottom) / 2
            + rng.normal(0, 2)
            + rng.normal(0, 0.01) * (x - left)
            + rng.uniform(0, 1.5) * np.sin(x / 40)
        )
        cover = np.zeros(slip.shape, np.float32)
        points = np.round(np.stack([x, middle], axis=1)).astype(np.int32)
        for down in range(-high // 2, high // 2 + 1):
            cv2.polylines(cover, [points + np.array([0, down])], False, 1.0, 1)
        cover = cv2.GaussianBlur(cover, (0, 0), 0.8) * rng.uniform(0.7, 1.0)
        ink = (255 - np.array(HIGHLIGHTERS[colour], np.float32)) / 255
        return (slip[..., None] * (1 - cover[..., None] * ink)).astype(np.uint8)

    return mark
