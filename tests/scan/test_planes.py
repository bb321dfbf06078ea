"""Arithmetic on planes: what is beyond the edges, which way kernels and slopes point."""

import numpy as np

from testigo.scan import planes

ROW = np.arange(4, dtype=np.float32)[None, :].repeat(4, axis=0)
"""0 1 2 3 in every row."""


def at(plane: planes.Plane, column: float, row: float, **how: object) -> list[float]:
    place = (np.full((1, 1), one, np.float32) for one in (column, row))
    return planes.sample(plane, *place, **how).ravel().tolist()


def test_a_place_between_pixels_and_beyond_the_edge() -> None:
    assert at(ROW, 1.5, 1) == [1.5]
    assert at(ROW, 5, 1) == [0]
    assert at(ROW, 5, 1, outside="edge") == [3]
    assert at(ROW, 5, 1, outside="mirrored") == [2]
    assert at(np.dstack([ROW, ROW]), 9, 1, outside=(-1.0, 7.0)) == [-1, 7]


def test_a_kernel_is_not_turned_and_the_edge_is_repeated() -> None:
    right = np.array([[0, 0, 1]], np.float32)
    assert planes.convolve(ROW, right)[0].tolist() == [1, 2, 3, 3]


def test_slopes_point_right_and_down() -> None:
    across, down = planes.slopes(ROW)
    assert (across[1, 1], down[1, 1]) == (8, 0)
    across, down = planes.slopes(np.ascontiguousarray(ROW.T))
    assert (across[1, 1], down[1, 1]) == (0, 8)


def test_extremes_of_a_disc() -> None:
    lowest, highest = planes.extremes(ROW, 3)
    assert (lowest[1].tolist(), highest[1].tolist()) == ([0, 0, 1, 2], [1, 2, 3, 3])


def test_a_size_is_rows_and_columns() -> None:
    assert planes.enlarge(ROW, (8, 12)).shape == (8, 12)
    assert planes.shrink(ROW, 2).tolist() == [[0.5, 2.5]] * 2
    assert planes.enlarge(np.ones((3, 3), np.float32), (9, 6), cubic=True).tolist() == [[1] * 6] * 9


def test_drawing_writes_into_the_plane() -> None:
    plane = np.zeros((9, 9), np.float32)
    planes.draw_line(plane, np.array([[0.0, 4.0], [8.0, 4.0]]), -2.0, 1)
    assert plane[4].tolist() == [-2] * 9 and np.count_nonzero(plane) == 9
    planes.draw_dot(plane, (2, 7), 0, 0.5)
    assert plane[7, 2] == 0.5
