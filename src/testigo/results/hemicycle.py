"""Where the seats of an assembly stand in a half circle: concentric rows, dealt to the parties from left to right."""

import itertools
import math
from dataclasses import dataclass

INNER_RADIUS = 0.38
"""Of the outer radius 1: the empty middle, where the number of seats is written."""

LARGEST_SEAT = 0.1
LARGEST_GAP = 0.26
"""Between the middles of neighbours in a row: with few seats, one row of seats close together."""
FILL = 0.42
"""A seat's radius, of the distance to its nearest neighbour: the rest is air."""


@dataclass(frozen=True)
class SeatPosition:
    """One seat. `x`: −1 (left) to 1, `y`: down, −1 (top) to 0."""

    x: float
    y: float


@dataclass(frozen=True)
class Hemicycle:
    """`places` in the order of dealing: by angle from the left end to the right, inner rows first. `radius`: of each
    seat.
    """

    places: tuple[SeatPosition, ...]
    radius: float


def lay_out(seats: int) -> Hemicycle:
    """Places for `seats` seats (one or more), in as few rows as hold them, each row filled in proportion to its
    length.
    """
    rows = 1
    while sum(_capacity(radius, rows) for radius in _radii(rows)) < seats:
        rows += 1
    polar = [
        (math.pi * (place + 0.5) / count, radius)
        for radius, count in zip(_radii(rows), _share(seats, rows), strict=True)
        for place in range(count)
    ]
    # Rounded, so that seats of equal angle in different rows are ordered by row and not by the noise of the division.
    polar.sort(key=lambda one: (round(one[0], 9), one[1]))
    places = tuple(SeatPosition(-radius * math.cos(angle), -radius * math.sin(angle)) for angle, radius in polar)
    gaps = [math.pi * radius / count for radius, count in zip(_radii(rows), _share(seats, rows), strict=True) if count]
    return Hemicycle(places, min(LARGEST_SEAT, FILL * min(_spacing(rows), *gaps)))


def _spacing(rows: int) -> float:
    return (1 - INNER_RADIUS) / rows


def _radii(rows: int) -> list[float]:
    return [INNER_RADIUS + (row + 0.5) * _spacing(rows) for row in range(rows)]


def _capacity(radius: float, rows: int) -> int:
    return int(math.pi * radius / min(LARGEST_GAP, _spacing(rows)))


def _share(seats: int, rows: int) -> list[int]:
    """Seats per row in proportion to the rows' lengths; cumulative rounding, so that they add up exactly."""
    lengths = _radii(rows)
    edges = [round(seats * sum(lengths[:row]) / sum(lengths)) for row in range(rows + 1)]
    return [after - before for before, after in itertools.pairwise(edges)]
