"""Thin strokes are seen among what a sheet's print does not explain; rings, specks and folds are not taken for them."""

import cv2
import numpy as np
import pytest

from testigo.scan.strokes import find_stroke, unit_of, without_specks

SHAPE = (400, 576)


def lines(points, darkness, width=1.2):
    """Ink of a line through those points, as soft as a photograph leaves it."""
    plane = np.zeros(SHAPE, np.float32)
    cv2.polylines(plane, [np.array(points, np.int32)], False, 1.0, 1, cv2.LINE_AA)
    plane = cv2.GaussianBlur(plane, (0, 0), width)
    return (plane * (darkness / plane.max())).astype(np.float32)


def found(ink, white=None, unit=0.7):
    white = np.ones(SHAPE, np.float32) if white is None else white
    noise = np.random.default_rng(1).normal(0, 0.006, SHAPE).astype(np.float32)
    return find_stroke(without_specks((ink + noise) * white, white), white, (0, SHAPE[0]), unit)


@pytest.mark.parametrize("end", [(150, 290), (190, 260), (100, 300)])
def test_attack_a_faint_tick_is_seen(end):
    across, down = found(lines([(140, 255), end], 0.32))
    assert 90 < across < 200 and 240 < down < 310


def test_attack_a_faint_line_is_seen_in_the_gaps_of_letters():
    white = np.ones(SHAPE, np.float32)
    for left in range(100, 300, 26):
        white[185:215, left : left + 13] = 0
    assert found(lines([(90, 200), (320, 203)], 0.24), white)


def test_plain_paper_has_no_stroke():
    assert found(np.zeros(SHAPE, np.float32)) is None


@pytest.mark.parametrize("radius", [30, 80, 150])
def test_the_ring_of_a_cup_is_no_stroke(radius):
    y, x = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]].astype(np.float32)
    off = np.hypot(x - 280, y - 200) - radius
    assert found(np.float32(0.12) * np.exp(-((off / 7) ** 2))) is None


@pytest.mark.parametrize("beside_print", [False, True])
def test_a_speck_that_stands_alone_is_no_stroke(beside_print):
    ink, white = np.zeros(SHAPE, np.float32), np.ones(SHAPE, np.float32)
    cv2.circle(ink, (200, 150), 3, 0.6, -1, cv2.LINE_AA)
    if beside_print:
        white[120:145, 150:260] = white[156:190, 150:260] = 0
    assert found(cv2.GaussianBlur(ink, (0, 0), 0.8), white) is None


def test_a_faint_line_is_a_fold_only_if_it_goes_from_edge_to_edge():
    assert found(lines([(0, 200), (575, 206)], 0.14, 1.6)) is None
    assert found(lines([(60, 200), (420, 206)], 0.14, 1.6)) is not None


def test_the_unit_follows_blur_and_not_faded_print():
    sharp = np.zeros((7, 7), np.float32)
    sharp[3, 3] = 1
    blurred = np.full((7, 7), 1 / 49, np.float32)
    assert 0.8 < unit_of(sharp) <= 1
    assert unit_of(blurred) < 0.6 * unit_of(sharp)
    assert unit_of(sharp * np.float32(0.4)) == pytest.approx(0.7 * unit_of(sharp))
