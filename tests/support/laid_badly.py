"""Good impressions made bad in a known way, and by a known amount (0: hardly, 1: badly): dry, wet, slid, partial."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from testigo.fingerprint import FingerImage

Plane = NDArray[np.float32]


def dry(image: FingerImage, amount: float = 1.0, seed: int = 0) -> FingerImage:
    """Only the tops of the ridges touch the glass, and not everywhere."""
    height, rng = _height(image, 0.8), np.random.Generator(np.random.PCG64(seed))
    touching = height - (0.5 + 0.45 * amount) + 0.28 * amount * _noise(rng, height.shape, 1.6)
    inked = height**0.3 / (1 + np.exp(-12 * touching))
    return FingerImage(np.clip(240 - 180 * inked, 0, 255).astype(np.uint8))


def wet(image: FingerImage, amount: float = 1.0, seed: int = 0) -> FingerImage:
    """Sweat fills the valleys, in some places more than in others."""
    height, rng = _height(image, 0.8 + 1.2 * amount), np.random.Generator(np.random.PCG64(seed))
    finger = cv2.GaussianBlur(height, (0, 0), 8) > 0.15
    level = 0.5 - amount * (0.35 + 0.12 * _noise(rng, height.shape, 14.0)) * finger
    return FingerImage(np.clip(240 - 210 / (1 + np.exp(-10 * (height - level))), 0, 255).astype(np.uint8))


def slid(image: FingerImage, pixels: int = 15, direction: float = 0.0) -> FingerImage:
    """The finger moved so many pixels in a straight line while the image was taken. `direction` in radians."""
    side = pixels | 1
    path, middle = np.zeros((side, side), np.float32), side // 2
    across, down = middle * math.cos(direction), middle * math.sin(direction)
    start, end = (round(middle - across), round(middle - down)), (round(middle + across), round(middle + down))
    cv2.line(path, start, end, 1.0)
    return FingerImage(np.asarray(cv2.filter2D(image.pixels, -1, path / path.sum(), borderType=cv2.BORDER_REPLICATE)))


def part(image: FingerImage, square_millimetres: float) -> FingerImage:
    """A round part of it, of that area at 500 dpi, around the middle of the finger; paper elsewhere."""
    weight = cv2.GaussianBlur(255 - image.pixels.astype(np.float32), (0, 0), 8)
    weight = np.where(weight < 0.3 * weight.max(), 0, weight)
    y, x = np.mgrid[: image.height, : image.width]
    middle_x, middle_y = (x * weight).sum() / weight.sum(), (y * weight).sum() / weight.sum()
    inside = (x - middle_x) ** 2 + (y - middle_y) ** 2 < square_millimetres * (500 / 25.4) ** 2 / math.pi
    return FingerImage(np.where(inside, image.pixels, 240).astype(np.uint8))


def _height(image: FingerImage, blur: float) -> Plane:
    """The skin's height, 0 (valley) to 1 (ridge), from the image's own greys."""
    dark = 255 - cv2.GaussianBlur(image.pixels.astype(np.float32), (0, 0), blur)
    low, high = np.percentile(dark, 5), np.percentile(dark, 97)
    return np.clip((dark - low) / (high - low), 0, 1).astype(np.float32)


def _noise(rng: np.random.Generator, shape: tuple[int, ...], reach: float) -> Plane:
    smooth = cv2.GaussianBlur(rng.standard_normal(shape).astype(np.float32), (0, 0), reach)
    return np.asarray(smooth / smooth.std())
