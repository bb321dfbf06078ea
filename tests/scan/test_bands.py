"""A highlighter's band is found in a grey sheet; rings, edges of shadows and noise are none."""

import numpy as np
import pytest

from testigo.scan.bands import find_band

SHAPE = (300, 560)
Y, X = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]].astype(np.float32)
WHITE = np.where((X % 9 < 4) & (Y % 40 < 24), 0, 1).astype(np.float32)


def sheet(darker: np.ndarray, noise: float = 0.02) -> np.ndarray:
    return (darker + np.random.default_rng(1).normal(0, noise, SHAPE)).astype(np.float32)


@pytest.mark.parametrize("high", [24, 32, 40])
@pytest.mark.parametrize("dark", [0.07, 0.2])
def test_a_band_is_found(high: int, dark: float) -> None:
    band = (np.abs(Y - 150) < high / 2) & (X > 100) & (X < 300)
    across, down = find_band(sheet(dark * band), WHITE) or (0, 0)
    assert 100 < across < 300 and abs(down - 150) < 8


@pytest.mark.parametrize(
    "darker",
    [
        0 * X,
        0.18 * np.exp(-(((np.hypot(X - 250, Y - 150) - 70) / 9) ** 2)),
        0.25 * (np.hypot(X - 250, Y - 150) < 30),
        0.3 * (Y > 150),
        0.2 * np.exp(-(((Y - 150 - X / 50) / 2) ** 2)),
    ],
    ids=["plain", "ring", "drop", "shadow", "fold"],
)
def test_other_darkness_is_no_band(darker: np.ndarray) -> None:
    assert find_band(sheet(darker), WHITE) is None
