"""Synthetic fingers: the same for the same seed, another for another, and quick."""

import hashlib

import numpy as np
import pytest

from testigo.errors import InvalidInput
from testigo.fingerprint import synthetic


def test_the_same_seed_gives_the_same_image() -> None:
    one, two = synthetic.Finger(7).impression(1), synthetic.generate(7, 1)
    assert one.pixels.shape == (384, 288)
    assert one.dpi == 500
    assert hashlib.sha256(one.pixels).digest() == hashlib.sha256(two.pixels).digest()


def test_impressions_and_fingers_differ() -> None:
    images = [synthetic.generate(seed, n).pixels for seed in (1, 2) for n in (0, 1)]
    assert len({hashlib.sha256(image).digest() for image in images}) == 4


def test_ridges_stand_everywhere() -> None:
    ridges = synthetic.Finger(5).ridges
    assert 0.35 < (ridges > 0).mean() < 0.65
    assert np.abs(ridges).mean() > 0.5


@pytest.mark.parametrize(("seed", "n", "difficulty"), [(-1, 0, 0.5), (1, -1, 0.5), (1, 0, 1.5), (1 << 63, 0, 0.5)])
def test_impossible_orders_are_refused(seed: int, n: int, difficulty: float) -> None:
    with pytest.raises(InvalidInput):
        synthetic.Finger(seed).impression(n, difficulty=difficulty)
