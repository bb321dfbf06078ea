"""Fine lines close together are seen; rings of cups, a fold and letters beside their place are none."""

import cv2
import numpy as np
import pytest

from testigo.scan.scribbles import find_scribble

SHAPE = (200, 400)
Y, X = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]].astype(np.float32)
WHITE = np.where((X % 26 < 10) & (np.abs(Y - 100) < 14), 0, 1).astype(np.float32)


def found(ink: np.ndarray, missing: np.ndarray | None = None, noise: float = 0.005) -> tuple[int, int] | None:
    dirt = np.random.default_rng(1).normal(0, noise, SHAPE)
    nothing = np.zeros(SHAPE, np.float32)
    seen = ((ink + dirt) * WHITE).astype(np.float32)
    return find_scribble(seen, WHITE, nothing if missing is None else missing, 0.8, noise)


def zigzag(darkness: float, step: int = 6) -> np.ndarray:
    across = np.arange(80, 260, step)
    points = np.stack([across, np.where(np.arange(len(across)) % 2, 88, 112)], axis=1).astype(np.int32)
    plane = np.zeros(SHAPE, np.float32)
    cv2.polylines(plane, [points], False, 1.0, 2, cv2.LINE_AA)
    return darkness * cv2.GaussianBlur(plane, (0, 0), 0.8)


def test_attack_a_zigzag_by_a_hard_pencil_is_seen() -> None:
    across, down = found(zigzag(0.3)) or (0, 0)
    assert 80 < across < 260 and 80 < down < 120


@pytest.mark.parametrize(
    "ink",
    [
        0 * X,
        0.15 * np.exp(-(((np.hypot(X - 200, Y - 100) - 60) / 4) ** 2)),
        0.18 * np.exp(-(((Y - 120 - X / 50) / 1.2) ** 2)),
    ],
    ids=["plain", "ring", "fold"],
)
def test_other_darkness_is_no_scribble(ink: np.ndarray) -> None:
    assert found(ink) is None


def test_noise_is_no_scribble() -> None:
    assert found(0 * X, noise=0.04) is None


def test_ink_that_is_missing_close_by_is_taken_off() -> None:
    beside = (WHITE < 0.5).astype(np.float32) * 0.3
    assert found(zigzag(0.22)) and found(zigzag(0.22), beside) is None
