"""What happens to a slip between the printer and the reader, imitated: scanning, photographing, fading paper.

Each kind takes the printed slip (grey image, 8 dots a millimetre) and a random generator, and gives the picture that a
scanner or a telephone would make of it. `slip_reading.py` measures with them, and so do the tests.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Damage = Callable[[Grey, np.random.Generator], Grey]


def clean(slip: Grey, _: np.random.Generator) -> Grey:
    """As printed, with a little paper around."""
    return np.pad(slip, 30, constant_values=255)


def scan(slip: Grey, rng: np.random.Generator) -> Grey:
    """A flatbed scan at 200 to 300 dpi: turned by up to 8 degrees, grey noise, JPEG."""
    image = _on_table(slip, 250, 120)
    angle, scale = rng.uniform(-8, 8), rng.uniform(0.98, 1.5)
    image = _turn(image, angle, scale, 250)
    image = _noise(cv2.GaussianBlur(image, (0, 0), 0.6), rng, 6)
    return _jpeg(image, 70)


def photograph(slip: Grey, rng: np.random.Generator) -> Grey:
    """A telephone held by hand over a slip on a table: any direction, perspective, uneven light, blur, noise, JPEG."""
    image = _thermal(slip, rng, fade=rng.uniform(0.0, 0.35))
    image = _curl(image, rng, rng.uniform(0, 4))
    image = _on_table(image, int(rng.integers(60, 170)), 160)
    image = _perspective(image, rng, rng.uniform(0.02, 0.08), rng.uniform(1.1, 1.9))
    image = _light(image, rng, rng.uniform(0.2, 0.5))
    image = _noise(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.8, 1.8)), rng, rng.uniform(3, 9))
    return np.rot90(_jpeg(image, int(rng.integers(45, 90))), int(rng.integers(4))).copy()


def poor_photograph(slip: Grey, rng: np.random.Generator) -> Grey:
    """The same, hastily and in the dark, of old paper: faded, motion blur, strong shadow and curl, few pixels."""
    image = _thermal(slip, rng, fade=rng.uniform(0.3, 0.7))
    image = _curl(image, rng, rng.uniform(3, 9))
    image = _on_table(image, int(rng.integers(90, 200)), 160)
    image = _perspective(image, rng, rng.uniform(0.05, 0.14), rng.uniform(0.65, 1.1))
    image = _motion(image, rng, int(rng.integers(2, 6)))
    image = _light(image, rng, rng.uniform(0.4, 0.75))
    image = _noise(image, rng, rng.uniform(8, 16))
    return _jpeg(image, int(rng.integers(25, 50)))


KINDS: dict[str, Damage] = {
    "clean": clean,
    "scan": scan,
    "photograph": photograph,
    "poor photograph": poor_photograph,
}


def _on_table(slip: Grey, table: int, border: int) -> Grey:
    """White paper, 4 mm wider on each side than the print, on a table of one grey."""
    paper = np.pad(slip, ((24, 24), (32, 32)), constant_values=250)
    return np.pad(paper, border, constant_values=table)


def _thermal(slip: Grey, rng: np.random.Generator, fade: float) -> Grey:
    """Black becomes grey, more in some stripes (dirty heater), with grain."""
    stripes = cv2.GaussianBlur(rng.normal(0, 1, (1, slip.shape[1])).astype(np.float32), (0, 0), 12) * 0.6
    grain = cv2.GaussianBlur(rng.normal(0, 1, slip.shape).astype(np.float32), (0, 0), 1.2) * 0.25
    ink = (1 - slip.astype(np.float32) / 255) * np.clip(1 - fade + 0.3 * (stripes + grain), 0.12, 1)
    return _grey(250 * (1 - ink))


def _curl(slip: Grey, rng: np.random.Generator, dots: float) -> Grey:
    """Paper that remembers the roll: the print shifts by up to so many dots along smooth waves."""
    height, width = slip.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    phase = rng.uniform(0, 2 * np.pi, 3)
    wave = np.sin(2 * np.pi * y / height * rng.uniform(0.5, 1.5) + phase[0]).astype(np.float32)
    across = np.sin(2 * np.pi * y / height * rng.uniform(0.5, 1.2) + phase[1]).astype(np.float32)
    bow = np.sin(np.pi * x / width).astype(np.float32)
    return cv2.remap(
        slip, x + dots * 0.5 * across, y + dots * wave * (0.6 + 0.4 * bow), cv2.INTER_LINEAR, borderValue=250
    )


def _turn(image: Grey, degrees: float, scale: float, table: int) -> Grey:
    height, width = image.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    sine, cosine = abs(turn[0, 1]), abs(turn[0, 0])
    size = (int(height * sine + width * cosine), int(height * cosine + width * sine))
    turn[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    return cv2.warpAffine(image, turn, size, flags=cv2.INTER_CUBIC, borderValue=table)


def _perspective(image: Grey, rng: np.random.Generator, strength: float, scale: float) -> Grey:
    height, width = image.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + rng.uniform(-strength, strength, (4, 2)).astype(np.float32) * (width, min(height, 2 * width))
    angle = np.radians(rng.uniform(-20, 20))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    moved = (moved - moved.mean(axis=0)) @ turn.T * np.float32(scale)
    moved -= moved.min(axis=0)
    size = np.ceil(moved.max(axis=0)).astype(int)
    table = int(image[2, 2])
    through = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.warpPerspective(image, through, (int(size[0]), int(size[1])), flags=flags, borderValue=table)


def _light(image: Grey, rng: np.random.Generator, strength: float) -> Grey:
    """A gradient of light, and the soft shadow of a hand."""
    height, width = image.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    gradient = 1 - strength * (
        0.5 + 0.5 * (np.cos(angle) * (2 * x / width - 1) + np.sin(angle) * (2 * y / height - 1)) / 1.42
    )
    edge = rng.uniform(0.2, 0.8) * width + (y - height / 2) * rng.uniform(-0.5, 0.5)
    shadow = 1 - 0.5 * strength / (1 + np.exp(-(x - edge) / (0.03 * width)))
    return _grey(image * gradient * shadow)


def _motion(image: Grey, rng: np.random.Generator, length: int) -> Grey:
    kernel = np.zeros((2 * length + 1,) * 2, np.float32)
    kernel[length, length - length // 2 : length + length // 2 + 1] = 1
    turn = cv2.getRotationMatrix2D((length, length), rng.uniform(0, 180), 1)
    kernel = cv2.warpAffine(kernel, turn, kernel.shape)
    return _grey(cv2.filter2D(image, cv2.CV_32F, kernel / kernel.sum()))


def _noise(image: Grey, rng: np.random.Generator, sigma: float) -> Grey:
    return _grey(image + rng.normal(0, sigma, image.shape))


def _jpeg(image: Grey, quality: int) -> Grey:
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)


def _grey(values: NDArray[np.floating]) -> Grey:
    return np.clip(values, 0, 255).astype(np.uint8)
